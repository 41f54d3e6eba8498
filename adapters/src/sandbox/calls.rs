//! What was asked of the vendor: never bodies or query strings, which carry personal data.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::answer::as_json;

const REMEMBERED: usize = 100_000;

/// One request and how it ended.
#[derive(Clone, Serialize)]
pub(crate) struct Call {
    pub method: String,
    pub path: String,
    pub idempotency_key: Option<String>,
    /// `sandbox` or `production`, where the caller says for which it is meant.
    pub environment: Option<String>,
    /// What the vendor decided, also where the caller never saw it.
    pub status: Option<u16>,
    pub ending: Ending,
}

/// How a request ended for its caller.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    Answered,
    Replayed,
    AnswerLost,
    Outage,
}

/// The last hundred thousand calls.
#[derive(Default)]
pub(crate) struct Calls {
    kept: Mutex<VecDeque<Call>>,
}

impl Calls {
    pub(crate) fn record(&self, call: Call) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= REMEMBERED {
            kept.pop_front();
        }
        kept.push_back(call);
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        as_json(&*self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
