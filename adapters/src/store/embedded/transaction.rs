//! What one append does inside the writer's transaction: look, then write, repeat or refuse.

use rusqlite::{Connection, OptionalExtension, Result, params};
use uuid::Uuid;

use super::heads::{Head, Heads};
use super::numbers::{signed, unsigned};
use super::schema;
use crate::store::{AppendError, Appended, Expected, NewEvent, Position, StreamName};

/// The open transaction of the writer.
pub(super) struct Transaction<'a> {
    pub(super) connection: &'a Connection,
    pub(super) heads: &'a mut Heads,
    /// The position of the newest event.
    pub(super) last: u64,
}

impl Transaction<'_> {
    /// The answer to one append, valid once the transaction is committed. A conflict is an answer; an error
    /// is the end of the transaction.
    pub(super) fn append(
        &mut self,
        stream: &StreamName,
        expected: Expected,
        events: &[NewEvent],
    ) -> Result<std::result::Result<Appended, AppendError>> {
        let head = self.head(stream)?;
        let current = head.map(|head| head.revision);
        let holds = match expected {
            Expected::NoStream => current.is_none(),
            Expected::Exact(revision) => current == Some(revision),
            Expected::Any => true,
        };
        if let Some(head) = head
            && let Some(first) = repeated_from(expected, holds, head, events)
            && let Some(position) = self.stored(head.origin, first, events)?
        {
            return Ok(Ok(appended(first, events, position, true)));
        }
        if !holds {
            return Ok(Err(AppendError::Conflict { stream: stream.clone(), expected, current }));
        }
        self.insert(stream, head, events).map(Ok)
    }

    fn insert(&mut self, stream: &StreamName, head: Option<Head>, events: &[NewEvent]) -> Result<Appended> {
        let origin = head.map_or(self.last + 1, |head| head.origin);
        let first = head.map_or(0, |head| head.revision + 1);
        let mut insert = self.connection.prepare_cached(schema::INSERT)?;
        for (revision, event) in (first..).zip(events) {
            self.last += 1;
            insert.execute(params![
                signed(self.last)?,
                signed(origin)?,
                signed(revision)?,
                stream.as_str(),
                event.kind,
                event.id.as_bytes(),
                event.recorded_at,
                event.data,
                event.metadata,
            ])?;
            self.heads.keep(stream.shared(), Head { origin, revision, id: event.id });
        }
        Ok(appended(first, events, self.last, false))
    }

    fn head(&mut self, stream: &StreamName) -> Result<Option<Head>> {
        if let Some(head) = self.heads.find(stream.as_str()) {
            return Ok(Some(head));
        }
        let mut find = self.connection.prepare_cached(schema::ORIGIN)?;
        let Some(origin) = find.query_row([stream.as_str()], |row| row.get::<_, i64>(0)).optional()? else {
            return Ok(None);
        };
        let mut newest = self.connection.prepare_cached(schema::NEWEST_OF_STREAM)?;
        let head = newest.query_row([origin], |row| {
            Ok(Head {
                origin: unsigned(origin)?,
                revision: unsigned(row.get(0)?)?,
                id: Uuid::from_bytes(row.get(1)?),
            })
        })?;
        self.heads.keep(stream.shared(), head);
        Ok(Some(head))
    }

    /// The position of the last of `events` if exactly these stand in the stream from a revision on.
    fn stored(&self, origin: u64, first: u64, events: &[NewEvent]) -> Result<Option<u64>> {
        let mut ids = self.connection.prepare_cached(schema::IDS_OF_STREAM)?;
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        let mut rows = ids.query([signed(origin)?, signed(first)?, count])?;
        let mut position = None;
        for event in events {
            match rows.next()? {
                Some(row) if row.get::<_, [u8; 16]>(0)? == *event.id.as_bytes() => {
                    position = Some(unsigned(row.get(1)?)?);
                }
                Some(_) | None => return Ok(None),
            }
        }
        Ok(position)
    }
}

/// The revision at which the events would stand if this append had been made before.
fn repeated_from(expected: Expected, holds: bool, head: Head, events: &[NewEvent]) -> Option<u64> {
    match expected {
        Expected::NoStream => Some(0),
        Expected::Exact(_) if holds => None,
        Expected::Exact(revision) => revision.checked_add(1),
        Expected::Any if events.last().is_some_and(|last| last.id == head.id) => {
            (head.revision + 1).checked_sub(count(events))
        }
        Expected::Any => None,
    }
}

fn appended(first: u64, events: &[NewEvent], position: u64, repeated: bool) -> Appended {
    Appended {
        first_revision: first,
        last_revision: first + count(events).saturating_sub(1),
        position: Position::new(position),
        repeated,
    }
}

fn count(events: &[NewEvent]) -> u64 {
    u64::try_from(events.len()).unwrap_or(u64::MAX)
}
