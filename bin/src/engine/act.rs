//! Acting: what a work order's state makes due is called, one work order at a time by one worker.

use super::call::CallError;
use super::{Cause, Engine, ExecuteError};
use crate::clock;
use covertrail_adapters::schema::{Actor, Source};
use covertrail_domain::coverage::{Action, Command, State};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use std::time::Duration;

/// The first pause after a vendor could not be reached; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// How it has gone with a work order whose vendor could not be reached.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trouble {
    since: Timestamp,
    pause: Duration,
}

impl Engine {
    /// Does everything that is due on a work order now; answers how long to wait before trying again, if it
    /// could not all be done.
    pub(super) async fn act(&self, work_order: &WorkOrderId) -> Option<Duration> {
        loop {
            let Some(action) = self.ledger().state(work_order).and_then(State::next_action) else {
                self.troubles().remove(work_order);
                return None;
            };
            match self.take_step(&action).await {
                Ok(()) => {
                    self.troubles().remove(work_order);
                }
                Err(reason) => return Some(self.put_off(&action, &reason).await),
            }
        }
    }

    async fn take_step(&self, action: &Action) -> Result<(), String> {
        let (work_order, step) = (&action.work_order, action.step());
        let causation = action.idempotency_key();
        match self.call(action).await {
            Ok(commands) => {
                tracing::info!(%work_order, %step, key = causation, "step taken");
                let cause = Cause { actor: Actor::Policy, source: Source::Api, causation };
                for command in commands {
                    self.record(work_order, &command, &cause).await?;
                }
                Ok(())
            }
            Err(CallError::Blocked(reason)) => self.block(action, reason).await,
            Err(CallError::Later(reason)) => Err(reason),
        }
    }

    /// Records what the vendor answered. What the rules refuse is an answer to a question no longer asked.
    async fn record(&self, work_order: &WorkOrderId, command: &Command, cause: &Cause) -> Result<(), String> {
        match self.execute(work_order, command, cause).await {
            Ok(_) => Ok(()),
            Err(ExecuteError::Rejected(rejection)) => {
                tracing::warn!(%work_order, key = cause.causation, %rejection, "an answer came too late");
                Ok(())
            }
            Err(error) => Err(error.to_string()),
        }
    }

    async fn block(&self, action: &Action, reason: String) -> Result<(), String> {
        let (work_order, step) = (&action.work_order, action.step());
        tracing::warn!(%work_order, %step, reason, "step blocked");
        let cause =
            Cause { actor: Actor::Covertrail, source: Source::Api, causation: action.idempotency_key() };
        self.record(work_order, &Command::Block { step, reason }, &cause).await
    }

    /// Waits longer each time; once patience is at its end, a person is told.
    async fn put_off(&self, action: &Action, reason: &str) -> Duration {
        let now = clock::now();
        let work_order = &action.work_order;
        let trouble = {
            let mut troubles = self.troubles();
            let trouble =
                troubles.entry(work_order.clone()).or_insert(Trouble { since: now, pause: FIRST_PAUSE / 2 });
            trouble.pause = trouble.pause.saturating_mul(2).min(LONGEST_PAUSE);
            *trouble
        };
        let tried = now.unix().saturating_sub(trouble.since.unix());
        let given_up = u64::try_from(tried).is_ok_and(|tried| tried >= self.give_up_after.as_secs());
        tracing::warn!(%work_order, step = %action.step(), reason, pause = ?trouble.pause, "step put off");
        if given_up {
            self.troubles().remove(work_order);
            let reason = format!("given up after {tried} s of trying: {reason}");
            if let Err(error) = self.block(action, reason).await {
                tracing::error!(%work_order, error, "the block could not be recorded");
            }
        }
        trouble.pause
    }
}
