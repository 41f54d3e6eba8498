//! The embedded engine: one SQLite file, one thread that writes to it, readers beside it.
//!
//! - An append is answered when its transaction is on the disk (WAL, `synchronous = FULL`).
//! - One process writes, by a lock beside the file; any number read. Auditors use `sqlite3` and its view `log`.
//! - Positions are 1, 2, 3 in the order of commit, and what is stored cannot be changed by SQL either.

mod backward;
mod checkpoint;
mod error;
mod feed;
mod file;
mod heads;
mod lock;
mod numbers;
mod page;
mod readers;
mod room;
mod schema;
#[cfg(test)]
mod tests;
mod transaction;
mod verify;
mod writer;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use covertrail_files::Sharing;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use self::checkpoint::Checkpoints;
use self::error::Refusal;
use self::feed::{LogFeed, Pulse};
use self::page::{Detail, Span};
use self::readers::Readers;
use self::room::Room;
use self::writer::{Append, Message, Writer};
use super::{
    AppendError, Appended, Batch, Category, EventStore, Expected, NewEvent, Position, ReadError, StreamName,
    Subscription, append_size,
};

pub use self::error::OpenError;
pub use self::verify::Verified;
pub use covertrail_files::NotOurs;

/// A log in one file. Clones share it; when the last one goes, what waits is written and the file is closed.
#[derive(Clone)]
pub struct Embedded {
    readers: Arc<Readers>,
    pulse: Pulse,
    /// The way to the writer, if this process writes.
    writer: Option<mpsc::Sender<Message>>,
}

impl Embedded {
    /// Opens a log for reading and writing, and makes a new one, which only its owner may read, where there is none.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_shared(path, &Sharing::OWNER_ONLY)
    }

    /// As [`Self::open`], for those to read who may.
    pub fn open_shared(path: impl AsRef<Path>, sharing: &Sharing) -> Result<Self, OpenError> {
        let place = file::look(path.as_ref())?;
        let path = place.path.as_path();
        let lock = lock::acquire(path)?;
        // again, under the lock: another process may just have made it
        let place = file::look(path)?;
        if !place.exists {
            file::create(&place, sharing)?;
        }
        // a connection sees at its start whether others may read the log
        sharing.admit_group(path).map_err(|error| file::unavailable(path, error))?;
        let connection = file::writer(path)?;
        let last = page::last_position(&connection).map_err(|error| file::failed(path, error))?;
        let reader = file::reader(path).map_err(|error| file::failed(path, error))?;
        file::share(path, sharing)?;
        let checkpoints =
            Checkpoints::start(file::writer(path)?).map_err(|error| file::unavailable(path, error))?;
        let (sender, queue) = mpsc::channel(writer::QUEUE);
        let (head, told) = watch::channel(last);
        let room = Room::of(path, checkpoint::ROOM_BYTES);
        let writer = Writer::new(connection, checkpoints, room, lock, last, queue, head);
        std::thread::Builder::new()
            .name("event-log".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| file::unavailable(path, error))?;
        Ok(Self {
            readers: Arc::new(Readers::new(path.to_owned(), reader)),
            pulse: Pulse::Told(told),
            writer: Some(sender),
        })
    }

    /// Opens a log for reading, also while another process writes to it. Appends are refused; a subscription
    /// looks for new events ten times a second.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let place = file::look(path.as_ref())?;
        if !place.exists {
            return Err(OpenError::Missing { path: path.as_ref().to_owned() });
        }
        let path = place.path.as_path();
        let reader = file::reader(path).map_err(|error| file::failed(path, error))?;
        file::check(path, &reader)?;
        Ok(Self {
            readers: Arc::new(Readers::new(path.to_owned(), reader)),
            pulse: Pulse::Looking,
            writer: None,
        })
    }

    /// Answers what waits, then closes the file and lets go of its lock. Other clones, and subscriptions, find
    /// the log closed.
    pub async fn close(self) {
        if let (Some(writer), Pulse::Told(mut head)) = (self.writer, self.pulse) {
            // either fails only when the writer has ended
            let _ = writer.send(Message::Close).await;
            while head.changed().await.is_ok() {}
        }
        self.readers.close();
    }

    async fn page(
        &self,
        after: Option<Position>,
        category: Option<&Category>,
        limit: usize,
        detail: Detail,
    ) -> Result<Batch, ReadError> {
        let (told, after, category) = (self.pulse.told(), after.map_or(0, Position::get), category.cloned());
        let read = move |connection: &Connection| {
            let upto = told.map_or_else(|| page::last_position(connection), Ok)?;
            Ok(page::of_log(connection, &Span { after, upto, category, limit, detail })?.batch)
        };
        self.readers.read(read).await
    }

    /// Reads the whole log and checks that nothing in it is missing, out of place or unreadable.
    pub async fn verify(&self) -> Result<Verified, ReadError> {
        self.readers.read(|connection| Ok(verify::verify(connection))).await?
    }
}

#[async_trait]
impl EventStore for Embedded {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, AppendError> {
        append_size(&events)?;
        let writer = self.writer.as_ref().ok_or(Refusal::ReadOnly)?;
        let (answer, answered) = oneshot::channel();
        let append = Append { stream: stream.clone(), expected, events, answer };
        writer.send(Message::Append(append)).await.map_err(|_| Refusal::Closed)?;
        answered.await.map_err(|_| AppendError::OutcomeUnknown(Arc::new(Refusal::Closed)))?
    }

    async fn read_stream(
        &self,
        stream: &StreamName,
        from_revision: u64,
        limit: usize,
    ) -> Result<Batch, ReadError> {
        let stream = stream.clone();
        self.readers.read(move |connection| page::of_stream(connection, &stream, from_revision, limit)).await
    }

    async fn read_stream_backward(
        &self,
        stream: &StreamName,
        from_revision: Option<u64>,
        limit: usize,
    ) -> Result<Batch, ReadError> {
        let stream = stream.clone();
        self.readers
            .read(move |connection| backward::of_stream(connection, &stream, from_revision, limit))
            .await
    }

    async fn read_all(
        &self,
        after: Option<Position>,
        category: Option<&Category>,
        limit: usize,
    ) -> Result<Batch, ReadError> {
        self.page(after, category, limit, Detail::Whole).await
    }

    async fn read_for_fold(
        &self,
        after: Option<Position>,
        category: Option<&Category>,
        limit: usize,
    ) -> Result<Batch, ReadError> {
        self.page(after, category, limit, Detail::ForFold).await
    }

    async fn read_all_backward(&self, before: Option<Position>, limit: usize) -> Result<Batch, ReadError> {
        let head = self.pulse.head(&self.readers).await?;
        let upto = before.map_or(head, |before| before.get().saturating_sub(1).min(head));
        self.readers.read(move |connection| backward::of_log(connection, upto, limit)).await
    }

    async fn subscribe(
        &self,
        after: Option<Position>,
        category: Option<Category>,
    ) -> Result<Subscription, ReadError> {
        Ok(Box::new(LogFeed {
            readers: Arc::clone(&self.readers),
            pulse: self.pulse.clone(),
            category,
            seen: after.map_or(0, Position::get),
            live: false,
            head: 0,
            ahead: None,
        }))
    }

    async fn head(&self) -> Result<Option<Position>, ReadError> {
        let head = self.pulse.head(&self.readers).await?;
        Ok((head > 0).then(|| Position::new(head)))
    }
}
