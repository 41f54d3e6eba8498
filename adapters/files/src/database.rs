//! SQLite databases of ours: the mark that each bears, and what may be done with a file.

use crate::error::{DatabaseError, FileError, NotOurs};
use crate::regular::what_it_is;
use crate::sharing::Sharing;
use crate::write::{create_new, replace, sync_folder};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// What a database of ours holds. Each kind has an `application_id` of its own, so that it is told from every other SQLite
/// database, and a `user_version`, so that it is told from one of another Covertrail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// The event log.
    Log,
    /// The read models.
    ReadModels,
}

impl DatabaseKind {
    const ALL: [Self; 2] = [Self::Log, Self::ReadModels];

    /// The `application_id`, four letters of ASCII.
    pub const fn application_id(self) -> i32 {
        i32::from_be_bytes(match self {
            Self::Log => *b"CVTL",
            Self::ReadModels => *b"CVTR",
        })
    }

    /// The `user_version` that this program reads and writes. Raise it when the form of the file changes.
    pub const fn version(self) -> i64 {
        match self {
            Self::Log | Self::ReadModels => 1,
        }
    }

    /// What to do about a file of another version.
    pub(crate) fn other_version(self, found: i64) -> &'static str {
        match (self, found > self.version()) {
            (Self::Log, true) => "use a newer covertrail",
            (Self::Log, false) => "use the covertrail that wrote it",
            (Self::ReadModels, true) => {
                "use a newer covertrail, or move the file away: read models are folded again"
            }
            (Self::ReadModels, false) => "move the file away: read models are folded again from the log",
        }
    }
}

impl fmt::Display for DatabaseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Log => "a covertrail log",
            Self::ReadModels => "a file of covertrail read models",
        })
    }
}

/// Where a database is or can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabasePlace {
    /// The file itself: links are resolved, so that everybody who opens the database finds the same files beside it.
    pub path: PathBuf,
    /// Whether it is there; an empty file is not.
    pub exists: bool,
}

/// Finds out whether a path may be used for a database of this kind: it is ours, or empty, or nothing is there. Nothing is
/// locked, made or changed.
pub fn look(path: &Path, kind: DatabaseKind) -> Result<DatabasePlace, DatabaseError> {
    let place = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            DatabasePlace { path: resolved(path), exists: false }
        }
        Err(error) => return Err(FileError::io(path, error).into()),
        Ok(_) => match fs::metadata(path) {
            Ok(found) if !found.is_file() => {
                let found = what_it_is(found.file_type());
                return Err(NotOurs::NotRegular { path: path.to_owned(), kind, found }.into());
            }
            Ok(found) => DatabasePlace { path: resolved(path), exists: found.len() > 0 },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(NotOurs::DanglingLink { path: path.to_owned() }.into());
            }
            Err(error) => return Err(FileError::io(path, error).into()),
        },
    };
    let companion = companions(&place.path)?;
    if let Some(companion) = companion.filter(|_| !place.exists) {
        return Err(NotOurs::WithoutDatabase { path: path.to_owned(), companion }.into());
    }
    if place.exists {
        let marks = immutable(&place.path).and_then(|connection| marks(&connection));
        match marks {
            Ok(marks) => compare(path, kind, marks)?,
            Err(source) if source.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
                return Err(NotOurs::NotADatabase { path: path.to_owned(), kind }.into());
            }
            // A process that is in the middle of writing to the file, or died there, leaves one that is whole only together
            // with what is beside it: whoever opens it checks its mark again.
            Err(_)
                if has_bytes(&beside(&place.path, "-wal")) || has_bytes(&beside(&place.path, "-journal")) => {
            }
            Err(_) if !bears_mark(&place.path, kind)? => {
                return Err(NotOurs::OtherProgram { path: path.to_owned(), kind }.into());
            }
            Err(source) => return Err(DatabaseError::Damaged { path: path.to_owned(), source }),
        }
    }
    Ok(place)
}

/// Whether an open connection finds the mark of this kind.
pub fn check_marks(path: &Path, kind: DatabaseKind, connection: &Connection) -> Result<(), DatabaseError> {
    let marks = marks(connection).map_err(|source| match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            DatabaseError::Damaged { path: path.to_owned(), source }
        }
        Some(_) | None => DatabaseError::Unreachable { path: path.to_owned(), source },
    })?;
    Ok(compare(path, kind, marks)?)
}

/// Makes a database of this kind where [`look`] found that there is none. `fill` makes its tables. It appears at the path
/// only when it is whole; where another process has just made one, that one stays.
pub fn create_database(
    place: &DatabasePlace,
    kind: DatabaseKind,
    sharing: &Sharing,
    fill: impl FnOnce(&Connection) -> rusqlite::Result<()>,
) -> Result<(), DatabaseError> {
    let bytes = || -> rusqlite::Result<Vec<u8>> {
        let mut connection = Connection::open_in_memory()?;
        fill(&connection)?;
        connection.pragma_update(None, "application_id", kind.application_id())?;
        connection.pragma_update(None, "user_version", kind.version())?;
        Ok(connection.serialize("main")?.to_vec())
    };
    let path = &place.path;
    let bytes = bytes().map_err(|source| DatabaseError::Unreachable { path: path.clone(), source })?;
    match fs::metadata(path) {
        Ok(found) if found.is_file() && found.len() == 0 => Ok(replace(path, &bytes, sharing)?),
        Ok(_) | Err(_) => match create_new(path, &bytes, sharing) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            made => Ok(made?),
        },
    }
}

