//! Every event and the form it is stored in: the vocabulary of the log.

use super::form::{Value, form, json, value};
use super::malformed::{Fault, Malformed};
use super::scan::Scanned;
use super::{Stored, malformed};
use covertrail_domain::coverage::{
    Cover, Decision, Event, Evidence, Failure, Key, Noticed, Post, Quote, Round, Step, Terms, Waiver,
};
use covertrail_domain::id::{
    AssignmentId, CertificateId, ContractorId, DocumentId, InvoiceId, JobId, PersonId, PolicyId, SessionId,
    WorkOrderId, WorkerId,
};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use serde::Deserialize;

/// Each line: the event, its name as stored, and its fields; `as` gives the stored name of a field where it is
/// not the domain's.
macro_rules! events {
    ($($variant:ident = $kind:literal { $($field:ident: $type:ty $(as $key:literal)?),* })+) => {
        /// Every name that can be read, in the order of the lifecycle.
        pub const KINDS: &[&str] = &[$($kind),+];

        /// The name under which the newest version of an event is stored.
        pub const fn kind(event: &Event) -> &'static str {
            match event {
                $(Event::$variant { .. } => $kind,)+
            }
        }

        /// The event as it is to be stored: always in its newest version.
        pub fn encode(event: &Event) -> Stored {
            match event {
                $(Event::$variant { $($field),* } => {
                    let form = $variant { $($field: Value::form($field),)* life: std::marker::PhantomData };
                    Stored { kind: $kind, data: json(&form) }
                })+
            }
        }

        /// Reads an event of any version.
        pub fn decode(kind: &str, data: &[u8]) -> Result<Event, Malformed> {
            match kind {
                $($kind => read::<$variant<'_>>($kind, data),)+
                unknown => Err(Malformed::UnknownKind { kind: unknown.into() }),
            }
        }

        $(
            form! { $variant { $($field: $type $(as $key)?),* } }

            impl TryFrom<$variant<'_>> for Event {
                type Error = Fault;

                fn try_from(stored: $variant<'_>) -> Result<Self, Fault> {
                    let $variant { $($field,)* life: _ } = stored;
                    Ok(Self::$variant { $($field: value!($field $(as $key)?)?),* })
                }
            }
        )+
    };
}

impl From<&Event> for Stored {
    fn from(event: &Event) -> Self {
        encode(event)
    }
}

fn read<'a, F>(kind: &'static str, data: &'a [u8]) -> Result<Event, Malformed>
where
    F: Deserialize<'a> + Scanned<'a>,
    Event: TryFrom<F, Error = Fault>,
{
    malformed::parse::<F>(data).and_then(Event::try_from).map_err(|fault| Malformed::Event { kind, fault })
}

events! {
    Assigned = "coverage.assigned.v1" {
        work_order: WorkOrderId, worker: WorkerId, terms: Terms, at: Timestamp as "assigned_at"
    }

    ContractorCreated = "coverage.contractor_created.v1" { contractor: ContractorId }
    JobCreated = "coverage.job_created.v1" { job: JobId }
    CoverDelayed = "coverage.cover_delayed.v1" { from: Timestamp as "asked_from" }
    Quoted = "coverage.quoted.v1" { quote: Quote }
    QuoteDeclined = "coverage.quote_declined.v1" { reason: String }
    PolicyMatched = "coverage.policy_matched.v1" { policy: Option<PolicyId> }
    ApplicationOpened = "coverage.application_opened.v1" { session: SessionId, url: String }
    ApplicationCompleted = "coverage.application_completed.v1" {}
    ApplicationExpired = "coverage.application_expired.v1" { session: SessionId }
    ApplicationIneligible = "coverage.application_ineligible.v1" { session: SessionId, reason: String }

    WorkStarted = "coverage.work_started.v1" { at: Timestamp as "started_at" }

    CoverageAssigned = "coverage.coverage_assigned.v1" {
        round: Round, assignment: AssignmentId, post: Post, policy: Option<PolicyId>, cover: Cover
    }
    // Older lines name no round: it was the one under way.
    AssignmentDeclined = "coverage.assignment_declined.v1" { round: Option<Round>, reason: String }
    AssignmentCanceled = "coverage.assignment_canceled.v1" { assignment: AssignmentId }

    // `reported_at` is the vendor's own clock; where our clock noticed the end, nobody reported it.
    CoverageActivated = "coverage.coverage_activated.v1" {
        evidence: Evidence, policy: Option<PolicyId>, cover: Cover, at: Timestamp as "reported_at"
    }
    CoverageExpired = "coverage.coverage_expired.v1" {
        evidence: Evidence, on: Timestamp as "expired_at", noticed: Noticed as "reported_at"
    }
    CoverageCanceled = "coverage.coverage_canceled.v1" {
        evidence: Evidence, effective: Timestamp as "effective_at", at: Timestamp as "reported_at"
    }
    CoverageReinstated = "coverage.coverage_reinstated.v1" {
        evidence: Evidence, from: Option<Timestamp> as "effective_at", at: Timestamp as "reported_at"
    }

    CertificateSubmitted = "coverage.certificate_submitted.v1" { document: DocumentId }
    CertificateUploaded = "coverage.certificate_uploaded.v1" {
        document: DocumentId, certificate: CertificateId
    }
    CertificateValidated = "coverage.certificate_validated.v1" {
        certificate: CertificateId, cover: Option<Cover>, at: Timestamp as "reported_at"
    }
    CertificateFlagged = "coverage.certificate_flagged.v1" {
        certificate: CertificateId, rules: String, cover: Option<Cover>, at: Timestamp as "reported_at"
    }
    CertificateDenied = "coverage.certificate_denied.v1" {
        certificate: CertificateId, reason: String, at: Timestamp as "reported_at"
    }
    CertificateReviewed = "coverage.certificate_reviewed.v1" {
        certificate: CertificateId, by: PersonId, decision: Decision, reason: String,
        at: Timestamp as "reviewed_at"
    }
    Waived = "coverage.waived.v1" { waiver: Waiver, at: Timestamp as "waived_at" }

    WorkCompleted = "coverage.work_completed.v1" {
        at: Timestamp as "completed_at", pay: Option<Cents> as "pay_cents"
    }
    PaySettled = "coverage.pay_settled.v1" { pay: Cents as "pay_cents" }
    InvoiceRecorded = "coverage.invoice_recorded.v1" { invoice: InvoiceId, pay: Cents as "pay_cents" }

    Rescheduled = "coverage.rescheduled.v1" { window: Window, at: Timestamp as "rescheduled_at" }
    Reassigned = "coverage.reassigned.v1" {
        worker: WorkerId, terms: Terms, at: Timestamp as "reassigned_at"
    }
    WorkCanceled = "coverage.work_canceled.v1" { at: Timestamp as "canceled_at" }

    StatusChanged = "coverage.status_changed.v1" {
        unknown: Option<String> as "unknown_status", at: Timestamp as "changed_at"
    }
    CoverNotNeeded = "coverage.cover_not_needed.v1" { reason: String, at: Timestamp as "said_at" }
    CoverNeeded = "coverage.cover_needed.v1" { at: Timestamp as "said_at" }

    // Older lines tell neither the document nor how the call failed, and of a retry no new key.
    StepBlocked = "coverage.step_blocked.v1" {
        step: Step, document: Option<DocumentId>, failure: Failure, reason: String
    }
    StepRetried = "coverage.step_retried.v1" { step: Step, by: PersonId, key: Key }
}
