//! Blocked steps: what waits for a person before Covertrail can go on.

use super::columns;
use crate::story::Story;
use crate::table::{Cell, Row, Table};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;

/// One row for each blocked step.
pub(super) const BLOCKED: Table = Table {
    name: "blocked",
    version: 1,
    columns: columns! {
        step: Text = "Which step.",
        reason: Text = "Why, in words for a person.",
        work_starts: Moment = "The beginning of the time that must be insured.",
    },
    key: &["step"],
    indexed: &[],
    rows,
};

fn rows(work_order: &WorkOrderId, story: &Story, _at: Timestamp) -> Vec<Row> {
    let Some(coverage) = story.state.coverage() else { return Vec::new() };
    let starts = coverage.work_window().map(|window| window.start());
    let row = |step: Cell, reason: &str| vec![Cell::shown(work_order), step, reason.into(), starts.into()];
    coverage.blocked.iter().map(|blocked| row(Cell::shown(blocked.step), &blocked.reason)).collect()
}
