//! One persistent subscription at work: it reads ahead, gives events to its consumers, and settles them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};
use tonic::{Code, Status};
use uuid::Uuid;

use super::consumer::{Consumer, choose};
use super::ledger::{Ledger, Name, Record};
use crate::gateway::event::Item;
use crate::gateway::forward::{Forward, Heard, Log, Tail};
use crate::gateway::refusal::{refusal, stopping};
use crate::gateway::source::Source;
use crate::gateway::stopped;

/// What a group is asked.
pub(super) enum Ask {
    Join {
        consumer: Consumer,
        answer: oneshot::Sender<Result<(), Status>>,
    },
    Settle {
        consumer: u64,
        ids: Vec<Uuid>,
        how: How,
    },
    Leave {
        consumer: u64,
    },
    /// Parked events are delivered again, at most so many.
    Replay {
        most: Option<u64>,
        answer: oneshot::Sender<Result<(), Status>>,
    },
    Look {
        answer: oneshot::Sender<Look>,
    },
    /// The group goes, or is set up anew: it saves what it has and ends.
    End,
}

/// What a consumer says of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Done,
    Park,
    Retry,
    /// It wants no more.
    Stop,
}

/// A group as it is now.
pub(super) struct Look {
    pub(super) record: Record,
    /// The last place that was read.
    pub(super) known: Option<u64>,
    pub(super) waiting: usize,
    pub(super) retrying: usize,
    pub(super) in_flight: usize,
    pub(super) outstanding: usize,
    pub(super) total: u64,
    /// Slots that are free, slots that are taken, and events sent, of each consumer.
    pub(super) consumers: Vec<(usize, usize, u64)>,
}

/// An event that is not settled.
struct Task {
    item: Item,
    retries: u32,
    /// It was parked, and is until it is settled.
    replayed: bool,
}

/// An event that a consumer has.
struct Flight {
    task: Task,
    consumer: u64,
    until: Option<Instant>,
}

pub(super) struct Group {
    name: Name,
    log: Log,
    ledger: Ledger,
    record: Record,
    tail: Tail,
    consumers: Vec<Consumer>,
    turn: usize,
    /// Read and given to nobody yet, in order.
    waiting: VecDeque<Task>,
    /// Given back, to be given again before anything else.
    retrying: VecDeque<Task>,
    flights: BTreeMap<u64, Flight>,
    /// The places that were read and are not settled; replayed ones are not among them.
    open: BTreeSet<u64>,
    known: Option<u64>,
    total: u64,
    /// Settled since the last save, and when a save is due.
    unsaved: u32,
    save_at: Option<Instant>,
}

impl Group {
    pub(super) fn new(name: Name, log: Log, ledger: Ledger, record: Record) -> Result<Self, Status> {
        let filter = match &record.settings.filter {
            Some(kept) => kept.filter()?,
            None => None,
        };
        let source = Source::parse(name.stream.as_bytes());
        let tail = Tail::new(Forward::new(&log, source, filter, record.next));
        Ok(Self {
            name,
            log,
            ledger,
            record,
            tail,
            consumers: Vec::new(),
            turn: 0,
            waiting: VecDeque::new(),
            retrying: VecDeque::new(),
            flights: BTreeMap::new(),
            open: BTreeSet::new(),
            known: None,
            total: 0,
            unsaved: 0,
            save_at: None,
        })
    }

    /// Works until it is ended or the server stops.
    pub(super) async fn run(mut self, mut asks: mpsc::Receiver<Ask>, mut stop: watch::Receiver<bool>) {
        let why = loop {
            self.give();
            let (timeout, save_at) = (self.next_timeout(), self.save_at);
            tokio::select! {
                ask = asks.recv() => match ask {
                    Some(Ask::End) => break dropped(),
                    Some(ask) => self.asked(ask).await,
                    None => break stopping(),
                },
                heard = self.tail.next(), if self.wants_more() => match heard {
                    Ok(heard) => self.heard(heard),
                    Err(status) => break status,
                },
                () = until(timeout) => self.timed_out().await,
                () = until(save_at) => self.save().await,
                () = stopped(&mut stop) => break stopping(),
            }
        };
        if self.unsaved > 0 {
            self.save().await;
        }
        for consumer in &self.consumers {
            // fails only when the client is gone
            let _ = consumer.out.send(Err(why.clone())).await;
        }
    }

    async fn asked(&mut self, ask: Ask) {
        match ask {
            Ask::Join { consumer, answer } => {
                let most = usize::try_from(self.record.settings.max_subscriber_count).unwrap_or(usize::MAX);
                let joined = if most > 0 && self.consumers.len() >= most {
                    Err(refusal(
                        Code::FailedPrecondition,
                        "maximum-subscribers-reached",
                        "the group has all the consumers it may have",
                    ))
                } else {
                    self.consumers.push(consumer);
                    Ok(())
                };
                // nobody waits for it when the client is gone
                let _ = answer.send(joined);
            }
            Ask::Settle { consumer, ids, how } => self.settle(consumer, &ids, how).await,
            Ask::Leave { consumer } => self.leave(consumer),
            Ask::Replay { most, answer } => {
                let _ = answer.send(self.replay(most).await);
            }
            Ask::Look { answer } => {
                let _ = answer.send(self.look());
            }
            Ask::End => {}
        }
    }

