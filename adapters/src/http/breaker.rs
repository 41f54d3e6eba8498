//! A vendor that fails time after time is left alone for a while, so that it can recover and nobody waits for it in
//! vain: everybody is told at once how long.
//!
//! ```text
//! closed ── failures in a row ──▶ open ── pause over ──▶ trying ── failure ──▶ open, for twice as long
//!    ▲                                                     │
//!    └────────────────────── an answer ────────────────────┘
//! ```

use super::limits::Limits;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Whether a vendor may be asked.
#[derive(Debug)]
pub(super) struct Breaker {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant, pause: Duration },
    Trying { until: Instant, pause: Duration },
}

/// Leave to make one attempt. Dropped without a verdict, as when the caller gives up, it has shown nothing.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    tries: bool,
}

impl Breaker {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, state: Mutex::new(State::Closed { failures: 0 }) }
    }

    /// How long the vendor is still left alone, if it is.
    pub(super) fn shut(&self, now: Instant) -> Option<Duration> {
        match *self.state() {
            State::Closed { .. } => None,
            State::Open { until, .. } => Some(until.saturating_duration_since(now)).filter(|d| !d.is_zero()),
            State::Trying { .. } => Some(self.limits.breaker_pause),
        }
    }

    /// Leave to make an attempt, or how long there is none. Once a pause is over, one attempt is let through.
    pub(super) fn enter(&self, now: Instant) -> Result<Pass<'_>, Duration> {
        if let Some(left) = self.shut(now) {
            return Err(left);
        }
        let mut state = self.state();
        let tries = if let State::Open { until, pause } = *state {
            *state = State::Trying { until, pause };
            true
        } else {
            false
        };
        drop(state);
        Ok(Pass { breaker: self, tries })
    }

    fn answered(&self) {
        *self.state() = State::Closed { failures: 0 };
    }

    fn failed(&self, now: Instant, tried: bool) {
        let open = |pause: Duration| State::Open { until: now.checked_add(pause).unwrap_or(now), pause };
        let mut state = self.state();
        *state = match *state {
            State::Closed { failures } => match failures.saturating_add(1) {
                failures if failures == self.limits.breaker_failures => {
                    tracing::warn!(failures, "a vendor fails time after time and is left alone");
                    open(self.limits.breaker_pause)
                }
                failures => State::Closed { failures },
            },
            State::Trying { pause, .. } if tried => {
                open(pause.saturating_mul(2).min(self.limits.breaker_longest_pause))
            }
            // begun before it was left alone
            unchanged @ (State::Open { .. } | State::Trying { .. }) => unchanged,
        };
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// The vendor is there.
    pub(super) fn answered(self) {
        self.breaker.answered();
    }

    /// It is not.
    pub(super) fn failed(self, now: Instant) {
        self.breaker.failed(now, self.tries);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut state = self.breaker.state();
        if let State::Trying { until, pause } = *state
            && self.tries
        {
            *state = State::Open { until, pause };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn breaker() -> Breaker {
        Breaker::new(Limits {
            breaker_failures: 2,
            breaker_pause: SECOND * 5,
            breaker_longest_pause: SECOND * 15,
            ..Limits::NONE
        })
    }

    fn fail(breaker: &Breaker, now: Instant) {
        breaker.enter(now).unwrap().failed(now);
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_an_answer_between_them_counts() {
        let (breaker, now) = (breaker(), Instant::now());
        fail(&breaker, now);
        breaker.enter(now).unwrap().answered();
        fail(&breaker, now);
        assert_eq!(breaker.shut(now), None);
        fail(&breaker, now);
        assert_eq!(breaker.shut(now + SECOND), Some(SECOND * 4));
        assert_eq!(breaker.enter(now + SECOND).unwrap_err(), SECOND * 4);
    }

    #[test]
    fn each_try_that_fails_doubles_the_pause_up_to_a_bound() {
        let (breaker, mut now) = (breaker(), Instant::now());
        fail(&breaker, now);
        fail(&breaker, now);
        for pause in [5, 10, 15, 15] {
            now += SECOND * pause;
            fail(&breaker, now);
        }
        assert_eq!(breaker.shut(now), Some(SECOND * 15));
        now += SECOND * 15;
        breaker.enter(now).unwrap().answered();
        fail(&breaker, now);
        fail(&breaker, now);
        assert_eq!(breaker.shut(now), Some(SECOND * 5), "after an answer it begins anew");
    }

    #[test]
    fn one_tries_while_the_others_are_told_to_come_again() {
        let (breaker, now) = (breaker(), Instant::now());
        fail(&breaker, now);
        fail(&breaker, now);
        let later = now + SECOND * 5;
        let trial = breaker.enter(later).unwrap();
        assert_eq!(breaker.enter(later).unwrap_err(), SECOND * 5);
        drop(trial);
        assert!(breaker.enter(later).is_ok(), "one that was given up shows nothing");
    }

    #[test]
    fn what_was_begun_before_does_not_prolong_the_pause_but_may_end_it() {
        let (breaker, now) = (breaker(), Instant::now());
        let [slow, slower] = [(); 2].map(|()| breaker.enter(now).unwrap());
        fail(&breaker, now);
        fail(&breaker, now);
        slow.failed(now + SECOND);
        assert_eq!(breaker.shut(now + SECOND), Some(SECOND * 4));
        slower.answered();
        assert_eq!(breaker.shut(now + SECOND), None);
    }

    #[test]
    fn without_a_number_of_failures_it_never_opens() {
        let (breaker, now) = (Breaker::new(Limits::NONE), Instant::now());
        for _ in 0..1000 {
            fail(&breaker, now);
        }
        assert_eq!(breaker.shut(now), None);
    }
}
