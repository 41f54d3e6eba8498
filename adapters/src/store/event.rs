use std::fmt;

use uuid::Uuid;

use super::AppendError;

/// The most that one append may weigh in bytes: a webhook body of 1 MiB in its stored form, which is a third larger at
/// most.
pub const MAX_APPEND_BYTES: usize = 1_500_000;

/// What an EventStoreDB server takes by default (1 MiB), less its framing. A log with larger events moves to one whose
/// `MaxAppendSize` is raised.
pub const EVENTSTOREDB_APPEND_BYTES: usize = 1_000_000;

/// The place of an event in the whole log. Later events have greater positions; the embedded engine counts
/// 1, 2, 3 without a gap, other engines may leave gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position(u64);

impl Position {
    /// The position that a checkpoint or an engine wrote down.
    pub const fn new(position: u64) -> Self {
        Self(position)
    }

    /// The number to write down.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What the writer believes the stream to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Nobody has written to it.
    NoStream,
    /// Its newest event has this revision (the first event has revision 0).
    Exact(u64),
    /// The writer does not care. Repeating such an append is harmless only while nobody else writes to the
    /// stream: it is recognised by the ids of the newest events.
    Any,
}

/// An event to be stored. Its bytes are kept exactly.
#[derive(Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Derived from the command, so that the same command makes the same id.
    pub id: Uuid,
    /// The name of its stored form, such as `coverage.quoted.v1`.
    pub kind: String,
    /// What happened.
    pub data: Vec<u8>,
    /// Who or what caused it.
    pub metadata: Vec<u8>,
    /// When it is recorded, in microseconds since 1970 UTC; the store has no clock.
    pub recorded_at: i64,
}

/// A stored event, borrowed from its [`Batch`](super::Batch).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Recorded<'a> {
    /// Its place in the log.
    pub position: Position,
    /// The name of its stream.
    pub stream: &'a str,
    /// Its place in the stream, from 0.
    pub revision: u64,
    /// The id that its writer gave it.
    pub id: Uuid,
    /// The name of its stored form.
    pub kind: &'a str,
    /// What happened.
    pub data: &'a [u8],
    /// Who or what caused it.
    pub metadata: &'a [u8],
    /// When it was recorded, in microseconds since 1970 UTC.
    pub recorded_at: i64,
}

/// Where an append went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The revision of the first of its events.
    pub first_revision: u64,
    /// The revision of the last of its events: what the next append expects.
    pub last_revision: u64,
    /// The position of the last of its events.
    pub position: Position,
    /// The events were there before: this is the first answer again, and nothing was written.
    pub repeated: bool,
}

/// What an append weighs in bytes, or why no engine takes it: it is empty, too large, or has a nameless event.
pub fn append_size(events: &[NewEvent]) -> Result<usize, AppendError> {
    if events.is_empty() {
        return Err(AppendError::Malformed("an append has at least one event"));
    }
    if events.iter().any(|event| event.kind.is_empty()) {
        return Err(AppendError::Malformed("an event has a kind"));
    }
    let bytes = events.iter().map(|event| event.kind.len() + event.data.len() + event.metadata.len()).sum();
    if bytes > MAX_APPEND_BYTES {
        return Err(AppendError::TooLarge { bytes });
    }
    Ok(bytes)
}

// Data and metadata may hold personal data and are never shown.
impl fmt::Debug for NewEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewEvent").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl fmt::Debug for Recorded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded")
            .field("position", &self.position)
            .field("stream", &self.stream)
            .field("revision", &self.revision)
            .field("id", &self.id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
