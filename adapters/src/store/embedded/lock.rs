//! Who may write. The lock is the operating system's, on a file beside the log: it goes when its process
//! goes, however that ends. It is not on the log itself, because closing any descriptor of that file would
//! let go of SQLite's own locks on it.

use std::fs::{File, TryLockError};
use std::path::Path;

use covertrail_files::{beside, open_lock};

use super::OpenError;
use super::file::unavailable;

/// The right to write to a log, for as long as this value lives.
pub(super) struct Lock(#[expect(dead_code, reason = "held, never used: dropping it lets go")] File);

pub(super) fn acquire(path: &Path) -> Result<Lock, OpenError> {
    let file = open_lock(&beside(path, ".lock")).map_err(|error| unavailable(path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(unavailable(path, error)),
    }
}
