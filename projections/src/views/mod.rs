//! The read models in an SQLite file of their own, which can be thrown away and folded again.

mod digest;
mod error;
mod rebuild;
mod schema;
#[cfg(test)]
mod tests;
mod write;

pub use error::Error;
pub use write::Change;

use crate::table::{Cell, Row, Table};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, ToSql};
use std::path::{Path, PathBuf};

/// The file of read models.
#[derive(Debug)]
pub struct Views {
    connection: Connection,
    path: PathBuf,
}

impl Views {
    /// Opens the file for writing, and makes it if it is not there.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let opened = Connection::open(&path).and_then(|connection| {
            schema::prepare(&connection)?;
            Ok(connection)
        });
        let connection = opened.map_err(|source| Error { path: path.clone(), source })?;
        Ok(Self { connection, path })
    }

    /// How far a read model has followed the log; nothing where it is not there in this version, so that it must be
    /// folded anew.
    pub fn checkpoint(&self, table: &Table) -> Result<Option<u64>, Error> {
        let sql = "SELECT position FROM checkpoints WHERE name = ?1 AND version = ?2";
        let found: Result<Option<i64>, _> =
            self.connection.query_row(sql, (table.name, table.version), |row| row.get(0)).optional();
        self.told(found.map(|found| found.and_then(|position| u64::try_from(position).ok())))
    }

    /// The rows of one work order, by their key.
    pub fn rows_of(&self, table: &Table, work_order: &WorkOrderId) -> Result<Vec<Row>, Error> {
        self.told(write::stored(&self.connection, table, work_order))
    }

    /// The work orders whose standing has changed by a moment through the passing of time.
    pub fn turned(&self, at: Timestamp) -> Result<Vec<WorkOrderId>, Error> {
        let turned = || -> rusqlite::Result<Vec<String>> {
            let sql = "SELECT work_order FROM board WHERE changes_at <= ?1 ORDER BY changes_at";
            self.connection.prepare_cached(sql)?.query_map([at.unix()], |row| row.get(0))?.collect()
        };
        let ids = self.told(turned())?;
        Ok(ids.iter().filter_map(|id| WorkOrderId::parse(id).ok()).collect())
    }

    /// When a standing next changes by the passing of time alone.
    pub fn next_turn(&self) -> Result<Option<Timestamp>, Error> {
        let next: Result<Option<i64>, _> =
            self.connection.query_row("SELECT min(changes_at) FROM board", [], |row| row.get(0));
        self.told(next.map(|next| next.map(Timestamp::from_unix)))
    }

    fn told<T>(&self, result: rusqlite::Result<T>) -> Result<T, Error> {
        result.map_err(|source| Error { path: self.path.clone(), source })
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Nothing => ToSqlOutput::Owned(Value::Null),
            Self::Number(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Nothing,
        ValueRef::Integer(number) => Cell::Number(number),
        ValueRef::Text(text) | ValueRef::Blob(text) => Cell::Text(String::from_utf8_lossy(text).into()),
        ValueRef::Real(real) => Cell::shown(real),
    }
}

/// A read model's row as it is stored.
fn row(table: &Table, stored: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    (0..table.columns.len()).map(|column| stored.get_ref(column).map(cell)).collect()
}
