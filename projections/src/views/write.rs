//! Rows that follow the log: those of what something happened to, and the checkpoint, at once.

use super::journal::Entry;
use super::{Checkpoint, Error, Views, journal, row, schema, signed};
use crate::checklist::Checklist;
use crate::delivery::Delivery;
use crate::story::Story;
use crate::table::{Row, Rows, Table};
use crate::tables;
use rusqlite::{Connection, params_from_iter};

/// Those that something happened to since the last checkpoint, folded up to the new one, and those whose standing has
/// changed with time.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Of work orders.
    pub stories: &'a [Story],
    /// Deliveries.
    pub deliveries: &'a [Delivery],
    /// All that was seen.
    pub checklist: &'a Checklist,
}

/// Somebody else has written to the read models since: go on from where they are now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the read models are no longer where they were")]
pub struct Moved;

impl Views {
    /// Brings every read model from one checkpoint to the next. Answers with what is different from before.
    pub fn follow(
        &mut self,
        from: u64,
        told: Told<'_>,
        reached: Checkpoint,
    ) -> Result<Result<Vec<Entry>, Moved>, Error> {
        let followed = follow(&mut self.reader.connection, (from, self.newest), told, reached);
        let followed = self.told(followed)?;
        if let Ok(Some(newest)) =
            followed.as_ref().map(|changes| changes.last().map(|newest| newest.sequence))
        {
            self.newest = newest;
        }
        Ok(followed)
    }
}

fn follow(
    connection: &mut Connection,
    (from, newest): (u64, u64),
    told: Told<'_>,
    reached: Checkpoint,
) -> rusqlite::Result<Result<Vec<Entry>, Moved>> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // somebody else's fold may have ended at the very same position
    if journal::newest(&transaction)? != newest {
        return Ok(Err(Moved));
    }
    let mut changes = Vec::new();
    for table in tables::STORED {
        if !checkpoint_is(&transaction, table, from)? {
            return Ok(Err(Moved));
        }
        let mut put = |subject: &str, rows| -> rusqlite::Result<()> {
            changes.extend(put(&transaction, table, subject, rows)?);
            Ok(())
        };
        match table.rows {
            Rows::OfStory(rows) => {
                for story in told.stories {
                    if let Some(coverage) = story.state.coverage() {
                        put(coverage.work_order.as_str(), rows(story, reached.at))?;
                    }
                }
            }
            Rows::OfDelivery(rows) => {
                told.deliveries.iter().try_for_each(|delivery| put(&delivery.id, rows(delivery)))?;
            }
            Rows::OfLog(rows) => told
                .checklist
                .ticks()
                .zip(rows(told.checklist))
                .try_for_each(|((item, _), row)| put(item.as_str(), vec![row]))?,
            Rows::OfBoard { .. } => {}
        }
        checkpoint(&transaction, table, reached)?;
    }
    transaction.commit()?;
    Ok(Ok(changes))
}

/// Puts a subject's rows in the place of what it had, if they differ.
fn put(
    connection: &Connection,
    table: &'static Table,
    subject: &str,
    mut rows: Vec<Row<'_>>,
) -> rusqlite::Result<Option<Entry>> {
    rows.sort_unstable();
    if stored(connection, table, subject)? == rows {
        return Ok(None);
    }
    let sql = format!("DELETE FROM {} WHERE {} = ?1", table.name, table.subject());
    connection.prepare_cached(&sql)?.execute([subject])?;
    let mut insert = connection.prepare_cached(&schema::insert(table, table.name))?;
    rows.iter().try_for_each(|row| insert.execute(params_from_iter(row)).map(drop))?;
    journal::add(connection, table, Some(subject), &rows).map(Some)
}

/// A subject's rows, in order.
fn stored(connection: &Connection, table: &Table, subject: &str) -> rusqlite::Result<Vec<Row<'static>>> {
    let sql = format!("SELECT * FROM {} WHERE {} = ?1", table.name, table.subject());
    let mut select = connection.prepare_cached(&sql)?;
    let rows = select.query_map([subject], |stored| row(table, stored).map(super::kept))?;
    let mut rows: Vec<Row<'static>> = rows.collect::<Result<_, _>>()?;
    rows.sort_unstable();
    Ok(rows)
}

fn checkpoint_is(connection: &Connection, table: &Table, position: u64) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM checkpoints WHERE name = ?1 AND version = ?2 AND position = ?3";
    connection.prepare_cached(sql)?.exists((table.name, table.version, signed(position)))
}

/// Notes how far a read model has come.
pub(super) fn checkpoint(
    connection: &Connection,
    table: &Table,
    reached: Checkpoint,
) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO checkpoints VALUES (?1, ?2, ?3, ?4)";
    let values = (table.name, table.version, signed(reached.position), reached.at.unix());
    connection.prepare_cached(sql)?.execute(values).map(drop)
}
