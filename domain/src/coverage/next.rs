//! What is to be done next, from the state alone.

use super::action::{Action, Call, Step};
use super::assignment::Fate;
use super::path::Path;
use super::state::{Coverage, State};
use super::work::{Settlement, Work};
use crate::id::DocumentId;
use crate::time::Timestamp;

impl State {
    /// The call that is due now; nothing while others must move first.
    pub fn next_action(&self) -> Option<Action> {
        let coverage = self.coverage()?;
        let call = coverage.due().find(|call| !coverage.is_blocked(call) && !coverage.is_held_back(call))?;
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
    fn is_blocked(&self, call: &Call) -> bool {
        self.is_block_of(call.step(), call.document())
    }

    /// Whether the step waits for a person; of the uploads, that of this document.
    pub(super) fn is_block_of(&self, step: Step, document: Option<&DocumentId>) -> bool {
        self.blocked.iter().any(|blocked| blocked.step == step && blocked.document.as_ref() == document)
    }

    /// The vendor cancels by job: canceling a former assignment later would take a new one on the same job with it.
    fn is_held_back(&self, call: &Call) -> bool {
        match call {
            Call::CreateAssignment { post, .. } => {
                self.assignments.iter().any(|made| made.fate == Fate::ToCancel && made.post.job == post.job)
            }
            Call::CreateContractor { .. }
            | Call::CreateJob { .. }
            | Call::CreateQuote { .. }
            | Call::OpenApplication { .. }
            | Call::CancelAssignment { .. }
            | Call::UploadCertificate { .. }
            | Call::RecordInvoice { .. } => false,
        }
    }

    /// Whether the step would be due if nothing were blocked; of the uploads, that of this document.
    pub(super) fn is_due(&self, step: Step, document: Option<&DocumentId>) -> bool {
        self.due().any(|call| call.step() == step && call.document() == document)
    }

    fn due(&self) -> impl Iterator<Item = Call> {
        let on_path = [Self::due_on_path, Self::due_invoice].into_iter().filter_map(|part| part(self));
        self.due_cancellation().into_iter().chain(self.due_uploads()).chain(on_path)
    }

    fn due_cancellation(&self) -> Option<Call> {
        let unwanted = self.assignments.iter().find(|assignment| assignment.fate == Fate::ToCancel)?;
        let (assignment, job) = (unwanted.id.clone(), unwanted.post.job.clone());
        Some(Call::CancelAssignment { assignment, job, retries: unwanted.retries })
    }

    fn due_uploads(&self) -> impl Iterator<Item = Call> {
        let contractor = self.path.contractor().filter(|_| self.is_open());
        contractor.into_iter().flat_map(|contractor| {
            self.documents.iter().map(|document| Call::UploadCertificate {
                contractor: contractor.clone(),
                document: document.clone(),
            })
        })
    }

    fn due_on_path(&self) -> Option<Call> {
        if !self.is_open() || self.exempt.is_some() {
            return None;
        }
        match &self.path {
            Path::Assigned => Some(Call::CreateContractor { worker: self.worker.clone() }),
            Path::Enrolled { .. } | Path::Scoped(_) if self.needs_no_quote() => None,
            Path::Quoted { .. } if self.is_covered_through() => None,
            Path::Enrolled { .. } => Some(Call::CreateJob { terms: self.terms.clone() }),
            Path::Scoped(post) => Some(Call::CreateQuote { post: post.clone(), cover: self.quotable() }),
            Path::Quoted { quote, .. } => Some(Call::OpenApplication { quote: quote.id.clone() }),
            Path::Applied { .. } if self.is_self_insured_through() || !self.is_binding_time() => None,
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
}
