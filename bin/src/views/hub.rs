//! What is told of the read models and of the log as they go: how far they are, and what changed.

use bytes::Bytes;
use covertrail_adapters::store::Batch;
use covertrail_domain::time::Timestamp;
use covertrail_projections::{Entry, Table, tables};
use serde_json::Value;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// How many batches a listener may lag behind before it has to begin anew.
const LAG: usize = 256;
/// Before anything is folded.
const NOWHERE: Progress = Progress { position: 0, at: Timestamp::from_unix(0), is_caught_up: false };

/// How far the read models have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// They follow from the log up to this position.
    pub position: u64,
    /// They say how things stand at this moment.
    pub at: Timestamp,
    /// Whether they have reached the log's end since the program began.
    pub is_caught_up: bool,
}

/// A change, ready to be told to whoever asked for it.
#[derive(Debug)]
pub struct Frame {
    /// What changed.
    pub entry: Entry,
    /// Its rows, read once for all who filter them.
    pub rows: Vec<Value>,
    /// What those are told who want all of them, made once for all.
    pub told: OnceLock<String>,
}

/// Events as they are recorded, ready to be told.
#[derive(Debug)]
pub struct Heard {
    /// The events.
    pub events: Batch,
    /// What is said of them, made once for all who may hear the same: those who may audit, and the others.
    pub audited: OnceLock<Said>,
    /// As [`Heard::audited`].
    pub plain: OnceLock<Said>,
}

/// What is said of some events.
#[derive(Debug)]
pub struct Said {
    /// Of all of them.
    pub whole: Bytes,
    /// Where in it the words on each event end.
    pub ends: Vec<usize>,
}

impl From<Entry> for Frame {
    fn from(entry: Entry) -> Self {
        let rows = serde_json::from_str(&entry.rows).unwrap_or_default();
        Self { entry, rows, told: OnceLock::new() }
    }
}

/// Where listeners hear of what goes on.
pub struct Hub {
    progress: watch::Sender<Progress>,
    changes: broadcast::Sender<Arc<[Frame]>>,
    events: broadcast::Sender<Arc<Heard>>,
    ends: watch::Sender<bool>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            progress: watch::Sender::new(NOWHERE),
            changes: broadcast::Sender::new(LAG),
            events: broadcast::Sender::new(LAG),
            ends: watch::Sender::new(false),
        }
    }
}

impl Hub {
    /// How far the read models are.
    pub fn progress(&self) -> Progress {
        *self.progress.borrow()
    }

    /// Waits until the read models have come to a position, so long at most; answers whether they have.
    pub async fn reaches(&self, position: u64, patience: Duration) -> bool {
        let mut progress = self.progress.subscribe();
        let waiting = progress.wait_for(|progress| progress.position >= position);
        tokio::time::timeout(patience, waiting).await.is_ok_and(|reached| reached.is_ok())
    }

    /// Tells all who listen that the program ends.
    pub fn end(&self) {
        self.ends.send_replace(true);
    }

    /// Waits until the program ends.
    pub async fn ended(&self) {
        // the sender is here
        let _ = self.ends.subscribe().wait_for(|ended| *ended).await;
    }

    /// Hears of every change from now on, in order.
    pub fn changes(&self) -> broadcast::Receiver<Arc<[Frame]>> {
        self.changes.subscribe()
    }

    /// Hears of every event from now on, in order.
    pub fn events(&self) -> broadcast::Receiver<Arc<Heard>> {
        self.events.subscribe()
    }

    pub(super) fn go(&self, reached: covertrail_projections::Checkpoint) {
        self.progress.send_modify(|progress| {
            progress.position = reached.position;
            progress.at = reached.at;
        });
    }

    pub(super) fn catch_up(&self) {
        self.progress.send_modify(|progress| progress.is_caught_up = true);
    }

    /// The read models are gone: they are as far as at the start, and whoever follows one begins anew.
    pub(super) fn begin_anew(&self) {
        self.progress.send_replace(NOWHERE);
        self.reset();
    }

    /// All read models were folded anew by somebody else: whoever follows one begins anew.
    pub(super) fn reset(&self) {
        let entry = |table: &&Table| Entry {
            sequence: 0,
            table: table.name.to_owned(),
            subject: None,
            rows: "[]".to_owned(),
        };
        self.tell(tables::STORED.iter().map(entry).collect(), None);
    }

    pub(super) fn tell(&self, changes: Vec<Entry>, events: Option<Batch>) {
        // nobody may be listening
        if !changes.is_empty() && self.changes.receiver_count() > 0 {
            let _ = self.changes.send(changes.into_iter().map(Frame::from).collect());
        }
        if let Some(events) = events.filter(|_| self.events.receiver_count() > 0) {
            let heard = Heard { events, audited: OnceLock::new(), plain: OnceLock::new() };
            let _ = self.events.send(Arc::new(heard));
        }
    }
}
