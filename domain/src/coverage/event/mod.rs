//! What happened to a work order's coverage, in the past tense. Never edited, never given another meaning.

mod define;
mod nature;

use super::action::Step;
use super::attempt::{Failure, Key};
use super::certificate::Decision;
use super::evidence::Evidence;
use super::path::{Post, Quote};
use super::state::Waiver;
use super::terms::{Cover, Round, Terms};
use crate::id::{
    AssignmentId, CertificateId, ContractorId, DocumentId, InvoiceId, JobId, PersonId, PolicyId, SessionId,
    WorkOrderId, WorkerId,
};
use crate::money::Cents;
use crate::time::{Timestamp, Window};
use alloc::string::String;
use define::events;

pub use nature::Noticed;

events! {
    /// A worker was assigned, and with that the work order needs cover.
    Assigned {
        /// Which work order.
        work_order: WorkOrderId,
        /// Who does the work.
        worker: WorkerId,
        /// What was agreed.
        terms: Terms,
        /// When.
        at: Timestamp,
    }
    /// The worker has a contractor at 1099Policy.
    ContractorCreated {
        /// Which.
        contractor: ContractorId,
    }
    /// The scope and pay have a job at 1099Policy.
    JobCreated {
        /// Which.
        job: JobId,
    }
    /// Cover is asked for too late to begin with the work: it is never retroactive, so the time before is a gap.
    CoverDelayed {
        /// The moment from which it is asked for now.
        from: Timestamp,
    }
    /// The vendor offered cover.
    Quoted {
        /// The offer.
        quote: Quote,
    }
    /// The vendor will not quote.
    QuoteDeclined {
        /// Why, in its words.
        reason: String,
    }
    /// The contractor already has a policy that covers the work, so no application is needed.
    PolicyMatched {
        /// Which, where the vendor names it.
        policy: Option<PolicyId>,
    }
    /// The contractor can apply.
    ApplicationOpened {
        /// The session.
        session: SessionId,
        /// Where.
        url: String,
    }
    /// The contractor finished the application on the standing quote.
    ApplicationCompleted {}
    /// The session ran out before the contractor finished.
    ApplicationExpired {
        /// Which.
        session: SessionId,
    }
    /// The contractor cannot be insured on this quote.
    ApplicationIneligible {
        /// The session.
        session: SessionId,
        /// Why, in the vendor's words.
        reason: String,
    }
    /// The worker began.
    WorkStarted {
        /// When.
        at: Timestamp,
    }
    /// The vendor made an assignment. That alone is not cover.
    CoverageAssigned {
        /// The round that asked for it.
        round: Round,
        /// Which.
        assignment: AssignmentId,
        /// The contractor and the job that it ties.
        post: Post,
        /// The policy it stands on, where the vendor names it.
        policy: Option<PolicyId>,
        /// What it is to cover.
        cover: Cover,
    }
    /// The vendor refused the assignment.
    AssignmentDeclined {
        /// The round that asked for it; the one under way where an older line does not say.
        round: Option<Round>,
        /// Why, in its words.
        reason: String,
    }
    /// An assignment that was no longer wanted is canceled at the vendor.
    AssignmentCanceled {
        /// Which.
        assignment: AssignmentId,
    }
    /// A binding fact: the vendor says that this is in force.
    CoverageActivated {
        /// What is.
        evidence: Evidence,
        /// The policy that an assignment stands on, where the vendor names it.
        policy: Option<PolicyId>,
        /// For which lines and dates.
        cover: Cover,
        /// When the vendor said so.
        at: Timestamp,
    }
    /// Cover ran out.
    CoverageExpired {
        /// Which.
        evidence: Evidence,
        /// The first moment without it.
        on: Timestamp,
        /// Who noticed.
        noticed: Noticed,
    }
    /// The vendor canceled it.
    CoverageCanceled {
        /// What.
        evidence: Evidence,
        /// The first moment without it, which may lie before the notice.
        effective: Timestamp,
        /// When the vendor said so.
        at: Timestamp,
    }
    /// The vendor put it in force again.
    CoverageReinstated {
        /// What.
        evidence: Evidence,
        /// The first moment of cover again; without one there was no gap.
        from: Option<Timestamp>,
        /// When the vendor said so.
        at: Timestamp,
    }
    /// A certificate was handed in.
    CertificateSubmitted {
        /// The document; its bytes stay outside the log.
        document: DocumentId,
    }
    /// The vendor has the certificate.
    CertificateUploaded {
        /// The document.
        document: DocumentId,
        /// The vendor's id of it.
        certificate: CertificateId,
    }
    /// The vendor found a certificate valid.
    CertificateValidated {
        /// Which.
        certificate: CertificateId,
        /// For which lines and dates, where it names them.
        cover: Option<Cover>,
        /// When.
        at: Timestamp,
    }
    /// The vendor wants a person to look at a certificate.
    CertificateFlagged {
        /// Which.
        certificate: CertificateId,
        /// Which rules failed, in its words.
        rules: String,
        /// The lines and dates on it, where it names them.
        cover: Option<Cover>,
        /// When.
        at: Timestamp,
    }
    /// The vendor does not accept a certificate.
    CertificateDenied {
        /// Which.
        certificate: CertificateId,
        /// Why, in its words.
        reason: String,
        /// When.
        at: Timestamp,
    }
    /// A person decided about a certificate.
    CertificateReviewed {
        /// Which.
        certificate: CertificateId,
        /// Who.
        by: PersonId,
        /// How.
        decision: Decision,
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    }
    /// A person made an exception.
    Waived {
        /// The exception.
        waiver: Waiver,
        /// When.
        at: Timestamp,
    }
    /// The work was done.
    WorkCompleted {
        /// When.
        at: Timestamp,
        /// What was paid, where it is known already.
        pay: Option<Cents>,
    }
    /// The final pay became known, or changed.
    PaySettled {
        /// What was paid.
        pay: Cents,
    }
    /// The final pay is recorded at the vendor.
    InvoiceRecorded {
        /// The vendor's invoice.
        invoice: InvoiceId,
        /// What was paid.
        pay: Cents,
    }
    /// The schedule changed.
    Rescheduled {
        /// The new one.
        window: Window,
        /// When.
        at: Timestamp,
    }
    /// Another worker does it, so cover begins anew.
    Reassigned {
        /// Who.
        worker: WorkerId,
        /// What was agreed with them.
        terms: Terms,
        /// When.
        at: Timestamp,
    }
    /// The work order was canceled.
    WorkCanceled {
        /// When.
        at: Timestamp,
    }
    /// WorkMarket shows the work order in another status.
    StatusChanged {
        /// Its word for it, as it was sent, where it is none that is known here, such as one for work on hold.
        unknown: Option<String>,
        /// When.
        at: Timestamp,
    }
    /// The work needs no cover of ours.
    CoverNotNeeded {
        /// Why, in words for a person.
        reason: String,
        /// When.
        at: Timestamp,
    }
    /// The work needs cover after all.
    CoverNeeded {
        /// When.
        at: Timestamp,
    }
    /// A step cannot go on without a person.
    StepBlocked {
        /// Which.
        step: Step,
        /// Which document, where the step is about one.
        document: Option<DocumentId>,
        /// What became of the call.
        failure: Failure,
        /// Why, in words for a person.
        reason: String,
    }
    /// A person had a step tried again.
    StepRetried {
        /// Which.
        step: Step,
        /// Who.
        by: PersonId,
        /// Under which key.
        key: Key,
    }
}
