//! Deliveries that have just come. Whoever follows the log has them in hand, so that none has to be read from it
//! again, one by one.

use covertrail_adapters::store::Recorded;
use std::collections::HashMap;

/// How many are kept. Those beyond are read from the log when their turn comes.
const KEPT: usize = 1024;

/// What deliveries say that nobody has asked for yet.
#[derive(Default)]
pub(super) struct Fresh(HashMap<String, Content>);

/// The first event of a delivery's stream.
pub(super) struct Content {
    /// As it is stored.
    pub(super) data: Vec<u8>,
    /// In microseconds since 1970.
    pub(super) recorded_at: i64,
}

impl Fresh {
    pub(super) fn keep(&mut self, received: &Recorded<'_>) {
        if self.0.len() < KEPT {
            let content = Content { data: received.data.to_vec(), recorded_at: received.recorded_at };
            self.0.insert(received.stream.to_owned(), content);
        }
    }

    /// Gives it away, for it is worked through once.
    pub(super) fn take(&mut self, delivery: &str) -> Option<Content> {
        self.0.remove(delivery)
    }
}
