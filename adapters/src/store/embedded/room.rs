//! Room for the WAL, made before it is needed.
//!
//! A commit that makes a file longer waits for the file system's journal, and with it for whatever else is
//! being written to that disk. One that overwrites blocks which the file has already waits for its own bytes.
//! So the WAL is filled up with zeros beyond its end: SQLite takes what is no frame of its own for the end.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use covertrail_files::beside;

/// So much room is made at a time (1 MiB): an append that comes meanwhile waits for it.
const STEP: u64 = 1 << 20;

/// The WAL of one log. Only its writer may make room, between two transactions: nobody else makes it longer.
pub(super) struct Room {
    wal: Option<File>,
    bytes: u64,
    wanted: u64,
}

impl Room {
    /// The WAL of a log that is open, which is to have room for so many bytes.
    pub(super) fn of(path: &Path, wanted: u64) -> Self {
        // SQLite has just opened it, and refuses a link there
        let wal = OpenOptions::new().write(true).open(beside(path, "-wal")).ok();
        let bytes = wal.as_ref().and_then(|wal| wal.metadata().ok()).map_or(0, |wal| wal.len());
        Self { wal, bytes, wanted }
    }

    /// Whether there is less room than there is to be.
    pub(super) fn is_wanted(&self) -> bool {
        self.wal.is_some() && self.bytes < self.wanted
    }

    /// Makes some of what is wanted. Where it cannot be made the log works without.
    pub(super) fn make(&mut self) {
        let Some(wal) = &mut self.wal else { return };
        match lengthen(wal) {
            Ok(bytes) => self.bytes = bytes,
            Err(error) => {
                tracing::warn!(%error, "the event log's WAL could not be given room");
                self.wal = None;
            }
        }
    }
}

/// Answers with the new length.
fn lengthen(wal: &mut File) -> std::io::Result<u64> {
    // SQLite may have made it longer itself
    let end = wal.seek(SeekFrom::End(0))?;
    let zeros = vec![0; 1 << 16];
    let upto = end.saturating_add(STEP);
    let mut at = end;
    while at < upto {
        wal.write_all(&zeros)?;
        at = at.saturating_add(1 << 16);
    }
    wal.sync_data()?;
    Ok(at)
}
