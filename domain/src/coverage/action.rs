//! The calls that can be due at 1099Policy, as data.

use super::path::Post;
use super::terms::{Cover, Round, Terms};
use crate::id::{AssignmentId, ContractorId, DocumentId, JobId, QuoteId, WorkOrderId, WorkerId};
use crate::money::Cents;
use crate::time::Window;
use alloc::format;
use alloc::string::String;
use core::fmt;

/// A call that is due at 1099Policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// For which work order.
    pub work_order: WorkOrderId,
    /// In which round.
    pub round: Round,
    /// What to call.
    pub call: Call,
}

/// What to call, with what the state knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Create the contractor.
    CreateContractor {
        /// For whom.
        worker: WorkerId,
    },
    /// Create the job.
    CreateJob {
        /// From what.
        terms: Terms,
    },
    /// Ask for a quote.
    CreateQuote {
        /// For whom and what.
        post: Post,
        /// The lines and dates wanted; where the work began too long ago, what of it can still be insured.
        cover: Cover,
    },
    /// Open an application session.
    OpenApplication {
        /// On which quote.
        quote: QuoteId,
    },
    /// Make the assignment that binds cover.
    CreateAssignment {
        /// For whom and what.
        post: Post,
        /// The lines and dates wanted.
        cover: Cover,
    },
    /// Cancel an assignment that is no longer wanted.
    CancelAssignment {
        /// Which.
        assignment: AssignmentId,
        /// By its job.
        job: JobId,
        /// How often a person has had it tried again.
        retries: u32,
    },
    /// Upload a certificate.
    UploadCertificate {
        /// Whose.
        contractor: ContractorId,
        /// Which document.
        document: DocumentId,
    },
    /// Record the final pay.
    RecordInvoice {
        /// For whom and what.
        post: Post,
        /// How much.
        pay: Cents,
        /// For what time.
        window: Window,
    },
}

/// The kinds of call, as they are shown when one is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Create the contractor.
    Contractor,
    /// Create the job.
    Job,
    /// Ask for a quote.
    Quote,
    /// Open an application session.
    Application,
    /// Make the assignment.
    Assignment,
    /// Cancel an assignment.
    AssignmentCancellation,
    /// Upload a certificate.
    Certificate,
    /// Record the final pay.
    Invoice,
}

impl Step {
    /// Every step, in the order of the lifecycle.
    pub const ALL: [Self; 8] = [
        Self::Contractor,
        Self::Job,
        Self::Quote,
        Self::Application,
        Self::Assignment,
        Self::AssignmentCancellation,
        Self::Certificate,
        Self::Invoice,
    ];

    /// Its name in keys, events and lists.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contractor => "contractor",
            Self::Job => "job",
            Self::Quote => "quote",
            Self::Application => "application",
            Self::Assignment => "assignment",
            Self::AssignmentCancellation => "assignment-cancellation",
            Self::Certificate => "certificate",
            Self::Invoice => "invoice",
        }
    }

    /// Reads its name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Action {
    /// The step that this call takes.
    pub const fn step(&self) -> Step {
        self.call.step()
    }

    /// The document that this call is about, where it is about one.
    pub const fn document(&self) -> Option<&DocumentId> {
        self.call.document()
    }

    /// The idempotency key: the same for the same call, however often it is made and after whatever crash, and
    /// never for two calls that differ in anything the state knows.
    /// The contractor's is the guide's, so that a worker is enrolled once for all their work orders.
    pub fn idempotency_key(&self) -> String {
        let (order, step, round) = (&self.work_order, self.step(), self.round.get());
        match &self.call {
            Call::CreateContractor { worker } => format!("workmarket-worker-{worker}"),
            Call::CreateJob { .. }
            | Call::CreateQuote { .. }
            | Call::OpenApplication { .. }
            | Call::CreateAssignment { .. } => format!("{order}-{step}-{round}"),
            Call::CancelAssignment { assignment, retries: 0, .. } => format!("{order}-{step}-{assignment}"),
            Call::CancelAssignment { assignment, retries, .. } => {
                format!("{order}-{step}-{assignment}-{retries}")
            }
            // the same paper handed in by two workers is two certificates
            Call::UploadCertificate { contractor, document } => {
                format!("{order}-{step}-{contractor}-{document}")
            }
            Call::RecordInvoice { pay, .. } => format!("{order}-{step}-{}", pay.get()),
        }
    }
}

impl Call {
    pub(super) const fn step(&self) -> Step {
        match self {
            Self::CreateContractor { .. } => Step::Contractor,
            Self::CreateJob { .. } => Step::Job,
            Self::CreateQuote { .. } => Step::Quote,
            Self::OpenApplication { .. } => Step::Application,
            Self::CreateAssignment { .. } => Step::Assignment,
            Self::CancelAssignment { .. } => Step::AssignmentCancellation,
            Self::UploadCertificate { .. } => Step::Certificate,
            Self::RecordInvoice { .. } => Step::Invoice,
        }
    }

    pub(super) const fn document(&self) -> Option<&DocumentId> {
        match self {
            Self::UploadCertificate { document, .. } => Some(document),
            Self::CreateContractor { .. }
            | Self::CreateJob { .. }
            | Self::CreateQuote { .. }
            | Self::OpenApplication { .. }
            | Self::CreateAssignment { .. }
            | Self::CancelAssignment { .. }
            | Self::RecordInvoice { .. } => None,
        }
    }
}
