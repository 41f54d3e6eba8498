//! Answers on their way to a client: a few, and few bytes of them, so that one who takes nothing holds little and is
//! waited for.

use std::sync::Arc;

use futures_util::stream;
use prost::Message;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tonic::Status;

use super::streams::Answers;

/// How many answers may wait for a client, and how many bytes they may have together; one may always.
const MAX_WAITING: usize = 256;
const MAX_WAITING_BYTES: usize = 128 << 10;

/// Where the answers of one call go.
pub(super) struct Outbox<T> {
    queue: mpsc::Sender<(Result<T, Status>, Option<OwnedSemaphorePermit>)>,
    room: Arc<Semaphore>,
}

impl<T> Clone for Outbox<T> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), room: Arc::clone(&self.room) }
    }
}

impl<T: Message + 'static> Outbox<T> {
    /// An outbox, and what a client takes out of it.
    pub(super) fn new() -> (Self, Answers<T>) {
        let (queue, waiting) = mpsc::channel(MAX_WAITING);
        let answers = stream::unfold(waiting, |mut waiting: mpsc::Receiver<_>| async move {
            let (answer, room): (_, Option<OwnedSemaphorePermit>) = waiting.recv().await?;
            drop(room);
            Some((answer, waiting))
        });
        (Self { queue, room: Arc::new(Semaphore::new(MAX_WAITING_BYTES)) }, Box::pin(answers))
    }

    /// Waits for room and puts an answer there; an error means that the client is gone.
    pub(super) async fn send(&self, answer: Result<T, Status>) -> Result<(), Status> {
        let gone = || Status::cancelled("the client is gone");
        let bytes = answer.as_ref().map_or(0, Message::encoded_len).min(MAX_WAITING_BYTES);
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let room = tokio::select! {
            room = Arc::clone(&self.room).acquire_many_owned(bytes) => room.ok(),
            () = self.queue.closed() => return Err(gone()),
        };
        self.queue.send((answer, room)).await.map_err(|_| gone())
    }

    /// Waits until the client is gone.
    pub(super) async fn closed(&self) {
        self.queue.closed().await;
    }
}
