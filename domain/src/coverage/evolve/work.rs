//! How the work itself changes: begun, done, paid, moved, given to another worker, canceled.

use crate::coverage::assignment::Fate;
use crate::coverage::path::Path;
use crate::coverage::state::Coverage;
use crate::coverage::terms::{Terms, Wage};
use crate::coverage::work::{Settlement, Work};
use crate::id::WorkerId;
use crate::money::Cents;
use crate::time::{Timestamp, Window};

impl Coverage {
    pub(super) fn start(&mut self, at: Timestamp) {
        if self.work == Work::Scheduled {
            self.work = Work::Started { at };
        }
    }

    pub(super) fn complete_work(&mut self, at: Timestamp, pay: Option<Cents>) {
        if let Work::Started { at: started } = self.work {
            let pay = pay.map_or(Settlement::Open, |pay| self.settlement(pay));
            self.work = Work::Completed { started, at, pay };
        }
    }

    pub(super) fn settlement(&self, pay: Cents) -> Settlement {
        match self.terms.wage {
            Wage::FlatFee(agreed) if agreed == pay => Settlement::AsAgreed(pay),
            Wage::FlatFee(_) | Wage::Hourly(_) | Wage::Unit(_) | Wage::Blended(_) => Settlement::Differs(pay),
        }
    }

    pub(super) fn settle(&mut self, settlement: Settlement) {
        if let Work::Completed { pay, .. } = &mut self.work {
            *pay = settlement;
        }
    }

    pub(super) fn stop(&mut self, at: Timestamp) {
        self.release_assignments();
        self.work = match self.work {
            Work::Scheduled => Work::Withdrawn { at },
            Work::Started { at: started } => Work::Stopped { started, at },
            Work::Completed { .. } | Work::Withdrawn { .. } | Work::Stopped { .. } => return,
        };
    }

    /// New dates. What was asked or made for the old ones and does not hold for the new is asked for again.
    pub(super) fn reschedule(&mut self, window: Window) {
        self.terms.window = window;
        let still_fits = match &self.path {
            // neither a contractor nor a job has dates
            Path::Assigned | Path::Enrolled { .. } => true,
            // a quote for the old dates may be on its way
            Path::Scoped(_) | Path::Declined { .. } => false,
            Path::Bound { assignment, .. } => {
                let mut made = self.assignments.iter().filter(|made| made.id == *assignment);
                made.any(|made| made.cover.window.encloses(window))
            }
            Path::Quoted { .. }
            | Path::Applying { .. }
            | Path::Ineligible { .. }
            | Path::Applied { .. }
            | Path::Unassignable { .. } => {
                self.path.quote().is_some_and(|quote| quote.cover.window.encloses(window))
            }
        };
        if !still_fits {
            self.release_assignments();
            self.begin_round();
        } else if self.awaits_assignment() {
            // so may an assignment: this one is asked for under a key of its own
            self.leave_round();
        }
    }

    pub(super) fn reassign(&mut self, worker: &WorkerId, terms: &Terms) {
        self.release_assignments();
        let contractor = self.path.contractor().cloned();
        self.former.extend(contractor.filter(|contractor| !self.former.contains(contractor)));
        let answerable = self.awaits_assignment();
        self.walk(|_| Path::Assigned);
        self.end_round(answerable);
        self.worker = worker.clone();
        self.terms = terms.clone();
        self.work = Work::Scheduled;
        self.grants.clear();
        self.certificates.clear();
        self.documents.clear();
        self.waiver = None;
        self.reassigned = true;
    }

    /// The work needs no cover: what was made for it and has not begun is not wanted any more.
    pub(super) fn exempt_from_cover(&mut self, reason: &str) {
        self.exempt = Some(reason.into());
        self.release_assignments();
    }

    /// The work needs cover after all. An assignment that was let go is asked for again, in a round of its own.
    pub(super) fn need_cover(&mut self) {
        self.exempt = None;
        let is_bound = matches!(self.path, Path::Bound { .. });
        if is_bound && self.is_open() && !self.assignments.iter().any(|made| made.fate == Fate::Current) {
            self.begin_round();
        }
    }
}
