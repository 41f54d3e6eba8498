//! Folding read models anew, beside what is there, which goes on being read until the new rows take its place.

use super::write::{Moved, checkpoint};
use super::{Checkpoint, Error, Views, journal, schema, signed};
use crate::checklist::Checklist;
use crate::delivery::Delivery;
use crate::story::Story;
use crate::table::{Row, Rows, Table};
use crate::tables;
use covertrail_domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params_from_iter};
use std::sync::mpsc::{SyncSender, sync_channel};

/// How much memory a rebuild may take for pages, in KiB, as SQLite has it: below 0.
const CACHE: i64 = -256 * 1024;
/// Of how many stories or deliveries the rows are made at once, and how many such batches wait to be written.
const BATCH: usize = 256;
const WAITING: usize = 32;

/// A part of all that read models follow from. Stories and deliveries in the order of their names are written fastest.
#[derive(Debug)]
pub enum Part {
    /// Of every work order.
    Stories(Vec<Story>),
    /// Every one.
    Deliveries(Vec<Delivery>),
    /// What was seen.
    Checklist(Checklist),
}

impl Views {
    /// Puts the rows of all there is in the place of what these read models had, all at once; each is written as soon as its
    /// part is known, and `written` hears of it. Does nothing where the others have moved elsewhere, since all are always
    /// where one is, and where a part never comes.
    pub fn rebuild(
        &mut self,
        which: &[&'static Table],
        parts: impl IntoIterator<Item = Part>,
        reached: Checkpoint,
        mut written: impl FnMut(&'static Table),
    ) -> Result<Result<(), Moved>, Error> {
        let connection = &mut self.reader.connection;
        let rebuilt = (|| -> rusqlite::Result<_> {
            // others write until there is something to be written here
            let mut parts = parts.into_iter().peekable();
            parts.peek();
            // what is written is read again for the indexes: it stays in memory until then
            let usual: i64 = connection.pragma_query_value(None, "cache_size", |row| row.get(0))?;
            connection.pragma_update(None, "cache_size", CACHE)?;
            connection.pragma_update(None, "temp_store", "MEMORY")?;
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut left = which.to_vec();
            for part in parts {
                let now: Vec<_> = left.extract_if(.., |table| part.tells(table)).collect();
                write(&transaction, &now, &part, reached, &mut written)?;
                // to let go of so much takes a while, for which nobody need wait
                std::thread::spawn(move || drop(part));
            }
            let answer = if left.is_empty() && all_are_at(&transaction, reached.position)? {
                transaction.commit().map(Ok)
            } else {
                transaction.rollback().map(|()| Err(Moved))
            };
            connection.pragma_update(None, "cache_size", usual)?;
            schema::share(connection)?;
            answer
        })();
        let rebuilt = self.told(rebuilt)?;
        self.reader.share()?;
        if rebuilt.is_ok() {
            self.take_up()?;
        }
        Ok(rebuilt)
    }
}

/// Writes read models of one part; their rows are made on another thread.
fn write(
    transaction: &Transaction<'_>,
    which: &[&'static Table],
    part: &Part,
    reached: Checkpoint,
    written: &mut impl FnMut(&'static Table),
) -> rusqlite::Result<()> {
    std::thread::scope(|scope| {
        let (senders, receivers): (Vec<_>, Vec<_>) = which.iter().map(|_| sync_channel(WAITING)).unzip();
        scope.spawn(move || {
            for (table, sender) in which.iter().zip(senders) {
                part.rows(table, reached.at, &sender);
            }
        });
        which.iter().zip(receivers).try_for_each(|(table, rows)| {
            anew(transaction, table, rows.into_iter(), reached)?;
            written(table);
            Ok(())
        })
    })
}

impl Part {
    /// Whether a read model follows from this part.
    fn tells(&self, table: &Table) -> bool {
        match (self, table.rows) {
            (Self::Stories(_), Rows::OfStory(_))
            | (Self::Deliveries(_), Rows::OfDelivery(_))
            | (Self::Checklist(_), Rows::OfLog(_)) => true,
            (Self::Stories(_) | Self::Deliveries(_) | Self::Checklist(_), _) => false,
        }
    }

    /// Makes a read model's rows for as long as somebody takes them.
    fn rows<'a>(&'a self, table: &Table, at: Timestamp, taken: &SyncSender<Vec<Row<'a>>>) {
        let _ = match (self, table.rows) {
            (Self::Stories(stories), Rows::OfStory(rows)) => stories
                .chunks(BATCH)
                .try_for_each(|batch| taken.send(batch.iter().flat_map(|story| rows(story, at)).collect())),
            (Self::Deliveries(deliveries), Rows::OfDelivery(rows)) => deliveries
                .chunks(BATCH)
                .try_for_each(|batch| taken.send(batch.iter().flat_map(rows).collect())),
            (Self::Checklist(checklist), Rows::OfLog(rows)) => taken.send(rows(checklist)),
            (Self::Stories(_) | Self::Deliveries(_) | Self::Checklist(_), _) => Ok(()),
        };
    }
}

fn anew<'a>(
    connection: &Connection,
    table: &Table,
    mut rows: impl Iterator<Item = Vec<Row<'a>>>,
    reached: Checkpoint,
) -> rusqlite::Result<()> {
    let (name, beside) = (table.name, format!("{}_anew", table.name));
    schema::create(connection, table, &beside)?;
    let mut insert = connection.prepare(&schema::insert(table, &beside))?;
    rows.try_for_each(|rows| {
        rows.iter().try_for_each(|row| insert.execute(params_from_iter(row)).map(drop))
    })?;
    connection
        .execute_batch(&format!("DROP TABLE IF EXISTS {name}; ALTER TABLE {beside} RENAME TO {name}"))?;
    schema::index(connection, table)?;
    checkpoint(connection, table, reached)?;
    journal::add(connection, table, None, &[]).map(drop)
}

/// Whether every read model that is there in this version is at a position.
fn all_are_at(connection: &Connection, position: u64) -> rusqlite::Result<bool> {
    tables::STORED.iter().try_fold(true, |all, table| {
        let sql = "SELECT position FROM checkpoints WHERE name = ?1 AND version = ?2";
        let found: Option<i64> =
            connection.query_row(sql, (table.name, table.version), |row| row.get(0)).optional()?;
        Ok(all && found.is_none_or(|found| found == signed(position)))
    })
}
