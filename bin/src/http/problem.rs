//! Error answers in the form of RFC 9457. Their types are stable: programs may tell them apart.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

/// What the types begin with.
const TYPES: &str = "urn:covertrail:problem:";

/// An error answer.
pub(super) fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let kind = format!("{TYPES}{}", title.to_ascii_lowercase().replace(' ', "-"));
    let body = json!({ "type": kind, "title": title, "status": status.as_u16(), "detail": detail });
    (status, [("content-type", "application/problem+json")], body.to_string()).into_response()
}
