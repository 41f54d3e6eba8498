//! The read models in an SQLite file of their own, which can be thrown away and folded again.

mod digest;
mod error;
mod journal;
mod query;
mod rebuild;
mod schema;
#[cfg(test)]
mod tests;
mod write;

pub use error::Error;
pub use journal::{Entry, Journal};
pub use query::{Query, Where};
pub use rebuild::Part;
pub use write::{Moved, Told};

use crate::checklist::{Checklist, Item, Tick};
use crate::table::{Cell, Row, Table};
use crate::tables;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use covertrail_files::{
    DatabaseError, DatabaseKind, FileError, NotOurs, Sharing, beside, check_marks, create_database,
};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, ToSql};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The file of read models, to be written to.
#[derive(Debug)]
pub struct Views {
    reader: Reader,
    /// The newest entry of the journal that is known here: another is somebody else's.
    newest: u64,
}

/// The file of read models, to be read. All that is read in a [`Reader::snapshot`] is of one moment.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    path: PathBuf,
    /// Who may read what this process makes.
    sharing: Sharing,
}

/// How far a read model has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// It follows from the log up to this position; 0 before the first.
    pub position: u64,
    /// And it says how things stand at this moment.
    pub at: Timestamp,
}

impl std::ops::Deref for Views {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Views {
    /// Opens the file for writing, and makes one, which only its owner may read, where there is none.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open_shared(path, &Sharing::OWNER_ONLY)
    }

    /// As [`Self::open`], for those to read who may.
    pub fn open_shared(path: impl AsRef<Path>, sharing: &Sharing) -> Result<Self, Error> {
        let kind = DatabaseKind::ReadModels;
        let place = match covertrail_files::look(path.as_ref(), kind) {
            // somebody has taken the file away alone: what is left of it belongs to no other
            Err(DatabaseError::NotOurs(NotOurs::WithoutDatabase { .. })) => {
                covertrail_files::put_aside(path.as_ref(), kind)?;
                covertrail_files::look(path.as_ref(), kind)?
            }
            looked => looked?,
        };
        if !place.exists {
            create_database(&place, kind, sharing, schema::create_file)?;
        }
        sharing.admit_group(&place.path)?;
        let connection = connect(&place.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let views = Self::prepared(&place.path, connection, sharing.clone())?;
        views.reader.share()?;
        Ok(views)
    }

    /// Read models that are gone with the process.
    pub fn in_memory() -> Result<Self, Error> {
        let path = Path::new(":memory:");
        let connection = Connection::open_in_memory().and_then(|connection| {
            schema::create_file(&connection)?;
            Ok(connection)
        });
        let connection = connection.map_err(|source| Error::sqlite(path, source))?;
        Self::prepared(path, connection, Sharing::OWNER_ONLY)
    }

    fn prepared(path: &Path, connection: Connection, sharing: Sharing) -> Result<Self, Error> {
        schema::prepare(&connection).map_err(|source| Error::sqlite(path, source))?;
        let reader = Reader { connection, path: path.to_owned(), sharing };
        let mut views = Self { reader, newest: 0 };
        views.take_up()?;
        Ok(views)
    }

    /// Gives the file another name, with what SQLite keeps beside it, so that a new one can be made. Only where it bears the
    /// mark of read models; answers with the new name, and with nothing where there is no file.
    pub fn put_aside(path: impl AsRef<Path>) -> Result<Option<PathBuf>, Error> {
        Ok(covertrail_files::put_aside(path.as_ref(), DatabaseKind::ReadModels)?)
    }

    /// Goes on from where the file is, whoever brought it there.
    pub fn take_up(&mut self) -> Result<(), Error> {
        self.newest = self.newest_change()?;
        Ok(())
    }

    /// The stored read models that are not there in this version, so that they must be folded anew.
    pub fn stale(&self) -> Result<Vec<&'static Table>, Error> {
        let mut stale = Vec::new();
        for table in tables::STORED {
            if self.checkpoint(table)?.is_none() {
                stale.push(table);
            }
        }
        Ok(stale)
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

    /// The checklist as it is stored.
    pub fn checklist(&self) -> Result<Checklist, Error> {
        let stored = || -> rusqlite::Result<Checklist> {
            let mut checklist = Checklist::default();
            let sql = "SELECT item, position, stream FROM checklist WHERE done";
            let mut select = self.connection.prepare_cached(sql)?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                let (item, tick): (String, Tick) =
                    (row.get(0)?, Tick { position: unsigned(row.get(1)?), stream: row.get(2)? });
                if let Some(item) = Item::parse(&item) {
                    checklist.tick(item, tick);
                }
            }
            Ok(checklist)
        };
        self.told(stored())
    }
}

