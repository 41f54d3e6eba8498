//! What became of the work itself, apart from its cover.

use crate::id::InvoiceId;
use crate::money::Cents;
use crate::time::Timestamp;

/// What became of the work itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Work {
    /// It has not begun.
    Scheduled,
    /// It is in progress.
    Started {
        /// Since when.
        at: Timestamp,
    },
    /// It was done.
    Completed {
        /// When it began.
        started: Timestamp,
        /// When it ended.
        at: Timestamp,
        /// What was paid for it.
        pay: Settlement,
    },
    /// It was canceled before it began.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// It was canceled after it began.
    Stopped {
        /// When it began.
        started: Timestamp,
        /// When it was canceled.
        at: Timestamp,
    },
}

/// What is known of the final pay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Settlement {
    /// Nothing yet.
    Open,
    /// It is what was agreed, so no invoice is due.
    AsAgreed(Cents),
    /// It differs from the estimate, so an invoice is due.
    Differs(Cents),
    /// The difference was recorded with the vendor.
    Invoiced {
        /// What was paid.
        pay: Cents,
        /// The vendor's invoice.
        invoice: InvoiceId,
    },
}
