//! How a work order stands, in a word.

use core::fmt;

/// How a work order stands, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Badge {
    /// Work is in progress and a required line is not covered.
    UninsuredWorking,
    /// Work begins within 48 hours, or should have begun, and cover is not bound.
    AtRisk,
    /// Nothing is known of the work order, or what is known is stale.
    Unknown,
    /// Something waits for a person.
    NeedsReview,
    /// Cover ends before the work does.
    ExpiresBeforeWorkEnds,
    /// The work has outrun its schedule, and its cover ends within 30 days.
    Expiring,
    /// Cover is being arranged, and there are more than 48 hours until work begins.
    Arranging,
    /// Compliant by a person's exception, not insured.
    Waived,
    /// Every required line is covered for as long as the work is scheduled.
    Insured,
    /// The work needs no cover of ours, for a reason that was recorded.
    Exempt,
    /// The work is over.
    Done,
}

impl Badge {
    /// Every badge, the worst first.
    pub const ALL: [Self; 11] = [
        Self::UninsuredWorking,
        Self::AtRisk,
        Self::Unknown,
        Self::NeedsReview,
        Self::ExpiresBeforeWorkEnds,
        Self::Expiring,
        Self::Arranging,
        Self::Waived,
        Self::Insured,
        Self::Exempt,
        Self::Done,
    ];

    /// Its place among all, 0 for the worst.
    pub fn urgency(self) -> u8 {
        let worse = Self::ALL.into_iter().filter(|other| *other < self).count();
        u8::try_from(worse).unwrap_or(u8::MAX)
    }

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UninsuredWorking => "uninsured-and-working",
            Self::AtRisk => "at-risk",
            Self::Unknown => "unknown",
            Self::NeedsReview => "needs-review",
            Self::ExpiresBeforeWorkEnds => "expires-before-work-ends",
            Self::Expiring => "expiring",
            Self::Arranging => "arranging",
            Self::Waived => "waived",
            Self::Insured => "insured",
            Self::Exempt => "exempt",
            Self::Done => "done",
        }
    }
}

impl fmt::Display for Badge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
