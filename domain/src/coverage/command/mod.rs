//! What can be asked of a work order's coverage. Time is data of the command; reports from outside are
//! `Record…`.

mod reported;

use super::action::Step;
use super::attempt::Failure;
use super::certificate::Verdict;
use super::path::{Post, Quote};
use super::terms::{Cover, Round, Terms};
use crate::id::{
    AssignmentId, CertificateId, ContractorId, DocumentId, InvoiceId, JobId, PersonId, PolicyId, QuoteId,
    SessionId, WorkOrderId, WorkerId,
};
use crate::money::Cents;
use crate::time::{Timestamp, Window};
use alloc::string::String;

pub use reported::{Reported, Ruling};

/// A request to the aggregate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// WorkMarket assigned a worker.
    Assign {
        /// Which work order.
        work_order: WorkOrderId,
        /// Who.
        worker: WorkerId,
        /// What was agreed.
        terms: Terms,
        /// When.
        at: Timestamp,
    },
    /// 1099Policy answered with a contractor.
    RecordContractor {
        /// The round that asked.
        round: Round,
        /// Which.
        contractor: ContractorId,
    },
    /// 1099Policy answered with a job.
    RecordJob {
        /// The round that asked.
        round: Round,
        /// Which.
        job: JobId,
    },
    /// The moment from which cover can be asked for has moved past the one it was to be asked for from.
    DelayCover {
        /// The round that was to ask.
        round: Round,
        /// From when on it can be asked for now.
        from: Timestamp,
    },
    /// 1099Policy answered with a quote.
    RecordQuote {
        /// The round that asked.
        round: Round,
        /// Which.
        quote: Quote,
    },
    /// 1099Policy will not quote.
    RecordQuoteDeclined {
        /// The round that asked.
        round: Round,
        /// Why, in its words.
        reason: String,
    },
    /// 1099Policy has a matching policy on file.
    RecordPolicyOnFile {
        /// The round that asked.
        round: Round,
        /// Which, where it names one.
        policy: Option<PolicyId>,
    },
    /// 1099Policy opened an application session.
    RecordApplication {
        /// The round that asked.
        round: Round,
        /// Which.
        session: SessionId,
        /// Where the contractor applies.
        url: String,
    },
    /// The contractor finished the application.
    RecordApplicationCompleted {
        /// On which quote.
        quote: QuoteId,
    },
    /// The session ran out.
    RecordApplicationExpired {
        /// Which.
        session: SessionId,
    },
    /// The contractor cannot be insured.
    RecordApplicationIneligible {
        /// In which session.
        session: SessionId,
        /// Why, in the vendor's words.
        reason: String,
    },
    /// WorkMarket says that work is in progress.
    StartWork {
        /// Since when.
        at: Timestamp,
    },
    /// 1099Policy answered with an assignment.
    RecordAssignment {
        /// The round that asked.
        round: Round,
        /// Which.
        assignment: AssignmentId,
        /// The contractor and the job that it ties.
        post: Post,
        /// The policy it stands on, where named.
        policy: Option<PolicyId>,
        /// What it is to cover.
        cover: Cover,
    },
    /// 1099Policy refused the assignment.
    RecordAssignmentDeclined {
        /// The round that asked.
        round: Round,
        /// Why, in its words.
        reason: String,
    },
    /// 1099Policy canceled an assignment as we asked.
    RecordAssignmentCanceled {
        /// Which.
        assignment: AssignmentId,
    },
    /// 1099Policy says what became of a policy.
    RecordPolicy {
        /// Which.
        policy: PolicyId,
        /// The quote it was made from, where named.
        quote: Option<QuoteId>,
        /// Whose it is, where named.
        contractor: Option<ContractorId>,
        /// What it says.
        change: Reported,
        /// When it said so.
        at: Timestamp,
    },
    /// 1099Policy says what became of an assignment's cover.
    RecordAssignmentCover {
        /// Which.
        assignment: AssignmentId,
        /// The policy it stands on, where named.
        policy: Option<PolicyId>,
        /// What it says.
        change: Reported,
        /// When it said so.
        at: Timestamp,
    },
    /// The clock passed [`deadline`](super::State::deadline).
    Expire {
        /// The time now.
        at: Timestamp,
    },
    /// A contractor hands in a certificate of their own.
    SubmitCertificate {
        /// The document.
        document: DocumentId,
    },
    /// 1099Policy took the certificate.
    RecordCertificateUploaded {
        /// The document.
        document: DocumentId,
        /// The vendor's id of it.
        certificate: CertificateId,
    },
    /// 1099Policy judged a certificate.
    RecordVerdict {
        /// Which.
        certificate: CertificateId,
        /// Whose it is, where named.
        contractor: Option<ContractorId>,
        /// How.
        verdict: Verdict,
        /// When.
        at: Timestamp,
    },
    /// A person decides about a certificate.
    Review {
        /// Which.
        certificate: CertificateId,
        /// Who.
        by: PersonId,
        /// How.
        decision: Ruling,
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// A person makes an exception.
    Waive {
        /// Who.
        by: PersonId,
        /// Why.
        reason: String,
        /// The first moment at which it no longer holds.
        until: Timestamp,
        /// When.
        at: Timestamp,
    },
    /// WorkMarket says that the work is done.
    Complete {
        /// When.
        at: Timestamp,
        /// What was paid, once that is known.
        pay: Option<Cents>,
    },
    /// 1099Policy took the invoice.
    RecordInvoice {
        /// Which.
        invoice: InvoiceId,
        /// What was paid.
        pay: Cents,
    },
    /// WorkMarket changed the schedule.
    Reschedule {
        /// The new one.
        window: Window,
        /// When.
        at: Timestamp,
    },
    /// WorkMarket assigned another worker.
    Reassign {
        /// Who.
        worker: WorkerId,
        /// What was agreed with them.
        terms: Terms,
        /// When.
        at: Timestamp,
    },
    /// WorkMarket canceled the work order.
    CancelWork {
        /// When.
        at: Timestamp,
    },
    /// WorkMarket shows the work order in a status, known here or not.
    RecordStatus {
        /// Its word for it, where it is none that is known here.
        unknown: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// The work needs no cover of ours, such as that of a client's own staff.
    RecordNoCoverNeeded {
        /// Why, in words for a person.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// The work needs cover, whatever was said before.
    RecordCoverNeeded {
        /// When.
        at: Timestamp,
    },
    /// The vendor refused a step, or retries ran out.
    Block {
        /// Which.
        step: Step,
        /// Which document, where the step is about one.
        document: Option<DocumentId>,
        /// What became of the call.
        failure: Failure,
        /// Why, in words for a person.
        reason: String,
    },
    /// A person has what is blocked, declined or ineligible tried again.
    Retry {
        /// Who.
        by: PersonId,
    },
}
