//! The review queue: certificates that wait for a person.

use super::columns;
use crate::story::Story;
use crate::table::{Cell, Row, Rows, Table};
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::coverage::{Certificate, CertificateStatus, Verdict, View};
use covertrail_domain::id::ContractorId;
use covertrail_domain::time::{Timestamp, Window};

/// One row for each certificate that waits for a person.
pub const REVIEWS: Table = Table {
    name: "reviews",
    version: 2,
    means: "The certificates that wait for a person.",
    columns: columns! {
        certificate: Text = "1099Policy's id of the certificate.",
        contractor: Text = "1099Policy's id of the insured person.",
        document: Text = "The SHA-256 of the document that was handed in here.",
        waits_for: Text = "A decision on what was flagged, or the dates that nobody has read.",
        rules: Text = "Which rules it failed, in 1099Policy's words.",
        since: Moment = "When it began to wait.",
        lines: Names = "The lines that 1099Policy read on it.",
        starts: Moment = "The beginning of cover that 1099Policy read on it.",
        ends: Moment = "The end of cover that 1099Policy read on it.",
        work_starts: Moment = "The beginning of the time that must be insured.",
    },
    key: &["certificate"],
    indexed: &["since", "contractor"],
    rows: Rows::OfStory(rows),
};

fn rows(story: &Story, _at: Timestamp) -> Vec<Row<'_>> {
    let Some(coverage) = story.state.coverage() else { return Vec::new() };
    let waiting = coverage.certificates_to_review();
    waiting
        .map(|certificate| {
            let printed = certificate.printed();
            vec![
                coverage.work_order.as_str().into(),
                certificate.id.as_str().into(),
                coverage.path.contractor().map(ContractorId::as_str).into(),
                certificate.document.as_ref().map(Cell::shown).into(),
                match certificate.status() {
                    CertificateStatus::ApprovedWithoutDates => "dates",
                    CertificateStatus::Processing
                    | CertificateStatus::Approved(_)
                    | CertificateStatus::Flagged
                    | CertificateStatus::Denied => "decision",
                }
                .into(),
                rules(certificate).into(),
                certificate.opinions.last().map(|opinion| opinion.at).or(story.heard).into(),
                printed.map(|cover| lines(cover.lines)).into(),
                printed.map(|cover| cover.window.start()).into(),
                printed.map(|cover| cover.window.end()).into(),
                coverage.work_window().map(Window::start).into(),
            ]
        })
        .collect()
}

pub(super) fn lines(lines: Lines) -> String {
    lines.iter().map(Line::as_str).collect::<Vec<_>>().join(",")
}

fn rules(certificate: &Certificate) -> Option<&str> {
    match certificate.opinions.last().map(|opinion| &opinion.view) {
        Some(View::Vendor(Verdict::Flagged { rules, .. })) => Some(rules),
        Some(View::Vendor(Verdict::Validated(_) | Verdict::Denied { .. }) | View::Person { .. }) | None => {
            None
        }
    }
}
