//! What cover rests on: the vendor's reports about policies and assignments.
//!
//! Reports arrive late, twice and out of order, so none of them edits a window. They are kept sorted by the
//! moment the vendor made them, and the windows are what a fold over all of them gives: whatever the order of
//! arrival, the same cover.

use super::terms::Cover;
use crate::cover::{Lines, union};
use crate::id::{AssignmentId, CertificateId, PolicyId};
use crate::time::{Timestamp, Window};
use alloc::vec::Vec;
use core::fmt;

/// A binding fact's subject: the only things that make cover.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// A policy that 1099Policy issued.
    Policy(PolicyId),
    /// An assignment that 1099Policy put under a policy.
    Assignment(AssignmentId),
    /// A contractor's own certificate, approved.
    Certificate(CertificateId),
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(id) => write!(f, "policy {id}"),
            Self::Assignment(id) => write!(f, "assignment {id}"),
            Self::Certificate(id) => write!(f, "certificate {id}"),
        }
    }
}

/// What the vendor says became of a policy or an assignment. In this order where two were made in one second.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It is in force for these lines and dates.
    Activated(Cover),
    /// It ran out on that moment.
    Expired {
        /// The first moment without cover.
        on: Timestamp,
    },
    /// It was canceled; a cancellation may take effect before its notice, or later.
    Canceled {
        /// The first moment without cover.
        effective: Timestamp,
    },
    /// It is in force again.
    Reinstated {
        /// The first moment of cover after the cancellation; without one there was no gap.
        from: Option<Timestamp>,
    },
}

/// A change and the moment at which the vendor reported it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Report {
    /// When the vendor made it.
    pub at: Timestamp,
    /// What it says.
    pub change: Change,
}

/// A policy or an assignment, with all that was reported about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// Which one.
    pub evidence: Evidence,
    /// The policy that an assignment stands on, where the vendor names it.
    pub policy: Option<PolicyId>,
    /// What was reported, in the order in which the vendor made it.
    pub reports: Vec<Report>,
    /// The end of cover that our own clock has noted.
    pub noted_end: Option<Timestamp>,
}

/// What the reports about one grant come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The lines it covers.
    pub lines: Lines,
    /// When it covers them, joined and in order.
    pub windows: Vec<Window>,
    /// Whether the vendor or the clock has said that it is over.
    pub ended: bool,
}

impl Holding {
    /// The end of its last window.
    pub fn end(&self) -> Option<Timestamp> {
        self.windows.last().map(|window| window.end())
    }
}

impl Grant {
    pub(super) fn new(evidence: Evidence, policy: Option<PolicyId>) -> Self {
        Self { evidence, policy, reports: Vec::new(), noted_end: None }
    }

    /// Keeps a report in its place.
    pub(super) fn insert(&mut self, report: Report) {
        if let Err(place) = self.reports.binary_search(&report) {
            self.reports.insert(place, report);
        }
    }

    /// Whether what ends the other ends this too: an assignment stands on its policy, and on any policy
    /// where the vendor did not name it.
    fn stands_on(&self, other: &Self) -> bool {
        match (&self.evidence, &other.evidence) {
            (Evidence::Assignment(_), Evidence::Policy(policy)) => {
                self.policy.as_ref().is_none_or(|own| own == policy)
            }
            (Evidence::Assignment(_) | Evidence::Policy(_) | Evidence::Certificate(_), _) => false,
        }
    }

    /// What its reports, and those of what it stands on, come to.
    pub fn holding(&self, all: &[Self]) -> Holding {
        let mut reports: Vec<&Report> = self.reports.iter().collect();
        for below in all.iter().filter(|other| self.stands_on(other)) {
            reports.extend(below.reports.iter().filter(|r| !matches!(r.change, Change::Activated(_))));
        }
        reports.sort();
        let mut holding = Holding { lines: Lines::NONE, windows: Vec::new(), ended: false };
        let mut granted = None;
        for report in reports {
            holding.apply(report, &mut granted);
        }
        let end = holding.end();
        holding.ended |= end.is_none() || end == self.noted_end;
        holding
    }
}

impl Holding {
    fn apply(&mut self, report: &Report, granted: &mut Option<Window>) {
        match report.change {
            Change::Activated(cover) => {
                *granted = Some(cover.window);
                self.lines = cover.lines;
                self.windows = Vec::from([cover.window]);
                self.ended = false;
            }
            Change::Expired { on } => {
                self.cut(on);
                self.ended = true;
            }
            Change::Canceled { effective } => {
                self.cut(effective);
                self.ended = effective <= report.at;
            }
            Change::Reinstated { from } => {
                let restored = granted.and_then(|window| from.map_or(Some(window), |from| window.from(from)));
                self.windows = union(self.windows.drain(..).chain(restored));
                self.ended = false;
            }
        }
    }

    fn cut(&mut self, end: Timestamp) {
        self.windows = self.windows.iter().filter_map(|window| window.before(end)).collect();
    }
}
