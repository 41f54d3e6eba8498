//! What makes a file a log, and the statements that read and write it.

use rusqlite::{Connection, Result};

/// Larger pages make long reads faster and small commits slower; measured on events of 500 bytes.
const PAGE_BYTES: i64 = 8192;

/// The columns that [`super::page`] reads, in its order.
macro_rules! columns {
    () => {
        "SELECT position, revision, id, recorded_at, stream, kind, data, metadata FROM events "
    };
}

pub(super) const READ_ALL: &str =
    concat!(columns!(), "WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3");

/// [`READ_ALL`] without what folds do not ask for.
pub(super) const READ_FOR_FOLD: &str = concat!(
    "SELECT position, revision, recorded_at, stream, kind, data FROM events ",
    "WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3"
);

/// [`READ_CATEGORY`] without what folds do not ask for.
pub(super) const READ_CATEGORY_FOR_FOLD: &str = concat!(
    "SELECT position, revision, recorded_at, stream, kind, data FROM events ",
    "WHERE position > ?1 AND position <= ?2 AND stream >= ?4 AND stream < ?5 ORDER BY position LIMIT ?3"
);

/// A category is a range of names, `coverage-` to `coverage.`, tested row by row: an index would cost every
/// append a fifth, and a reader who knows how far it has looked never looks at a foreign row twice.
pub(super) const READ_CATEGORY: &str = concat!(
    columns!(),
    "WHERE position > ?1 AND position <= ?2 AND stream >= ?4 AND stream < ?5 ORDER BY position LIMIT ?3"
);

pub(super) const READ_STREAM: &str = concat!(
    columns!(),
    "WHERE origin = (SELECT position FROM events WHERE stream = ?1 AND revision = 0) \
     AND revision >= ?2 ORDER BY revision LIMIT ?3"
);

pub(super) const READ_STREAM_BACKWARD: &str = concat!(
    columns!(),
    "WHERE origin = (SELECT position FROM events WHERE stream = ?1 AND revision = 0) \
     AND revision <= ?2 ORDER BY revision DESC LIMIT ?3"
);

pub(super) const READ_ALL_BACKWARD: &str =
    concat!(columns!(), "WHERE position <= ?1 ORDER BY position DESC LIMIT ?2");

pub(super) const LAST_POSITION: &str = "SELECT coalesce(max(position), 0) FROM events";

pub(super) const ORIGIN: &str = "SELECT position FROM events WHERE stream = ?1 AND revision = 0";

pub(super) const NEWEST_OF_STREAM: &str =
    "SELECT revision, id FROM events WHERE origin = ?1 ORDER BY revision DESC LIMIT 1";

pub(super) const IDS_OF_STREAM: &str =
    "SELECT id, position FROM events WHERE origin = ?1 AND revision >= ?2 ORDER BY revision LIMIT ?3";

pub(super) const INSERT: &str = "INSERT INTO events \
     (position, origin, revision, stream, kind, id, recorded_at, data, metadata) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

/// Every statement of the engine: a log in which one of them cannot be prepared is damaged.
pub(super) const STATEMENTS: [&str; 12] = [
    READ_ALL,
    READ_FOR_FOLD,
    READ_CATEGORY,
    READ_CATEGORY_FOR_FOLD,
    READ_STREAM,
    READ_STREAM_BACKWARD,
    READ_ALL_BACKWARD,
    LAST_POSITION,
    ORIGIN,
    NEWEST_OF_STREAM,
    IDS_OF_STREAM,
    INSERT,
];

/// Makes the tables of a log in an empty database.
pub(super) fn create(connection: &Connection) -> Result<()> {
    connection.execute_batch(&format!("PRAGMA page_size = {PAGE_BYTES}; {}", include_str!("schema.sql")))
}
