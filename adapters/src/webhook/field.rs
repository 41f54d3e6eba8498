//! Reading members of a webhook's JSON, so that what is wrong with one is said by its name.

use crate::visible::is_hidden;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use covertrail_domain::{id, time::Timestamp};
use serde_json::{Map, Value};

/// Why a webhook's body could not be read: which member, and what is wrong with it. Never its value, which may be
/// personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct Malformed {
    /// The member's path, such as `data.effective_date`; `body` for the whole.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

/// The whole body as JSON.
pub(super) fn json(body: &[u8]) -> Result<Value, Malformed> {
    serde_json::from_slice(body).map_err(|error| Malformed {
        field: "body".to_owned(),
        reason: format!("not JSON at line {} column {}", error.line(), error.column()),
    })
}

/// A JSON object and where in the body it stands.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    path: &'static str,
    members: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    /// The value as an object; `path` is empty for the whole body.
    pub(super) fn new(path: &'static str, value: &'a Value) -> Result<Self, Malformed> {
        let field = || (if path.is_empty() { "body" } else { path }).to_owned();
        let members = value.as_object();
        let members =
            members.ok_or_else(|| Malformed { field: field(), reason: "not a JSON object".to_owned() })?;
        Ok(Self { path, members })
    }

    /// The member, unless it is absent or null.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn malformed(&self, name: &str, reason: &(impl ToString + ?Sized)) -> Malformed {
        let dot = if self.path.is_empty() { "" } else { "." };
        Malformed { field: format!("{}{dot}{name}", self.path), reason: reason.to_string() }
    }

    /// A short printable text, such as the type of an event.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'a str>, Malformed> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_str() {
            Some(text) if text.is_empty() || text.len() > id::MAX_BYTES || text.contains(is_hidden) => {
                Err(self.malformed(name, "empty, longer than 128 bytes or with control characters"))
            }
            Some(text) => Ok(Some(text)),
            None => Err(self.malformed(name, "not text")),
        }
    }

    /// An id: text, a whole number, or the `id` of an object that stands expanded in its place.
    pub(super) fn id<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, id::InvalidId>,
    ) -> Result<Option<T>, Malformed> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let bare = value.get("id").unwrap_or(value);
        let parsed = match bare {
            Value::String(text) => parse(text),
            Value::Number(number) if !number.is_f64() => parse(&number.to_string()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                return Err(self.malformed(name, "neither text nor a whole number"));
            }
        };
        parsed.map(Some).map_err(|error| self.malformed(name, &error))
    }

    /// A moment: Unix seconds, as a number or text, or ISO 8601, read as UTC where no offset is given.
    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, Malformed> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let seconds = match value {
            Value::Number(number) => whole_seconds(&number.to_string()),
            Value::String(text) => whole_seconds(text.trim()).or_else(|| iso(text.trim())),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        // Drawn in to the year 9999, milliseconds taken for seconds would read as cover for ever.
        let moment = seconds.filter(|seconds| Timestamp::from_unix(*seconds).unix() == *seconds);
        let read = moment.map(|seconds| Some(Timestamp::from_unix(seconds)));
        read.ok_or_else(|| self.malformed(name, "neither unix seconds nor an ISO 8601 time"))
    }
}

/// Parts of a second are dropped: everything here counts whole ones.
fn whole_seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    fraction.bytes().all(|b| b.is_ascii_digit()).then(|| whole.parse().ok()).flatten()
}

fn iso(text: &str) -> Option<i64> {
    let with_offset = || DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp());
    let without =
        |form| NaiveDateTime::parse_from_str(text, form).ok().map(|time| time.and_utc().timestamp());
    let date = || {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(date.and_time(NaiveTime::MIN).and_utc().timestamp())
    };
    with_offset()
        .or_else(|| {
            DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").ok().map(|time| time.timestamp())
        })
        .or_else(|| without("%Y-%m-%dT%H:%M:%S%.f"))
        .or_else(|| without("%Y-%m-%d %H:%M:%S%.f"))
        .or_else(date)
}
