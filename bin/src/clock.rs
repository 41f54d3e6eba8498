//! The only clock of the whole program. Everything else is handed the time.

use chrono::{DateTime, SecondsFormat, Utc};
use covertrail_domain::time::Timestamp;
use std::time::Instant;

/// The time now, in whole seconds, as the rules count it.
pub fn now() -> Timestamp {
    Timestamp::from_unix(utc_now().timestamp())
}

/// The time now in microseconds since 1970, as events record it.
pub fn now_micros() -> i64 {
    utc_now().timestamp_micros()
}

/// A beginning from which is measured how long something takes, also where the clock is set meanwhile.
#[expect(clippy::disallowed_methods, reason = "the only clock there is")]
pub fn begun() -> Instant {
    Instant::now()
}

/// A moment for people and JSON: RFC 3339 in UTC, to the millisecond.
pub fn rfc3339(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros)
        .map_or_else(|| micros.to_string(), |moment| moment.to_rfc3339_opts(SecondsFormat::Millis, true))
}

#[expect(clippy::disallowed_methods, reason = "the only clock there is")]
fn utc_now() -> DateTime<Utc> {
    Utc::now()
}
