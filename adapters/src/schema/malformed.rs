//! Why stored bytes do not read, and where; never what stands there, which may be somebody's name.

use super::scan::{self, Scanned};
use serde::Deserialize;
use std::borrow::Cow;
use std::fmt;

/// Why an event or an envelope does not read. Its reader stops: what was stored is never skipped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The name is not one that this version knows: a newer one is to read the log.
    #[error("no event is known as `{kind}`: was it written by a newer version?")]
    UnknownKind {
        /// The name.
        kind: String,
    },
    /// The data is not what the name promises.
    #[error("`{kind}` does not read: {fault}")]
    Event {
        /// The name.
        kind: &'static str,
        /// What is wrong, and where.
        fault: Fault,
    },
    /// The metadata is not an envelope.
    #[error("the envelope does not read: {fault}")]
    Envelope {
        /// What is wrong, and where.
        fault: Fault,
    },
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    field: String,
    reason: Cow<'static, str>,
}

impl Fault {
    /// The field, as a path such as `terms.window`; empty where the data as a whole is wrong.
    pub fn field(&self) -> &str {
        &self.field
    }

    pub(super) fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self { field: String::new(), reason: reason.into() }
    }

    #[must_use]
    pub(super) fn within(mut self, field: &str) -> Self {
        let dot = if self.field.is_empty() { "" } else { "." };
        self.field.insert_str(0, dot);
        self.field.insert_str(0, field);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            return f.write_str(&self.reason);
        }
        write!(f, "`{}`: {}", self.field, self.reason)
    }
}

impl std::error::Error for Fault {}

/// Reads JSON into a form.
pub(super) fn parse<'a, F: Deserialize<'a> + Scanned<'a>>(data: &'a [u8]) -> Result<F, Fault> {
    // once for the whole, which is faster than a check of each text
    let text = std::str::from_utf8(data).map_err(|_| Fault::new("is not UTF-8"))?;
    scan::whole(text).map_or_else(|| slowly(text), Ok)
}

fn slowly<'a, F: Deserialize<'a>>(text: &'a str) -> Result<F, Fault> {
    serde_json::from_str(text).map_err(|error| {
        let message = without_text(&error.to_string());
        let field = field_named(&message).or_else(|| field_at(text, &error)).unwrap_or_default();
        Fault { field: field.into(), reason: message.into() }
    })
}

/// The message of serde without the text that it quotes.
fn without_text(message: &str) -> String {
    match (message.split_once('"'), message.rsplit_once('"')) {
        (Some((before, _)), Some((_, after))) => format!("{}{after}", before.trim_end()),
        _ => message.into(),
    }
}

/// The field that serde says is missing, unknown or there twice.
fn field_named(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once(" field `")?;
    Some(rest.split_once('`')?.0)
}

/// The field that was being read: the last key before the place of the error.
fn field_at<'a>(text: &'a str, error: &serde_json::Error) -> Option<&'a str> {
    let read = text.get(..error.column()).filter(|_| error.line() == 1).unwrap_or(text);
    let (_, key) = read.rsplit_once("\":")?.0.rsplit_once('"')?;
    // a text with quotes in it could look like a key, but for the backslash before each of them
    key.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_' || b == b'$').then_some(key)
}
