//! Gaps: when required lines did not, or will not, cover the work.

use super::columns;
use crate::story::{Stint, Story};
use crate::table::{Row, Rows, Table};
use covertrail_domain::cover::Line;
use covertrail_domain::coverage::Round;
use covertrail_domain::id::WorkerId;
use covertrail_domain::time::{Timestamp, Window};

/// One row for each gap of each required line.
pub const GAPS: Table = Table {
    name: "gaps",
    version: 3,
    means: "When required lines did not, or will not, cover the work.",
    columns: columns! {
        line: Text = "The line of insurance.",
        worker: Text = "WorkMarket's id of who lacks it.",
        round: Number = "In which attempt to bring the work under cover.",
        starts: Moment = "The first moment without cover.",
        ends: Moment = "The first moment after the gap.",
        seconds: Number = "Its length.",
        open: Truth = "Whether the work is still to be done or being done.",
    },
    key: &["line", "round", "starts"],
    indexed: &["starts", "ends", "open, starts"],
    rows: Rows::OfStory(rows),
};

fn rows(story: &Story, _at: Timestamp) -> Vec<Row<'_>> {
    let Some(coverage) = story.state.coverage() else { return Vec::new() };
    let work_order = coverage.work_order.as_str();
    let mut rows = Vec::new();
    for Stint { worker, round, gaps, .. } in &story.stints {
        for (line, gaps) in gaps {
            rows.extend(gaps.iter().map(|gap| row(work_order, (worker, *round), *line, *gap, false)));
        }
    }
    for (line, gaps) in coverage.gaps() {
        let open = coverage.is_open();
        rows.extend(
            gaps.into_iter().map(|gap| row(work_order, (&coverage.worker, coverage.round), line, gap, open)),
        );
    }
    rows
}

fn row<'a>(
    work_order: &'a str,
    (worker, round): (&'a WorkerId, Round),
    line: Line,
    gap: Window,
    open: bool,
) -> Row<'a> {
    vec![
        work_order.into(),
        line.as_str().into(),
        worker.as_str().into(),
        i64::from(round.get()).into(),
        gap.start().into(),
        gap.end().into(),
        gap.seconds().into(),
        open.into(),
    ]
}
