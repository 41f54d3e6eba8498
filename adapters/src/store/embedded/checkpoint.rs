//! Copying the WAL into the log, out of the way of those who append.
//!
//! SQLite would do it in the middle of some commit, and whoever waits for that one waits ten times as long as
//! the others. So a second thread copies while the writer goes on. It never quite catches up with a busy
//! writer, and the WAL can start over only when it is copied to its end; so when the WAL has grown long, the
//! writer itself copies the little that is left.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

/// Copy in the background when so many pages wait.
const BACKGROUND_PAGES: i64 = 1000;

/// Start over when the WAL has so many pages (16 MiB) and most of them are copied.
const ENOUGH_PAGES: i64 = 2000;

/// So few pages are copied by the writer itself, for it takes no longer than a commit or two.
const REST_PAGES: i64 = 64;

/// Copy however many there are when the WAL has so many pages.
const TOO_MANY_PAGES: i64 = 8000;

/// What the WAL grows to on most days.
pub(super) const ROOM_BYTES: u64 = 20 << 20;

/// The writer's side. When it goes, the second thread has ended and closed the file.
pub(super) struct Checkpoints {
    due: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// How long the WAL was when the writer last copied the rest. While somebody reads from the WAL it goes on.
    rested_at: i64,
}

/// How long the WAL is and how much of it has been copied, in pages.
struct Wal {
    pages: i64,
    copied: i64,
}

impl Checkpoints {
    /// Starts the second thread, on a connection of its own.
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (due, wake) = sync_channel(1);
        let work = move || {
            // ends when the writer's side goes
            while wake.recv().is_ok() {
                copy(&connection);
            }
        };
        let thread = thread::Builder::new().name("event-log-copy".to_owned()).spawn(work)?;
        Ok(Self { due: Some(due), thread: Some(thread), rested_at: 0 })
    }

    /// Called after each commit, when its appends have been answered.
    pub(super) fn committed(&mut self, writer: &Connection) {
        let Ok(wal) = wal(writer, "PRAGMA wal_checkpoint(NOOP)") else { return };
        if wal.pages < self.rested_at {
            self.rested_at = 0;
        }
        let rest = wal.pages - wal.copied;
        let is_enough = wal.pages >= ENOUGH_PAGES;
        if wal.pages - self.rested_at < REST_PAGES {
            // it could not start over yet
        } else if wal.pages >= TOO_MANY_PAGES || (is_enough && rest <= REST_PAGES) {
            copy(writer);
            self.rested_at = wal.pages;
        } else if (is_enough || rest >= BACKGROUND_PAGES)
            && let Some(due) = &self.due
        {
            // refused while it is at work already
            let _ = due.try_send(());
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.due = None;
        if let Some(thread) = self.thread.take() {
            // a panic there has been reported there
            let _ = thread.join();
        }
    }
}

/// Copies what can be copied now. A failure leaves everything as it was; it is tried again as the WAL grows.
pub(super) fn copy(connection: &Connection) {
    if let Err(error) = wal(connection, "PRAGMA wal_checkpoint(PASSIVE)") {
        tracing::warn!(%error, "the event log's WAL could not be copied");
    }
}

/// Copies all of the WAL into the log and empties it, for those who then read a log that nobody has open. Waits for nobody:
/// where somebody reads just now, the WAL stays as it is and is read too.
pub(super) fn finish(connection: &Connection) {
    let finished = connection
        .busy_timeout(std::time::Duration::ZERO)
        .and_then(|()| wal(connection, "PRAGMA wal_checkpoint(TRUNCATE)"));
    if let Err(error) = finished {
        tracing::warn!(%error, "the event log's WAL could not be copied");
    }
}

fn wal(connection: &Connection, pragma: &str) -> rusqlite::Result<Wal> {
    let mut statement = connection.prepare_cached(pragma)?;
    statement.query_row([], |row| Ok(Wal { pages: row.get(1)?, copied: row.get(2)? }))
}
