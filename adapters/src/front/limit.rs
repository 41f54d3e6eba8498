//! A limit of this program: how much of something there may be, how much there is, and how often the limit was reached.
//!
//! Reaching a limit is one log line, and so is its end: a flood makes two lines, however long it lasts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// For how long nothing must have been turned away before a limit counts as no longer reached: a flood comes in waves.
const QUIET: Duration = Duration::from_secs(5);

/// A named maximum, counted. The name is the label of its metrics and stands in its log lines.
#[derive(Debug)]
pub struct Limit {
    name: String,
    /// The configuration's key that changes it, such as `server.max_connections`.
    key: &'static str,
    maximum: u64,
    current: AtomicU64,
    /// How many times it went from free to reached.
    reached: AtomicU64,
    /// How much was closed or refused because of it, over all time.
    turned_away: AtomicU64,
    /// While it is reached.
    episode: Mutex<Option<Episode>>,
}

/// A time in which a limit is reached.
#[derive(Debug, Clone, Copy)]
struct Episode {
    /// How much had been turned away before it.
    before: u64,
    /// When something was turned away last.
    last: Instant,
}

/// A limit as metrics show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSnapshot {
    /// The limit's name.
    pub name: String,
    /// How much there is now.
    pub current: u64,
    /// How much there may be.
    pub maximum: u64,
    /// How many times it was reached.
    pub reached: u64,
    /// How much was closed or refused because of it.
    pub turned_away: u64,
    /// Whether it is reached now.
    pub is_reached: bool,
}

impl Limit {
    /// A limit of that name and size, which the configuration's key changes.
    pub fn new(name: impl Into<String>, key: &'static str, maximum: u64) -> Self {
        Self {
            name: name.into(),
            key,
            maximum,
            current: AtomicU64::new(0),
            reached: AtomicU64::new(0),
            turned_away: AtomicU64::new(0),
            episode: Mutex::new(None),
        }
    }

    /// How much there may be.
    pub const fn maximum(&self) -> u64 {
        self.maximum
    }

    /// How much there is now.
    pub fn current(&self) -> u64 {
        self.current.load(Ordering::Relaxed)
    }

    /// Counts so much more; answers with how much there is then, which may be above the maximum.
    pub fn add(&self, count: u64) -> u64 {
        self.current.fetch_add(count, Ordering::Relaxed).saturating_add(count)
    }

    /// Counts so much less.
    pub fn subtract(&self, count: u64) {
        // the closure always answers
        let _ = self.current.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |current| {
            Some(current.saturating_sub(count))
        });
    }

    /// Sets how much there is now.
    pub fn set(&self, current: u64) {
        self.current.store(current, Ordering::Relaxed);
    }

    /// Records that something was closed or refused because there is no room. The first time it is logged.
    pub fn turn_away(&self) {
        let before = self.turned_away.fetch_add(1, Ordering::Relaxed);
        let last = Instant::now();
        let mut episode = self.episode.lock().unwrap_or_else(PoisonError::into_inner);
        let began = episode.map(|episode| episode.before);
        *episode = Some(Episode { before: began.unwrap_or(before), last });
        drop(episode);
        if began.is_none() {
            self.reached.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(limit = self.name, maximum = self.maximum, key = self.key, "a limit is reached");
        }
    }

    /// Whether it is reached: from the first time that something was turned away until there is clearly room again.
    pub fn is_reached(&self) -> bool {
        self.episode.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Ends the time in which it is reached, with one log line, once at most three quarters of it are used and nothing
    /// was turned away for five seconds. Called from time to time.
    pub fn settle(&self) {
        if self.current() > self.maximum.saturating_mul(3) / 4 {
            return;
        }
        let ended = self
            .episode
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take_if(|episode| episode.last.elapsed() >= QUIET);
        if let Some(Episode { before, .. }) = ended {
            let turned_away = self.turned_away.load(Ordering::Relaxed).saturating_sub(before);
            tracing::warn!(
                limit = self.name,
                maximum = self.maximum,
                turned_away,
                "a limit is no longer reached"
            );
        }
    }

    /// Its counts.
    pub fn snapshot(&self) -> LimitSnapshot {
        LimitSnapshot {
            name: self.name.clone(),
            current: self.current(),
            maximum: self.maximum,
            reached: self.reached.load(Ordering::Relaxed),
            turned_away: self.turned_away.load(Ordering::Relaxed),
            is_reached: self.is_reached(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_limit_is_reached_once_however_much_is_turned_away_and_ends_when_there_is_room() {
        let limit = Limit::new("connections", "server.max_connections", 4);
        assert_eq!(limit.add(4), 4);
        limit.turn_away();
        limit.turn_away();
        tokio::time::advance(QUIET).await;
        limit.settle();
        let full = limit.snapshot();
        assert_eq!((full.reached, full.turned_away, full.is_reached), (1, 2, true));
        limit.subtract(1);
        limit.settle();
        let freed = limit.snapshot();
        assert_eq!((freed.current, freed.is_reached), (3, false));
        limit.turn_away();
        limit.settle();
        assert!(limit.is_reached(), "a flood comes in waves");
        assert_eq!(limit.snapshot().reached, 2);
    }

    #[test]
    fn a_count_never_goes_below_nothing() {
        let limit = Limit::new("bytes", "server.body_budget_bytes", 4);
        limit.subtract(1);
        assert_eq!(limit.current(), 0);
    }
}
