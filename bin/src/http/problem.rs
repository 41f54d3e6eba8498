//! Error answers in the form of RFC 9457. Their types are stable: programs may tell them apart.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use covertrail_adapters::visible::visible;
use serde_json::json;

/// What the types begin with.
const TYPES: &str = "urn:covertrail:problem:";

/// An error answer.
pub(super) fn problem(status: StatusCode, detail: &str) -> Response {
    let detail = shown(detail);
    let title = status.canonical_reason().unwrap_or("Error");
    let kind = format!("{TYPES}{}", title.to_ascii_lowercase().replace(' ', "-"));
    let body = json!({ "type": kind, "title": title, "status": status.as_u16(), "detail": detail });
    (status, [("content-type", "application/problem+json")], body.to_string()).into_response()
}

/// The longest detail, in characters: what was sent may stand in it.
const MAX_DETAIL: usize = 500;

/// A detail as it is shown, however long and whatever it is that was sent.
fn shown(detail: &str) -> String {
    let detail = visible(detail);
    match detail.char_indices().nth(MAX_DETAIL) {
        Some((end, _)) => detail.get(..end).map(|begin| format!("{begin}…")).unwrap_or_default(),
        None => detail.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_short_and_hides_nothing() {
        assert_eq!(shown("lines: \"pets\" is no coverage line"), "lines: \"pets\" is no coverage line");
        assert_eq!(shown("a\u{202e}b\0"), "a\\u{202e}b\\u{0}");
        assert_eq!(shown(&"é".repeat(100_000)).chars().count(), MAX_DETAIL + 1);
    }
}
