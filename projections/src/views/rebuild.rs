//! Folding read models anew, beside what is there, which goes on being read until the new rows take its place.

use super::write::checkpoint;
use super::{Error, Views, schema};
use crate::story::Story;
use crate::table::Table;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use rusqlite::{Connection, params_from_iter};

impl Views {
    /// Puts the rows of every story, as it stands at a moment, in the place of what a read model had, together with the
    /// position that the stories reach. `done` hears of every story that is written. Stories in the order of
    /// their work orders are written fastest.
    pub fn rebuild<'a>(
        &mut self,
        table: &Table,
        stories: impl IntoIterator<Item = (&'a WorkOrderId, &'a Story)>,
        at: Timestamp,
        position: u64,
        done: impl FnMut(),
    ) -> Result<(), Error> {
        let rebuilt = (|| -> rusqlite::Result<()> {
            let transaction = self.connection.transaction()?;
            let (name, beside) = (table.name, format!("{}_anew", table.name));
            schema::create(&transaction, table, &beside)?;
            fill(&transaction, table, &beside, stories, at, done)?;
            let swap = format!("DROP TABLE IF EXISTS {name}; ALTER TABLE {beside} RENAME TO {name}");
            transaction.execute_batch(&swap)?;
            schema::index(&transaction, table)?;
            checkpoint(&transaction, table, position)?;
            transaction.commit()
        })();
        self.told(rebuilt)
    }
}

fn fill<'a>(
    connection: &Connection,
    table: &Table,
    name: &str,
    stories: impl IntoIterator<Item = (&'a WorkOrderId, &'a Story)>,
    at: Timestamp,
    mut done: impl FnMut(),
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare(&schema::insert(table, name))?;
    for (work_order, story) in stories {
        for row in (table.rows)(work_order, story, at) {
            insert.execute(params_from_iter(&row))?;
        }
        done();
    }
    Ok(())
}
