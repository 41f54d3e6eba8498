//! What is to be done next, from the state alone.

use super::action::{Action, Call, Step};
use super::assignment::Fate;
use super::path::Path;
use super::state::{Coverage, State};
use super::work::{Settlement, Work};
use crate::time::Timestamp;

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
    pub(super) fn is_blocked(&self, step: Step) -> bool {
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
            Path::Enrolled { .. } | Path::Scoped(_) if self.needs_no_quote() => None,
            Path::Quoted { .. } if self.is_covered_through() => None,
            Path::Enrolled { .. } => Some(Call::CreateJob { terms: self.terms.clone() }),
            Path::Scoped(post) => Some(Call::CreateQuote { post: post.clone(), cover: self.wanted() }),
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
