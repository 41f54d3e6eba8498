//! The employer API is asked what was changed since the last time.

use super::{Engine, PollError, Polling, event};
use crate::engine::passed_over;
use covertrail_adapters::schema::Actor;
use covertrail_adapters::store::{AppendError, Expected};
use covertrail_adapters::webhook::poll;
use covertrail_adapters::workmarket::{self, Change, EmployerV1, Status};
use covertrail_domain::time::Timestamp;
use std::collections::HashSet;

/// After this long, how far the asking has come is stored although nothing was found.
const STORED_ANYWAY: i64 = 3600;
const PAGE: usize = 512;
/// How far the vendor's clock may be ahead of ours, in seconds.
const CLOCKS_DIFFER: i64 = 86_400;

/// How far the asking has come.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    until: Option<Timestamp>,
    /// What of it is stored.
    stored: Option<Timestamp>,
    next_revision: u64,
}

impl Engine {
    /// Asks once for everything since the last time, or since the beginning; answers how many changes were new.
    pub(super) async fn changed(
        &self,
        api: &EmployerV1,
        polling: Polling,
        began: Timestamp,
        known: &mut Option<Cursor>,
    ) -> Result<usize, PollError> {
        let cursor = match known.take() {
            Some(cursor) => cursor,
            None => self.stored_cursor().await?,
        };
        let overlap = i64::try_from(polling.overlap.as_secs()).unwrap_or(i64::MAX);
        let since = cursor.until.unwrap_or(began).plus(overlap.saturating_neg());
        let (mut seen, mut found, mut start, mut as_of) = (HashSet::new(), 0_usize, 0, None);
        loop {
            let page = api.changes(since, start).await?;
            // what changes while the pages are turned is found by the next poll
            as_of.get_or_insert(page.as_of);
            for malformed in &page.unreadable {
                tracing::warn!(%malformed, "a row of what was changed cannot be read");
            }
            let before = seen.len();
            for change in &page.changes {
                if seen.insert(change.work_order.clone()) && self.concerns_us(change) {
                    found = found.saturating_add(usize::from(
                        self.keep_change(change, may_hide_another(change, cursor.until)).await?,
                    ));
                }
            }
            // a vendor that gives the same page for ever has no more
            if page.is_last() || seen.len() == before {
                break;
            }
            start = start.saturating_add(workmarket::PAGE);
        }
        *known = Some(self.advance(cursor, as_of.unwrap_or(since), found > 0).await?);
        Ok(found)
    }

    /// A work order that nobody was ever assigned to is none of ours yet.
    fn concerns_us(&self, change: &Change) -> bool {
        match change.status() {
            Status::Assigned | Status::InProgress | Status::Completed | Status::Other(_) => true,
            Status::Draft | Status::Sent | Status::Declined | Status::Canceled => {
                self.look(&change.work_order, |_| ()).is_some()
            }
        }
    }

    async fn stored_cursor(&self) -> Result<Cursor, PollError> {
        let stream = poll::stream()?;
        let mut cursor = Cursor::default();
        loop {
            let page = self.store.read_stream(&stream, cursor.next_revision, PAGE).await?;
            if page.is_empty() {
                return Ok(cursor);
            }
            for recorded in &page {
                let until =
                    poll::advanced_from_json(recorded.kind, recorded.data).map_err(|error| error.to_string());
                // nobody has asked for what is still to come
                let latest = recorded.recorded_at.div_euclid(1_000_000).saturating_add(CLOCKS_DIFFER);
                let until = until.and_then(|until| {
                    if until.unix() <= latest {
                        Ok(until)
                    } else {
                        Err("it names a moment to come".to_owned())
                    }
                });
                match until {
                    Ok(until) => (cursor.until, cursor.stored) = (Some(until), Some(until)),
                    Err(why) => passed_over(&recorded, &why),
                }
                cursor.next_revision = recorded.revision.saturating_add(1);
            }
        }
    }

    /// Goes on from there. It is stored when there is something to tell, and from time to time: what is asked for
    /// twice is kept once.
    async fn advance(&self, mut cursor: Cursor, until: Timestamp, found: bool) -> Result<Cursor, PollError> {
        let age = cursor.stored.map(|stored| until.unix().saturating_sub(stored.unix()));
        if found || age.is_none_or(|age| age >= STORED_ANYWAY) {
            let stream = poll::stream()?;
            let expected = cursor.next_revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
            let json = poll::advanced_to_json(until);
            let command = format!("{stream}-{}", until.unix());
            let event = event(&stream, &command, poll::ADVANCED, json, Actor::Covertrail);
            match self.store.append(&stream, expected, vec![event]).await {
                Ok(_) => {}
                // another node has come as far
                Err(AppendError::Conflict { .. }) => return self.stored_cursor().await,
                Err(error) => return Err(error.into()),
            }
            cursor.stored = Some(until);
            cursor.next_revision = cursor.next_revision.saturating_add(1);
        }
        cursor.until = Some(until);
        Ok(cursor)
    }
}

/// The vendor tells whole seconds, so a change in the second of the last answer may be another than the one that was
/// told then; and one without a time may be any.
fn may_hide_another(change: &Change, polled_until: Option<Timestamp>) -> bool {
    match (change.modified_at(), polled_until) {
        (Some(modified), Some(until)) => modified >= until.plus(-1),
        (Some(_), None) => false,
        (None, _) => true,
    }
}
