use std::fmt;
use std::slice;

use uuid::Uuid;

use super::{Position, Recorded};

/// One page of stored events, in the order in which it was read: that of the log, or backward.
///
/// The whole page lies in three buffers (texts, bytes, rows) and its events are borrowed from them: reading
/// a million events makes a few thousand allocations, not ten million.
#[derive(Clone, Default)]
pub struct Batch {
    text: String,
    bytes: Vec<u8>,
    rows: Vec<Row>,
}

/// One event; its texts and bytes follow those of the row before.
#[derive(Clone, Copy)]
struct Row {
    position: Position,
    revision: u64,
    id: Uuid,
    recorded_at: i64,
    stream_bytes: usize,
    kind_bytes: usize,
    data_bytes: usize,
    metadata_bytes: usize,
}

impl Batch {
    /// An empty page with room for so many events that together weigh so many bytes.
    pub fn with_capacity(events: usize, bytes: usize) -> Self {
        Self {
            text: String::with_capacity(events.saturating_mul(48)),
            bytes: Vec::with_capacity(bytes),
            rows: Vec::with_capacity(events),
        }
    }

    /// Copies one event to the end of the page.
    pub fn push(&mut self, event: &Recorded<'_>) {
        self.text.push_str(event.stream);
        self.text.push_str(event.kind);
        self.bytes.extend_from_slice(event.data);
        self.bytes.extend_from_slice(event.metadata);
        self.rows.push(Row {
            position: event.position,
            revision: event.revision,
            id: event.id,
            recorded_at: event.recorded_at,
            stream_bytes: event.stream.len(),
            kind_bytes: event.kind.len(),
            data_bytes: event.data.len(),
            metadata_bytes: event.metadata.len(),
        });
    }

    /// The events, in the order in which they were read.
    pub fn iter(&self) -> Events<'_> {
        Events { text: &self.text, bytes: &self.bytes, rows: self.rows.iter() }
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none: the end has been reached.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many bytes of data and metadata the events have together.
    pub fn weight(&self) -> usize {
        self.bytes.len()
    }

    /// The position of the last event: where the next page goes on, and what a checkpoint keeps.
    pub fn last_position(&self) -> Option<Position> {
        self.rows.last().map(|row| row.position)
    }

    /// The revision of the last event, for whoever reads one stream.
    pub fn last_revision(&self) -> Option<u64> {
        self.rows.last().map(|row| row.revision)
    }
}

impl<'a> IntoIterator for &'a Batch {
    type Item = Recorded<'a>;
    type IntoIter = Events<'a>;

    fn into_iter(self) -> Events<'a> {
        self.iter()
    }
}

// Data and metadata may hold personal data and are never shown.
impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

/// The events of a [`Batch`], borrowed from it.
#[derive(Clone)]
pub struct Events<'a> {
    text: &'a str,
    bytes: &'a [u8],
    rows: slice::Iter<'a, Row>,
}

impl<'a> Iterator for Events<'a> {
    type Item = Recorded<'a>;

    fn next(&mut self) -> Option<Recorded<'a>> {
        let row = self.rows.next()?;
        Some(Recorded {
            position: row.position,
            stream: self.text(row.stream_bytes),
            revision: row.revision,
            id: row.id,
            kind: self.text(row.kind_bytes),
            data: self.bytes(row.data_bytes),
            metadata: self.bytes(row.metadata_bytes),
            recorded_at: row.recorded_at,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl ExactSizeIterator for Events<'_> {}

impl<'a> Events<'a> {
    fn text(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.text.split_at_checked(length).unwrap_or_default();
        self.text = rest;
        taken
    }

    fn bytes(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.bytes.split_at_checked(length).unwrap_or_default();
        self.bytes = rest;
        taken
    }
}