    fn wants_more(&self) -> bool {
        !self.consumers.is_empty() && self.waiting.is_empty()
    }

    fn heard(&mut self, heard: Heard) {
        match heard {
            Heard::Page(page) => {
                for item in page.items {
                    self.open.insert(item.place);
                    self.known = Some(item.place);
                    self.waiting.push_back(Task { item, retries: 0, replayed: false });
                }
            }
            Heard::CaughtUp => {}
        }
    }

    /// Gives what there is to whoever has room.
    fn give(&mut self) {
        while let Some(task) = self.retrying.pop_front().or_else(|| self.waiting.pop_front()) {
            let chosen = choose(&self.consumers, self.record.settings.strategy, &task.item, self.turn);
            let Some(consumer) = chosen.and_then(|index| self.consumers.get_mut(index)) else {
                // in front of everything else, as it was
                self.retrying.push_front(task);
                return;
            };
            let number = consumer.number;
            if !consumer.give(&task.item, task.retries, self.record.settings.resolve_links) {
                self.retrying.push_front(task);
                self.leave(number);
                continue;
            }
            self.turn = self.turn.wrapping_add(1);
            self.total = self.total.saturating_add(1);
            let until = self.record.settings.message_timeout().and_then(|limit| now().checked_add(limit));
            self.flights.insert(task.item.place, Flight { task, consumer: number, until });
        }
    }

    async fn settle(&mut self, consumer: u64, ids: &[Uuid], how: How) {
        for id in ids {
            // the same id may be in several streams: the one that was given first is meant
            let place = self
                .flights
                .iter()
                .find(|(_, flight)| flight.consumer == consumer && flight.task.item.id() == *id)
                .map(|(place, _)| *place);
            // what timed out is another's by now
            if let Some(flight) = place.and_then(|place| self.take_back(place)) {
                match how {
                    How::Done => self.done(&flight),
                    How::Park => self.park(flight).await,
                    How::Retry => self.retry(flight).await,
                    How::Stop => self.retrying.push_front(flight),
                }
            }
        }
        if how == How::Stop {
            if let Some(consumer) = self.consumers.iter().find(|other| other.number == consumer) {
                // fails only when the client is gone
                let _ = consumer.out.try_send(Err(dropped()));
            }
            self.leave(consumer);
        }
        if self.unsaved >= self.record.settings.max_checkpoint_count.max(1) {
            self.save().await;
        }
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

    /// Puts an event aside; that is durable before anything goes past it.
    async fn park(&mut self, task: Task) {
        let place = task.item.place;
        if !self.record.parked.contains(&place) {
            self.record.parked.push(place);
        }
        self.done(&Task { replayed: false, ..task });
        self.save().await;
    }

    async fn retry(&mut self, task: Task) {
        if task.retries >= self.record.settings.max_retry_count {
            self.park(task).await;
        } else {
            self.retrying.push_back(Task { retries: task.retries.saturating_add(1), ..task });
        }
    }

    fn leave(&mut self, number: u64) {
        self.consumers.retain(|consumer| consumer.number != number);
        let places: Vec<_> = self
            .flights
            .iter()
            .filter(|(_, flight)| flight.consumer == number)
            .map(|(place, _)| *place)
            .collect();
        for place in places.into_iter().rev() {
            if let Some(task) = self.take_back(place) {
                self.retrying.push_front(task);
            }
        }
    }

    async fn replay(&mut self, most: Option<u64>) -> Result<(), Status> {
        let most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
        let source = Source::parse(self.name.stream.as_bytes());
        let busy: BTreeSet<_> =
            self.flights.keys().copied().chain(self.retrying.iter().map(|task| task.item.place)).collect();
        let places: Vec<_> =
            self.record.parked.iter().filter(|place| !busy.contains(place)).copied().take(most).collect();
        for place in places {
            let mut forward = Forward::new(&self.log, source.clone(), None, place);
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

    fn next_timeout(&self) -> Option<Instant> {
        self.flights.values().filter_map(|flight| flight.until).min()
    }

    async fn timed_out(&mut self) {
        let now = now();
        let late: Vec<_> = self
            .flights
            .iter()
            .filter(|(_, flight)| flight.until.is_some_and(|until| until <= now))
            .map(|(place, _)| *place)
            .collect();
        for place in late {
            if let Some(task) = self.take_back(place) {
                self.retry(task).await;
            }
        }
    }

    /// Everything before the first open place is settled.
    async fn save(&mut self) {
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

    fn look(&self) -> Look {
        Look {
            record: self.record.clone(),
            known: self.known,
            waiting: self.waiting.len(),
            retrying: self.retrying.len(),
            in_flight: self.flights.len(),
            outstanding: self.open.len(),
            total: self.total,
            consumers: self
                .consumers
                .iter()
                .map(|consumer| {
                    (consumer.slots.saturating_sub(consumer.taken), consumer.taken, consumer.total)
                })
                .collect(),
        }
    }
}

/// What consumers hear when their group goes.
fn dropped() -> Status {
    refusal(Code::Cancelled, "persistent-subscription-dropped", "the subscription was dropped")
}

/// For waiting alone: no such moment is kept or shown.
fn now() -> Instant {
    Instant::now()
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
