//! The one thread that writes. It takes all appends that wait and commits them as one transaction, so that
//! one wait for the disk answers many callers.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use super::checkpoint::{self, Checkpoints};
use super::error::Refusal;
use super::file;
use super::heads::Heads;
use super::lock::Lock;
use super::page;
use super::room::Room;
use super::transaction::Transaction;
use crate::store::{AppendError, Appended, Cause, Expected, NewEvent, StreamName};

/// How many appends wait at most; who comes then waits until there is room.
pub(super) const QUEUE: usize = 512;

/// How many streams' ends are remembered, twice over: about 20 MB at most.
const HEADS: usize = 100_000;

/// What the writer is asked.
pub(super) enum Message {
    Append(Append),
    /// Take no more, answer what waits, and end.
    Close,
    #[cfg(test)]
    Inspect(Box<dyn FnOnce(&Connection) + Send>),
}

/// One append that waits for its answer.
pub(super) struct Append {
    pub(super) stream: StreamName,
    pub(super) expected: Expected,
    pub(super) events: Vec<NewEvent>,
    pub(super) answer: oneshot::Sender<Answer>,
}

type Answer = Result<Appended, AppendError>;

// The order of the fields is the order in which they go: the file is closed before its lock is let go, and
// whoever waits for the end of `head` waits for both.
pub(super) struct Writer {
    connection: Connection,
    checkpoints: Checkpoints,
    room: Room,
    _lock: Lock,
    heads: Heads,
    /// The position of the newest event, unless a failure has put it in doubt.
    last: Option<u64>,
    queue: mpsc::Receiver<Message>,
    head: watch::Sender<u64>,
    /// Whether others than the owner may read the log, so that what SQLite keeps beside it stays there.
    stays_readable: bool,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        checkpoints: Checkpoints,
        room: Room,
        lock: Lock,
        last: u64,
        queue: mpsc::Receiver<Message>,
        head: watch::Sender<u64>,
    ) -> Self {
        let heads = Heads::new(HEADS);
        let stays_readable = connection.path().is_some_and(|path| file::stays_readable(Path::new(path)));
        Self {
            connection,
            checkpoints,
            room,
            _lock: lock,
            heads,
            last: Some(last),
            queue,
            head,
            stays_readable,
        }
    }

    /// Works until the last handle is gone or the log is closed, and all that waited is answered.
    pub(super) fn run(mut self) {
        let mut messages = Vec::with_capacity(QUEUE);
        self.make_room();
        while self.queue.blocking_recv_many(&mut messages, QUEUE) > 0 {
            let mut group = Vec::with_capacity(messages.len());
            for message in messages.drain(..) {
                match message {
                    Message::Append(append) => group.push(append),
                    Message::Close => self.queue.close(),
                    #[cfg(test)]
                    Message::Inspect(inspect) => inspect(&self.connection),
                }
            }
            if !group.is_empty() {
                self.write(group);
                self.checkpoints.committed(&self.connection);
                self.make_room();
            }
        }
        if self.stays_readable {
            checkpoint::finish(&self.connection);
        }
    }

    /// While nobody waits.
    fn make_room(&mut self) {
        while self.queue.is_empty() && !self.queue.is_closed() && self.room.is_wanted() {
            self.room.make();
        }
    }

    fn write(&mut self, group: Vec<Append>) {
        let answers = self.commit(&group).or_else(|failure| self.settle(failure));
        if let (Ok(_), Some(last)) = (&answers, self.last) {
            self.head.send_if_modified(|head| std::mem::replace(head, last) != last);
        }
        match answers {
            Ok(answers) => {
                for (append, answer) in group.into_iter().zip(answers) {
                    // who no longer waits does not hear it
                    let _ = append.answer.send(answer);
                }
            }
            Err(error) => {
                for append in group {
                    let _ = append.answer.send(Err(error.clone()));
                }
            }
        }
    }

    /// All the answers, durable; or why there is none yet.
    fn commit(&mut self, group: &[Append]) -> Result<Vec<Answer>, Failure> {
        let last = match self.last {
            Some(last) => last,
            None => page::last_position(&self.connection).map_err(Failure::before)?,
        };
        self.execute("BEGIN IMMEDIATE").map_err(Failure::before)?;
        let mut transaction = Transaction { connection: &self.connection, heads: &mut self.heads, last };
        let answers = group
            .iter()
            .map(|append| transaction.append(&append.stream, append.expected, &append.events))
            .collect::<rusqlite::Result<Vec<_>>>()
            .map_err(Failure::before)?;
        let end = transaction.last;
        match self.execute("COMMIT") {
            Ok(()) => {
                self.last = Some(end);
                Ok(answers)
            }
            Err(error) => Err(Failure { error, committing: Some(Committing { last, end, answers }) }),
        }
    }

    /// After a failure: undoes the transaction, and says what became of it by looking at the log.
    fn settle(&mut self, failure: Failure) -> Result<Vec<Answer>, AppendError> {
        tracing::warn!(error = %failure.error, "the event log could not be written to");
        self.heads.forget();
        self.last = None;
        if !self.connection.is_autocommit() && self.execute("ROLLBACK").is_err() {
            tracing::error!("a failed transaction could not be undone");
        }
        let cause: Cause = Arc::new(failure.error);
        if !self.connection.is_autocommit() {
            return Err(AppendError::OutcomeUnknown(Arc::new(Refusal::Stuck)));
        }
        // On a full disk, room in the log can only come from pages that are copied out of it.
        checkpoint::copy(&self.connection);
        let Some(Committing { last, end, answers }) = failure.committing else {
            return Err(AppendError::Unavailable(cause));
        };
        match page::last_position(&self.connection) {
            Ok(found) if found == last => Err(AppendError::Unavailable(cause)),
            Ok(found) if found == end => {
                self.last = Some(end);
                Ok(answers)
            }
            Ok(_) | Err(_) => Err(AppendError::OutcomeUnknown(cause)),
        }
    }

    fn execute(&self, statement: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(statement)?.execute([]).map(|_| ())
    }
}

/// A transaction that did not end well.
struct Failure {
    error: rusqlite::Error,
    committing: Option<Committing>,
}

/// What was known when the commit began.
struct Committing {
    last: u64,
    end: u64,
    answers: Vec<Answer>,
}

impl Failure {
    fn before(error: rusqlite::Error) -> Self {
        Self { error, committing: None }
    }
}
