//! Folding read models anew, beside what is there, which goes on being read until the new rows take its place.

use super::write::checkpoint;
use super::{Checkpoint, Error, Views, journal, schema};
use crate::checklist::Checklist;
use crate::delivery::Delivery;
use crate::story::Story;
use crate::table::{Row, Rows, Table};
use rusqlite::{Connection, Statement, params_from_iter};

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
    /// Puts the rows of all there is in the place of what a read model had. `done` hears of every story or delivery that
    /// is written.
    pub fn rebuild(
        &mut self,
        table: &'static Table,
        whole: Whole<'_>,
        reached: Checkpoint,
        done: impl FnMut(),
    ) -> Result<(), Error> {
        let connection = &mut self.reader.connection;
        let rebuilt = (|| -> rusqlite::Result<()> {
            let transaction = connection.transaction()?;
            let (name, beside) = (table.name, format!("{}_anew", table.name));
            schema::create(&transaction, table, &beside)?;
            fill(&transaction, table, &beside, whole, reached, done)?;
            let swap = format!("DROP TABLE IF EXISTS {name}; ALTER TABLE {beside} RENAME TO {name}");
            transaction.execute_batch(&swap)?;
            schema::index(&transaction, table)?;
            checkpoint(&transaction, table, reached)?;
            journal::add(&transaction, table, None, &[])?;
            transaction.commit()
        })();
        self.told(rebuilt)
    }
}

fn fill(
    connection: &Connection,
    table: &Table,
    name: &str,
    whole: Whole<'_>,
    reached: Checkpoint,
    mut done: impl FnMut(),
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare(&schema::insert(table, name))?;
    match table.rows {
        Rows::OfStory(rows) => whole.stories.iter().try_for_each(|story| {
            done();
            add(&mut insert, &rows(story, reached.at))
        }),
        Rows::OfDelivery(rows) => whole.deliveries.iter().try_for_each(|delivery| {
            done();
            add(&mut insert, &rows(delivery))
        }),
        Rows::OfLog(rows) => add(&mut insert, &rows(whole.checklist)),
        Rows::OfTables(_) => Ok(()),
    }
}

fn add(insert: &mut Statement<'_>, rows: &[Row<'_>]) -> rusqlite::Result<()> {
    rows.iter().try_for_each(|row| insert.execute(params_from_iter(row)).map(drop))
}