/// Gives a damaged database of ours another name, with what SQLite keeps beside it, so that a new one can be made at its
/// path. Answers with the new name; nothing where there is no database. A file that does not bear the mark of this kind is
/// left alone.
pub fn put_aside(path: &Path, kind: DatabaseKind) -> Result<Option<PathBuf>, DatabaseError> {
    let path = &resolved(path);
    let exists = match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => {
            let found = what_it_is(found.file_type());
            return Err(NotOurs::NotRegular { path: path.clone(), kind, found }.into());
        }
        Ok(_) if !bears_mark(path, kind)? => {
            return Err(NotOurs::OtherProgram { path: path.clone(), kind }.into());
        }
        Ok(_) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(FileError::io(path, error).into()),
    };
    companions(path)?;
    let ends = ["", "-wal", "-shm", "-journal"];
    let there: Vec<_> = ends.into_iter().filter(|end| beside(path, end).is_file()).collect();
    let is_free = |aside: &Path| ends.iter().all(|end| fs::symlink_metadata(beside(aside, end)).is_err());
    let aside =
        (1..=MOST_ASIDE).map(|number| beside(path, &format!(".aside-{number}"))).find(|at| is_free(at));
    let full = || io::Error::other(format!("{MOST_ASIDE} damaged files are beside it: remove some"));
    let aside = aside.ok_or_else(|| FileError::io(path, full()))?;
    for end in there {
        let from = beside(path, end);
        fs::rename(&from, beside(&aside, end)).map_err(|error| FileError::io(&from, error))?;
    }
    sync_folder(path).map_err(|error| FileError::io(path, error))?;
    Ok(exists.then_some(aside))
}

/// How many files may be put aside before somebody must look at them.
const MOST_ASIDE: u32 = 100;

/// A path with something added to its end.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The path without links; as it is where its folder is not there.
fn resolved(path: &Path) -> PathBuf {
    if let Ok(found) = fs::canonicalize(path) {
        return found;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (fs::canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        (Ok(_) | Err(_), _) => path.to_owned(),
    }
}

/// Whether what SQLite keeps beside a database is SQLite's: it would write over anything else. Answers with one that holds
/// something.
fn companions(database: &Path) -> Result<Option<PathBuf>, DatabaseError> {
    let mut companion = None;
    // of a WAL both byte orders of its checksums, and of either file what was never begun
    let begins: [(&str, &[&[u8]]); 3] = [
        ("-wal", &[&[0x37, 0x7f, 0x06, 0x82], &[0x37, 0x7f, 0x06, 0x83], &[0; 4]]),
        ("-journal", &[&[0xd9, 0xd5, 0x05, 0xf9], &[0; 4]]),
        ("-shm", &[]),
    ];
    for (end, begins) in begins {
        let path = beside(database, end);
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(FileError::io(&path, error).into()),
        };
        if !found.is_file() {
            return Err(NotOurs::Companion { path, found: what_it_is(found.file_type()) }.into());
        }
        if end == "-shm" {
            // SQLite's locks are on it, and closing any descriptor of it would let go of them: its length must do
            if !is_length_of_shm(found.len()) {
                return Err(NotOurs::Companion { path, found: "no file of SQLite" }.into());
            }
            continue;
        }
        if found.len() == 0 {
            continue;
        }
        let begin = first_bytes::<4>(&path).map_err(|error| FileError::io(&path, error))?;
        if !begins.iter().any(|known| begin == *known) {
            return Err(NotOurs::Companion { path, found: "no file of SQLite" }.into());
        }
        companion = Some(path);
    }
    Ok(companion)
}

/// Whether SQLite makes a `-shm` of so many bytes: whole pages of 4 KiB, or three bytes between its last user and the next.
fn is_length_of_shm(bytes: u64) -> bool {
    bytes.is_multiple_of(4096) || bytes == 3
}

/// Whether a file's header has the mark, also where the rest of it is damaged.
fn bears_mark(path: &Path, kind: DatabaseKind) -> Result<bool, FileError> {
    let header = match first_bytes::<72>(path) {
        Ok(header) => header,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        Err(error) => return Err(FileError::io(path, error)),
    };
    let mark = header.split_last_chunk::<4>().map(|(_, mark)| i32::from_be_bytes(*mark));
    Ok(header.starts_with(b"SQLite format 3\0") && mark == Some(kind.application_id()))
}

fn first_bytes<const N: usize>(path: &Path) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    File::open(path)?.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn has_bytes(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.len() > 0)
}

/// The application id and the version of a database.
fn marks(connection: &Connection) -> rusqlite::Result<(i32, i64)> {
    let application = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    Ok((application, connection.pragma_query_value(None, "user_version", |row| row.get(0))?))
}

fn compare(path: &Path, kind: DatabaseKind, (application, version): (i32, i64)) -> Result<(), NotOurs> {
    let path = path.to_owned();
    match DatabaseKind::ALL.into_iter().find(|known| known.application_id() == application) {
        None => Err(NotOurs::OtherProgram { path, kind }),
        Some(found) if found != kind => Err(NotOurs::OtherKind { path, kind, found }),
        Some(_) if version != kind.version() => Err(NotOurs::Version { path, kind, found: version }),
        Some(_) => Ok(()),
    }
}

/// A connection that takes the file as it is: it locks nothing and makes no file beside it.
fn immutable(path: &Path) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let text = path.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(path.to_owned()))?;
    let escaped = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Connection::open_with_flags(format!("file:{escaped}?immutable=1"), flags)
}

#[cfg(test)]
mod tests;
