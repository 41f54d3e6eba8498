//! Sending webhooks: signed, again and again until taken, in order within a lane.
//!
//! A lane is what must stay in order (a contractor, a work order); one task at a time drains it, and lanes do not
//! wait for each other.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use reqwest::redirect::Policy;
use serde_json::Value;
use tokio::sync::{Semaphore, watch};

use super::Clock;
use super::faults::Dice;
use super::ledger::Ledger;
use super::sign::{self, WebhookTarget};

const AT_ONCE: usize = 32;
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// How stubbornly a webhook is delivered again.
#[derive(Clone, Copy, Debug)]
pub struct Redelivery {
    /// The wait after the first failure; it doubles from there.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
    /// Given up once all waits together are this long.
    pub give_up_after: Duration,
}

impl Default for Redelivery {
    fn default() -> Self {
        Self {
            first_wait: Duration::from_millis(50),
            longest_wait: Duration::from_secs(5),
            give_up_after: Duration::from_mins(20),
        }
    }
}

/// A webhook to be sent.
pub(crate) struct Message {
    pub lane: String,
    pub id: String,
    pub kind: String,
    /// What is added to the target's URL.
    pub path: String,
    pub body: Value,
}

#[derive(Clone)]
struct Parcel {
    /// Where it goes; the courier's own target, wherever that is by then, where absent.
    to: Option<WebhookTarget>,
    /// Its line in the ledger.
    key: String,
    id: String,
    path: String,
    body: Bytes,
    held_back: Duration,
}

pub(crate) struct Courier {
    target: RwLock<Option<WebhookTarget>>,
    lanes: Mutex<HashMap<String, VecDeque<Parcel>>>,
    pub ledger: Ledger,
    redelivery: Redelivery,
    dice: Arc<Dice>,
    client: reqwest::Client,
    at_once: Semaphore,
    clock: Clock,
    stop: watch::Receiver<bool>,
}

impl Courier {
    pub(crate) fn new(
        redelivery: Redelivery,
        dice: Arc<Dice>,
        clock: Clock,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, reqwest::Error> {
        let client =
            reqwest::Client::builder().redirect(Policy::none()).timeout(ANSWER_WITHIN).no_proxy().build()?;
        Ok(Self {
            target: RwLock::new(None),
            lanes: Mutex::new(HashMap::new()),
            ledger: Ledger::default(),
            redelivery,
            dice,
            client,
            at_once: Semaphore::new(AT_ONCE),
            clock,
            stop,
        })
    }

    /// Sends everything not yet delivered there from now on. Without a target, new webhooks are only recorded.
    pub(crate) fn aim(&self, target: Option<WebhookTarget>) -> Result<(), sign::SignError> {
        if let Some(target) = &target {
            sign::key(target)?;
        }
        *self.target.write().unwrap_or_else(PoisonError::into_inner) = target;
        Ok(())
    }

    /// Queues a webhook. Needs a runtime.
    pub(crate) fn post(self: &Arc<Self>, message: &Message) {
        self.ledger.queued(&message.id, message);
        if self.target().is_none() {
            self.ledger.no_target(&message.id);
            return;
        }
        self.entrust(None, &message.id, message);
    }

    /// Queues a webhook for a receiver of its own. Needs a runtime.
    pub(crate) fn post_to(self: &Arc<Self>, target: &WebhookTarget, message: &Message) {
        let key = format!("{} to {}", message.id, target.url);
        self.ledger.queued(&key, message);
        self.entrust(Some(target), &key, message);
    }

    fn entrust(self: &Arc<Self>, to: Option<&WebhookTarget>, key: &str, message: &Message) {
        let fate = self.dice.roll_webhook();
        if fate.lost {
            self.ledger.lost(key);
            return;
        }
        let copies = if fate.twice { 2 } else { 1 };
        let body = Bytes::from(message.body.to_string());
        for (copy, held_back) in fate.held_back.into_iter().take(copies).enumerate() {
            let parcel = Parcel {
                to: to.cloned(),
                key: key.to_owned(),
                id: message.id.clone(),
                path: message.path.clone(),
                body: body.clone(),
                held_back: held_back.unwrap_or_default(),
            };
            let lane = match held_back {
                Some(_) => format!("{key}/{copy}"),
                None => to.map_or(message.lane.clone(), |to| format!("{} to {}", message.lane, to.url)),
            };
            self.queue(lane, parcel);
        }
    }

    fn queue(self: &Arc<Self>, lane: String, parcel: Parcel) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(waiting) = lanes.get_mut(&lane) {
            waiting.push_back(parcel);
            return;
        }
        lanes.insert(lane.clone(), VecDeque::from([parcel]));
        drop(lanes);
        let courier = Arc::clone(self);
        let mut stop = self.stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = stop.changed() => {}
                () = courier.drain(&lane) => {}
            }
        });
    }

    async fn drain(&self, lane: &str) {
        while let Some(parcel) = self.next_in(lane) {
            tokio::time::sleep(parcel.held_back).await;
            self.deliver(&parcel).await;
        }
    }

    fn next_in(&self, lane: &str) -> Option<Parcel> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let parcel = lanes.get_mut(lane)?.pop_front();
        if parcel.is_none() {
            lanes.remove(lane);
        }
        parcel
    }

    async fn deliver(&self, parcel: &Parcel) {
        let mut wait = self.redelivery.first_wait;
        let mut waited = Duration::ZERO;
        while !self.attempt(parcel).await {
            if waited >= self.redelivery.give_up_after {
                self.ledger.abandoned(&parcel.key);
                return;
            }
            tokio::time::sleep(wait).await;
            waited = waited.saturating_add(wait);
            wait = wait.saturating_mul(2).min(self.redelivery.longest_wait);
        }
        self.ledger.delivered(&parcel.key);
    }

    /// Whether the receiver took it.
    async fn attempt(&self, parcel: &Parcel) -> bool {
        let Some(target) = parcel.to.clone().or_else(|| self.target()) else {
            return false;
        };
        let signed = sign::headers(&target, &parcel.id, (self.clock)(), &parcel.body);
        let Ok(headers) = signed else {
            return false;
        };
        let Ok(_turn) = self.at_once.acquire().await else {
            return false;
        };
        let mut request = self
            .client
            .post(format!("{}{}", target.url, parcel.path))
            .header("content-type", "application/json")
            .body(parcel.body.clone());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let status = request.send().await.ok().map(|answer| answer.status());
        self.ledger.attempted(&parcel.key, status.map(|status| status.as_u16()));
        status.is_some_and(|status| status.is_success())
    }

    fn target(&self) -> Option<WebhookTarget> {
        self.target.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
