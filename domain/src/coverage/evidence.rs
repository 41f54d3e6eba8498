//! What cover rests on: the vendor's reports about policies and assignments.
//!
//! Reports arrive late, twice and out of order, so none of them edits a window. They are kept sorted by the
//! moment the vendor made them, and the windows are what a fold over all of them gives: whatever the order of
//! arrival, the same cover.

use super::terms::Cover;
use crate::id::{AssignmentId, CertificateId, PolicyId};
use crate::time::Timestamp;
use core::fmt;

/// A binding fact's subject: the only things that make cover.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Report {
    /// When the vendor made it.
    pub at: Timestamp,
    /// What it says.
    pub change: Change,
}

impl Report {
    /// The cover that it says is in force.
    pub(in crate::coverage) const fn granted(&self) -> Option<Cover> {
        match self.change {
            Change::Activated(cover) => Some(cover),
            Change::Expired { .. } | Change::Canceled { .. } | Change::Reinstated { .. } => None,
        }
    }
}
