use std::path::{Path, PathBuf};
use std::sync::Arc;

use covertrail_files::{DatabaseError, NotOurs};
use rusqlite::ErrorCode;
use thiserror::Error;

use crate::store::{AppendError, Cause, ReadError};

/// Why a log could not be opened. In every case the file is as it was.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Another process writes to it.
    #[error("{} is in use by another process: stop that one, or open the log for reading only", path.display())]
    Locked {
        /// The log.
        path: PathBuf,
    },
    /// There is nothing to read.
    #[error("there is no log at {}: check the path; `serve` makes a new log", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// Something else is there, or a log of another version. It is left alone.
    #[error(transparent)]
    NotOurs(#[from] NotOurs),
    /// It cannot be trusted any more.
    #[error("the log {} is damaged: keep this file for inspection and restore the log from a backup", path.display())]
    Damaged {
        /// The log.
        path: PathBuf,
        /// What was found.
        source: Cause,
    },
    /// The file system does not let us.
    #[error("the log {} cannot be opened: check that the directory exists and may be written to", path.display())]
    Unavailable {
        /// The log.
        path: PathBuf,
        /// What the system said.
        source: Cause,
    },
}

impl OpenError {
    /// Why the log at a path cannot be used.
    pub(super) fn at(path: &Path, error: DatabaseError) -> Self {
        let path = path.to_owned();
        match error {
            DatabaseError::NotOurs(not_ours) => Self::NotOurs(not_ours),
            DatabaseError::Damaged { source, .. } => Self::Damaged { path, source: Arc::new(source) },
            DatabaseError::Unreachable { source, .. } => Self::Unavailable { path, source: Arc::new(source) },
            DatabaseError::File(error) => Self::Unavailable { path, source: Arc::new(error) },
        }
    }
}

/// Why the embedded engine does not answer, beside what SQLite says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Refusal {
    #[error("the log has been closed")]
    Closed,
    #[error("the log is open for reading only")]
    ReadOnly,
    #[error("the writer could not undo a failed transaction")]
    Stuck,
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        if is_damage(&error) { Self::Malformed(Arc::new(error)) } else { Self::Unavailable(Arc::new(error)) }
    }
}

impl From<Refusal> for ReadError {
    fn from(refusal: Refusal) -> Self {
        Self::Unavailable(Arc::new(refusal))
    }
}

impl From<Refusal> for AppendError {
    fn from(refusal: Refusal) -> Self {
        Self::Unavailable(Arc::new(refusal))
    }
}

/// Whether SQLite says that the file itself is wrong, rather than that it cannot be reached just now.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        Some(code) => {
            matches!(code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown)
        }
        // a value that is not of its column's type
        None => true,
    }
}
