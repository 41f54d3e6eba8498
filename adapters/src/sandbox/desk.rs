//! Where requests, chores and the state meet: one at a time, effects afterwards.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::answer::Outcome;
use super::common::Common;
use super::courier::Message;
use super::sign::WebhookTarget;

/// A vendor's state.
pub(crate) trait World: Send + 'static {
    /// What the vendor does by itself after a while.
    type Chore: Send + 'static;

    /// What the last change asks to be done outside of the state.
    fn take_effects(&mut self) -> Vec<Effect<Self::Chore>>;

    /// Does a chore whose time has come.
    fn perform(&mut self, chore: Self::Chore, now: i64);

    /// How the vendor writes an answer; as it is, unless settings say otherwise.
    fn spell(&self, body: Value) -> Value {
        body
    }

    /// Every object by kind.
    fn objects(&self) -> Vec<(&'static str, usize, Value)>;
}

/// What a change of the state asks for.
pub(crate) enum Effect<C> {
    /// A webhook for the target that the settings name.
    Tell(Message),
    /// A webhook for a target that a customer registered.
    TellTo(WebhookTarget, Message),
    Later(Duration, C),
}

pub(crate) struct Desk<W> {
    world: Arc<Mutex<W>>,
    pub common: Arc<Common>,
}

impl<W> Clone for Desk<W> {
    fn clone(&self) -> Self {
        Self { world: Arc::clone(&self.world), common: Arc::clone(&self.common) }
    }
}

impl<W: World> Desk<W> {
    pub(crate) fn new(world: W, common: Arc<Common>) -> Self {
        Self { world: Arc::new(Mutex::new(world)), common }
    }

    /// Changes the state and starts what follows; webhooks are queued in the order of the changes.
    pub(crate) fn act<R>(&self, change: impl FnOnce(&mut W, i64) -> R) -> R {
        let now = self.common.now();
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut world, now);
        for effect in world.take_effects() {
            match effect {
                Effect::Tell(message) => self.common.courier.post(&message),
                Effect::TellTo(target, message) => self.common.courier.post_to(&target, &message),
                Effect::Later(delay, chore) => self.later(delay, chore),
            }
        }
        result
    }

    /// Works on a request and writes its answer.
    pub(crate) fn attend(&self, work: impl FnOnce(&mut W, i64) -> Outcome) -> Outcome {
        self.act(|world, now| {
            let answer = work(world, now)?;
            Ok(answer.spelt(|body| world.spell(body)))
        })
    }

    /// Everything there is, with counts.
    pub(crate) fn state(&self) -> Value {
        let objects = self.world.lock().unwrap_or_else(PoisonError::into_inner).objects();
        let courier = &self.common.courier;
        let mut counts = json!({"webhooks": courier.ledger.counts()});
        let mut state = json!({"webhooks": courier.ledger.to_json()});
        for (kind, count, all) in objects {
            if let (Some(counts), Some(state)) = (counts.as_object_mut(), state.as_object_mut()) {
                counts.insert(kind.to_owned(), count.into());
                state.insert(kind.to_owned(), all);
            }
        }
        if let Some(state) = state.as_object_mut() {
            state.insert("counts".to_owned(), counts);
        }
        state
    }

    fn later(&self, delay: Duration, chore: W::Chore) {
        let desk = self.clone();
        let mut stop = self.common.stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = stop.changed() => {}
                () = tokio::time::sleep(delay) => desk.act(|world, now| world.perform(chore, now)),
            }
        });
    }
}
