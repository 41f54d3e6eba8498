//! Contractors: what stands and falls with each.

use super::columns;
use crate::table::{Rows, Table};

/// One row for each contractor.
pub const CONTRACTORS: Table = Table {
    name: "contractors",
    version: 2,
    means: "Every contractor, with how the worst of their work orders stands.",
    columns: columns! {
        of contractor: Text = "1099Policy's id of the contractor.";
        worker: Text = "WorkMarket's id of them.",
        work_orders: Number = "How many work orders they have.",
        open: Number = "How many of those are still to be done or being done.",
        blocked_steps: Number = "How many steps wait for a person.",
        standing: Text = "How the worst of them stands, in a word.",
        urgency: Number = "The standing's place among all, 0 for the worst.",
        uninsured_seconds: Number = "How long they worked without cover for a required line, in work that is over.",
    },
    key: &[],
    indexed: &[],
    // beside min() a bare column is that of the row with the minimum
    rows: Rows::OfBoard {
        only: "contractor IS NOT NULL",
        select: &[
            "contractor",
            "worker",
            "count(*)",
            "sum(open)",
            "sum(blocked_steps)",
            "standing",
            "min(urgency)",
            "coalesce(sum(uninsured_seconds - former_uninsured_seconds), 0)",
        ],
    },
};
