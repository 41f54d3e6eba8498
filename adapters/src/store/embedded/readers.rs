use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::error::Refusal;
use super::file;
use crate::store::ReadError;

/// How many reads run at once, each on its own connection and a thread that may block.
const READERS: usize = 8;

/// The connections that read beside the writer, made when they are first needed.
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, first: Connection) -> Self {
        Self { path, idle: Mutex::new(vec![first]), permits: Arc::new(Semaphore::new(READERS)) }
    }

    /// Reads on a thread that may block.
    pub(super) async fn read<T, F>(self: &Arc<Self>, read: F) -> Result<T, ReadError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| Refusal::Closed)?;
        let readers = Arc::clone(self);
        let reading = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let connection = readers.take()?;
            let answer = read(&connection)?;
            // a connection that failed is not used again
            readers.put_back(connection);
            Ok(answer)
        });
        reading.await.map_err(|error| ReadError::Unavailable(Arc::new(error)))?
    }

    /// Closes the connections that nobody uses and lets nobody begin a read.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle().clear();
    }

    fn take(&self) -> rusqlite::Result<Connection> {
        let idle = self.idle().pop();
        idle.map_or_else(|| file::reader(&self.path), Ok)
    }

    fn put_back(&self, connection: Connection) {
        let mut idle = self.idle();
        if !self.permits.is_closed() {
            idle.push(connection);
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
