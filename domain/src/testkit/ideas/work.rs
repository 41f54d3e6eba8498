//! What befalls the work itself, and what people do about it.

use super::Choice;
use crate::coverage::{Command, Failure, Settlement, Step, Terms, Work};
use crate::id::{InvoiceId, PersonId, WorkerId};
use crate::money::Cents;
use crate::testkit::samples;

impl Choice<'_> {
    pub(super) fn assign(&self) -> Command {
        let terms =
            Terms { window: self.one_of(2, samples::WINDOW, &[samples::hours(6, 30)]), ..samples::terms() };
        samples::assign(terms)
    }

    pub(super) fn start(&self) -> Command {
        Command::StartWork { at: self.moment(1) }
    }

    pub(super) fn complete(&self) -> Command {
        let pay = self.any_of(0, Some(samples::PAY), &[None, Some(Cents::new(40_000))]);
        Command::Complete { at: self.moment(1), pay }
    }

    pub(super) fn invoice(&self) -> Command {
        let due = self.coverage().and_then(|coverage| match &coverage.work {
            Work::Completed { pay: Settlement::Differs(pay), .. } => Some(*pay),
            Work::Completed {
                pay: Settlement::Open | Settlement::AsAgreed(_) | Settlement::Invoiced { .. },
                ..
            }
            | Work::Scheduled
            | Work::Started { .. }
            | Work::Withdrawn { .. }
            | Work::Stopped { .. } => None,
        });
        let pay = self.one_of(0, due.unwrap_or(samples::PAY), &[Cents::new(40_000)]);
        Command::RecordInvoice { invoice: InvoiceId::of_model(self.one_of(1, "in_1", &["in_2"])), pay }
    }

    pub(super) fn reschedule(&self) -> Command {
        let window = self.any_of(2, samples::hours(2, 20), &[samples::hours(6, 30), self.window(3)]);
        Command::Reschedule { window, at: self.moment(1) }
    }

    pub(super) fn reassign(&self) -> Command {
        let terms = self.coverage().map_or_else(samples::terms, |coverage| coverage.terms.clone());
        let worker =
            if self.worker() == samples::worker() { samples::other_worker() } else { samples::worker() };
        let worker = self.one_of(0, worker, &[self.worker()]);
        Command::Reassign { worker, terms: Terms { window: self.window(2), ..terms }, at: self.moment(1) }
    }

    pub(super) fn cancel(&self) -> Command {
        Command::CancelWork { at: self.moment(1) }
    }

    pub(super) fn waive(&self) -> Command {
        let (by, at) = (samples::clerk(), self.moment(1));
        let until = self.any_of(2, samples::WINDOW.end(), &[self.moment(0), samples::hour(900)]);
        Command::Waive { by, reason: self.reason(), until, at }
    }

    pub(super) fn block(&self) -> Command {
        let due = self.state.next_action();
        let (due, document) = due.map_or((Step::Invoice, None), |due| (due.step(), due.document().cloned()));
        let failure = self.any_of(1, Failure::Refused, &[Failure::Unsettled]);
        Command::Block { step: self.one_of(0, due, &Step::ALL), document, failure, reason: self.reason() }
    }

    pub(super) fn status(&self) -> Command {
        let unknown = self.any_of(0, Some("onhold".into()), &[None, Some("refunded".into())]);
        Command::RecordStatus { unknown, at: self.moment(1) }
    }

    pub(super) fn no_cover_needed(&self) -> Command {
        Command::RecordNoCoverNeeded { reason: self.reason(), at: self.moment(1) }
    }

    pub(super) fn cover_needed(&self) -> Command {
        Command::RecordCoverNeeded { at: self.moment(1) }
    }

    pub(super) fn retry(&self) -> Command {
        Command::Retry { by: self.one_of(0, samples::clerk(), &[PersonId::of_model("auditor")]) }
    }

    pub(super) fn worker(&self) -> WorkerId {
        self.coverage().map_or_else(samples::worker, |coverage| coverage.worker.clone())
    }
}
