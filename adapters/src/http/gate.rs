//! What every attempt passes on its way to a vendor: not while the vendor is left alone, not too many at once, not too
//! many in a second.

use super::breaker::{Breaker, Pass};
use super::limits::Limits;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

/// A whole second's worth may go at once after a quiet time.
const BURST: Duration = Duration::from_secs(1);

/// The one gate of a vendor.
#[derive(Debug)]
pub(super) struct Gate {
    breaker: Breaker,
    places: Semaphore,
    pace: Option<Pace>,
}

/// An attempt that is let through; it has its place until this is dropped.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) pass: Pass<'a>,
    _place: Option<SemaphorePermit<'a>>,
}

#[derive(Debug)]
struct Pace {
    every: Duration,
    next: Mutex<Instant>,
}

impl Gate {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            breaker: Breaker::new(limits),
            places: Semaphore::new(limits.max_in_flight.clamp(1, Semaphore::MAX_PERMITS)),
            pace: BURST
                .checked_div(limits.requests_per_second)
                .map(|every| Pace { every, next: Mutex::new(Instant::now()) }),
        }
    }

    /// Waits for its turn, or answers at once how long the vendor is left alone.
    pub(super) async fn enter(&self) -> Result<Turn<'_>, Duration> {
        if let Some(left) = self.breaker.shut(Instant::now()) {
            return Err(left);
        }
        // nobody closes it
        let place = self.places.acquire().await.ok();
        if let Some(pace) = &self.pace {
            pace.turn().await;
        }
        // it may have been shut while this one waited
        let pass = self.breaker.enter(Instant::now())?;
        Ok(Turn { pass, _place: place })
    }
}

impl Pace {
    async fn turn(&self) {
        let now = Instant::now();
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = now.checked_sub(BURST).map_or(*next, |earliest| earliest.max(*next));
            *next = turn.checked_add(self.every).unwrap_or(turn);
            turn
        };
        sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn no_more_are_begun_in_a_second_than_may_be() {
        let gate = Gate::new(Limits { requests_per_second: 10, ..Limits::NONE });
        let begun = Instant::now();
        for number in 0..40_u32 {
            gate.enter().await.unwrap().pass.answered();
            assert!(begun.elapsed() >= SECOND * number.saturating_sub(10) / 10, "{number}");
        }
        assert!(begun.elapsed() < SECOND * 4, "and none waits for longer than it has to");
        tokio::time::sleep(SECOND * 100).await;
        let quiet = Instant::now();
        for _ in 0..10 {
            gate.enter().await.unwrap().pass.answered();
        }
        assert!(quiet.elapsed() < SECOND / 10, "a second's worth goes at once after a quiet time");
        gate.enter().await.unwrap().pass.answered();
        gate.enter().await.unwrap().pass.answered();
        assert!(quiet.elapsed() >= SECOND / 10, "but no more than that is saved up");
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_are_on_their_way_than_may_be() {
        let gate = Gate::new(Limits { max_in_flight: 3, ..Limits::NONE });
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        join_all((0..20).map(|_| async {
            let turn = gate.enter().await.unwrap();
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(SECOND).await;
            now.fetch_sub(1, Ordering::SeqCst);
            drop(turn);
        }))
        .await;
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_while_the_vendor_comes_to_be_left_alone_is_told_so() {
        let limits =
            Limits { max_in_flight: 1, breaker_failures: 1, breaker_pause: SECOND * 7, ..Limits::NONE };
        let gate = Gate::new(limits);
        let turn = gate.enter().await.unwrap();
        let (waiting, ()) = tokio::join!(gate.enter(), async {
            let ends = turn;
            ends.pass.failed(Instant::now());
        });
        assert_eq!(waiting.unwrap_err(), SECOND * 7);
        assert_eq!(gate.enter().await.unwrap_err(), SECOND * 7);
        tokio::time::sleep(SECOND * 7).await;
        assert!(gate.enter().await.is_ok());
    }
}
