//! One persistent subscription at work: it reads ahead, gives events to its consumers, and settles them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};
use tonic::{Code, Status};
use uuid::Uuid;

use super::consumer::{Consumer, choose};
use super::ledger::{Ledger, Name, Record};
use crate::gateway::confidential::Sight;
use crate::gateway::event::Item;
use crate::gateway::filter::Filter;
use crate::gateway::forward::{Forward, Heard, Log, Tail};
use crate::gateway::refusal::{refusal, stopping};
use crate::gateway::source::Source;
use crate::gateway::stopped;

/// The most consumers of one group.
const MAX_CONSUMERS: usize = 64;
/// No more is read while the events that are not settled hold this much, in bytes.
const MAX_HELD_BYTES: usize = 4 << 20;
/// A group that nobody uses for so long ends its work; the next one who asks has it begin again.
const IDLE: std::time::Duration = std::time::Duration::from_mins(1);

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
pub(super) struct Task {
    pub(super) item: Item,
    pub(super) retries: u32,
    /// It was parked, and is until it is settled.
    pub(super) replayed: bool,
}

/// An event that a consumer has.
pub(super) struct Flight {
    pub(super) task: Task,
    pub(super) consumer: u64,
    pub(super) until: Option<Instant>,
}

pub(super) struct Group {
    pub(super) name: Name,
    pub(super) log: Log,
    pub(super) ledger: Ledger,
    pub(super) record: Record,
    pub(super) tail: Tail,
    pub(super) consumers: Vec<Consumer>,
    pub(super) turn: usize,
    /// Read and given to nobody yet, in order.
    pub(super) waiting: VecDeque<Task>,
    /// Given back, to be given again before anything else.
    pub(super) retrying: VecDeque<Task>,
    pub(super) flights: BTreeMap<u64, Flight>,
    /// The places that were read and are not settled; replayed ones are not among them.
    pub(super) open: BTreeSet<u64>,
    pub(super) known: Option<u64>,
    pub(super) total: u64,
    /// Settled since the last save, and when a save is due.
    pub(super) unsaved: u32,
    /// Events were put aside since.
    pub(super) parked_unsaved: bool,
    pub(super) save_at: Option<Instant>,
    /// Why it cannot go on.
    pub(super) failed: Option<Status>,
}

impl Group {
    /// A group with its filter, which has been compiled.
    pub(super) fn new(name: Name, log: Log, ledger: Ledger, record: Record, filter: Option<Filter>) -> Self {
        let source = Source::parse(name.stream.as_bytes());
        let sight = Sight::of(&log.confidential, record.sees_everything);
        let tail = Tail::new(Forward::new(&log, source, sight, filter, record.next));
        Self {
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
            parked_unsaved: false,
            save_at: None,
            failed: None,
        }
    }

    /// Works until it is ended or the server stops.
    pub(super) async fn run(mut self, mut asks: mpsc::Receiver<Ask>, mut stop: watch::Receiver<bool>) {
        let why = loop {
            self.give().await;
            if let Some(why) = self.failed.take() {
                break why;
            }
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
                () = tokio::time::sleep(IDLE), if self.consumers.is_empty() && self.unsaved == 0 => break dropped(),
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
                let most = if most > 0 { most.min(MAX_CONSUMERS) } else { MAX_CONSUMERS };
                let joined = if self.consumers.len() >= most {
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
            Ask::Leave { consumer } => self.leave(consumer).await,
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
        !self.consumers.is_empty() && self.waiting.is_empty() && self.weight() < MAX_HELD_BYTES
    }

    /// What its events that are not settled hold in memory, in bytes.
    fn weight(&self) -> usize {
        let flights = self.flights.values().map(|flight| &flight.task);
        flights.chain(&self.retrying).map(|task| task.item.weight()).sum()
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
    async fn give(&mut self) {
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
                self.leave(number).await;
                continue;
            }
            self.turn = self.turn.wrapping_add(1);
            self.total = self.total.saturating_add(1);
            let until = self.record.settings.message_timeout().and_then(|limit| now().checked_add(limit));
            self.flights.insert(task.item.place, Flight { task, consumer: number, until });
        }
    }

    fn next_timeout(&self) -> Option<Instant> {
        self.flights.values().filter_map(|flight| flight.until).min()
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
pub(super) fn dropped() -> Status {
    refusal(Code::Cancelled, "persistent-subscription-dropped", "the subscription was dropped")
}

/// For waiting alone: no such moment is kept or shown.
pub(super) fn now() -> Instant {
    Instant::now()
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
