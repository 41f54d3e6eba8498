//! Gaps: when required lines did not, or will not, cover the work.

use super::columns;
use crate::story::Story;
use crate::table::{Cell, Row, Table};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;

/// One row for each gap of each required line.
pub(super) const GAPS: Table = Table {
    name: "gaps",
    version: 1,
    columns: columns! {
        line: Text = "The line of insurance.",
        starts: Moment = "The first moment without cover.",
        ends: Moment = "The first moment after the gap.",
        seconds: Number = "Its length.",
        open: Truth = "Whether the work is still to be done or being done.",
    },
    key: &["line", "starts"],
    indexed: &["starts", "ends"],
    rows,
};

fn rows(work_order: &WorkOrderId, story: &Story, _at: Timestamp) -> Vec<Row> {
    let Some(coverage) = story.state.coverage() else { return Vec::new() };
    let by_line = coverage.gaps().into_iter();
    let gaps = by_line.flat_map(|(line, gaps)| gaps.into_iter().map(move |gap| (line, gap)));
    gaps.map(|(line, gap)| {
        vec![
            Cell::shown(work_order),
            line.as_str().into(),
            gap.start().into(),
            gap.end().into(),
            gap.seconds().into(),
            coverage.is_open().into(),
        ]
    })
    .collect()
}
