//! Reading pages from the newest event down: for whoever looks at the end of a stream or of the log.

use rusqlite::{Connection, Result};

use super::numbers::signed;
use super::page::{PAGE_EVENTS, collect, column, whole};
use super::schema;
use crate::store::{Batch, StreamName};

/// A page of one stream, from a revision down.
pub(super) fn of_stream(
    connection: &Connection,
    stream: &StreamName,
    from_revision: Option<u64>,
    limit: usize,
) -> Result<Batch> {
    // beyond the largest there can be is the end as well
    let from = from_revision.and_then(|from| i64::try_from(from).ok()).unwrap_or(i64::MAX);
    let limit = column(limit.clamp(1, PAGE_EVENTS));
    collect(
        connection,
        schema::READ_STREAM_BACKWARD,
        &[&stream.as_str(), &from, &limit],
        whole,
        Batch::with_capacity(1, 512),
    )
}

/// A page of the whole log, from a position down.
pub(super) fn of_log(connection: &Connection, upto: u64, limit: usize) -> Result<Batch> {
    let (upto, limit) = (signed(upto)?, column(limit.clamp(1, PAGE_EVENTS)));
    collect(connection, schema::READ_ALL_BACKWARD, &[&upto, &limit], whole, Batch::with_capacity(1, 512))
}
