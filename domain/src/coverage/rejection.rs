//! Why a command was refused.

use super::action::Step;
use super::evidence::Evidence;
use super::terms::Round;
use crate::id::{AssignmentId, CertificateId, ContractorId, DocumentId, PolicyId, QuoteId, SessionId};
use crate::money::Cents;
use crate::time::Timestamp;
use core::fmt;

/// A refusal, which an auditor can ask about: it is recorded beside what asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// Nothing is known of the work order yet.
    NotAssigned,
    /// The terms require no coverage line, so there is nothing to insure.
    NothingRequired,
    /// The work order was canceled or completed.
    WorkIsOver,
    /// An answer to a round that another one has replaced.
    RoundIsOver {
        /// The round that asked.
        asked: Round,
        /// The round that counts.
        current: Round,
    },
    /// An answer to a step that was not due.
    OutOfTurn(Step),
    /// It is about the contractor of a former worker, or of nobody here.
    AnotherContractor(ContractorId),
    /// The contractor's own enrolment is not recorded yet.
    UnknownContractor(ContractorId),
    /// Nothing tells whose policy it is, and more than one worker has had this work.
    UnknownPolicy(PolicyId),
    /// The quote is not recorded here.
    UnknownQuote(QuoteId),
    /// The session is not recorded here.
    UnknownSession(SessionId),
    /// It speaks of cover, and no known line at any time is covered by it.
    NothingCovered,
    /// It says neither for which lines or dates it is, nor from which quote or assignment they could be taken.
    CoverUnknown(Evidence),
    /// The assignment is not recorded here.
    UnknownAssignment(AssignmentId),
    /// The certificate is not recorded here.
    UnknownCertificate(CertificateId),
    /// The document was not handed in here.
    UnknownDocument(DocumentId),
    /// An approval without lines and dates, of a certificate on which the vendor read none.
    CertificateDatesUnknown(CertificateId),
    /// The waiver would be over before it began.
    WaiverInThePast {
        /// Its end.
        until: Timestamp,
        /// The time of asking.
        at: Timestamp,
    },
    /// An invoice over another amount stands at the vendor and locks the job.
    AlreadyInvoiced(Cents),
}

impl Rejection {
    /// Whether the same command may be accepted once more is known: keep it and try again.
    pub const fn is_premature(&self) -> bool {
        match self {
            Self::NotAssigned
            | Self::UnknownContractor(_)
            | Self::UnknownPolicy(_)
            | Self::UnknownQuote(_)
            | Self::UnknownSession(_)
            | Self::CoverUnknown(_)
            | Self::UnknownAssignment(_)
            | Self::UnknownCertificate(_) => true,
            Self::NothingRequired
            | Self::WorkIsOver
            | Self::RoundIsOver { .. }
            | Self::OutOfTurn(_)
            | Self::AnotherContractor(_)
            | Self::UnknownDocument(_)
            | Self::NothingCovered
            | Self::CertificateDatesUnknown(_)
            | Self::WaiverInThePast { .. }
            | Self::AlreadyInvoiced(_) => false,
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAssigned => f.write_str("no worker was assigned to this work order yet"),
            Self::NothingRequired => f.write_str("the terms require no coverage line"),
            Self::WorkIsOver => f.write_str("the work order is canceled or completed"),
            Self::RoundIsOver { asked, current } => {
                write!(f, "it belongs to round {}, and round {} is under way", asked.get(), current.get())
            }
            Self::OutOfTurn(step) => write!(f, "the step {step} is not due"),
            Self::AnotherContractor(id) => write!(f, "contractor {id} does not do this work"),
            Self::UnknownContractor(id) => write!(f, "contractor {id} is not recorded for this work order"),
            Self::UnknownPolicy(id) => {
                write!(
                    f,
                    "policy {id} names neither quote nor contractor, and is not recorded for this work order"
                )
            }
            Self::UnknownQuote(id) => write!(f, "quote {id} is not recorded for this work order"),
            Self::UnknownSession(id) => {
                write!(f, "application session {id} is not recorded for this work order")
            }
            Self::NothingCovered => {
                f.write_str("it names no known line, or no time at which cover is in force")
            }
            Self::CoverUnknown(evidence) => {
                write!(f, "{evidence} names neither its lines and dates nor a quote that has them")
            }
            Self::UnknownAssignment(id) => write!(f, "assignment {id} is not recorded for this work order"),
            Self::UnknownCertificate(id) => write!(f, "certificate {id} is not recorded for this work order"),
            Self::UnknownDocument(id) => write!(f, "document {id} was not handed in for this work order"),
            Self::CertificateDatesUnknown(id) => {
                write!(f, "nobody has read lines and dates on certificate {id}: name them with the approval")
            }
            Self::WaiverInThePast { until, at } => write!(f, "the waiver would end {until}, and it is {at}"),
            Self::AlreadyInvoiced(pay) => write!(f, "an invoice over {pay} is recorded already"),
        }
    }
}

impl core::error::Error for Rejection {}
