//! Webhooks of ours, in the form of Standard Webhooks: coverage events as they are recorded, to those who want them.
//!
//! Each subscriber follows the log by itself, so that a slow one holds back nobody. How far it is stands in the log, in
//! a stream of its own; after a crash the little that was told since then is told again, with the same `webhook-id`.
//! The events of a work order come in their order, one at a time; what is not taken is tried again after growing
//! pauses, then is a dead letter until a person has it told again.

mod answer;
mod follow;
mod journal;
mod lanes;
mod pause;
mod record;
mod send;
mod sign;
mod tell;
#[cfg(test)]
mod tests;
mod turn;

pub use record::Replay;
pub use sign::Keys;

/// How long a turn lasts where several nodes tell the same subscribers.
pub const TURN: Duration = turn::LASTS;

use crate::clock;
use crate::config::{Subscriber, SubscriberName};
use crate::http::Who;
use covertrail_adapters::store::{BadName, Category, EventStore};
use covertrail_domain::id::PersonId;
use follow::{Follower, Going};
use journal::Journal;
use pause::Patience;
use record::Dead;
use send::Sender;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use turn::Node;

/// How many questions may wait for a follower's answer, and how long one waits.
const QUESTIONS: usize = 16;
const PATIENCE: Duration = Duration::from_secs(10);

/// Everybody who is told.
#[derive(Default)]
pub struct Subscribers {
    known: Vec<Known>,
    followers: Mutex<Vec<(Follower, mpsc::Receiver<Ask>)>>,
}

struct Known {
    name: SubscriberName,
    /// Where its events go, without what may open doors.
    origin: String,
    asks: mpsc::Sender<Ask>,
}

/// Why a subscriber cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// Its name makes no stream's name.
    #[error(transparent)]
    Name(#[from] BadName),
    /// Nothing can be sent at all.
    #[error("nothing can be sent: {0}")]
    Client(String),
}

/// Why a question about a subscriber has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// Nobody is called that.
    #[error("there is no such subscriber")]
    Unknown,
    /// It does not answer now, or could not record what was asked.
    #[error("it could not be recorded; try again")]
    Later,
}

/// What a follower is asked.
enum Ask {
    Look(oneshot::Sender<Look>),
    Replay(Replay, PersonId, oneshot::Sender<Option<Look>>),
}

/// How a subscriber stands; moments in microseconds.
struct Look {
    is_elsewhere: bool,
    position: u64,
    /// Lines of its stream that are wrong and were passed over.
    passed_over: u64,
    is_caught_up: bool,
    waiting: usize,
    oldest_waiting: Option<i64>,
    last_taken: Option<i64>,
    last_failure: Option<(i64, String)>,
    dead: Vec<Dead>,
}

impl Subscribers {
    /// Those of the configuration, each with what signs for it. Where several nodes may tell the same ones, they take
    /// turns that last so long.
    pub fn new(
        subscribers: impl IntoIterator<Item = (Subscriber, Keys)>,
        store: &Arc<dyn EventStore>,
        turns: Option<Duration>,
    ) -> Result<Self, Unusable> {
        let (mut known, mut followers) = (Vec::new(), Vec::new());
        for (settings, keys) in subscribers {
            let (asks, asked) = mpsc::channel(QUESTIONS);
            let origin = settings.url.origin().ascii_serialization();
            known.push(Known { name: settings.name.clone(), origin, asks });
            followers.push((follower(settings, keys, store, turns)?, asked));
        }
        Ok(Self { known, followers: Mutex::new(followers) })
    }

    /// Begins to tell them.
    pub fn start(&self) -> Running {
        let stop = watch::Sender::new(false);
        let mut following = JoinSet::new();
        let mut followers = self.followers.lock().unwrap_or_else(PoisonError::into_inner);
        for (follower, asks) in followers.drain(..) {
            following.spawn(follower.run(asks, stop.subscribe()));
        }
        Running { stop, following }
    }

    /// How each stands, as JSON.
    pub async fn list(&self) -> Vec<Value> {
        let mut told = Vec::new();
        for known in &self.known {
            told.push(match known.look().await {
                Ok(look) => look.told(known),
                Err(_) => {
                    json!({ "name": known.name.as_str(), "origin": known.origin, "state": "does not answer" })
                }
            });
        }
        told
    }

