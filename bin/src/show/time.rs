//! Moments and windows as they are shown.

use chrono::{DateTime, SecondsFormat};
use covertrail_domain::time::{Timestamp, Window};

/// A moment in JSON: RFC 3339 in UTC.
pub(super) fn rfc3339(at: Timestamp) -> String {
    DateTime::from_timestamp(at.unix(), 0)
        .map_or_else(|| at.to_string(), |moment| moment.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// A window on the screen. The end is the first moment outside.
pub(super) fn span(window: Window) -> String {
    let start = window.start().to_string();
    format!("{} → {}", start.trim_end_matches(" UTC"), window.end())
}

/// A moment of recording on the screen, where a heading says that it is in UTC: to the millisecond, because
/// much is recorded within a second.
pub(crate) fn recorded(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros)
        .map_or_else(|| micros.to_string(), |moment| moment.format("%Y-%m-%d %H:%M:%S%.3f").to_string())
}
