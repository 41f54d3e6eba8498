//! The read models: folded from the log, followed as it is written, and asked as of any moment.
//!
//! They lie in a file beside the log and hold nothing that the log does not: without the file, or with one of an
//! older version, they are folded anew.

mod as_of;
mod delivery;
mod fold;
mod follow;
mod hub;
mod rebuild;
#[cfg(test)]
pub(crate) mod tests;
mod words;

pub use as_of::{Known, Question};
pub use fold::fold;
pub(crate) use fold::place;
pub use hub::{Frame, Heard, Progress, Said};
pub use rebuild::{Rebuilt, rebuild};
pub use words::{SEARCHED, Words};

use covertrail_adapters::schema::Malformed;
use covertrail_adapters::store::{EventStore, ReadError, Recorded};
use covertrail_files::Sharing;
use covertrail_projections::{Reader, ViewsError};
use hub::Hub;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// Readers that nobody uses now, all of one file.
#[derive(Default)]
struct Readers {
    idle: Vec<Reader>,
    /// Raised when another file has taken the place of theirs.
    generation: u64,
}

/// How many ask at once; the others wait for their turn.
const READERS: usize = 8;
/// How many are told everything at once.
const SNAPSHOTS: usize = 4;

/// Why the read models cannot be read, or do not follow.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] ReadError),
    /// The log holds what this version cannot read.
    #[error("the event log at position {position}: {source}")]
    Malformed {
        /// Where.
        position: u64,
        /// What.
        source: Malformed,
    },
    /// Their file cannot be read or written.
    #[error(transparent)]
    Views(#[from] ViewsError),
    /// Somebody has taken their file away.
    #[error("the file of the read models is there no longer")]
    Gone,
    /// Work under way was given up, which happens as the program ends.
    #[error("the program is ending")]
    Ending,
}

/// The read models of a running program.
pub struct ReadModels {
    store: Arc<dyn EventStore>,
    path: PathBuf,
    /// Who may read the file.
    sharing: Sharing,
    hub: Hub,
    readers: Mutex<Readers>,
    turns: Semaphore,
    snapshots: Semaphore,
    answers: as_of::Answers,
    words: Words,
}

impl ReadModels {
    /// Read models in a file, of a log; [`ReadModels::follow_always`] keeps them up with it.
    pub fn new(store: Arc<dyn EventStore>, path: &Path) -> Arc<Self> {
        Self::shared(store, path, Sharing::OWNER_ONLY)
    }

    /// As [`ReadModels::new`], in a file for those to read who may.
    pub fn shared(store: Arc<dyn EventStore>, path: &Path, sharing: Sharing) -> Arc<Self> {
        Arc::new(Self {
            store,
            path: path.to_owned(),
            sharing,
            hub: Hub::default(),
            readers: Mutex::default(),
            turns: Semaphore::new(READERS),
            snapshots: Semaphore::new(SNAPSHOTS),
            answers: as_of::Answers::default(),
            words: Words::default(),
        })
    }

    /// The log that they follow.
    pub fn store(&self) -> &Arc<dyn EventStore> {
        &self.store
    }

    /// The folder of their file.
    pub fn folder(&self) -> &Path {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new("."))
    }

    /// What is told of them as they go.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Where words occur among the work orders.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// Gives every event of a stream to `each`, oldest first.
    pub async fn events_of(&self, stream: &str, mut each: impl FnMut(&Recorded<'_>)) -> Result<(), Trouble> {
        as_of::each(&self.store, stream, |recorded| {
            each(recorded);
            Ok(true)
        })
        .await
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets the file: another takes its place.
    fn forget(&self) {
        let mut readers = self.readers();
        readers.idle.clear();
        readers.generation = readers.generation.saturating_add(1);
        drop(readers);
        self.hub.begin_anew();
    }

    /// Reads all of one moment, for as long as that takes: with a reader of its own, so that nobody else waits for it.
    pub async fn snapshot<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, ViewsError> + Send + 'static,
    ) -> Result<T, Trouble> {
        let turn = self.snapshots.acquire().await.map_err(|_| Trouble::Ending)?;
        let path = self.path.clone();
        let reading = tokio::task::spawn_blocking(move || Reader::open(path)?.snapshot(read));
        let answer = reading.await.map_err(|_| Trouble::Ending)?;
        drop(turn);
        Ok(answer?)
    }

    /// Reads them, on a thread that may wait for the disk.
    pub async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&mut Reader) -> Result<T, ViewsError> + Send + 'static,
    ) -> Result<T, Trouble> {
        let turn = self.turns.acquire().await.map_err(|_| Trouble::Ending)?;
        let models = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || {
            let (generation, idle) = {
                let mut readers = models.readers();
                (readers.generation, readers.idle.pop())
            };
            let mut reader = idle.map_or_else(|| Reader::open(&models.path), Ok)?;
            let answer = read(&mut reader);
            let mut readers = models.readers();
            // one that met an error may be of a file that is there no longer
            if answer.is_ok() && readers.generation == generation {
                readers.idle.push(reader);
            }
            drop(readers);
            answer
        });
        let answer = reading.await.map_err(|_| Trouble::Ending)?;
        drop(turn);
        Ok(answer?)
    }
}
