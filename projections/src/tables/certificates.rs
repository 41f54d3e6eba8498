//! Certificates: what was handed in, and what came of it.

use super::columns;
use super::reviews::lines;
use crate::story::Story;
use crate::table::{Cell, Row, Rows, Table};
use covertrail_domain::id::ContractorId;
use covertrail_domain::time::Timestamp;

/// One row for each certificate of each work order.
pub const CERTIFICATES: Table = Table {
    name: "certificates",
    version: 1,
    means: "Every certificate, and what came of it.",
    columns: columns! {
        certificate: Text = "1099Policy's id of the certificate.",
        contractor: Text = "1099Policy's id of the insured person.",
        document: Text = "The SHA-256 of the document that was handed in here.",
        status: Text = "How it stands, in a word.",
        handed_in: Moment = "When 1099Policy was handed it, where that was done here.",
        judged: Moment = "When it was last judged, by 1099Policy or by a person.",
        lines: Names = "The lines that were read on it.",
        starts: Moment = "The beginning of cover that was read on it.",
        ends: Moment = "The end of cover that was read on it.",
        open: Truth = "Whether the work is still to be done or being done.",
    },
    key: &["certificate"],
    indexed: &["status, open, handed_in", "contractor"],
    rows: Rows::OfStory(rows),
};

fn rows(story: &Story, _at: Timestamp) -> Vec<Row<'_>> {
    let Some(coverage) = story.state.coverage() else { return Vec::new() };
    let all = coverage.certificates.iter();
    all.map(|certificate| {
        let read = certificate.cover().or_else(|| certificate.printed());
        vec![
            coverage.work_order.as_str().into(),
            certificate.id.as_str().into(),
            coverage.path.contractor().map(ContractorId::as_str).into(),
            certificate.document.as_ref().map(Cell::shown).into(),
            certificate.status().as_str().into(),
            story.handed_in(certificate).into(),
            certificate.opinions.last().map(|opinion| opinion.at).into(),
            read.map(|cover| lines(cover.lines)).into(),
            read.map(|cover| cover.window.start()).into(),
            read.map(|cover| cover.window.end()).into(),
            coverage.is_open().into(),
        ]
    })
    .collect()
}
