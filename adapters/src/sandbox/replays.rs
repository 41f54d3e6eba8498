//! Idempotency: the first answer under a key is the answer for a day.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use bytes::Bytes;
use serde_json::{Value, json};

const KEPT_FOR_SECONDS: i64 = 24 * 60 * 60;

/// The answers given under each key.
#[derive(Default)]
pub(crate) struct Replays {
    keys: Mutex<HashMap<String, Entry>>,
}

/// An answer that can be given again, byte for byte.
#[derive(Clone)]
pub(crate) struct Saved {
    pub status: StatusCode,
    pub body: Bytes,
}

/// What a key's request may do.
pub(crate) enum Claim<'a> {
    /// It is the first: it works, and keeps its answer.
    First(Work<'a>),
    /// It was answered before.
    Answered(Saved),
    /// The first is still being worked on.
    InProgress,
}

#[derive(Default)]
struct Entry {
    seen: u64,
    replayed: u64,
    state: EntryState,
}

#[derive(Default)]
enum EntryState {
    #[default]
    Free,
    Working,
    Answered(Saved, i64),
}

impl Replays {
    pub(crate) fn claim(&self, key: &str, now: i64) -> Claim<'_> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = keys.entry(key.to_owned()).or_default();
        entry.seen += 1;
        match &entry.state {
            EntryState::Working => return Claim::InProgress,
            EntryState::Answered(saved, at) if now < at.saturating_add(KEPT_FOR_SECONDS) => {
                entry.replayed += 1;
                return Claim::Answered(saved.clone());
            }
            EntryState::Answered(..) | EntryState::Free => {}
        }
        entry.state = EntryState::Working;
        Claim::First(Work { replays: self, key: key.to_owned() })
    }

    /// Every key seen, with how often it came and how often its first answer was given again.
    pub(crate) fn to_json(&self) -> Value {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.iter()
            .map(|(key, entry)| (key.clone(), json!({"seen": entry.seen, "replayed": entry.replayed})))
            .collect()
    }

    fn set(&self, key: &str, state: EntryState) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.entry(key.to_owned()).or_default().state = state;
    }
}

/// The right to work under a key. Given up when dropped: a caller who hangs up half-way must not lock the key.
pub(crate) struct Work<'a> {
    replays: &'a Replays,
    key: String,
}

impl Work<'_> {
    pub(crate) fn keep(self, saved: Saved, now: i64) {
        self.replays.set(&self.key, EntryState::Answered(saved, now));
    }
}

impl Drop for Work<'_> {
    fn drop(&mut self) {
        let mut keys = self.replays.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = keys.get_mut(&self.key)
            && matches!(entry.state, EntryState::Working)
        {
            entry.state = EntryState::Free;
        }
    }
}
