//! A command, decided and made durable.

use super::Engine;
use super::ledger::COVERAGE;
use crate::clock;
use crate::telemetry::SPANS;
use covertrail_adapters::OwnCategory;
use covertrail_adapters::schema::{self, Actor, Envelope, Source};
use covertrail_adapters::store::{AppendError, BadName, Expected, NewEvent, ReadError, StreamName};
use covertrail_domain::coverage::{Command, Event, Rejection};
use covertrail_domain::id::WorkOrderId;
use std::slice;
use std::time::Duration;
use tracing::Instrument as _;
use tracing::field::Empty;

/// Who or what is behind a command.
#[derive(Debug, Clone)]
pub struct Cause {
    /// Who says so.
    pub actor: Actor,
    /// By which way it came.
    pub source: Source,
    /// What came before it: the delivery's stream, the call's idempotency key, the person's request.
    pub causation: String,
    /// Why, in a person's words.
    pub reason: Option<String>,
}

impl Cause {
    /// What came before, for traces, which name nobody.
    fn traceable(&self) -> Option<&str> {
        match self.actor {
            Actor::Person(_) => None,
            Actor::Policy | Actor::WorkMarket | Actor::Covertrail | Actor::Clock => Some(&self.causation),
        }
    }
}

/// What became of a command that was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Executed {
    /// It happened, and is durable.
    Happened,
    /// It held already.
    HeldAlready,
}

/// Why a command was not executed.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The rules refuse it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// Others kept writing to the same work order; try again later.
    #[error("work order {0} is being written to by others")]
    Contended(WorkOrderId),
    /// The log cannot take it now.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The log cannot be read now.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What is stored cannot be understood.
    #[error(transparent)]
    Malformed(#[from] schema::Malformed),
    /// A work order's id makes no stream name.
    #[error("work order {0} cannot name a stream: {1}")]
    Unnamable(WorkOrderId, BadName),
}

/// How often a command is decided again after somebody else wrote first, or an outcome stayed unknown.
const ATTEMPTS: u32 = 16;
const PAGE: usize = 512;
/// The pause before an append whose outcome is unknown is repeated, longer each time.
const PAUSE: Duration = Duration::from_millis(20);

impl Engine {
    /// Decides the command on the work order as it is, and appends what happens. Safe to repeat.
    pub async fn execute(
        &self,
        work_order: &WorkOrderId,
        command: &Command,
        cause: &Cause,
    ) -> Result<Executed, ExecuteError> {
        let answers = self.execute_all(work_order, slice::from_ref(command), cause).await?;
        Ok(answers.into_iter().next().unwrap_or(Ok(Executed::HeldAlready))?)
    }

    /// Decides the commands one after another and appends all that happens at once, so that what belongs together
    /// is never torn. A refused one does not keep the others from happening.
    pub async fn execute_all(
        &self,
        work_order: &WorkOrderId,
        commands: &[Command],
        cause: &Cause,
    ) -> Result<Vec<Result<Executed, Rejection>>, ExecuteError> {
        self.execute_seen(work_order, commands, cause, None).await
    }

    /// The same for commands that rest on what was seen somewhere else when the work order was at a revision: should
    /// it have moved meanwhile, nothing happens.
    pub(super) async fn execute_seen(
        &self,
        work_order: &WorkOrderId,
        commands: &[Command],
        cause: &Cause,
        seen_at: Option<u64>,
    ) -> Result<Vec<Result<Executed, Rejection>>, ExecuteError> {
        let span = tracing::info_span!(
            target: SPANS, "command", %work_order, correlation = %format_args!("{COVERAGE}-{work_order}"),
            causation = cause.traceable(), commands = commands.len(), source = cause.source.as_str(),
            refused = Empty, error = Empty
        );
        let executed = self.decide_all(work_order, commands, cause, seen_at).instrument(span.clone()).await;
        match &executed {
            Ok(answers) => span.record("refused", answers.iter().filter(|answer| answer.is_err()).count()),
            Err(error) => span.record("error", error.to_string()),
        };
        executed
    }

