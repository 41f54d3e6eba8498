//! The papers of a policy, as links to small PDFs that open.

use std::fmt::Write as _;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::cover::Cover;
use super::world::PolicyWorld;
use crate::sandbox::desk::Desk;
use crate::sandbox::routes::missing;

/// Certificates of insurance, a link for each line that has one.
#[derive(Clone, Serialize)]
pub(super) struct Documents {
    gl_coi_pdf_url: Option<String>,
    wc_coi_pdf_url: Option<String>,
}

impl Documents {
    pub(super) fn of(policy: &str, cover: &Cover, public_url: &str) -> Self {
        let link = |line: &str, name: &str| {
            cover.has(line).then(|| format!("{public_url}/documents/{policy}/{name}.pdf"))
        };
        Self { gl_coi_pdf_url: link("general", "gl_coi"), wc_coi_pdf_url: link("workers-comp", "wc_coi") }
    }
}

pub(super) async fn show(
    State(desk): State<Desk<PolicyWorld>>,
    Path((policy, name)): Path<(String, String)>,
) -> Response {
    let is_known = desk.act(|world, _| world.policies.get(&policy).is_some());
    if !is_known || !matches!(name.as_str(), "policy.pdf" | "gl_coi.pdf" | "wc_coi.pdf") {
        return missing("there is no such document").into_response();
    }
    let headers = [(header::CONTENT_TYPE, "application/pdf")];
    (StatusCode::OK, headers, pdf(&format!("{name} of {policy}, simulated"))).into_response()
}

/// One page with one line; `text` is ours, so it needs no escaping.
fn pdf(text: &str) -> String {
    let line = format!("BT /F1 14 Tf 72 720 Td ({text}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
            .to_owned(),
        format!("<</Length {}>>stream\n{line}\nendstream", line.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (number, object) in (1..).zip(&objects) {
        // Writing into a string cannot fail.
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = writeln!(file, "{number} 0 obj{object}endobj");
    }
    let start = file.len();
    format!("{file}xref\n0 6\n{table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n")
}
