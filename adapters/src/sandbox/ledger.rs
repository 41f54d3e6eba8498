//! What became of each webhook, for people and tests who ask.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};

use super::answer::as_json;
use super::courier::Message;

/// One webhook and how its delivery stands.
#[derive(Clone, Serialize)]
struct Posted {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    body: Value,
    attempts: u64,
    delivered: u64,
    last_status: Option<u16>,
    standing: Standing,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Queued,
    Delivered,
    Abandoned,
    /// Dropped by a fault before its first attempt.
    Lost,
    NoTarget,
}

/// Webhooks in the order they were made.
#[derive(Default)]
pub(crate) struct Ledger {
    inside: Mutex<(Vec<Posted>, HashMap<String, usize>)>,
}

impl Ledger {
    /// `key` tells the deliveries of one event to several receivers apart.
    pub(crate) fn queued(&self, key: &str, message: &Message) {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let place = inside.0.len();
        inside.1.insert(key.to_owned(), place);
        inside.0.push(Posted {
            id: message.id.clone(),
            kind: message.kind.clone(),
            body: message.body.clone(),
            attempts: 0,
            delivered: 0,
            last_status: None,
            standing: Standing::Queued,
        });
    }

    pub(crate) fn attempted(&self, key: &str, status: Option<u16>) {
        self.change(key, |posted| {
            posted.attempts += 1;
            posted.last_status = status;
        });
    }

    pub(crate) fn delivered(&self, key: &str) {
        self.change(key, |posted| {
            posted.delivered += 1;
            posted.standing = Standing::Delivered;
        });
    }

    pub(crate) fn abandoned(&self, key: &str) {
        self.change(key, |posted| {
            if posted.standing == Standing::Queued {
                posted.standing = Standing::Abandoned;
            }
        });
    }

    pub(crate) fn lost(&self, key: &str) {
        self.change(key, |posted| posted.standing = Standing::Lost);
    }

    pub(crate) fn no_target(&self, key: &str) {
        self.change(key, |posted| posted.standing = Standing::NoTarget);
    }

    /// All webhooks.
    pub(crate) fn to_json(&self) -> Value {
        as_json(&self.inside.lock().unwrap_or_else(PoisonError::into_inner).0)
    }

    /// How many stand where.
    pub(crate) fn counts(&self) -> Value {
        let inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |standing| inside.0.iter().filter(|posted| posted.standing == standing).count();
        json!({
            "queued": count(Standing::Queued),
            "delivered": count(Standing::Delivered),
            "abandoned": count(Standing::Abandoned),
            "lost": count(Standing::Lost),
            "no_target": count(Standing::NoTarget),
        })
    }

    fn change(&self, key: &str, change: impl FnOnce(&mut Posted)) {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let (posted, places) = &mut *inside;
        if let Some(posted) = places.get(key).and_then(|place| posted.get_mut(*place)) {
            change(posted);
        }
    }
}