impl Reader {
    /// Opens the file for reading only.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let place = covertrail_files::look(path, DatabaseKind::ReadModels)?;
        if !place.exists {
            return Err(
                FileError::Io { path: path.to_owned(), source: std::io::ErrorKind::NotFound.into() }.into()
            );
        }
        let connection = connect(&place.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Self { connection, path: place.path, sharing: Sharing::OWNER_ONLY })
    }

    /// Lets those read who may what SQLite has just made beside the file, and nobody else.
    pub(super) fn share(&self) -> Result<(), Error> {
        let companions = ["-wal", "-shm"].map(|end| beside(&self.path, end));
        let there = companions.iter().filter(|companion| companion.exists());
        Ok(there.into_iter().try_for_each(|path| self.sharing.apply(path))?)
    }

    /// How far a read model has followed the log; nothing where it is not there in this version.
    pub fn checkpoint(&self, table: &Table) -> Result<Option<Checkpoint>, Error> {
        let sql = "SELECT position, at FROM checkpoints WHERE name = ?1 AND version = ?2";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Checkpoint { position: unsigned(row.get(0)?), at: Timestamp::from_unix(row.get(1)?) })
        };
        let found =
            || self.connection.prepare_cached(sql)?.query_row((table.name, table.version), read).optional();
        self.told(found())
    }

    /// Reads several things that belong together: meanwhile nothing changes for this reader.
    pub fn snapshot<T>(&mut self, read: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        self.told(self.connection.execute_batch("BEGIN"))?;
        let answer = read(self);
        self.told(self.connection.execute_batch("COMMIT"))?;
        answer
    }

    fn told<T>(&self, result: rusqlite::Result<T>) -> Result<T, Error> {
        result.map_err(|source| Error::sqlite(&self.path, source))
    }
}

/// A connection to a file of ours.
fn connect(path: &Path, access: OpenFlags) -> Result<Connection, Error> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let opened = Connection::open_with_flags(path, flags).and_then(|connection| {
        connection.busy_timeout(schema::PATIENCE)?;
        // those of a group who read the file cannot make what SQLite needs beside it, so that stays when it is closed
        if std::fs::metadata(path).is_ok_and(|found| found.mode() & 0o040 != 0) {
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        }
        Ok(connection)
    });
    let connection = opened.map_err(|source| Error::sqlite(path, source))?;
    check_marks(path, DatabaseKind::ReadModels, &connection)?;
    Ok(connection)
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Nothing => ToSqlOutput::Owned(Value::Null),
            Self::Number(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

fn cell(value: ValueRef<'_>) -> Cell<'_> {
    match value {
        ValueRef::Null => Cell::Nothing,
        ValueRef::Integer(number) => Cell::Number(number),
        ValueRef::Text(text) | ValueRef::Blob(text) => Cell::Text(String::from_utf8_lossy(text)),
        ValueRef::Real(real) => Cell::shown(real),
    }
}

/// A read model's row as it is stored.
fn row<'a>(table: &Table, stored: &'a rusqlite::Row<'_>) -> rusqlite::Result<Row<'a>> {
    (0..table.columns.len()).map(|column| stored.get_ref(column).map(cell)).collect()
}

/// Numbers as SQLite keeps them.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn kept(row: Row<'_>) -> Row<'static> {
    row.into_iter().map(Cell::kept).collect()
}
