//! What the vendor says of cover and a reviewer of a certificate, before it is known what that comes to.

use crate::cover::Lines;
use crate::coverage::terms::Cover;
use crate::time::{Timestamp, Window};

/// What a report says of cover; what the vendor leaves out is taken from the quote or the assignment
/// that the report is about, and never from the terms, which may have changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reported {
    /// It is in force.
    Active {
        /// For which lines, where it says; empty where it covers none that is known, or at no time.
        lines: Option<Lines>,
        /// For what time.
        window: Option<Window>,
    },
    /// It ran out.
    Expired {
        /// The first moment without cover.
        on: Timestamp,
    },
    /// It was canceled.
    Canceled {
        /// The first moment without cover.
        effective: Timestamp,
    },
    /// It is in force again.
    Reinstated {
        /// The first moment of cover again; without one there was no gap.
        from: Option<Timestamp>,
    },
}

/// What a reviewer says of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// It is good.
    Approve {
        /// For which lines and dates; without them, those that the vendor read on it.
        cover: Option<Cover>,
    },
    /// It is not acceptable.
    Deny,
}
