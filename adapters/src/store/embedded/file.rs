//! From a path to connections. Whatever is wrong with a file is found before anything is written to it.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use covertrail_files::{DatabaseKind, DatabasePlace, Sharing, beside, check_marks, create_database};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::error::is_damage;
use super::{OpenError, schema};

/// How long to wait while somebody else, an auditor's `sqlite3` say, holds the file for a moment.
const BUSY: Duration = Duration::from_secs(5);

/// Where the log is, or where it can be made. Looks without locking or making any file.
pub(super) fn look(path: &Path) -> Result<DatabasePlace, OpenError> {
    covertrail_files::look(path, DatabaseKind::Log).map_err(|error| OpenError::at(path, error))
}

/// Makes a new log. It appears at its path only when it is whole.
pub(super) fn create(place: &DatabasePlace, sharing: &Sharing) -> Result<(), OpenError> {
    create_database(place, DatabaseKind::Log, sharing, schema::create)
        .map_err(|error| OpenError::at(&place.path, error))
}

/// The connection of the one writer.
pub(super) fn writer(path: &Path) -> Result<Connection, OpenError> {
    let connection = connect(path).map_err(|error| failed(path, error))?;
    check(path, &connection)?;
    if connection.is_readonly("main").map_err(|error| failed(path, error))? {
        let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        return Err(unavailable(path, denied));
    }
    // see `checkpoint`
    let ready = connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; \
         PRAGMA wal_autocheckpoint = 0;",
    );
    ready.map_err(|error| failed(path, error))?;
    Ok(connection)
}

/// Lets those read the log who may, and nobody else what SQLite has just made beside it.
pub(super) fn share(path: &Path, sharing: &Sharing) -> Result<(), OpenError> {
    let shared = sharing.admit_group(path).and_then(|()| {
        let companions = ["-wal", "-shm"].map(|end| beside(path, end));
        companions.iter().filter(|companion| companion.exists()).try_for_each(|path| sharing.apply(path))
    });
    shared.map_err(|error| unavailable(path, error))
}

/// A connection that reads beside the writer. It could write, so that whoever closes the log last, reader or
/// writer, leaves no WAL behind; `query_only` keeps it from doing so.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(path)?;
    connection.execute_batch("PRAGMA cache_size = -2048; PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// Whether a connection finds a log of ours, with every table and column it needs.
pub(super) fn check(path: &Path, connection: &Connection) -> Result<(), OpenError> {
    check_marks(path, DatabaseKind::Log, connection).map_err(|error| OpenError::at(path, error))?;
    for statement in schema::STATEMENTS {
        connection.prepare(statement).map_err(|error| failed(path, error))?;
    }
    Ok(())
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    if stays_readable(path) {
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    }
    Ok(connection)
}

/// Whether others than the owner may read the log. They cannot make the files that SQLite needs beside it, so those stay
/// when it is closed.
pub(super) fn stays_readable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.mode() & 0o040 != 0)
}

pub(super) fn failed(path: &Path, error: rusqlite::Error) -> OpenError {
    if is_damage(&error) {
        OpenError::Damaged { path: path.to_owned(), source: Arc::new(error) }
    } else {
        OpenError::Unavailable { path: path.to_owned(), source: Arc::new(error) }
    }
}

pub(super) fn unavailable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> OpenError {
    OpenError::Unavailable { path: path.to_owned(), source: Arc::new(error) }
}
