//! From a path to connections. Whatever is wrong with a file is found before anything is written to it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::is_damage;
use super::lock::beside;
use super::{OpenError, schema};

/// How long to wait while somebody else, an auditor's `sqlite3` say, holds the file for a moment.
const BUSY: Duration = Duration::from_secs(5);

/// What stands at the path: nothing yet, or a log. Looks without locking or making any file.
pub(super) fn look(path: &Path) -> Result<bool, OpenError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() == 0 => return Ok(false),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(unavailable(path, error)),
    }
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let marks = Connection::open_with_flags(immutable_uri(path)?, flags)
        .and_then(|connection| schema::marks(&connection));
    match marks {
        Ok(marks) => check_marks(path, marks).map(|()| true),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            Err(OpenError::NotALog { path: path.to_owned() })
        }
        // A process that died in mid-checkpoint leaves a file that is whole only together with its WAL.
        Err(_) if fs::metadata(beside(path, "-wal")).is_ok_and(|wal| wal.len() > 0) => Ok(true),
        Err(error) => Err(failed(path, error)),
    }
}

/// Makes a new log. It appears at the path only when it is whole.
pub(super) fn create(path: &Path) -> Result<(), OpenError> {
    let unborn = beside(path, ".new");
    for leftover in
        [unborn.clone(), beside(&unborn, "-wal"), beside(&unborn, "-shm"), beside(&unborn, "-journal")]
    {
        match fs::remove_file(leftover) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(unavailable(path, error));
            }
            _ => {}
        }
    }
    let connection = Connection::open(&unborn).map_err(|error| failed(path, error))?;
    schema::create(&connection).map_err(|error| failed(path, error))?;
    connection.close().map_err(|(_, error)| failed(path, error))?;
    fs::rename(&unborn, path).and_then(|()| sync_directory(path)).map_err(|error| unavailable(path, error))
}

/// The connection of the one writer.
pub(super) fn writer(path: &Path) -> Result<Connection, OpenError> {
    let connection = connect(path).map_err(|error| failed(path, error))?;
    // see `checkpoint`
    let ready = connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 0;",
    );
    ready.map_err(|error| failed(path, error))?;
    check(path, &connection)?;
    if connection.is_readonly("main").map_err(|error| failed(path, error))? {
        let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        return Err(unavailable(path, denied));
    }
    Ok(connection)
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
    let marks = schema::marks(connection).map_err(|error| failed(path, error))?;
    check_marks(path, marks)?;
    for statement in schema::STATEMENTS {
        connection.prepare(statement).map_err(|error| failed(path, error))?;
    }
    Ok(())
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

fn check_marks(path: &Path, (application, version): (i64, i64)) -> Result<(), OpenError> {
    if application != schema::APPLICATION_ID {
        return Err(OpenError::NotALog { path: path.to_owned() });
    }
    if version > schema::VERSION {
        return Err(OpenError::Newer { path: path.to_owned(), found: version, known: schema::VERSION });
    }
    Ok(())
}

fn immutable_uri(path: &Path) -> Result<PathBuf, OpenError> {
    let absolute = std::path::absolute(path).map_err(|error| unavailable(path, error))?;
    let escaped = absolute
        .to_str()
        .ok_or_else(|| unavailable(path, std::io::Error::other("the path is not UTF-8")))?
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    Ok(format!("file://{escaped}?immutable=1").into())
}

fn sync_directory(path: &Path) -> std::io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

pub(super) fn failed(path: &Path, error: rusqlite::Error) -> OpenError {
    if is_damage(&error) {
        OpenError::Damaged { path: path.to_owned(), source: Arc::new(error) }
    } else {
        OpenError::Unavailable { path: path.to_owned(), source: Arc::new(error) }
    }
}

pub(super) fn unavailable(path: &Path, error: std::io::Error) -> OpenError {
    OpenError::Unavailable { path: path.to_owned(), source: Arc::new(error) }
}
