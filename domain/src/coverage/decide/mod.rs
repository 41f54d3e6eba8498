//! The rules: what each command leads to, in whatever state it comes.
//!
//! Three answers: it happens (events), it holds already (no events), it is refused (a [`Rejection`]).

mod binding;
mod certificate;
mod cover;
mod path;
mod people;
mod work;

use super::action::Step;
use super::command::{Command, Reported};
use super::event::Event;
use super::rejection::Rejection;
use super::state::{Coverage, State};
use super::terms::Round;
use super::work::Work;
use alloc::vec::Vec;

type Decided = Result<Vec<Event>, Rejection>;

#[expect(clippy::unnecessary_wraps, reason = "so that every rule ends in one of three answers of one kind")]
fn happens(event: Event) -> Decided {
    Ok(Vec::from([event]))
}

#[expect(clippy::unnecessary_wraps, reason = "so that every rule ends in one of three answers of one kind")]
fn holds_already() -> Decided {
    Ok(Vec::new())
}

impl State {
    /// What the command leads to.
    pub fn decide(&self, command: &Command) -> Result<Vec<Event>, Rejection> {
        match self {
            Self::Tracked(coverage) => coverage.decide(command),
            Self::Unheard => {
                let Command::Assign { work_order, worker, terms, at } = command else {
                    return Err(Rejection::NotAssigned);
                };
                if terms.required.is_empty() {
                    return Err(Rejection::NothingRequired);
                }
                let (work_order, worker, terms) = (work_order.clone(), worker.clone(), terms.clone());
                happens(Event::Assigned { work_order, worker, terms, at: *at })
            }
        }
    }
}

impl Coverage {
    fn decide(&self, command: &Command) -> Decided {
        match self.work {
            Work::Withdrawn { .. } => self.decide_withdrawn(command),
            Work::Scheduled | Work::Started { .. } | Work::Completed { .. } | Work::Stopped { .. } => {
                self.decide_tracked(command)
            }
        }
    }

    fn decide_tracked(&self, command: &Command) -> Decided {
        match command {
            Command::Assign { .. } => holds_already(),
            Command::RecordContractor { round, contractor } => self.contractor_created(*round, contractor),
            Command::RecordJob { round, job } => self.job_created(*round, job),
            Command::DelayCover { round, from } => self.delay_cover(*round, *from),
            Command::RecordQuote { round, quote } => self.quoted(*round, quote),
            Command::RecordQuoteDeclined { round, reason } => self.quote_declined(*round, reason),
            Command::RecordPolicyOnFile { round, policy } => self.policy_matched(*round, policy.as_ref()),
            Command::RecordApplication { round, session, url } => {
                self.application_opened(*round, session, url)
            }
            Command::RecordApplicationCompleted { quote } => self.application_completed(quote),
            Command::RecordApplicationExpired { session } => self.application_expired(session),
            Command::RecordApplicationIneligible { session, reason } => {
                self.application_ineligible(session, reason)
            }
            Command::StartWork { at } => self.start_work(*at),
            Command::RecordAssignment { round, assignment, post, policy, cover } => {
                self.coverage_assigned(*round, assignment, post, policy.as_ref(), *cover)
            }
            Command::RecordAssignmentDeclined { round, reason } => self.assignment_declined(*round, reason),
            Command::RecordAssignmentCanceled { assignment } => self.assignment_canceled(assignment),
            Command::RecordPolicy { policy, quote, contractor, change, at } => {
                self.policy_reported(policy, quote.as_ref(), contractor.as_ref(), *change, *at)
            }
            Command::RecordAssignmentCover { assignment, policy, change, at } => {
                self.assignment_reported(assignment, policy.as_ref(), *change, *at)
            }
            Command::Expire { at } => Ok(self.expire(*at)),
            Command::SubmitCertificate { document } => self.submit_certificate(document),
            Command::RecordCertificateUploaded { document, certificate } => {
                self.certificate_uploaded(document, certificate)
            }
            Command::RecordVerdict { certificate, contractor, verdict, at } => {
                self.certificate_judged(certificate, contractor.as_ref(), verdict, *at)
            }
            Command::Review { certificate, by, decision, reason, at } => {
                self.review(certificate, by, *decision, reason, *at)
            }
            Command::Waive { by, reason, until, at } => self.waive(by, reason, *until, *at),
            Command::Complete { at, pay } => self.complete(*at, *pay),
            Command::RecordInvoice { invoice, pay } => self.invoice_recorded(invoice, *pay),
            Command::Reschedule { window, at } => self.reschedule_to(*window, *at),
            Command::Reassign { worker, terms, at } => self.reassign_to(worker, terms, *at),
            Command::CancelWork { at } => self.cancel_work(*at),
            Command::RecordStatus { unknown, at } => self.status_seen(unknown.as_deref(), *at),
            Command::RecordNoCoverNeeded { reason, at } => self.excuse(reason, *at),
            Command::RecordCoverNeeded { at } => self.require(*at),
            Command::Block { step, document, failure, reason } => {
                self.block(*step, document.as_ref(), *failure, reason)
            }
            Command::Retry { by } => Ok(self.retry_by(by)),
        }
    }

