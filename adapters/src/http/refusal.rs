//! A vendor's definite no, made fit to show: `{"message": text | {field: text}, "error_code"}`.

use reqwest::StatusCode;
use serde_json::{Map, Value};

/// The longest message of a vendor that is kept, in characters.
const MAX_MESSAGE: usize = 500;
const MAX_CODE: usize = 64;

/// What the vendor said when it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    /// The vendor's `error_code`, or `http_<status>` where it gave none.
    pub(crate) code: String,
    /// The vendor's words without line breaks and email addresses. Not yet cut to length: what else has to
    /// go can only be found in the whole.
    pub(crate) message: String,
}

impl Refusal {
    /// Reads an answer that is no success, whatever its body is.
    pub(super) fn read(status: StatusCode, body: &[u8]) -> Self {
        let fields: Map<String, Value> = serde_json::from_slice(body).unwrap_or_default();
        if let Some(errors) = fields.get("meta").and_then(|meta| meta.get("errors")) {
            return Self::listed(status, errors);
        }
        let code = fields.get("error_code").and_then(Value::as_str).map(ToOwned::to_owned);
        Self::told(status, code, fields.get("message").map(plain))
    }

    /// Reads a list of errors, each `{"message", "code"}`; the first one's code stands for all.
    pub(crate) fn listed(status: StatusCode, errors: &Value) -> Self {
        let errors = errors.as_array().map(Vec::as_slice).unwrap_or_default();
        let code = errors.first().and_then(|error| error.get("code")).map(plain);
        let messages = errors.iter().map(|error| plain(error.get("message").unwrap_or(error)));
        Self::told(status, code, Some(messages.collect::<Vec<_>>().join("; ")))
    }

    fn told(status: StatusCode, code: Option<String>, message: Option<String>) -> Self {
        let code = code.filter(|code| is_code(code));
        let message = message.filter(|message| !message.is_empty());
        Self {
            status,
            code: code.unwrap_or_else(|| format!("http_{}", status.as_u16())),
            message: message.unwrap_or_else(|| format!("it answered {status} without a reason")),
        }
    }

    /// The answer to an id that no URL can carry, given without asking: nothing there has such an id.
    pub(super) fn unaddressable() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            code: "unaddressable_id".to_owned(),
            message: "an id of dots alone cannot be asked for".to_owned(),
        }
    }

    /// Whether it is no refusal, but an earlier attempt still being worked on.
    pub(super) fn is_in_progress(&self) -> bool {
        self.status == StatusCode::CONFLICT && self.code == "idempotency_in_progress"
    }
}

/// The start of a message, cut so that a page sent in its place stays bearable.
pub(crate) fn capped(message: &str) -> String {
    match message.char_indices().nth(MAX_MESSAGE) {
        Some((end, _)) => format!("{}…", message.get(..end).unwrap_or_default()),
        None => message.to_owned(),
    }
}

fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= MAX_CODE
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
}

/// A vendor's words on one line, without email addresses: a map of fields becomes `field: text; field: text`.
pub(crate) fn plain(message: &Value) -> String {
    match message {
        Value::Null => String::new(),
        Value::String(text) => one_line(text),
        Value::Bool(_) | Value::Number(_) => message.to_string(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => fields
            .iter()
            .map(|(field, text)| format!("{}: {}", one_line(field), plain(text)))
            .collect::<Vec<_>>()
            .join("; "),
    }
}

fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .map(|word| if word.contains('@') { "(email)" } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}
