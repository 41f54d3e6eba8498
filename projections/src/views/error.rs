//! Why the read models cannot be read or written.

use std::path::PathBuf;

/// The file cannot be read or written. It holds nothing that the log does not: delete it and it is folded again.
#[derive(Debug, thiserror::Error)]
#[error("the read models {}: {source}", path.display())]
pub struct Error {
    pub(super) path: PathBuf,
    pub(super) source: rusqlite::Error,
}
