//! The event store: one port, the contract that every engine keeps, and two engines: embedded on SQLite, and
//! on an EventStoreDB server.
//!
//! A store is one log. Every event has a place in it (its [`Position`]) and a place in its stream (its
//! revision); neither ever changes. What is absent here: what an event means (see `schema`).

mod batch;
#[cfg(any(test, feature = "testkit"))]
pub mod contract;
pub mod embedded;
mod error;
mod event;
pub mod eventstoredb;
mod share;
mod stream;
#[cfg(test)]
mod tests;

use async_trait::async_trait;

pub use batch::{Batch, Events};
pub use embedded::Embedded;
pub use error::{AppendError, Cause, ReadError};
pub use event::{
    Appended, EVENTSTOREDB_APPEND_BYTES, Expected, MAX_APPEND_BYTES, NewEvent, Position, Recorded,
    append_size,
};
pub use eventstoredb::EventStoreDb;
pub use share::{Handed, Membership, Settled};
pub use stream::{BadName, Category, StreamName};

/// A durable, append-only log of events, in streams.
#[async_trait]
pub trait EventStore: Send + Sync + 'static {
    /// Adds all `events` to the end of `stream`, or none of them. When it returns they are durable.
    ///
    /// The same ids at the same expected revision are the first answer again, so a caller who does not know
    /// what became of an append repeats it. Dropping the future does not take the append back.
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, AppendError>;

    /// At most `limit` events of one stream, oldest first, from a revision on. A page may be shorter than the
    /// limit; only an empty one means that there is no more (a stream nobody wrote to is empty).
    async fn read_stream(
        &self,
        stream: &StreamName,
        from_revision: u64,
        limit: usize,
    ) -> Result<Batch, ReadError>;

    /// At most `limit` events of one stream, newest first, from a revision down (`None`: from its newest). Pages
    /// end as those of [`read_stream`](Self::read_stream) do.
    async fn read_stream_backward(
        &self,
        stream: &StreamName,
        from_revision: Option<u64>,
        limit: usize,
    ) -> Result<Batch, ReadError>;

    /// At most `limit` events of the whole log, or of one category, strictly after a position (`None`: from the
    /// start). A page may be shorter than the limit; only an empty one means that there is no more.
    async fn read_all(
        &self,
        after: Option<Position>,
        category: Option<&Category>,
        limit: usize,
    ) -> Result<Batch, ReadError>;

    /// A page as [`Self::read_all`] gives it, for whoever folds events and asks for no envelope: each has its position,
    /// stream, revision, moment of recording, kind and data. Its id and metadata may be left out, which is faster: then
    /// they are nil and empty.
    async fn read_for_fold(
        &self,
        after: Option<Position>,
        category: Option<&Category>,
        limit: usize,
    ) -> Result<Batch, ReadError> {
        self.read_all(after, category, limit).await
    }

    /// At most `limit` events of the whole log, newest first, strictly before a position (`None`: from the end).
    /// Pages end as those of [`read_all`](Self::read_all) do.
    async fn read_all_backward(&self, before: Option<Position>, limit: usize) -> Result<Batch, ReadError>;

    /// Everything strictly after a position, first what is there and then what comes, without a gap.
    async fn subscribe(
        &self,
        after: Option<Position>,
        category: Option<Category>,
    ) -> Result<Subscription, ReadError>;

    /// The position of the newest event, or `None` in an empty log.
    async fn head(&self) -> Result<Option<Position>, ReadError>;

    /// Whether other processes may write to the log while this one does.
    fn is_shared(&self) -> bool {
        false
    }

    /// Joins a group that shares out the events of some categories, from the first join on. Nothing where nobody else
    /// writes: then all of it is for the one who does.
    async fn join(&self, group: &str, categories: &[Category]) -> Result<Option<Membership>, ReadError> {
        let _ = (group, categories);
        Ok(None)
    }
}

/// An open subscription. It has no end: it yields or it fails.
pub type Subscription = Box<dyn Feed>;

/// Where a subscription's events come from; each engine has its own.
#[async_trait]
pub trait Feed: Send {
    /// Waits for what comes next. Dropping the future loses nothing. After an error, subscribe again from the
    /// last event that was handled.
    async fn next(&mut self) -> Result<Update, ReadError>;
}

/// What a subscription yields.
#[derive(Debug, Clone)]
pub enum Update {
    /// The next events, in order, at least one.
    Events(Batch),
    /// All that was there has been yielded and what follows is live. Comes once.
    CaughtUp,
}
