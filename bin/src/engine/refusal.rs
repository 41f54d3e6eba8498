//! Refusals: what was asked for and did not happen is recorded beside the work order, so that "why not" has an
//! answer later.

use super::{COVERAGE, Cause, Engine, ExecuteError};
use crate::clock;
use covertrail_adapters::OwnCategory;
use covertrail_adapters::schema::{self, Actor, Envelope, REFUSED, Refusal, Source};
use covertrail_adapters::store::{Expected, NewEvent};
use covertrail_adapters::webhook::delivery::{self, Delivery, Handled, Outcome};
use covertrail_domain::coverage::Command;
use covertrail_domain::id::WorkOrderId;

/// The category of the refusals' streams: `refusal-<work order>`.
pub const REFUSAL: &str = OwnCategory::Refusal.as_str();

impl Engine {
    /// Records refusals, durably. The same ones as last time, for the same cause, add nothing.
    pub async fn refuse(
        &self,
        work_order: &WorkOrderId,
        refusals: &[Refusal],
        cause: &Cause,
    ) -> Result<(), ExecuteError> {
        if refusals.is_empty() {
            return Ok(());
        }
        let stream = OwnCategory::Refusal
            .stream(work_order)
            .map_err(|bad| ExecuteError::Unnamable(work_order.clone(), bad))?;
        let stored = (0..).zip(refusals).map(|(index, refusal)| stored(work_order, index, refusal, cause));
        let appended = self.store.append(&stream, Expected::Any, stored.collect()).await;
        appended.inspect_err(|error| self.not_written(error))?;
        Ok(())
    }

    /// Records a delivery that was refused beside the work orders that it was about, as it is beside itself.
    pub(super) async fn refuse_delivery(
        &self,
        delivery: &Delivery,
        handled: &Handled,
    ) -> Result<(), ExecuteError> {
        if handled.outcome != Outcome::Refused {
            return Ok(());
        }
        let actor = match delivery.source {
            delivery::Source::Policy => Actor::Policy,
            delivery::Source::WorkMarket => Actor::WorkMarket,
        };
        let cause = Cause { actor, source: Source::Webhook, causation: delivery.stream(), reason: None };
        let reason = handled.reason.clone().unwrap_or_default();
        let refusal = Refusal { asked: delivery.event.clone(), about: None, reason };
        for work_order in &handled.work_orders {
            self.refuse(work_order, std::slice::from_ref(&refusal), &cause).await?;
        }
        Ok(())
    }
}

/// What is kept of a command that was refused.
pub fn refusal(command: &Command, why: &impl std::fmt::Display) -> Refusal {
    let (asked, about) = named(command);
    Refusal { asked: asked.to_owned(), about, reason: why.to_string() }
}

fn stored(work_order: &WorkOrderId, index: u32, refusal: &Refusal, cause: &Cause) -> NewEvent {
    let recorded_at = clock::now_micros();
    let envelope = Envelope {
        actor: cause.actor.clone(),
        correlation: format!("{COVERAGE}-{work_order}"),
        causation: cause.causation.clone(),
        occurred_at: clock::now(),
        recorded_at,
        source: cause.source,
        reason: cause.reason.clone(),
    };
    let data = refusal.encode();
    let id = format!("{REFUSAL}-{work_order}/{}/{}", cause.causation, String::from_utf8_lossy(&data));
    NewEvent {
        id: schema::event_id(&id, index),
        kind: REFUSED.to_owned(),
        data,
        metadata: envelope.encode(),
        recorded_at,
    }
}

/// The command's name, and the id of what it is about.
fn named(command: &Command) -> (&'static str, Option<String>) {
    let about = |id: &dyn std::fmt::Display| Some(id.to_string());
    match command {
        Command::Assign { worker, .. } => ("assign", about(worker)),
        Command::RecordContractor { contractor, .. } => ("record_contractor", about(contractor)),
        Command::RecordJob { job, .. } => ("record_job", about(job)),
        Command::DelayCover { .. } => ("delay_cover", None),
        Command::RecordQuote { quote, .. } => ("record_quote", about(&quote.id)),
        Command::RecordQuoteDeclined { .. } => ("record_quote_declined", None),
        Command::RecordPolicyOnFile { policy, .. } => {
            ("record_policy_on_file", policy.as_ref().map(ToString::to_string))
        }
        Command::RecordApplication { session, .. } => ("record_application", about(session)),
        Command::RecordApplicationCompleted { quote } => ("record_application_completed", about(quote)),
        Command::RecordApplicationExpired { session } => ("record_application_expired", about(session)),
        Command::RecordApplicationIneligible { session, .. } => {
            ("record_application_ineligible", about(session))
        }
        Command::StartWork { .. } => ("start_work", None),
        Command::RecordAssignment { assignment, .. } => ("record_assignment", about(assignment)),
        Command::RecordAssignmentDeclined { .. } => ("record_assignment_declined", None),
        Command::RecordAssignmentCanceled { assignment } => ("record_assignment_canceled", about(assignment)),
        Command::RecordPolicy { policy, .. } => ("record_policy", about(policy)),
        Command::RecordAssignmentCover { assignment, .. } => ("record_assignment_cover", about(assignment)),
        Command::Expire { .. } => ("expire", None),
        Command::SubmitCertificate { document } => ("submit_certificate", about(document)),
        Command::RecordCertificateUploaded { certificate, .. } => {
            ("record_certificate_uploaded", about(certificate))
        }
        Command::RecordVerdict { certificate, .. } => ("record_verdict", about(certificate)),
        Command::Review { certificate, .. } => ("review", about(certificate)),
        Command::Waive { .. } => ("waive", None),
        Command::Complete { .. } => ("complete", None),
        Command::RecordInvoice { invoice, .. } => ("record_invoice", about(invoice)),
        Command::Reschedule { .. } => ("reschedule", None),
        Command::Reassign { worker, .. } => ("reassign", about(worker)),
        Command::CancelWork { .. } => ("cancel_work", None),
        Command::RecordStatus { .. } => ("record_status", None),
        Command::RecordNoCoverNeeded { .. } => ("record_no_cover_needed", None),
        Command::RecordCoverNeeded { .. } => ("record_cover_needed", None),
        Command::Block { step, .. } => ("block", about(step)),
        Command::Retry { .. } => ("retry", None),
    }
}
