use std::hash::{DefaultHasher, Hash, Hasher};

use tokio::sync::mpsc;
use tonic::Status;

use super::settings::Strategy;
use crate::gateway::event::{IdForm, Item};
use crate::gateway::wire;
use crate::gateway::wire::persistent_subscriptions::ReadResp;
use crate::gateway::wire::persistent_subscriptions::read_resp::Content;

/// One client that takes events of a group.
pub(super) struct Consumer {
    pub(super) number: u64,
    pub(super) out: mpsc::Sender<Result<ReadResp, Status>>,
    /// How many events it may have at once.
    pub(super) slots: usize,
    pub(super) ids: IdForm,
    /// How many it has.
    pub(super) taken: usize,
    /// How many it was sent.
    pub(super) total: u64,
}

impl Consumer {
    pub(super) fn has_room(&self) -> bool {
        self.taken < self.slots
    }

    /// Sends an event, unless the client is gone.
    pub(super) fn give(&mut self, item: &Item, retries: u32, resolve: bool) -> bool {
        let count = wire::read_event::Count::RetryCount(i32::try_from(retries).unwrap_or(i32::MAX));
        let event = wire::ReadEvent { count: Some(count), ..item.wire(self.ids, resolve) };
        // there is room for every slot
        let given = self.out.try_send(Ok(ReadResp { content: Some(Content::Event(event)) })).is_ok();
        if given {
            self.taken = self.taken.saturating_add(1);
            self.total = self.total.saturating_add(1);
        }
        given
    }
}

/// Who gets the next event; `turn` counts the events given so far.
pub(super) fn choose(consumers: &[Consumer], strategy: Strategy, item: &Item, turn: usize) -> Option<usize> {
    let count = consumers.len();
    let first = match strategy {
        Strategy::DispatchToSingle => 0,
        Strategy::RoundRobin => turn,
        Strategy::Pinned => {
            let mut hasher = DefaultHasher::new();
            item.event.stream.hash(&mut hasher);
            usize::try_from(hasher.finish() % u64::from(u32::MAX)).unwrap_or_default()
        }
    };
    (0..count)
        .map(|step| first.wrapping_add(step) % count.max(1))
        .find(|index| consumers.get(*index).is_some_and(Consumer::has_room))
}
