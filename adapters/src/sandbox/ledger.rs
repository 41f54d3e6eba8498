//! What became of each webhook, for people and tests who ask.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};

use super::answer::as_json;

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
    NoTarget,
}

/// Webhooks in the order they were made.
#[derive(Default)]
pub(crate) struct Ledger {
    inside: Mutex<(Vec<Posted>, HashMap<String, usize>)>,
}

impl Ledger {
    pub(crate) fn queued(&self, id: &str, kind: &str, body: &Value) {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let place = inside.0.len();
        inside.1.insert(id.to_owned(), place);
        inside.0.push(Posted {
            id: id.to_owned(),
            kind: kind.to_owned(),
            body: body.clone(),
            attempts: 0,
            delivered: 0,
            last_status: None,
            standing: Standing::Queued,
        });
    }

    pub(crate) fn attempted(&self, id: &str, status: Option<u16>) {
        self.change(id, |posted| {
            posted.attempts += 1;
            posted.last_status = status;
        });
    }

    pub(crate) fn delivered(&self, id: &str) {
        self.change(id, |posted| {
            posted.delivered += 1;
            posted.standing = Standing::Delivered;
        });
    }

    pub(crate) fn abandoned(&self, id: &str) {
        self.change(id, |posted| {
            if posted.standing == Standing::Queued {
                posted.standing = Standing::Abandoned;
            }
        });
    }

    pub(crate) fn no_target(&self, id: &str) {
        self.change(id, |posted| posted.standing = Standing::NoTarget);
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
            "no_target": count(Standing::NoTarget),
        })
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Posted)) {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let (posted, places) = &mut *inside;
        if let Some(posted) = places.get(id).and_then(|place| posted.get_mut(*place)) {
            change(posted);
        }
    }
}
