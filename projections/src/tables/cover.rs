//! Cover: what each work order's lines rest on, and until when.

use super::columns;
use crate::story::Story;
use crate::table::{Row, Rows, Table};
use covertrail_domain::coverage::Evidence;
use covertrail_domain::id::ContractorId;
use covertrail_domain::time::{Timestamp, Window};

/// One row for each window of each line by each policy, assignment or certificate.
pub const COVER: Table = Table {
    name: "cover",
    version: 2,
    means: "What each work order's lines rest on, and until when.",
    columns: columns! {
        contractor: Text = "1099Policy's id of the insured person.",
        line: Text = "The line of insurance.",
        evidence: Text = "What makes the cover: policy, assignment or certificate.",
        id: Text = "1099Policy's id of it.",
        starts: Moment = "The first moment of cover.",
        ends: Moment = "The first moment after it.",
        is_over: Truth = "Whether the vendor or the clock has said that it is over.",
        required: Truth = "Whether the work order needs the line.",
        open: Truth = "Whether the work is still to be done or being done.",
        work_ends: Moment = "The end of the time that must be insured.",
    },
    key: &["line", "evidence", "id", "starts"],
    indexed: &["contractor", "open, ends"],
    rows: Rows::OfStory(rows),
};

fn rows(story: &Story, _at: Timestamp) -> Vec<Row<'_>> {
    let Some(coverage) = story.state.coverage() else { return Vec::new() };
    let mut rows = Vec::new();
    for (evidence, holding) in coverage.holdings() {
        let (kind, id) = named(&evidence);
        for line in holding.lines.iter() {
            rows.extend(holding.windows.iter().map(|window| {
                vec![
                    coverage.work_order.as_str().into(),
                    coverage.path.contractor().map(ContractorId::as_str).into(),
                    line.as_str().into(),
                    kind.into(),
                    id.to_owned().into(),
                    window.start().into(),
                    window.end().into(),
                    holding.ended.into(),
                    coverage.terms.required.contains(line).into(),
                    coverage.is_open().into(),
                    coverage.work_window().map(Window::end).into(),
                ]
            }));
        }
    }
    rows
}

/// What sort of object it is, and 1099Policy's id of it.
pub(super) fn named(evidence: &Evidence) -> (&'static str, &str) {
    match evidence {
        Evidence::Policy(id) => ("policy", id.as_str()),
        Evidence::Assignment(id) => ("assignment", id.as_str()),
        Evidence::Certificate(id) => ("certificate", id.as_str()),
    }
}
