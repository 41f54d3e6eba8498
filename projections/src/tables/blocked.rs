//! Blocked steps: what waits for a person before Covertrail can go on.

use super::columns;
use crate::story::Story;
use crate::table::{Cell, Row, Rows, Table};
use covertrail_domain::coverage::{Blocked, Failure};
use covertrail_domain::time::{Timestamp, Window};

/// One row for each blocked step.
pub const BLOCKED: Table = Table {
    name: "blocked",
    version: 1,
    means: "The steps that wait for a person before Covertrail can go on.",
    columns: columns! {
        step: Text = "Which step.",
        document: Text = "The SHA-256 of the document, where the step is about one; else empty.",
        failure: Text = "Whether the call was refused, or may have been done.",
        reason: Text = "Why, in words for a person.",
        work_starts: Moment = "The beginning of the time that must be insured.",
    },
    key: &["step", "document"],
    indexed: &[],
    rows: Rows::OfStory(rows),
};

fn rows<'a>(story: &'a Story, _at: Timestamp) -> Vec<Row<'a>> {
    let Some(coverage) = story.state.coverage() else { return Vec::new() };
    let starts = coverage.work_window().map(Window::start);
    let row = |blocked: &'a Blocked| {
        let Blocked { step, document, failure, reason } = blocked;
        vec![
            coverage.work_order.as_str().into(),
            step.as_str().into(),
            document.as_ref().map_or(Cell::from(""), Cell::shown),
            match failure {
                Failure::Refused => "refused",
                Failure::Unsettled => "unsettled",
            }
            .into(),
            reason.as_str().into(),
            starts.into(),
        ]
    };
    coverage.blocked.iter().map(row).collect()
}