    /// A work order canceled before it began needs nothing more than its assignments canceled too, one whose
    /// answer was on the way included.
    fn decide_withdrawn(&self, command: &Command) -> Decided {
        match command {
            Command::Assign { .. } | Command::CancelWork { .. } | Command::Expire { .. } => holds_already(),
            Command::RecordAssignment { round, assignment, post, policy, cover } => {
                if self.knows_assignment(assignment) || self.may_be_answered(*round) {
                    self.coverage_assigned(*round, assignment, post, policy.as_ref(), *cover)
                } else {
                    Err(Rejection::WorkIsOver)
                }
            }
            Command::RecordAssignmentDeclined { round, reason } => {
                if *round < self.round || self.may_be_answered(*round) || self.is_declined(*round) {
                    self.assignment_declined(*round, reason)
                } else {
                    Err(Rejection::WorkIsOver)
                }
            }
            Command::RecordAssignmentCanceled { assignment } => self.assignment_canceled(assignment),
            Command::RecordAssignmentCover { assignment, change, at, .. }
                if matches!(change, Reported::Canceled { .. }) =>
            {
                self.cancellation_reported(assignment, *change, *at)
            }
            Command::Block { step, document, failure, reason } => {
                self.block(*step, document.as_ref(), *failure, reason)
            }
            Command::Retry { by } => Ok(self.retry_by(by)),
            Command::RecordContractor { .. }
            | Command::RecordJob { .. }
            | Command::DelayCover { .. }
            | Command::RecordQuote { .. }
            | Command::RecordQuoteDeclined { .. }
            | Command::RecordPolicyOnFile { .. }
            | Command::RecordApplication { .. }
            | Command::RecordApplicationCompleted { .. }
            | Command::RecordApplicationExpired { .. }
            | Command::RecordApplicationIneligible { .. }
            | Command::StartWork { .. }
            | Command::RecordPolicy { .. }
            | Command::RecordAssignmentCover { .. }
            | Command::SubmitCertificate { .. }
            | Command::RecordCertificateUploaded { .. }
            | Command::RecordVerdict { .. }
            | Command::Review { .. }
            | Command::Waive { .. }
            | Command::Complete { .. }
            | Command::RecordInvoice { .. }
            | Command::Reschedule { .. }
            | Command::Reassign { .. }
            | Command::RecordStatus { .. }
            | Command::RecordNoCoverNeeded { .. }
            | Command::RecordCoverNeeded { .. } => Err(Rejection::WorkIsOver),
        }
    }

    fn in_round(&self, asked: Round, step: Step, event: impl FnOnce() -> Event) -> Decided {
        if asked == self.round { happens(event()) } else { self.not_due(asked, step) }
    }

    /// The answer to a step that is not due, or no longer.
    fn not_due(&self, asked: Round, step: Step) -> Decided {
        Err(if asked < self.round {
            Rejection::RoundIsOver { asked, current: self.round }
        } else {
            Rejection::OutOfTurn(step)
        })
    }
}
