//! Gaps: when required lines did not, or will not, cover the work.

use super::columns;
use crate::story::Story;
use crate::table::{Row, Rows, Table};
use covertrail_domain::time::Timestamp;

/// One row for each gap of each required line.
pub const GAPS: Table = Table {
    name: "gaps",
    version: 2,
    means: "When required lines did not, or will not, cover the work.",
    columns: columns! {
        line: Text = "The line of insurance.",
        starts: Moment = "The first moment without cover.",
        ends: Moment = "The first moment after the gap.",
        seconds: Number = "Its length.",
        open: Truth = "Whether the work is still to be done or being done.",
    },
    key: &["line", "starts"],
    indexed: &["starts", "ends", "open, starts"],
    rows: Rows::OfStory(rows),
};

fn rows(story: &Story, _at: Timestamp) -> Vec<Row<'_>> {
    let Some(coverage) = story.state.coverage() else { return Vec::new() };
    let by_line = coverage.gaps().into_iter();
    let gaps = by_line.flat_map(|(line, gaps)| gaps.into_iter().map(move |gap| (line, gap)));
    gaps.map(|(line, gap)| {
        vec![
            coverage.work_order.as_str().into(),
            line.as_str().into(),
            gap.start().into(),
            gap.end().into(),
            gap.seconds().into(),
            coverage.is_open().into(),
        ]
    })
    .collect()
}
