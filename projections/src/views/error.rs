//! Why the read models cannot be read or written.

use rusqlite::ErrorCode;
use std::path::PathBuf;

/// The file cannot be read or written. It holds nothing that the log does not: delete it and it is folded again.
#[derive(Debug, thiserror::Error)]
#[error("the read models {}: {source}", path.display())]
pub struct Error {
    pub(super) path: PathBuf,
    pub(super) source: rusqlite::Error,
}

impl Error {
    /// Whether the file itself is broken, so that only making it anew helps.
    pub fn is_damage(&self) -> bool {
        matches!(self.source.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
    }
}