    async fn decide_all(
        &self,
        work_order: &WorkOrderId,
        commands: &[Command],
        cause: &Cause,
        seen_at: Option<u64>,
    ) -> Result<Vec<Result<Executed, Rejection>>, ExecuteError> {
        let stream = stream_of(work_order)?;
        // what another node wrote may not be folded here yet
        let mut reloaded = self.is_caught_up() && !self.is_shared;
        for attempt in 0..ATTEMPTS {
            let decision = self.ledger().decide(work_order, commands);
            if decision.events.is_empty() {
                if reloaded {
                    return Ok(decision.answers);
                }
                // while the log is still being read, what it says of this work order is read first
                self.reload(work_order, &stream).await?;
                reloaded = true;
                continue;
            }
            if seen_at.is_some_and(|seen_at| seen_at != decision.next_revision) {
                return Err(ExecuteError::Contended(work_order.clone()));
            }
            let expected = decision.next_revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
            let stored = stored(work_order, decision.next_revision, &decision.events, cause);
            match self.store.append(&stream, expected, stored).await {
                Ok(appended) if appended.repeated => self.reload(work_order, &stream).await?,
                Ok(appended) => self.applied(work_order, appended.first_revision, &decision.events),
                Err(AppendError::Conflict { .. }) => {
                    self.reload(work_order, &stream).await?;
                    reloaded = true;
                    continue;
                }
                Err(AppendError::OutcomeUnknown(_)) => {
                    tokio::time::sleep(PAUSE.saturating_mul(attempt.saturating_add(1))).await;
                    continue;
                }
                Err(
                    error @ (AppendError::Unavailable(_)
                    | AppendError::TooLarge { .. }
                    | AppendError::Malformed(_)),
                ) => {
                    self.not_written(&error);
                    return Err(error.into());
                }
            }
            return Ok(decision.answers);
        }
        Err(ExecuteError::Contended(work_order.clone()))
    }

    fn applied(&self, work_order: &WorkOrderId, first_revision: u64, events: &[Event]) {
        self.written();
        let mut ledger = self.ledger();
        for (revision, event) in (first_revision..).zip(events) {
            ledger.apply(work_order, revision, event);
        }
        self.dispatch(&mut ledger);
    }

    /// Folds what others wrote to the work order.
    async fn reload(&self, work_order: &WorkOrderId, stream: &StreamName) -> Result<(), ExecuteError> {
        loop {
            let from = self.ledger().next_revision(work_order);
            let page = self.store.read_stream(stream, from, PAGE).await?;
            if page.is_empty() {
                return Ok(());
            }
            let mut ledger = self.ledger();
            for recorded in &page {
                ledger.fold(&recorded, None)?;
            }
            self.dispatch(&mut ledger);
        }
    }
}

/// The events as they are stored. Their ids follow from the cause and their place, so that the same command
/// at the same revision has the same ids.
fn stored(work_order: &WorkOrderId, first: u64, events: &[Event], cause: &Cause) -> Vec<NewEvent> {
    let recorded_at = clock::now_micros();
    let now = clock::now();
    let stream = format!("{COVERAGE}-{work_order}");
    let number = |(index, event): (u64, &Event)| {
        let stored = schema::encode(event);
        let revision = first.saturating_add(index);
        let envelope = Envelope {
            actor: cause.actor.clone(),
            correlation: stream.clone(),
            causation: cause.causation.clone(),
            occurred_at: event.at().unwrap_or(now),
            recorded_at,
            source: cause.source,
            reason: cause.reason.clone(),
        };
        NewEvent {
            id: schema::event_id(&command_id(&stream, revision, cause, &stored), 0),
            kind: stored.kind.to_owned(),
            data: stored.data,
            metadata: envelope.encode(),
            recorded_at,
        }
    };
    (0..).zip(events).map(number).collect()
}

/// What an event's id is made from: where it stands, why, and what it says.
fn command_id(stream: &str, revision: u64, cause: &Cause, stored: &schema::Stored) -> String {
    let said = String::from_utf8_lossy(&stored.data);
    format!("{stream}/{revision}/{}/{}/{said}", cause.causation, stored.kind)
}

/// The stream of a work order's coverage.
pub(crate) fn stream_of(work_order: &WorkOrderId) -> Result<StreamName, ExecuteError> {
    OwnCategory::Coverage.stream(work_order).map_err(|bad| ExecuteError::Unnamable(work_order.clone(), bad))
}
