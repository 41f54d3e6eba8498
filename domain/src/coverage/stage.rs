//! The stage of a work order's coverage, in its users' words.

use super::certificate::CertificateStatus;
use super::path::Path;
use super::state::{Coverage, State};
use super::work::Work;
use core::fmt;

/// How far the coverage has come. Whether the work is insured is the [`standing`](super::State::standing).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// A worker was assigned; contractor, job and quote are under way.
    Assigned,
    /// Cover was offered; the contractor's application is under way.
    Quoted,
    /// The contractor applied, or need not.
    Applied,
    /// The vendor made the assignment; a binding fact is awaited.
    AssignedCoverage,
    /// Every required line has something in force, tied to this work by its assignment or by a certificate.
    Active,
    /// What was in force ran out or was canceled, and nothing is in force again yet.
    Expired,
    /// A certificate waits for a person.
    Flagged,
    /// The work order was canceled.
    Canceled,
    /// The work was done.
    Completed,
}

impl Stage {
    /// Every stage, in the order of the lifecycle.
    pub const ALL: [Self; 9] = [
        Self::Assigned,
        Self::Quoted,
        Self::Applied,
        Self::AssignedCoverage,
        Self::Active,
        Self::Expired,
        Self::Flagged,
        Self::Canceled,
        Self::Completed,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Quoted => "quoted",
            Self::Applied => "applied",
            Self::AssignedCoverage => "assigned-coverage",
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Flagged => "flagged",
            Self::Canceled => "canceled",
            Self::Completed => "completed",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl State {
    /// The stage; nothing before a worker was assigned.
    pub fn stage(&self) -> Option<Stage> {
        self.coverage().map(Coverage::stage)
    }
}

impl Coverage {
    /// The stage: what became of the work first, then what waits for a person, then cover, then the path to it.
    pub fn stage(&self) -> Stage {
        match self.work {
            Work::Completed { .. } => return Stage::Completed,
            Work::Withdrawn { .. } | Work::Stopped { .. } => return Stage::Canceled,
            Work::Scheduled | Work::Started { .. } => {}
        }
        if self.certificates.iter().any(|certificate| certificate.status() == CertificateStatus::Flagged) {
            return Stage::Flagged;
        }
        if self.is_in_force() && self.is_tied_to_work() {
            return Stage::Active;
        }
        if !self.is_in_force() && self.has_lapsed() {
            return Stage::Expired;
        }
        match self.path {
            Path::Assigned | Path::Enrolled { .. } | Path::Scoped(_) | Path::Declined { .. } => {
                Stage::Assigned
            }
            Path::Quoted { .. } | Path::Applying { .. } | Path::Ineligible { .. } => Stage::Quoted,
            Path::Applied { .. } | Path::Unassignable { .. } => Stage::Applied,
            Path::Bound { .. } => Stage::AssignedCoverage,
        }
    }
}
