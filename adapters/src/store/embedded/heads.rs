use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

/// The end of a stream, as the writer remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// The position of the stream's first event: the stream's key.
    pub(super) origin: u64,
    /// The revision of its newest event.
    pub(super) revision: u64,
    /// The id of its newest event.
    pub(super) id: Uuid,
}

/// The heads of the streams written to lately, so that an append need not read.
///
/// Two generations bound its memory: when the young one is full it becomes the old one, and what was not
/// used since then is forgotten. At most twice the capacity is kept, about 100 bytes each.
pub(super) struct Heads {
    capacity: usize,
    young: HashMap<Arc<str>, Head>,
    old: HashMap<Arc<str>, Head>,
}

impl Heads {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, young: HashMap::new(), old: HashMap::new() }
    }

    pub(super) fn find(&self, stream: &str) -> Option<Head> {
        self.young.get(stream).or_else(|| self.old.get(stream)).copied()
    }

    pub(super) fn keep(&mut self, stream: Arc<str>, head: Head) {
        if self.young.len() >= self.capacity && !self.young.contains_key(&stream) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(stream, head);
    }

    /// After a failed transaction nothing that was remembered can be believed.
    pub(super) fn forget(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}
