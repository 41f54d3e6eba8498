//! How moments are written.

use chrono::{DateTime, SecondsFormat};
use serde_json::Value;

const MOMENTS: [&str; 8] = [
    "created",
    "deleted_at",
    "effective_date",
    "end_date",
    "expiration_date",
    "cancelled_at",
    "paycycle_startdate",
    "paycycle_enddate",
];

/// The two ways in which the vendor's samples write moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Times {
    /// Unix seconds.
    #[default]
    Unix,
    /// ISO 8601 in UTC, such as `2025-11-01T11:40:00Z`.
    Iso,
}

impl Times {
    /// Our own moments in a body, never a customer's metadata.
    pub(super) fn spell(self, body: Value) -> Value {
        match self {
            Self::Unix => body,
            Self::Iso => in_iso(body),
        }
    }
}

fn in_iso(body: Value) -> Value {
    match body {
        Value::Array(items) => items.into_iter().map(in_iso).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(field, value)| {
                let value = match value.as_i64() {
                    Some(seconds) if MOMENTS.contains(&field.as_str()) => moment(seconds),
                    Some(_) | None if field == "custom_metadata" => value,
                    Some(_) | None => in_iso(value),
                };
                (field, value)
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => body,
    }
}

/// A number too large for a date stays a number.
fn moment(seconds: i64) -> Value {
    DateTime::from_timestamp(seconds, 0).map_or(Value::from(seconds), |moment| {
        Value::String(moment.to_rfc3339_opts(SecondsFormat::Secs, true))
    })
}
