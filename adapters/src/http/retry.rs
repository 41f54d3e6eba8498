//! When a failed attempt is made again: exponential back-off with full jitter, bounded, and never sooner
//! than the vendor asks.

use chrono::DateTime;
use rand::Rng;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use std::time::Duration;

/// How patiently a request is tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retry {
    pub(super) attempts: u32,
    pub(super) first: Duration,
    pub(super) max: Duration,
    pub(super) max_retry_after: Duration,
}

impl Retry {
    /// The pause after the attempt of this number (the first is 1), or nothing when it was the last.
    ///
    /// What the vendor asks for comes before the jitter, so that clients who were all told the same
    /// second do not come back in the same one.
    pub(super) fn pause(self, attempt: u32, asked: Option<Duration>) -> Option<Duration> {
        let asked = asked.unwrap_or_default();
        if attempt >= self.attempts || asked > self.max_retry_after {
            return None;
        }
        let longest = self.longest_jitter(attempt);
        Some(asked.saturating_add(rand::rng().random_range(Duration::ZERO..=longest)))
    }

    fn longest_jitter(self, attempt: u32) -> Duration {
        let doublings = 2_u32.saturating_pow(attempt.saturating_sub(1));
        self.first.saturating_mul(doublings).min(self.max)
    }
}

/// How long the vendor asks us to wait: seconds, or a date.
///
/// A date is measured against the answer's own `Date`, so that neither clock need be right; without one
/// it says nothing.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let asked = text(RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(asked).ok()?;
    let now = DateTime::parse_from_rfc2822(text(DATE)?).ok()?;
    Some(until.signed_duration_since(now).to_std().unwrap_or_default())
}
