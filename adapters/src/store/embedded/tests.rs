mod appends;
mod crash;
mod files;
mod room;
mod sql;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

use super::Embedded;
use super::writer::Message;
use crate::store::{EventStore, Expected, NewEvent, StreamName, contract};

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_engine_keeps_the_contract() {
    contract::run(async || {
        let log = Log::new();
        let store: Arc<dyn EventStore> = Arc::new(log.open());
        (store, log)
    })
    .await;
}

/// A place for a log, which goes with it.
struct Log {
    directory: TempDir,
}

impl Log {
    fn new() -> Self {
        Self { directory: TempDir::new().unwrap() }
    }

    /// A log with so many events of one stream in it, closed.
    async fn with_events(count: u64) -> Self {
        let log = Self::new();
        let store = log.open();
        for revision in 0..count {
            let expected = revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
            store.append(&stream(1), expected, vec![event()]).await.unwrap();
        }
        store.close().await;
        log
    }

    fn path(&self) -> PathBuf {
        // characters that mean something in a URI
        self.directory.path().join("a log?#100%.sqlite")
    }

    fn open(&self) -> Embedded {
        Embedded::open(self.path()).unwrap()
    }

    /// What lies in the directory, beside the lock.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| Path::new(name).extension().is_none_or(|extension| extension != "lock"));
        names.sort();
        names
    }
}

fn stream(id: u64) -> StreamName {
    StreamName::parse(&format!("coverage-{id}")).unwrap()
}

fn event() -> NewEvent {
    NewEvent {
        id: Uuid::new_v4(),
        kind: "coverage.quoted.v1".to_owned(),
        data: b"{\"premium_cents\":1200}".to_vec(),
        metadata: b"{\"actor\":\"clerk\"}".to_vec(),
        recorded_at: 1_795_305_600_000_042,
    }
}

/// Does something on the writer's own thread and connection, between two transactions.
async fn on_writer<T: Send + 'static>(
    log: &Embedded,
    work: impl FnOnce(&Connection) -> T + Send + 'static,
) -> T {
    let (done, outcome) = tokio::sync::oneshot::channel();
    let inspect = Message::Inspect(Box::new(move |connection| {
        let _ = done.send(work(connection));
    }));
    assert!(log.writer.as_ref().unwrap().send(inspect).await.is_ok());
    outcome.await.unwrap()
}
