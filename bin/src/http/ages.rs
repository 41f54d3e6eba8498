//! How old things are that should be young: what the read models know of it, for whoever watches.

use super::Shared;
use crate::clock;
use covertrail_domain::time::Timestamp;
use covertrail_projections::tables::{DELIVERIES, FIGURES, GAPS, REVIEWS};
use covertrail_projections::{Cell, Query, Reader, Row, Table, ViewsError, Where};

/// The vendors, as deliveries name them.
const FEEDS: [&str; 2] = ["policy", "workmarket"];

/// In seconds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ages {
    /// How long work that is going on has been without cover for a required line, each line and work order by itself.
    pub(super) gaps: u64,
    /// How long it took on average from assigned to active, for work begun on the newest day that has any.
    pub(super) time_to_bind: Option<u64>,
    /// How long the oldest certificate has waited for a person.
    pub(super) review: u64,
    /// How long the oldest delivery has been stored and not dealt with.
    pub(super) webhook: u64,
    /// How long each vendor has been silent, where it was ever heard.
    pub(super) feeds: Vec<(&'static str, u64)>,
}

impl Ages {
    /// By what the read models say now.
    pub(super) fn read(reader: &Reader, now: Timestamp) -> Result<Self, ViewsError> {
        let age = |since: Option<i64>| since.map(|since| seconds(now.unix().saturating_sub(since)));
        let mut gaps = 0_u64;
        let begun = vec![Where::Is("open", 1.into()), Where::UpTo("starts", now.unix().into())];
        reader.each(&GAPS, &Query { wheres: begun, limit: usize::MAX >> 1, ..Query::default() }, |row| {
            if let (Some(starts), Some(ends)) = (number(&GAPS, &row, "starts"), number(&GAPS, &row, "ends")) {
                gaps = gaps.saturating_add(seconds(ends.min(now.unix()).saturating_sub(starts)));
            }
            true
        })?;
        let bound = vec![Where::From("seconds_to_active", 0.into())];
        let time_to_bind = first(reader, &FIGURES, bound, &["day"], true, "seconds_to_active")?;
        let waits = first(reader, &REVIEWS, Vec::new(), &["since"], false, "since")?;
        let received = vec![Where::Is("state", "received".into())];
        let stored = first(reader, &DELIVERIES, received, &["position"], false, "received")?;
        let mut feeds = Vec::new();
        for feed in FEEDS {
            let of = vec![Where::Is("source", feed.into())];
            let heard = age(first(reader, &DELIVERIES, of, &["position"], true, "received")?);
            feeds.extend(heard.map(|age| (feed, age)));
        }
        Ok(Self {
            gaps,
            time_to_bind: time_to_bind.map(seconds),
            review: age(waits).unwrap_or_default(),
            webhook: age(stored).unwrap_or_default(),
            feeds,
        })
    }
}

impl Shared {
    /// Which certificates of open work 1099Policy has had for too long by now without a word.
    pub(super) fn stuck(&self) -> Vec<Where<'static>> {
        let patience = i64::try_from(self.certificate_stuck_after.as_secs()).unwrap_or(i64::MAX);
        let before = clock::now().plus(patience.saturating_neg());
        let [status, open] = [Where::Is("status", "processing".into()), Where::Is("open", 1.into())];
        vec![status, open, Where::UpTo("handed_in", before.into())]
    }
}

/// What the first row has in a column.
fn first(
    reader: &Reader,
    table: &Table,
    wheres: Vec<Where<'_>>,
    order: &[&str],
    descending: bool,
    column: &str,
) -> Result<Option<i64>, ViewsError> {
    let rows = reader.query(table, &Query { wheres, order, descending, limit: 1, after: None })?;
    Ok(rows.first().and_then(|row| number(table, row, column)))
}

fn number(table: &Table, row: &Row<'_>, column: &str) -> Option<i64> {
    let place = table.columns.iter().position(|known| known.name == column)?;
    match row.get(place) {
        Some(Cell::Number(number)) => Some(*number),
        Some(Cell::Text(_) | Cell::Nothing) | None => None,
    }
}

fn seconds(seconds: i64) -> u64 {
    u64::try_from(seconds).unwrap_or_default()
}
