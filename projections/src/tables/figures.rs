//! Figures over time, by the day (in UTC) on which work began.

use super::columns;
use crate::table::{Rows, Table};

/// One row for each day on which work began.
pub const FIGURES: Table = Table {
    name: "figures",
    version: 2,
    means: "Figures of each day, by the work that began on it.",
    columns: columns! {
        of day: Moment = "The day's first second.";
        work_orders: Number = "How many work orders' work began on it.",
        insured: Number = "How many of those are insured throughout, as far as is known.",
        insured_percent: Number = "That share, rounded down.",
        worked_seconds: Number = "How long was worked on those that are over.",
        uninsured_seconds: Number = "How much of that lacked cover for a required line.",
        seconds_to_active: Number = "How long it took on average from assigned to active, where it came to that.",
        longest_to_active: Number = "How long it took at most.",
    },
    key: &[],
    indexed: &[],
    rows: Rows::OfBoard {
        only: "began IS NOT NULL",
        select: &[
            "began - (began % 86400 + 86400) % 86400",
            "count(*)",
            "sum(covered)",
            "sum(covered) * 100 / count(*)",
            "coalesce(sum(worked_seconds), 0)",
            "coalesce(sum(uninsured_seconds), 0)",
            "CAST(avg(max(insured - assigned, 0)) AS INTEGER)",
            "max(max(insured - assigned, 0))",
        ],
    },
};
