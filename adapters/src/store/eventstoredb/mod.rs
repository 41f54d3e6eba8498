//! The engine for a cluster: EventStoreDB (now KurrentDB) from 23.10 on, by its own client.
//!
//! The client dies, sticks to dead nodes and forgets where a subscription was; this adapter outlives all of it
//! (see `client` and `subscribe`). No name of the client's leaves this module.
//!
//! - Every event carries the id that its writer gave it, so what may have been written is written again.
//! - `recorded_at` travels in the metadata, because the server keeps a time of its own (see `metadata`).
//! - System events (`$…`) are not of our log and are never yielded.

mod append;
mod client;
mod group;
mod metadata;
mod read;
mod settings;
mod subscribe;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use std::sync::Arc;
use tokio::net::TcpStream;

use self::client::Link;
pub use self::settings::{BadSettings, Settings};
use super::{
    AppendError, Appended, Batch, Category, EventStore, Expected, Membership, NewEvent, Position, ReadError,
    StreamName, Subscription, append_size,
};

/// A log on an EventStoreDB server or cluster. Clones share its connection.
#[derive(Clone)]
pub struct EventStoreDb {
    link: Arc<Link>,
}

impl EventStoreDb {
    /// A store on the server that the settings name; it connects when it is first used, and again whenever it
    /// must. Needs a runtime.
    pub fn new(settings: Settings) -> Self {
        Self { link: Arc::new(Link::new(settings)) }
    }

    /// How many events of a group were handed out too often and put aside; nothing where there is no such group.
    pub async fn parked(&self, group: &str) -> Result<Option<usize>, ReadError> {
        group::parked(&self.link, group).await
    }

    /// The named hosts at which nobody listens, for whoever asks why there is no connection.
    pub async fn silent_hosts(&self) -> Vec<String> {
        let mut silent = Vec::new();
        for (host, port) in self.link.hosts() {
            if let Err(error) = TcpStream::connect((host.as_str(), port)).await {
                silent.push(format!("{host}:{port} ({error})"));
            }
        }
        silent
    }
}

#[async_trait]
impl EventStore for EventStoreDb {
    async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: Vec<NewEvent>,
    ) -> Result<Appended, AppendError> {
        append_size(&events)?;
        append::append(&self.link, stream, expected, &events).await
    }

    async fn read_stream(
        &self,
        stream: &StreamName,
        from_revision: u64,
        limit: usize,
    ) -> Result<Batch, ReadError> {
        read::stream(&self.link, stream, from_revision, limit).await
    }

    async fn read_stream_backward(
        &self,
        stream: &StreamName,
        from_revision: Option<u64>,
        limit: usize,
    ) -> Result<Batch, ReadError> {
        read::stream_backward(&self.link, stream, from_revision, limit).await
    }

    async fn read_all(
        &self,
        after: Option<Position>,
        category: Option<&Category>,
        limit: usize,
    ) -> Result<Batch, ReadError> {
        match category {
            Some(category) => subscribe::page(&self.link, after, category, limit).await,
            None => read::all(&self.link, after, limit).await,
        }
    }

    async fn read_all_backward(&self, before: Option<Position>, limit: usize) -> Result<Batch, ReadError> {
        read::all_backward(&self.link, before, limit).await
    }

    async fn subscribe(
        &self,
        after: Option<Position>,
        category: Option<Category>,
    ) -> Result<Subscription, ReadError> {
        Ok(Box::new(subscribe::Live::begin(&self.link, after, category)))
    }

    async fn head(&self) -> Result<Option<Position>, ReadError> {
        Ok(read::all_backward(&self.link, None, 1).await?.last_position())
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn join(&self, group: &str, categories: &[Category]) -> Result<Option<Membership>, ReadError> {
        group::join(&self.link, group, categories).await.map(Some)
    }
}
