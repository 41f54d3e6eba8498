//! Rows that follow the log: those of the work orders that something happened to, and the checkpoint, at once.

use super::{Error, Views, row, schema};
use crate::story::Story;
use crate::table::{Row, Table};
use crate::tables;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use rusqlite::{Connection, params_from_iter};

/// What became of one work order's rows in one read model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// In which read model.
    pub table: &'static str,
    /// Whose.
    pub work_order: WorkOrderId,
    /// All of them, as they are now.
    pub rows: Vec<Row>,
}

impl Views {
    /// Brings every read model up to a position of the log, to which these work orders' stories reach at least, as they
    /// stand at a moment. Answers with what is different from before.
    pub fn follow<'a>(
        &mut self,
        stories: impl IntoIterator<Item = (&'a WorkOrderId, &'a Story)>,
        at: Timestamp,
        position: Option<u64>,
    ) -> Result<Vec<Change>, Error> {
        let followed = follow(&mut self.connection, stories, at, position);
        self.told(followed)
    }
}

fn follow<'a>(
    connection: &mut Connection,
    stories: impl IntoIterator<Item = (&'a WorkOrderId, &'a Story)>,
    at: Timestamp,
    position: Option<u64>,
) -> rusqlite::Result<Vec<Change>> {
    let transaction = connection.transaction()?;
    let mut changes = Vec::new();
    for (work_order, story) in stories {
        for table in tables::ALL {
            let mut rows = (table.rows)(work_order, story, at);
            rows.sort_unstable();
            if stored(&transaction, table, work_order)? != rows {
                replace(&transaction, table, work_order, &rows)?;
                changes.push(Change { table: table.name, work_order: work_order.clone(), rows });
            }
        }
    }
    if let Some(position) = position {
        for table in tables::ALL {
            checkpoint(&transaction, table, position)?;
        }
    }
    transaction.commit()?;
    Ok(changes)
}

/// A work order's rows, in order.
pub(super) fn stored(
    connection: &Connection,
    table: &Table,
    work_order: &WorkOrderId,
) -> rusqlite::Result<Vec<Row>> {
    let sql = format!("SELECT * FROM {} WHERE work_order = ?1", table.name);
    let mut select = connection.prepare_cached(&sql)?;
    let rows = select.query_map([work_order.as_str()], |stored| row(table, stored))?;
    let mut rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
    rows.sort_unstable();
    Ok(rows)
}

fn replace(
    connection: &Connection,
    table: &Table,
    work_order: &WorkOrderId,
    rows: &[Row],
) -> rusqlite::Result<()> {
    let sql = format!("DELETE FROM {} WHERE work_order = ?1", table.name);
    connection.prepare_cached(&sql)?.execute([work_order.as_str()])?;
    let mut insert = connection.prepare_cached(&schema::insert(table, table.name))?;
    rows.iter().try_for_each(|row| insert.execute(params_from_iter(row)).map(drop))
}

/// Notes how far a read model has come.
pub(super) fn checkpoint(connection: &Connection, table: &Table, position: u64) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO checkpoints VALUES (?1, ?2, ?3)";
    let position = i64::try_from(position).unwrap_or(i64::MAX);
    connection.prepare_cached(sql)?.execute((table.name, table.version, position)).map(drop)
}
