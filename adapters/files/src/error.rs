//! Why a file cannot be used.

use crate::DatabaseKind;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a file or a folder cannot be opened, read or written.
#[derive(Debug, Error)]
pub enum FileError {
    /// Something else than a regular file is there.
    #[error("{} is {found}, where a regular file is due", path.display())]
    NotRegular {
        /// The path.
        path: PathBuf,
        /// What is there: `a folder`, `a FIFO`, …
        found: &'static str,
    },
    /// Something else than a folder is there.
    #[error("{} is {found}, where a folder is due", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
        /// What is there.
        found: &'static str,
    },
    /// It is larger than anything that belongs there.
    #[error("{} is larger than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The largest size that is read, in bytes.
        limit: u64,
    },
    /// The system refuses.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The reason, such as a full disk.
        source: io::Error,
    },
}

impl FileError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }

    /// What kind of failure the system reports; [`io::ErrorKind::Other`] where it reports none.
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Io { source, .. } => source.kind(),
            Self::NotRegular { .. } | Self::NotAFolder { .. } | Self::TooLarge { .. } => io::ErrorKind::Other,
        }
    }
}

impl From<FileError> for io::Error {
    fn from(error: FileError) -> Self {
        Self::new(error.kind(), error)
    }
}

/// Why a file is left alone: it is not what the path is for. Nothing about it has been changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotOurs {
    /// A folder, a FIFO, a device or a socket.
    #[error("{} is not {kind}: it is {found}; choose another path", path.display())]
    NotRegular {
        /// The path.
        path: PathBuf,
        /// What is expected there.
        kind: DatabaseKind,
        /// What is there.
        found: &'static str,
    },
    /// A symbolic link to nothing.
    #[error("{} is a link to a file that is not there; remove the link, or choose another path", path.display())]
    DanglingLink {
        /// The link.
        path: PathBuf,
    },
    /// A file of another form, such as a text.
    #[error("{} is not {kind}: it is no SQLite database; choose another path, or move that file away", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What is expected there.
        kind: DatabaseKind,
    },
    /// A database without our mark.
    #[error(
        "{} is not {kind}: it is an SQLite database without Covertrail's mark; choose another path, or move that file away",
        path.display()
    )]
    OtherProgram {
        /// The file.
        path: PathBuf,
        /// What is expected there.
        kind: DatabaseKind,
    },
    /// Another database of ours.
    #[error("{} is not {kind}: it is {found}; choose another path", path.display())]
    OtherKind {
        /// The file.
        path: PathBuf,
        /// What is expected there.
        kind: DatabaseKind,
        /// What it is.
        found: DatabaseKind,
    },
    /// A database of ours in a version that this program does not know.
    #[error("{} has version {found} and this program knows version {}: {}", path.display(), kind.version(), kind.other_version(*found))]
    Version {
        /// The file.
        path: PathBuf,
        /// What is expected there.
        kind: DatabaseKind,
        /// Its version.
        found: i64,
    },
    /// What SQLite keeps beside a database is something else.
    #[error("{} is {found}, and SQLite would write over it: move it away", path.display())]
    Companion {
        /// The file beside the database.
        path: PathBuf,
        /// What it is.
        found: &'static str,
    },
    /// What SQLite keeps beside a database is there without the database.
    #[error(
        "{} is there without {}: put the database back from where it was moved to, or move that file away",
        companion.display(), path.display()
    )]
    WithoutDatabase {
        /// Where the database is expected.
        path: PathBuf,
        /// What is there instead.
        companion: PathBuf,
    },
}

/// Why a database cannot be used.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// It is not ours.
    #[error(transparent)]
    NotOurs(#[from] NotOurs),
    /// It may be ours, and cannot be read any more.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        source: rusqlite::Error,
    },
    /// SQLite cannot reach it just now.
    #[error("{} cannot be opened", path.display())]
    Unreachable {
        /// The file.
        path: PathBuf,
        /// What SQLite reports.
        source: rusqlite::Error,
    },
    /// The system refuses.
    #[error(transparent)]
    File(#[from] FileError),
}
