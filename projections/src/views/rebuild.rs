//! Folding read models anew, beside what is there, which goes on being read until the new rows take its place.

use super::write::{Moved, checkpoint};
use super::{Checkpoint, Error, Views, journal, schema, signed};
use crate::checklist::Checklist;
use crate::delivery::Delivery;
use crate::story::Story;
use crate::table::{Row, Rows, Table};
use crate::tables;
use rusqlite::{Connection, OptionalExtension as _, Statement, TransactionBehavior, params_from_iter};

/// How much memory a rebuild may take for pages, in KiB, as SQLite has it: below 0.
const CACHE: i64 = -256 * 1024;

/// All that read models follow from. Stories and deliveries in the order of their names are written fastest.
#[derive(Debug, Clone, Copy)]
pub struct Whole<'a> {
    /// Of every work order.
    pub stories: &'a [Story],
    /// Every one.
    pub deliveries: &'a [Delivery],
    /// What was seen.
    pub checklist: &'a Checklist,
}

impl Views {
    /// Puts the rows of all there is in the place of what these read models had, all at once. `written` hears of each. Does
    /// nothing where the others have moved elsewhere: all are always where one is.
    pub fn rebuild(
        &mut self,
        which: &[&'static Table],
        whole: Whole<'_>,
        reached: Checkpoint,
        mut written: impl FnMut(&'static Table),
    ) -> Result<Result<(), Moved>, Error> {
        let connection = &mut self.reader.connection;
        let rebuilt = (|| -> rusqlite::Result<_> {
            // what is written is read again for the indexes: it stays in memory until then
            let usual: i64 = connection.pragma_query_value(None, "cache_size", |row| row.get(0))?;
            connection.pragma_update(None, "cache_size", CACHE)?;
            connection.pragma_update(None, "temp_store", "MEMORY")?;
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for table in which {
                anew(&transaction, table, whole, reached)?;
                written(table);
            }
            let answer = if all_are_at(&transaction, reached.position)? {
                transaction.commit().map(Ok)
            } else {
                transaction.rollback().map(|()| Err(Moved))
            };
            connection.pragma_update(None, "cache_size", usual)?;
            answer
        })();
        let rebuilt = self.told(rebuilt)?;
        if rebuilt.is_ok() {
            self.take_up()?;
        }
        Ok(rebuilt)
    }
}

fn anew(
    connection: &Connection,
    table: &Table,
    whole: Whole<'_>,
    reached: Checkpoint,
) -> rusqlite::Result<()> {
    let (name, beside) = (table.name, format!("{}_anew", table.name));
    schema::create(connection, table, &beside)?;
    fill(connection, table, &beside, whole, reached)?;
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

fn fill(
    connection: &Connection,
    table: &Table,
    name: &str,
    whole: Whole<'_>,
    reached: Checkpoint,
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare(&schema::insert(table, name))?;
    match table.rows {
        Rows::OfStory(rows) => {
            whole.stories.iter().try_for_each(|story| add(&mut insert, &rows(story, reached.at)))
        }
        Rows::OfDelivery(rows) => {
            whole.deliveries.iter().try_for_each(|delivery| add(&mut insert, &rows(delivery)))
        }
        Rows::OfLog(rows) => add(&mut insert, &rows(whole.checklist)),
        Rows::OfBoard { .. } => Ok(()),
    }
}

fn add(insert: &mut Statement<'_>, rows: &[Row<'_>]) -> rusqlite::Result<()> {
    rows.iter().try_for_each(|row| insert.execute(params_from_iter(row)).map(drop))
}
