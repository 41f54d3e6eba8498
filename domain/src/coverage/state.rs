//! What is known of one work order's coverage.

use super::assignment::{Assignment, Fate};
use super::attempt::Blocked;
use super::certificate::Certificate;
use super::grant::Grant;
use super::path::{PastQuote, Path};
use super::terms::{BindOn, Cover, Round, Terms};
use super::work::Work;
use crate::id::{ContractorId, DocumentId, PersonId, SessionId, WorkOrderId, WorkerId};
use crate::time::{Timestamp, Window};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// One work order's coverage, as the fold over its events has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum State {
    /// Nothing has happened yet.
    #[default]
    Unheard,
    /// A worker was assigned, and cover is our business.
    Tracked(Box<Coverage>),
}

/// All that is known once a worker was assigned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Coverage {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// Who does the work.
    pub worker: WorkerId,
    /// What was agreed.
    pub terms: Terms,
    /// Which attempt at cover this is.
    pub round: Round,
    /// What became of the work itself.
    pub work: Work,
    /// How far this round's way to cover has come.
    pub path: Path,
    /// Policies and assignments of the worker, with what was reported of each.
    pub grants: Vec<Grant>,
    /// Every assignment made for the work order, in any round.
    pub assignments: Vec<Assignment>,
    /// Rounds that were left while their assignment was asked for: its answer may still come.
    pub unanswered: Vec<Round>,
    /// The worker's certificates that are known at the vendor.
    pub certificates: Vec<Certificate>,
    /// Documents handed in and not yet with the vendor.
    pub documents: Vec<DocumentId>,
    /// Steps that wait for a person.
    pub blocked: Vec<Blocked>,
    /// The exception that a person last made.
    pub waiver: Option<Waiver>,
    /// Quotes of earlier rounds.
    pub past_quotes: Vec<PastQuote>,
    /// Application sessions that are over, however they ended.
    pub past_sessions: Vec<SessionId>,
    /// Contractors of the work order's former workers, whose cover no longer counts.
    pub former: Vec<ContractorId>,
    /// Whether it was ever given to another worker: since then, what is said of nobody by name may be of either.
    pub reassigned: bool,
    /// The moment before which cover can no longer be asked for, where the work was heard of too late.
    pub not_before: Option<Timestamp>,
    /// WorkMarket's word for where the work stands, where it is none that is known here.
    pub unknown_status: Option<String>,
    /// Why the work needs no cover of ours, where it needs none.
    pub exempt: Option<String>,
}

/// Compliant by exception; never insured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Waiver {
    /// Who made the exception.
    pub by: PersonId,
    /// Why.
    pub reason: String,
    /// The first moment at which it no longer holds.
    pub until: Timestamp,
}

impl State {
    /// What is known, once a worker was assigned.
    pub fn coverage(&self) -> Option<&Coverage> {
        match self {
            Self::Unheard => None,
            Self::Tracked(coverage) => Some(coverage),
        }
    }

    /// Whether nothing can happen to it any more: the work was canceled before it began, and nothing made for
    /// it is left at the vendor or on the way there.
    pub fn is_terminal(&self) -> bool {
        self.coverage().is_some_and(|coverage| {
            matches!(coverage.work, Work::Withdrawn { .. })
                && !coverage.awaits_assignment()
                && coverage.unanswered.is_empty()
                && coverage.assignments.iter().all(|assignment| assignment.fate != Fate::ToCancel)
        })
    }
}

impl Coverage {
    /// Whether the work is still to be done or being done.
    pub fn is_open(&self) -> bool {
        match self.work {
            Work::Scheduled | Work::Started { .. } => true,
            Work::Completed { .. } | Work::Withdrawn { .. } | Work::Stopped { .. } => false,
        }
    }

    /// When the worker began; nothing where nobody did.
    pub fn began(&self) -> Option<Timestamp> {
        match self.work {
            Work::Started { at } => Some(at),
            Work::Completed { started, .. } | Work::Stopped { started, .. } => Some(started),
            Work::Scheduled | Work::Withdrawn { .. } => None,
        }
    }

    /// The time that must be insured: the schedule, until check-in and check-out say what was worked.
    /// Nothing where no work was done, or where it needs no cover.
    pub fn work_window(&self) -> Option<Window> {
        if self.exempt.is_some() {
            return None;
        }
        let schedule = self.terms.window;
        match self.work {
            Work::Scheduled => Some(schedule),
            Work::Started { at } => Window::new(at, schedule.end().max(at.plus(1))),
            Work::Completed { started, at, .. } | Work::Stopped { started, at } => {
                Window::new(started, at.max(started.plus(1)))
            }
            Work::Withdrawn { .. } => None,
        }
    }

    /// The cover that the terms want.
    pub(super) fn wanted(&self) -> Cover {
        Cover { lines: self.terms.required, window: self.terms.window }
    }

    /// What of it a quote can still be asked for: cover is never retroactive. The moment is one that was stored,
    /// never that of the call, so that a call made again under its key is the same call. Each such moment begins a
    /// round, so a quote for other dates has another key.
    pub(super) fn quotable(&self) -> Cover {
        let wanted = self.wanted();
        let late = self.not_before.and_then(|from| wanted.window.from(from));
        Cover { window: late.unwrap_or(wanted.window), ..wanted }
    }

    /// Whether the time has come at which the terms have cover bound.
    pub(super) fn is_binding_time(&self) -> bool {
        match self.terms.bind_on {
            BindOn::Applied => true,
            BindOn::InProgress => matches!(self.work, Work::Started { .. }),
        }
    }

    /// Whether this round's assignment may have been asked for and not answered yet.
    pub(super) fn awaits_assignment(&self) -> bool {
        matches!(self.path, Path::Applied { .. }) && self.is_binding_time()
    }
}
