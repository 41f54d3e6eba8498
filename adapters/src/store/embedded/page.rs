//! Reading pages of events: the hot path of every replay.

use rusqlite::{Connection, Result, Row, ToSql};
use uuid::Uuid;

use super::numbers::{signed, unsigned};
use super::schema;
use crate::store::{Batch, Category, Position, Recorded, StreamName};

/// A page ends early when it weighs this much, so that large events do not make large pages.
const PAGE_BYTES: usize = 8 << 20;

/// The most events of a page.
pub(super) const PAGE_EVENTS: usize = 8192;

/// How many positions one statement looks through for a category. It bounds how long a reader of a rare
/// category holds on to one state of the log, because the WAL cannot start over meanwhile.
const WINDOW: u64 = 100_000;

/// How much of each event is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// All that is stored.
    Whole,
    /// What folds ask for.
    ForFold,
}

/// What a reader of the whole log is looking for: the events after one position, up to another.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) after: u64,
    pub(super) upto: u64,
    pub(super) category: Option<Category>,
    pub(super) limit: usize,
    pub(super) detail: Detail,
}

/// A page, and how far the log was looked through for it: further than its last event, if what follows is of
/// other categories.
pub(super) struct Page {
    pub(super) batch: Batch,
    pub(super) seen: u64,
}

/// The next page of a span; it is empty only when the rest of the span has nothing that is looked for.
pub(super) fn of_log(connection: &Connection, span: &Span) -> Result<Page> {
    let limit = span.limit.clamp(1, PAGE_EVENTS);
    let mut seen = span.after;
    let mut batch = Batch::default();
    while batch.is_empty() && seen < span.upto {
        let upto = match span.category {
            Some(_) => span.upto.min(seen.saturating_add(WINDOW)),
            None => span.upto,
        };
        batch = window(connection, seen, upto, span, limit)?;
        let whole = batch.len() < limit && batch.weight() < PAGE_BYTES;
        seen = match batch.last_position() {
            Some(position) if !whole => position.get(),
            Some(_) | None => upto,
        };
    }
    Ok(Page { batch, seen })
}

fn window(connection: &Connection, after: u64, upto: u64, span: &Span, limit: usize) -> Result<Batch> {
    let (after, upto, limit_column) = (signed(after)?, signed(upto)?, column(limit));
    // no more than there can be: a live page is small
    let room = limit.min(usize::try_from(upto.saturating_sub(after)).unwrap_or(limit)).min(1024);
    let batch = Batch::with_capacity(room, room * 512);
    let (all, of_category, event): (_, _, Reader) = match span.detail {
        Detail::Whole => (schema::READ_ALL, schema::READ_CATEGORY, whole),
        Detail::ForFold => (schema::READ_FOR_FOLD, schema::READ_CATEGORY_FOR_FOLD, for_fold),
    };
    match &span.category {
        None => collect(connection, all, &[&after, &upto, &limit_column], event, batch),
        Some(category) => {
            // '.' follows '-'
            let (from, to) = (format!("{}-", category.as_str()), format!("{}.", category.as_str()));
            collect(connection, of_category, &[&after, &upto, &limit_column, &from, &to], event, batch)
        }
    }
}

/// A page of one stream.
pub(super) fn of_stream(
    connection: &Connection,
    stream: &StreamName,
    from_revision: u64,
    limit: usize,
) -> Result<Batch> {
    let Ok(from) = i64::try_from(from_revision) else {
        return Ok(Batch::default());
    };
    let limit = limit.clamp(1, PAGE_EVENTS);
    let batch = Batch::with_capacity(limit.min(16), limit.min(16) * 512);
    collect(connection, schema::READ_STREAM, &[&stream.as_str(), &from, &column(limit)], whole, batch)
}

/// The position of the newest event, 0 in an empty log.
pub(super) fn last_position(connection: &Connection) -> Result<u64> {
    let mut last = connection.prepare_cached(schema::LAST_POSITION)?;
    unsigned(last.query_row([], |row| row.get(0))?)
}

pub(super) fn collect(
    connection: &Connection,
    statement: &str,
    parameters: &[&dyn ToSql],
    event: Reader,
    mut batch: Batch,
) -> Result<Batch> {
    let mut statement = connection.prepare_cached(statement)?;
    let mut rows = statement.query(parameters)?;
    while batch.weight() < PAGE_BYTES
        && let Some(row) = rows.next()?
    {
        batch.push(&event(row)?);
    }
    Ok(batch)
}

/// How a row is read.
pub(super) type Reader = for<'row> fn(&'row Row<'_>) -> Result<Recorded<'row>>;

fn for_fold<'row>(row: &'row Row<'_>) -> Result<Recorded<'row>> {
    Ok(Recorded {
        position: Position::new(unsigned(row.get(0)?)?),
        revision: unsigned(row.get(1)?)?,
        id: Uuid::nil(),
        recorded_at: row.get(2)?,
        stream: row.get_ref(3)?.as_str()?,
        kind: row.get_ref(4)?.as_str()?,
        data: row.get_ref(5)?.as_blob()?,
        metadata: &[],
    })
}

pub(super) fn whole<'row>(row: &'row Row<'_>) -> Result<Recorded<'row>> {
    Ok(Recorded {
        position: Position::new(unsigned(row.get(0)?)?),
        revision: unsigned(row.get(1)?)?,
        id: Uuid::from_bytes(row.get(2)?),
        recorded_at: row.get(3)?,
        stream: row.get_ref(4)?.as_str()?,
        kind: row.get_ref(5)?.as_str()?,
        data: row.get_ref(6)?.as_blob()?,
        metadata: row.get_ref(7)?.as_blob()?,
    })
}

pub(super) fn column(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