    /// How one stands, with its dead letters, the oldest first.
    pub async fn one(&self, name: &SubscriberName) -> Result<Value, Unanswered> {
        let known = self.find(name)?;
        let look = known.look().await?;
        let mut told = look.told(known);
        if let Value::Object(told) = &mut told {
            let letter = |dead: &Dead| {
                json!({
                    "position": dead.position, "work_order": dead.work_order, "failures": dead.failures,
                    "recorded_at": clock::rfc3339(dead.recorded_at), "since": clock::rfc3339(dead.since),
                    "reason": dead.reason,
                })
            };
            told.insert("dead_letters".to_owned(), look.dead.iter().map(letter).collect());
        }
        Ok(told)
    }

    /// Has events told again, in the name of a person. When it returns, that is durable.
    pub async fn replay(
        &self,
        name: &SubscriberName,
        replay: Replay,
        by: PersonId,
    ) -> Result<Value, Unanswered> {
        let known = self.find(name)?;
        let look = known.ask(|answer| Ask::Replay(replay, by, answer)).await?;
        Ok(look.ok_or(Unanswered::Later)?.told(known))
    }

    fn find(&self, name: &SubscriberName) -> Result<&Known, Unanswered> {
        self.known.iter().find(|known| known.name == *name).ok_or(Unanswered::Unknown)
    }
}

impl Known {
    async fn look(&self) -> Result<Look, Unanswered> {
        self.ask(Ask::Look).await
    }

    async fn ask<T>(&self, ask: impl FnOnce(oneshot::Sender<T>) -> Ask) -> Result<T, Unanswered> {
        let asking = async {
            let (answer, answered) = oneshot::channel();
            self.asks.send(ask(answer)).await.ok()?;
            answered.await.ok()
        };
        tokio::time::timeout(PATIENCE, asking).await.ok().flatten().ok_or(Unanswered::Later)
    }
}

impl Look {
    fn told(&self, known: &Known) -> Value {
        let state = match (&self.last_failure, self.last_taken) {
            _ if self.is_elsewhere => "told by another node",
            _ if self.waiting == 0 && self.is_caught_up => "up to date",
            (Some((failed, _)), taken) if taken.is_none_or(|taken| taken < *failed) => "failing",
            _ => "behind",
        };
        let age = |recorded: i64| clock::now_micros().saturating_sub(recorded).max(0) / 1_000_000;
        let failure = self.last_failure.as_ref();
        json!({
            "name": known.name.as_str(),
            "origin": known.origin,
            "state": state,
            "position": self.position,
            "wrong_lines": self.passed_over,
            "waiting": self.waiting,
            "lag_seconds": self.oldest_waiting.map_or(0, age),
            "last_taken_at": self.last_taken.map(clock::rfc3339),
            "last_failure_at": failure.map(|(at, _)| clock::rfc3339(*at)),
            "last_failure": failure.map(|(_, why)| why),
            "dead": self.dead.len(),
        })
    }
}

/// What tells the subscribers, until it is shut down.
pub struct Running {
    stop: watch::Sender<bool>,
    following: JoinSet<()>,
}

impl Running {
    /// Finishes what is under way, so long at most, and writes down how far everybody is.
    pub async fn shut_down(mut self, grace: Duration) {
        self.stop.send_replace(true);
        let ended = async { while self.following.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, ended).await.is_err() {
            tracing::warn!("a subscriber had not answered at the end; it is told again after the next start");
        }
    }
}

fn follower(
    settings: Subscriber,
    keys: Keys,
    store: &Arc<dyn EventStore>,
    turns: Option<Duration>,
) -> Result<Follower, Unusable> {
    let sender = Sender::new(&settings, keys).map_err(Unusable::Client)?;
    let name =
        PersonId::parse(settings.name.as_str()).map_err(|error| Unusable::Client(error.to_string()))?;
    Ok(Follower {
        journal: Journal::new(Arc::clone(store), settings.name.as_str())?,
        category: Category::parse(follow::TOLD)?,
        store: Arc::clone(store),
        who: Who { name, role: follow::ROLE },
        sender,
        name: settings.name.to_string(),
        events: settings.events,
        from: settings.from,
        max_in_flight: settings.max_in_flight,
        patience: Patience {
            first: settings.first_pause,
            longest: settings.longest_pause,
            give_up_after: settings.give_up_after,
        },
        node: turns.map(Node::new),
        going: Going::default(),
    })
}
