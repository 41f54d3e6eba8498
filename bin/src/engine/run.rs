//! The engine at work: following the log, dealing with deliveries, acting, and watching the clock.

use super::queue::Queue;
use super::{COVERAGE, Cause, Engine};
use crate::clock;
use covertrail_adapters::schema::{self, Actor, Source};
use covertrail_adapters::store::ReadError;
use covertrail_domain::coverage::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How many deliveries of each vendor are dealt with at once.
const DELIVERIES_AT_ONCE: usize = 8;
/// The pause before the log is tried again.
pub(super) const PAUSE: Duration = Duration::from_millis(500);

/// Why the engine stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The log holds what this version cannot read.
    #[error("the event log at position {position}: {source}")]
    Malformed {
        /// Where.
        position: u64,
        /// What.
        source: schema::Malformed,
    },
    /// The log is damaged.
    #[error(transparent)]
    Damaged(ReadError),
}

/// An engine at work. Dropping it stops it at once, which loses nothing.
pub struct Running {
    engine: Arc<Engine>,
    tasks: JoinSet<()>,
    stopped: watch::Receiver<Option<Arc<Stopped>>>,
}

impl Engine {
    /// Sets the engine to work.
    pub fn start(self: &Arc<Self>) -> Running {
        let mut tasks = JoinSet::new();
        let (stop, stopped) = watch::channel(None);
        let engine = Arc::clone(self);
        tasks.spawn(async move {
            if let Err(why) = engine.follow().await {
                // nobody may be listening any more
                let _ = stop.send(Some(Arc::new(why)));
                engine.close();
            }
        });
        for _ in 0..self.workers {
            tasks.spawn(Arc::clone(self).act_always());
        }
        for _ in 0..DELIVERIES_AT_ONCE {
            tasks.spawn(Arc::clone(self).deliver_always(Arc::clone(&self.notices)));
            tasks.spawn(Arc::clone(self).deliver_always(Arc::clone(&self.hints)));
        }
        tasks.spawn(Arc::clone(self).watch_deadlines());
        tasks.spawn(Arc::clone(self).sweep_always());
        tasks.spawn(Arc::clone(self).poll_always());
        tasks.spawn(Arc::clone(self).catch_up_always());
        tasks.spawn(Arc::clone(self).take_part_always());
        Running { engine: Arc::clone(self), tasks, stopped }
    }

    fn close(&self) {
        self.due.close();
        self.notices.close();
        self.hints.close();
    }

    /// Queues every delivery that was not dealt with and every work order on which something is due.
    pub(super) fn sweep(&self) {
        let (mut deliveries, mut work_orders) = {
            let mut ledger = self.ledger();
            (ledger.pending(), ledger.due())
        };
        if self.is_shared {
            (deliveries, work_orders) = self.overlooked(deliveries, work_orders);
        }
        for delivery in deliveries {
            self.queue_of(&delivery).push_unless_paused(delivery);
        }
        for work_order in work_orders {
            self.due.push_unless_paused(work_order);
        }
        self.deadlines_changed.notify_one();
    }

    async fn sweep_always(self: Arc<Self>) {
        loop {
            tokio::time::sleep(self.sweep).await;
            if self.is_caught_up() {
                Engine::sweep(&self);
            }
        }
    }

    async fn act_always(self: Arc<Self>) {
        while let Some(work_order) = self.due.next().await {
            let in_hand = self.in_hand(|| format!("{COVERAGE}-{work_order}"));
            match self.act(&work_order).await {
                None => self.due.done(&work_order),
                Some(pause) => self.due.put_off(work_order, pause),
            }
            self.settle(in_hand);
        }
    }

    async fn deliver_always(self: Arc<Self>, inbox: Arc<Queue<String>>) {
        while let Some(delivery) = inbox.next().await {
            let in_hand = self.in_hand(|| delivery.clone());
            match self.deliver(&delivery).await {
                Ok(()) => inbox.done(&delivery),
                Err(later) => {
                    tracing::warn!(delivery, reason = %later, "delivery put off");
                    inbox.put_off(delivery, later.asked());
                }
            }
            self.settle(in_hand);
        }
    }

    /// Says that cover ran out at the moment it does.
    async fn watch_deadlines(self: Arc<Self>) {
        loop {
            let changed = self.deadlines_changed.notified();
            let now = clock::now();
            let overdue = if self.is_caught_up() { self.ledger().overdue(now) } else { Vec::new() };
            for work_order in &overdue {
                let cause = Cause {
                    actor: Actor::Clock,
                    source: Source::Clock,
                    causation: format!("clock-{}", now.unix()),
                    reason: None,
                };
                if let Err(error) = self.execute(work_order, &Command::Expire { at: now }, &cause).await {
                    tracing::warn!(%work_order, %error, "the end of cover could not be recorded");
                    tokio::time::sleep(PAUSE).await;
                }
            }
            let next = self.ledger().next_deadline();
            let wait = next.map_or(Duration::from_hours(1), |next| {
                let seconds = u64::try_from(next.unix().saturating_sub(clock::now().unix())).unwrap_or(0);
                // the clock is read in whole seconds
                Duration::from_millis(seconds.saturating_mul(1000).clamp(50, 3_600_000))
            });
            // whichever comes first; both lead to another look
            let _ = tokio::time::timeout(wait, changed).await;
        }
    }
}

impl Running {
    /// The engine.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Waits until the engine stops by itself, which it does only where the log cannot be read.
    pub async fn stopped(&mut self) -> Arc<Stopped> {
        loop {
            if let Some(why) = self.stopped.borrow_and_update().clone() {
                return why;
            }
            if self.stopped.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Stops it: what is being done is finished if it does not take long; the rest is found again at the next start.
    pub async fn shut_down(mut self, grace: Duration) {
        self.engine.close();
        let _ = tokio::time::timeout(grace, async {
            // the workers end by themselves; those who watch the clock and the log do not
            while self.engine.due.is_busy() || self.engine.notices.is_busy() || self.engine.hints.is_busy() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
        self.tasks.shutdown().await;
    }
}
