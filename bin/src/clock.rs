//! The only clock of the whole program. Everything else is handed the time.

use chrono::{DateTime, SecondsFormat};
use covertrail_domain::time::Timestamp;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The time now, in whole seconds, as the rules count it.
pub fn now() -> Timestamp {
    Timestamp::from_unix(now_micros().div_euclid(1_000_000))
}

/// The time now in microseconds since 1970, as events record it.
pub fn now_micros() -> i64 {
    micros(system_time())
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
fn system_time() -> SystemTime {
    SystemTime::now()
}

/// Microseconds since 1970; negative before, where a machine that has lost its clock may believe itself to be.
fn micros(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, i64::saturating_neg),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_clock_before_1970_counts_down() {
        let day = Duration::from_hours(24);
        assert_eq!(micros(UNIX_EPOCH + day), 86_400_000_000);
        assert_eq!(micros(UNIX_EPOCH - day), -86_400_000_000);
        assert_eq!(rfc3339(micros(UNIX_EPOCH - day)), "1969-12-31T00:00:00.000Z");
        assert_eq!(
            Timestamp::from_unix(micros(UNIX_EPOCH - Duration::from_millis(1)).div_euclid(1_000_000)).unix(),
            -1
        );
    }
}
