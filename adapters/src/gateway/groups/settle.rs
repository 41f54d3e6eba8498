//! What becomes of an event that was given: it is settled, given again, or parked.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tonic::{Code, Status};
use uuid::Uuid;

use super::group::{Group, How, Task, dropped, now};
use crate::gateway::confidential::Sight;
use crate::gateway::forward::Forward;
use crate::gateway::refusal::refusal;
use crate::gateway::source::Source;

/// The most events that a group may have put aside.
const MAX_PARKED: usize = 1024;
/// The most that are replayed at once.
const MAX_REPLAYED: usize = 256;

impl Group {
    pub(super) async fn settle(&mut self, consumer: u64, ids: &[Uuid], how: How) {
        let mut places: HashMap<Uuid, u64> = HashMap::new();
        for (place, flight) in self.flights.iter().rev().filter(|(_, flight)| flight.consumer == consumer) {
            // the same id may be in several streams: the one that was given first is meant
            places.insert(flight.task.item.id(), *place);
        }
        for id in ids {
            // what timed out is another's by now
            if let Some(flight) = places.remove(id).and_then(|place| self.take_back(place)) {
                match how {
                    How::Done => self.done(&flight),
                    How::Park => self.park(flight),
                    How::Retry => self.retry(flight),
                    How::Stop => self.retrying.push_front(flight),
                }
            }
        }
        if how == How::Stop {
            if let Some(consumer) = self.consumers.iter().find(|other| other.number == consumer) {
                // fails only when the client is gone
                let _ = consumer.out.try_send(Err(dropped()));
            }
            self.leave(consumer).await;
        }
        if self.unsaved >= self.record.settings.checkpoint_count() {
            self.save().await;
        }
        self.save_parked().await;
    }

    /// Takes an event back from its consumer.
    fn take_back(&mut self, place: u64) -> Option<Task> {
        let flight = self.flights.remove(&place)?;
        if let Some(consumer) = self.consumers.iter_mut().find(|other| other.number == flight.consumer) {
            consumer.taken = consumer.taken.saturating_sub(1);
        }
        Some(flight.task)
    }

    fn done(&mut self, task: &Task) {
        if task.replayed {
            self.record.parked.retain(|place| *place != task.item.place);
        }
        self.open.remove(&task.item.place);
        self.unsaved = self.unsaved.saturating_add(1);
        if self.save_at.is_none() {
            self.save_at = now().checked_add(self.record.settings.checkpoint_after());
        }
    }

    /// Puts an event aside. Where no more may be put aside the group ends, and the event is still to be settled.
    fn park(&mut self, task: Task) {
        let place = task.item.place;
        if !self.record.parked.contains(&place) {
            if self.record.parked.len() >= MAX_PARKED {
                self.failed = Some(refusal(
                    Code::FailedPrecondition,
                    "persistent-subscription-failed",
                    "the group has parked all the events it may: replay them, or delete the group",
                ));
                self.retrying.push_front(task);
                return;
            }
            self.record.parked.push(place);
            self.parked_unsaved = true;
        }
        self.done(&Task { replayed: false, ..task });
    }

    /// Makes durable what was put aside, before anything is given that comes after it.
    async fn save_parked(&mut self) {
        if std::mem::take(&mut self.parked_unsaved) {
            self.save().await;
        }
    }

    fn retry(&mut self, task: Task) {
        if task.retries >= self.record.settings.max_retry_count {
            self.park(task);
        } else {
            self.retrying.push_back(Task { retries: task.retries.saturating_add(1), ..task });
        }
    }

    /// What a consumer had is another's; it may be what ended the consumer, so that counts as a try.
    pub(super) async fn leave(&mut self, number: u64) {
        self.consumers.retain(|consumer| consumer.number != number);
        let places: Vec<_> = self
            .flights
            .iter()
            .filter(|(_, flight)| flight.consumer == number)
            .map(|(place, _)| *place)
            .collect();
        for place in places.into_iter().rev() {
            match self.take_back(place) {
                Some(task) if task.retries >= self.record.settings.max_retry_count => self.park(task),
                Some(task) => {
                    self.retrying.push_front(Task { retries: task.retries.saturating_add(1), ..task });
                }
                None => {}
            }
        }
        self.save_parked().await;
    }

    pub(super) async fn replay(&mut self, most: Option<u64>) -> Result<(), Status> {
        let most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
        let source = Source::parse(self.name.stream.as_bytes());
        let sight = Sight::of(&self.log.confidential, self.record.sees_everything);
        let busy: BTreeSet<_> =
            self.flights.keys().copied().chain(self.retrying.iter().map(|task| task.item.place)).collect();
        let places: Vec<_> = self
            .record
            .parked
            .iter()
            .filter(|place| !busy.contains(place))
            .copied()
            .take(most.min(MAX_REPLAYED))
            .collect();
        for place in places {
            let mut forward = Forward::new(&self.log, source.clone(), sight.clone(), None, place);
            let mut found = None;
            while found.is_none()
                && let Some(page) = forward.page(1).await?
            {
                found = page.items.into_iter().next();
            }
            if let Some(item) = found.filter(|item| item.place == place) {
                self.retrying.push_back(Task { item, retries: 0, replayed: true });
            }
        }
        Ok(())
    }

    pub(super) async fn timed_out(&mut self) {
        let now = now();
        let late: Vec<_> = self
            .flights
            .iter()
            .filter(|(_, flight)| flight.until.is_some_and(|until| until <= now))
            .map(|(place, _)| *place)
            .collect();
        for place in late {
            if let Some(task) = self.take_back(place) {
                self.retry(task);
            }
        }
        self.save_parked().await;
    }

    /// Everything before the first open place is settled.
    pub(super) async fn save(&mut self) {
        let read = self.known.map_or(self.record.next, |known| known.saturating_add(1));
        self.record.next = self.open.first().copied().unwrap_or(read).max(self.record.next);
        match self.ledger.put(&self.name, Some(self.record.clone())).await {
            Ok(()) => {
                self.unsaved = 0;
                self.save_at = None;
            }
            Err(error) => {
                tracing::warn!(%error, "the checkpoint of a persistent subscription could not be saved");
                self.save_at =
                    now().checked_add(self.record.settings.checkpoint_after().max(Duration::from_secs(1)));
            }
        }
    }
}
