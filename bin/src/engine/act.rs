//! Acting: what a work order's state makes due is called, one work order at a time by one worker.

use super::call::CallError;
use super::{COVERAGE, Cause, Engine, ExecuteError, refusal};
use crate::clock;
use crate::telemetry::SPANS;
use covertrail_adapters::schema::{Actor, Source};
use covertrail_domain::coverage::{Action, Command, Failure, State};
use covertrail_domain::id::WorkOrderId;
use std::time::Duration;
use tracing::Instrument as _;
use tracing::field::Empty;

impl Engine {
    /// Does everything that is due on a work order now; answers how long to wait at least before trying again, if it
    /// could not all be done.
    pub(super) async fn act(&self, work_order: &WorkOrderId) -> Option<Duration> {
        let mut before = None;
        loop {
            if let Err(error) = self.share(work_order).await {
                tracing::warn!(%work_order, %error, "what the contractor's other work orders know was not recorded");
                return Some(Duration::ZERO);
            }
            let Some(action) = self.ledger().state(work_order).and_then(State::next_action) else {
                self.troubles().remove(work_order);
                return None;
            };
            let taken = if before.as_ref() == Some(&action) {
                Err(CallError::later("the vendor's answer changed nothing"))
            } else {
                let span = tracing::info_span!(
                    target: SPANS, "step", %work_order, correlation = %format_args!("{COVERAGE}-{work_order}"),
                    step = %action.step(), key = action.idempotency_key(), error = Empty
                );
                let began = clock::begun();
                let taken = self.take_step(&action).instrument(span.clone()).await;
                if taken.is_err() {
                    span.record("error", "put off");
                }
                let outcome = if taken.is_ok() { "done" } else { "put-off" };
                self.steps.took(action.step().as_str(), outcome, began.elapsed());
                taken
            };
            if let Err(problem) = taken {
                return Some(self.put_off(&action, problem).await);
            }
            self.troubles().remove(work_order);
            self.due.relieve(work_order);
            before = Some(action);
        }
    }

    /// Records what the contractor's other work orders know of their policies and certificates.
    async fn share(&self, work_order: &WorkOrderId) -> Result<(), ExecuteError> {
        let facts = self.ledger().shared_with(work_order);
        for known_by in facts.chunk_by(|(one, _), (other, _)| one == other) {
            let commands: Vec<Command> = known_by.iter().map(|(_, command)| command.clone()).collect();
            let Some((other, _)) = known_by.first() else { continue };
            let causation = format!("{COVERAGE}-{other}");
            let cause = Cause { actor: Actor::Covertrail, source: Source::Command, causation, reason: None };
            // what is refused does not concern this work order
            self.execute_all(work_order, &commands, &cause).await?;
        }
        Ok(())
    }

    async fn take_step(&self, action: &Action) -> Result<(), CallError> {
        let (work_order, step) = (&action.work_order, action.step());
        let causation = action.idempotency_key();
        match self.call(action).await {
            Ok(commands) => {
                tracing::info!(%work_order, %step, key = causation, "step taken");
                // that it is too late is known here; everything else the vendor said
                let is_own = matches!(commands.first(), Some(Command::DelayCover { .. }));
                let actor = if is_own { Actor::Covertrail } else { Actor::Policy };
                let cause = Cause { actor, source: Source::Api, causation, reason: None };
                self.record(work_order, &commands, &cause).await
            }
            Err(CallError::Refused(reason)) => self.block(action, Failure::Refused, reason).await,
            Err(CallError::Blocked(reason)) => self.block(action, Failure::Unsettled, reason).await,
            Err(later @ CallError::Later { .. }) => Err(later),
        }
    }

    /// Records what the vendor answered, all of it or nothing. What the rules refuse is an answer to a question no
    /// longer asked, and that is recorded too.
    async fn record(
        &self,
        work_order: &WorkOrderId,
        commands: &[Command],
        cause: &Cause,
    ) -> Result<(), CallError> {
        let unrecorded = |error: ExecuteError| CallError::later(&error.to_string());
        let answers = self.execute_all(work_order, commands, cause).await.map_err(unrecorded)?;
        let refused = commands.iter().zip(answers).filter_map(|(command, answer)| {
            let rejection = answer.err()?;
            tracing::warn!(%work_order, key = cause.causation, %rejection, "an answer came too late");
            Some(refusal(command, &rejection))
        });
        self.refuse(work_order, &refused.collect::<Vec<_>>(), cause).await.map_err(unrecorded)
    }

    async fn block(&self, action: &Action, failure: Failure, reason: String) -> Result<(), CallError> {
        let (work_order, step) = (&action.work_order, action.step());
        let document = action.document().cloned();
        tracing::warn!(%work_order, %step, "step blocked");
        let cause = Cause {
            actor: Actor::Covertrail,
            source: Source::Api,
            causation: action.idempotency_key(),
            reason: None,
        };
        self.record(work_order, &[Command::Block { step, document, failure, reason }], &cause).await
    }

    /// Leaves it for later; once patience is at its end, a person is told.
    async fn put_off(&self, action: &Action, problem: CallError) -> Duration {
        let (work_order, now) = (&action.work_order, clock::now());
        let (reason, pause) = match problem {
            CallError::Blocked(reason) | CallError::Refused(reason) => (reason, Duration::ZERO),
            CallError::Later { reason, retry_after } => (reason, retry_after.unwrap_or_default()),
        };
        let since = *self.troubles().entry(work_order.clone()).or_insert(now);
        let tried = now.unix().saturating_sub(since.unix());
        tracing::warn!(%work_order, step = %action.step(), reason, "step put off");
        if u64::try_from(tried).is_ok_and(|tried| tried >= self.give_up_after.as_secs()) {
            self.troubles().remove(work_order);
            let reason = format!("given up after {tried} s of trying: {reason}");
            if self.block(action, Failure::Unsettled, reason).await.is_err() {
                tracing::error!(%work_order, "that it was given up could not be recorded");
            }
        }
        pause
    }
}
