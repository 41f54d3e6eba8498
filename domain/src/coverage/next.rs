//! What is to be done next, from the state alone.

use super::state::{Coverage, Fate, Path, Post, Settlement, State, Work};
use super::terms::{BindOn, Cover, Round, Terms};
use crate::id::{AssignmentId, ContractorId, DocumentId, JobId, QuoteId, WorkOrderId, WorkerId};
use crate::money::Cents;
use crate::time::{Timestamp, Window};
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
        /// The lines and dates wanted.
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

    /// The idempotency key: the same for the same call, however often it is made and after whatever crash.
    /// The contractor's is the guide's, so that a worker is enrolled once for all their work orders.
    pub fn idempotency_key(&self) -> String {
        let (order, step, round) = (&self.work_order, self.step(), self.round.get());
        match &self.call {
            Call::CreateContractor { worker } => format!("workmarket-worker-{worker}"),
            Call::CreateJob { .. }
            | Call::CreateQuote { .. }
            | Call::OpenApplication { .. }
            | Call::CreateAssignment { .. } => format!("{order}-{step}-{round}"),
            Call::CancelAssignment { assignment, .. } => format!("{order}-{step}-{assignment}"),
            Call::UploadCertificate { document, .. } => format!("{order}-{step}-{document}"),
            Call::RecordInvoice { pay, .. } => format!("{order}-{step}-{}", pay.get()),
        }
    }
}

impl Call {
    const fn step(&self) -> Step {
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
}

impl State {
    /// The call that is due now; nothing while others must move first.
    pub fn next_action(&self) -> Option<Action> {
        let coverage = self.coverage()?;
        let call = coverage.due().find(|call| !coverage.is_blocked(call.step()))?;
        Some(Action { work_order: coverage.work_order.clone(), round: coverage.round, call })
    }

    /// The moment at which cover next runs out by itself: then [`Expire`](super::Command::Expire) is due.
    /// Nothing once the work is over.
    pub fn deadline(&self) -> Option<Timestamp> {
        let coverage = self.coverage().filter(|coverage| coverage.is_open())?;
        coverage
            .holdings()
            .filter(|(_, holding)| !holding.ended)
            .filter_map(|(_, holding)| holding.end())
            .min()
    }
}

impl Coverage {
    fn is_blocked(&self, step: Step) -> bool {
        self.blocked.iter().any(|blocked| blocked.step == step)
    }

    /// Whether the step would be due if nothing were blocked.
    pub(super) fn is_due(&self, step: Step) -> bool {
        self.due().any(|call| call.step() == step)
    }

    fn due(&self) -> impl Iterator<Item = Call> {
        let parts: [fn(&Self) -> Option<Call>; 4] =
            [Self::due_cancellation, Self::due_upload, Self::due_on_path, Self::due_invoice];
        parts.into_iter().filter_map(move |part| part(self))
    }

    fn due_cancellation(&self) -> Option<Call> {
        let unwanted = self.assignments.iter().find(|assignment| assignment.fate == Fate::ToCancel)?;
        Some(Call::CancelAssignment { assignment: unwanted.id.clone(), job: unwanted.post.job.clone() })
    }

    fn due_upload(&self) -> Option<Call> {
        let contractor = self.path.contractor().filter(|_| self.is_open())?.clone();
        Some(Call::UploadCertificate { contractor, document: self.documents.first()?.clone() })
    }

    fn due_on_path(&self) -> Option<Call> {
        if !self.is_open() {
            return None;
        }
        match &self.path {
            Path::Assigned => Some(Call::CreateContractor { worker: self.worker.clone() }),
            Path::Enrolled { .. } if self.is_covered_through() => None,
            Path::Enrolled { .. } => Some(Call::CreateJob { terms: self.terms.clone() }),
            Path::Scoped(_) | Path::Quoted { .. } if self.is_covered_through() => None,
            Path::Scoped(post) => Some(Call::CreateQuote { post: post.clone(), cover: self.wanted() }),
            Path::Quoted { quote, .. } => Some(Call::OpenApplication { quote: quote.id.clone() }),
            Path::Applied { .. } if self.is_self_insured() || !self.is_binding_time() => None,
            Path::Applied { post, .. } => {
                Some(Call::CreateAssignment { post: post.clone(), cover: self.wanted() })
            }
            Path::Declined { .. }
            | Path::Applying { .. }
            | Path::Ineligible { .. }
            | Path::Unassignable { .. }
            | Path::Bound { .. } => None,
        }
    }

    fn due_invoice(&self) -> Option<Call> {
        match &self.work {
            Work::Completed { pay: Settlement::Differs(pay), .. } => {
                let (post, window) = (self.path.post()?.clone(), self.work_window()?);
                Some(Call::RecordInvoice { post, pay: *pay, window })
            }
            Work::Completed {
                pay: Settlement::Open | Settlement::AsAgreed(_) | Settlement::Invoiced { .. },
                ..
            }
            | Work::Scheduled
            | Work::Started { .. }
            | Work::Withdrawn { .. }
            | Work::Stopped { .. } => None,
        }
    }

    fn wanted(&self) -> Cover {
        Cover { lines: self.terms.required, window: self.terms.window }
    }

    fn is_binding_time(&self) -> bool {
        match self.terms.bind_on {
            BindOn::Applied => true,
            BindOn::InProgress => matches!(self.work, Work::Started { .. }),
        }
    }
}
