//! The work itself: begun, done, paid, moved, given to another, canceled.

use super::{Decided, happens, holds_already};
use crate::coverage::action::Step;
use crate::coverage::event::Event;
use crate::coverage::rejection::Rejection;
use crate::coverage::state::Coverage;
use crate::coverage::terms::Terms;
use crate::coverage::work::{Settlement, Work};
use crate::id::{InvoiceId, WorkerId};
use crate::money::Cents;
use crate::time::{Timestamp, Window};
use alloc::vec::Vec;

impl Coverage {
    pub(super) fn start_work(&self, at: Timestamp) -> Decided {
        match self.work {
            Work::Scheduled => happens(Event::WorkStarted { at }),
            Work::Started { .. } | Work::Completed { .. } | Work::Stopped { .. } => holds_already(),
            Work::Withdrawn { .. } => Err(Rejection::WorkIsOver),
        }
    }

    pub(super) fn complete(&self, at: Timestamp, pay: Option<Cents>) -> Decided {
        match &self.work {
            // no check-in was heard of: the work is taken to have begun as scheduled
            Work::Scheduled => {
                let started = self.terms.window.start().min(at);
                Ok(Vec::from([Event::WorkStarted { at: started }, Event::WorkCompleted { at, pay }]))
            }
            Work::Started { at: started } => happens(Event::WorkCompleted { at: at.max(*started), pay }),
            Work::Completed { pay: settled, .. } => {
                match (settled, pay) {
                    (_, None) => holds_already(),
                    (Settlement::Open, Some(pay)) => happens(Event::PaySettled { pay }),
                    (Settlement::AsAgreed(known) | Settlement::Differs(known), Some(pay)) => {
                        if *known == pay { holds_already() } else { happens(Event::PaySettled { pay }) }
                    }
                    (Settlement::Invoiced { pay: known, .. }, Some(pay)) => {
                        if *known == pay {
                            holds_already()
                        } else {
                            Err(Rejection::AlreadyInvoiced(*known))
                        }
                    }
                }
            }
            Work::Withdrawn { .. } | Work::Stopped { .. } => Err(Rejection::WorkIsOver),
        }
    }

    pub(super) fn invoice_recorded(&self, invoice: &InvoiceId, pay: Cents) -> Decided {
        let settled = match &self.work {
            Work::Completed { pay, .. } => Some(pay),
            Work::Scheduled | Work::Started { .. } | Work::Withdrawn { .. } | Work::Stopped { .. } => None,
        };
        match settled {
            Some(Settlement::Differs(known)) if *known == pay => {
                happens(Event::InvoiceRecorded { invoice: invoice.clone(), pay })
            }
            Some(Settlement::Invoiced { invoice: known, .. }) if known == invoice => holds_already(),
            Some(
                Settlement::Open
                | Settlement::AsAgreed(_)
                | Settlement::Differs(_)
                | Settlement::Invoiced { .. },
            )
            | None => Err(Rejection::OutOfTurn(Step::Invoice)),
        }
    }

    pub(super) fn reschedule_to(&self, window: Window, at: Timestamp) -> Decided {
        if window == self.terms.window {
            holds_already()
        } else if self.is_open() {
            happens(Event::Rescheduled { window, at })
        } else {
            Err(Rejection::WorkIsOver)
        }
    }

    pub(super) fn reassign_to(&self, worker: &WorkerId, terms: &Terms, at: Timestamp) -> Decided {
        if *worker == self.worker {
            holds_already()
        } else if terms.required.is_empty() {
            Err(Rejection::NothingRequired)
        } else if self.is_open() {
            happens(Event::Reassigned { worker: worker.clone(), terms: terms.clone(), at })
        } else {
            Err(Rejection::WorkIsOver)
        }
    }

    pub(super) fn cancel_work(&self, at: Timestamp) -> Decided {
        match self.work {
            Work::Scheduled => happens(Event::WorkCanceled { at }),
            Work::Started { at: started } => happens(Event::WorkCanceled { at: at.max(started) }),
            Work::Withdrawn { .. } | Work::Stopped { .. } => holds_already(),
            Work::Completed { .. } => Err(Rejection::WorkIsOver),
        }
    }

    /// A word that is known here says nothing that the other commands do not; one that is not is kept and shown.
    pub(super) fn status_seen(&self, unknown: Option<&str>, at: Timestamp) -> Decided {
        if unknown == self.unknown_status.as_deref() {
            holds_already()
        } else {
            happens(Event::StatusChanged { unknown: unknown.map(Into::into), at })
        }
    }

    pub(super) fn excuse(&self, reason: &str, at: Timestamp) -> Decided {
        if self.exempt.as_deref() == Some(reason) {
            holds_already()
        } else if self.is_open() {
            happens(Event::CoverNotNeeded { reason: reason.into(), at })
        } else {
            Err(Rejection::WorkIsOver)
        }
    }

    pub(super) fn require(&self, at: Timestamp) -> Decided {
        if self.exempt.is_none() {
            holds_already()
        } else if self.is_open() {
            happens(Event::CoverNeeded { at })
        } else {
            Err(Rejection::WorkIsOver)
        }
    }
}
