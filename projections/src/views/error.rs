//! Why the read models cannot be read or written.

use covertrail_files::{DatabaseError, FileError, NotOurs};
use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};

/// Why the file of read models cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something else is there. It is left alone.
    #[error("the read models: {0}")]
    NotOurs(#[from] NotOurs),
    /// The file cannot be read or written. It holds nothing that the log does not: move it away and it is folded again.
    #[error("the read models {}: {source}", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite reports.
        source: rusqlite::Error,
    },
    /// The system refuses.
    #[error("the read models: {0}")]
    File(#[from] FileError),
}

impl Error {
    /// Whether the file itself is broken, so that only making it anew helps.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Sqlite { source, .. } => {
                matches!(
                    source.sqlite_error_code(),
                    Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
                )
            }
            Self::NotOurs(_) | Self::File(_) => false,
        }
    }

    pub(super) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        Self::Sqlite { path: path.to_owned(), source }
    }
}

impl From<DatabaseError> for Error {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::NotOurs(not_ours) => Self::NotOurs(not_ours),
            DatabaseError::Damaged { path, source } | DatabaseError::Unreachable { path, source } => {
                Self::Sqlite { path, source }
            }
            DatabaseError::File(error) => Self::File(error),
        }
    }
}
