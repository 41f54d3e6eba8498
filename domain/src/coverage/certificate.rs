//! A contractor's own certificate of insurance, and what the vendor and our people think of it.

use super::terms::Cover;
use crate::id::{CertificateId, DocumentId, PersonId};
use crate::time::Timestamp;
use alloc::string::String;
use alloc::vec::Vec;

/// A certificate as 1099Policy knows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Certificate {
    /// The vendor's id.
    pub id: CertificateId,
    /// The document it was made from, where we handed it in.
    pub document: Option<DocumentId>,
    /// Every verdict and review, in the order in which they were given.
    pub opinions: Vec<Opinion>,
    /// The latest end of cover that our own clock has noted: the world is past it.
    pub noted_end: Option<Timestamp>,
}

/// What somebody thought of a certificate, and when. A review counts over a verdict of the same second.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Opinion {
    /// When it was given.
    pub at: Timestamp,
    /// What it says.
    pub view: View,
}

/// A verdict of the vendor or the decision of a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// The vendor's.
    Vendor(Verdict),
    /// One of our people's.
    Person {
        /// Who.
        by: PersonId,
        /// What.
        decision: Decision,
        /// Why.
        reason: String,
    },
}

/// What 1099Policy's review of a certificate came to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Valid, for these lines and dates where the vendor names them.
    Validated(Option<Cover>),
    /// A rule failed: a person must look.
    Flagged {
        /// Which rules, in the vendor's words.
        rules: String,
        /// The lines and dates on it, where the vendor names them.
        cover: Option<Cover>,
    },
    /// Not acceptable.
    Denied {
        /// Why, in the vendor's words.
        reason: String,
    },
}

/// What a reviewer decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// It is good for these lines and dates.
    Approved(Cover),
    /// It is not acceptable.
    Denied,
}

/// Where a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateStatus {
    /// The vendor has not judged it yet.
    Processing,
    /// Good for these lines and dates.
    Approved(Cover),
    /// Good, but nobody has said for what dates, so it makes no cover.
    ApprovedWithoutDates,
    /// Waits for a person.
    Flagged,
    /// Not acceptable.
    Denied,
}

impl CertificateStatus {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Approved(_) => "approved",
            Self::ApprovedWithoutDates => "approved-without-dates",
            Self::Flagged => "flagged",
            Self::Denied => "denied",
        }
    }
}

impl Certificate {
    pub(super) fn new(id: CertificateId) -> Self {
        Self { id, document: None, opinions: Vec::new(), noted_end: None }
    }

    pub(super) fn insert(&mut self, opinion: Opinion) {
        if let Err(place) = self.opinions.binary_search(&opinion) {
            self.opinions.insert(place, opinion);
        }
    }

    /// Where the latest opinion leaves it.
    pub fn status(&self) -> CertificateStatus {
        match self.opinions.last().map(|opinion| &opinion.view) {
            None => CertificateStatus::Processing,
            Some(
                View::Vendor(Verdict::Validated(Some(cover)))
                | View::Person { decision: Decision::Approved(cover), .. },
            ) => CertificateStatus::Approved(*cover),
            Some(View::Vendor(Verdict::Validated(None))) => CertificateStatus::ApprovedWithoutDates,
            Some(View::Vendor(Verdict::Flagged { .. })) => CertificateStatus::Flagged,
            Some(View::Vendor(Verdict::Denied { .. }) | View::Person { decision: Decision::Denied, .. }) => {
                CertificateStatus::Denied
            }
        }
    }

    /// What it covers now, if anything.
    pub fn cover(&self) -> Option<Cover> {
        match self.status() {
            CertificateStatus::Approved(cover) => Some(cover),
            CertificateStatus::Processing
            | CertificateStatus::ApprovedWithoutDates
            | CertificateStatus::Flagged
            | CertificateStatus::Denied => None,
        }
    }

    /// All lines and dates that were ever read on it, or that it was approved for.
    pub fn covers(&self) -> impl Iterator<Item = Cover> {
        self.opinions.iter().filter_map(|opinion| match &opinion.view {
            View::Vendor(Verdict::Validated(cover) | Verdict::Flagged { cover, .. }) => *cover,
            View::Person { decision: Decision::Approved(cover), .. } => Some(*cover),
            View::Vendor(Verdict::Denied { .. }) | View::Person { decision: Decision::Denied, .. } => None,
        })
    }

    /// The lines and dates that the vendor last read on it.
    pub fn printed(&self) -> Option<Cover> {
        self.opinions.iter().rev().find_map(|opinion| match &opinion.view {
            View::Vendor(Verdict::Validated(cover) | Verdict::Flagged { cover, .. }) => *cover,
            View::Vendor(Verdict::Denied { .. }) | View::Person { .. } => None,
        })
    }

    /// Whether the clock has noted the end of what it covers.
    pub fn ended(&self) -> bool {
        self.cover().is_some_and(|cover| self.noted_end.is_some_and(|noted| cover.window.end() <= noted))
    }
}
