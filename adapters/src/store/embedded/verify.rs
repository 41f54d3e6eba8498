use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};
use thiserror::Error;

use super::numbers::unsigned;
use crate::store::ReadError;

/// A log in which nothing is missing, out of place or unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// How many events it has.
    pub events: u64,
    /// How many streams.
    pub streams: u64,
}

/// What is wrong with a log.
#[derive(Debug, Error)]
enum Damage {
    #[error("{0}")]
    Structure(String),
    #[error("{missing} of the positions up to {last} are missing")]
    MissingPositions { missing: i64, last: i64 },
    #[error("the event at position {0} does not follow the one before it in its stream")]
    OutOfPlace(i64),
}

/// An event whose stream has no revision before it, or has it in another place or under another name.
const OUT_OF_PLACE: &str = "
    SELECT position FROM events AS event
    WHERE CASE revision
      WHEN 0 THEN origin <> position
      ELSE NOT EXISTS (
        SELECT 1 FROM events AS before
        WHERE before.origin = event.origin AND before.revision = event.revision - 1
          AND before.position < event.position AND before.stream = event.stream)
      END
    ORDER BY position LIMIT 1";

/// Reads the whole log and checks what must always hold. Takes a few seconds for a million events.
pub(super) fn verify(connection: &Connection) -> Result<Verified, ReadError> {
    let structure: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if structure != "ok" {
        return Err(damage(Damage::Structure(structure)));
    }
    let (events, last, streams) = connection.query_row(
        "SELECT count(*), coalesce(max(position), 0), count(*) FILTER (WHERE revision = 0) FROM events",
        [],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)),
    )?;
    if events != last {
        return Err(damage(Damage::MissingPositions { missing: last - events, last }));
    }
    match connection.query_row(OUT_OF_PLACE, [], |row| row.get(0)).optional()? {
        Some(position) => Err(damage(Damage::OutOfPlace(position))),
        None => Ok(Verified { events: unsigned(events)?, streams: unsigned(streams)? }),
    }
}

fn damage(damage: Damage) -> ReadError {
    ReadError::Malformed(Arc::new(damage))
}
