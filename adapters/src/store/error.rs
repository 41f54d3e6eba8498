use std::error::Error as StdError;
use std::sync::Arc;

use thiserror::Error;

use super::{Expected, MAX_APPEND_BYTES, StreamName};

/// What went wrong below; shared, because one failed commit answers many appends.
pub type Cause = Arc<dyn StdError + Send + Sync>;

/// Why an append was not acknowledged.
#[derive(Debug, Clone, Error)]
pub enum AppendError {
    /// Somebody else wrote first: load the stream again and decide again. Nothing was written.
    #[error("stream {stream} was expected at {expected:?} but is at {current:?}")]
    Conflict {
        /// The stream that was written to.
        stream: StreamName,
        /// What the writer believed.
        expected: Expected,
        /// The revision of its newest event, or `None` if it has none.
        current: Option<u64>,
    },
    /// No engine takes that much at once: the caller's mistake. Nothing was written.
    #[error("the append has {bytes} bytes and may have {MAX_APPEND_BYTES}")]
    TooLarge {
        /// What it weighs.
        bytes: usize,
    },
    /// The caller's mistake. Nothing was written.
    #[error("the append is malformed: {0}")]
    Malformed(&'static str),
    /// The store cannot write now: repeat later. Nothing of it can be read.
    #[error("the event store cannot write now")]
    Unavailable(#[source] Cause),
    /// It may or may not have been written: repeat it with the same ids and the same expected revision.
    #[error("it is not known whether the events were written")]
    OutcomeUnknown(#[source] Cause),
}

/// Why events could not be read.
#[derive(Debug, Clone, Error)]
pub enum ReadError {
    /// The store cannot be read now: try again later.
    #[error("the event store cannot be read now")]
    Unavailable(#[source] Cause),
    /// What is stored is not what was written: stop, and restore the log from its backup.
    #[error("the event log is damaged: {0}")]
    Malformed(Cause),
}
