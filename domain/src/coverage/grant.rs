//! A policy or an assignment, and the cover that the reports about it come to.

use super::evidence::{Change, Evidence, Report};
use super::terms::{Cover, Round};
use crate::cover::{Lines, union};
use crate::id::PolicyId;
use crate::time::{Timestamp, Window};
use alloc::vec::Vec;

/// A policy or an assignment, with all that was reported about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// Which one.
    pub evidence: Evidence,
    /// The policy that an assignment stands on, where the vendor names it.
    pub policy: Option<PolicyId>,
    /// The round in which it was first heard of.
    pub since: Round,
    /// What was reported, in the order in which the vendor made it.
    pub reports: Vec<Report>,
    /// The latest end of cover that our own clock has noted: the world is past it.
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

impl Grant {
    pub(super) fn new(evidence: Evidence, policy: Option<PolicyId>, since: Round) -> Self {
        Self { evidence, policy, since, reports: Vec::new(), noted_end: None }
    }

    /// Keeps a report in its place.
    pub(super) fn insert(&mut self, report: Report) {
        if let Err(place) = self.reports.binary_search(&report) {
            self.reports.reserve_exact(1);
            self.reports.insert(place, report);
        }
    }

    /// Every cover that the vendor ever said was in force.
    pub(super) fn granted(&self) -> impl DoubleEndedIterator<Item = Cover> {
        self.reports.iter().filter_map(Report::granted)
    }

    /// What its reports, and those of what it stands on, come to.
    pub fn holding(&self, all: &[Self]) -> Holding {
        let mut holding = Holding::of(&self.reports);
        for below in all.iter().filter(|other| self.stands_on(other)) {
            holding.end_with(below, self.counts_from(below));
        }
        holding.ended |= holding.end().is_none_or(|end| self.noted_end.is_some_and(|noted| end <= noted));
        holding
    }

    /// Whether what ends the other ends this too: an assignment stands on its policy, and on any policy
    /// where the vendor did not name it.
    fn stands_on(&self, other: &Self) -> bool {
        match (&self.evidence, &other.evidence) {
            (Evidence::Assignment(_), Evidence::Policy(policy)) => {
                self.policy.as_ref().is_none_or(|own| own == policy)
            }
            (
                Evidence::Assignment(_) | Evidence::Policy(_) | Evidence::Certificate(_),
                Evidence::Assignment(_) | Evidence::Policy(_) | Evidence::Certificate(_),
            ) => false,
        }
    }

    /// All that was said of a policy that the vendor names counts for its assignment. Of a policy that may be
    /// another's, only what was said since the assignment was last in force.
    fn counts_from(&self, below: &Self) -> Timestamp {
        if self.policy.is_some() && self.stands_on(below) {
            return Timestamp::MIN;
        }
        let activated = self.reports.iter().rev().find(|report| report.granted().is_some());
        activated.map_or(Timestamp::MIN, |report| report.at)
    }
}

impl Holding {
    /// The end of its last window.
    pub fn end(&self) -> Option<Timestamp> {
        self.windows.last().map(|window| window.end())
    }

    fn of<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Self {
        let mut granted = None;
        let nothing = Self { lines: Lines::NONE, windows: Vec::new(), ended: false };
        reports.into_iter().fold(nothing, |holding, report| holding.after(report, &mut granted))
    }

    fn after(mut self, report: &Report, granted: &mut Option<Window>) -> Self {
        match report.change {
            Change::Activated(cover) => {
                *granted = Some(cover.window);
                self = Self { lines: cover.lines, windows: Vec::from([cover.window]), ended: false };
            }
            Change::Expired { on } => {
                self.cut(on);
                self.ended = true;
            }
            Change::Canceled { effective } => {
                self.cut(effective);
                self.ended |= effective <= report.at;
            }
            Change::Reinstated { from } => {
                let restored = granted.and_then(|window| from.map_or(Some(window), |from| window.from(from)));
                self.windows = union(self.windows.drain(..).chain(restored));
                self.ended = false;
            }
        }
        self
    }

    /// Keeps of it what the policy below leaves standing; that policy's own dates do not matter.
    fn end_with(&mut self, below: &Grant, since: Timestamp) {
        let said = || below.reports.iter().filter(|report| report.at >= since);
        // nothing but good was said of most policies
        if said().all(|report| report.granted().is_some()) {
            return;
        }
        let untouched = || Self { lines: Lines::NONE, windows: Vec::from([Window::ALWAYS]), ended: false };
        let mut granted = Some(Window::ALWAYS);
        let standing = said().fold(untouched(), |standing, report| match report.change {
            Change::Activated(_) => untouched(),
            Change::Expired { .. } | Change::Canceled { .. } | Change::Reinstated { .. } => {
                standing.after(report, &mut granted)
            }
        });
        let kept = |own: &Window| {
            let own = *own;
            standing.windows.iter().filter_map(move |window| window.intersection(own)).collect::<Vec<_>>()
        };
        self.windows = self.windows.iter().flat_map(kept).collect();
        self.ended |= standing.ended;
    }

    fn cut(&mut self, end: Timestamp) {
        self.windows = self.windows.iter().filter_map(|window| window.before(end)).collect();
    }
}
