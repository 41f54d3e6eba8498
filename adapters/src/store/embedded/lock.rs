//! Who may write. The lock is the operating system's, on a file beside the log: it goes when its process
//! goes, however that ends. It is not on the log itself, because closing any descriptor of that file would
//! let go of SQLite's own locks on it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::OpenError;

/// The right to write to a log, for as long as this value lives.
pub(super) struct Lock(#[expect(dead_code, reason = "held, never used: dropping it lets go")] File);

pub(super) fn acquire(path: &Path) -> Result<Lock, OpenError> {
    let unavailable = |error| OpenError::Unavailable { path: path.to_owned(), source: Arc::new(error) };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(beside(path, ".lock"))
        .map_err(unavailable)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(unavailable(error)),
    }
}

/// The log's path with something added to its end.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
