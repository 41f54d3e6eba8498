//! Moments, and how far to replay, as they are written on the command line.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use covertrail_adapters::store::Position;
use std::str::FromStr;

/// A place in the log, or a moment of recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// The event at this position is the last.
    Position(Position),
    /// What was recorded at this moment or before, in Unix microseconds.
    Moment(i64),
}

/// Why a text is neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unclear {
    #[error("positions begin at 1")]
    PositionZero,
    #[error(
        "neither a position such as 120, nor a day such as 2026-11-22, nor a moment such as 2026-11-22T14:30:00Z"
    )]
    Neither,
}

impl FromStr for Until {
    type Err = Unclear;

    /// Reads a position, or else a moment.
    fn from_str(text: &str) -> Result<Self, Unclear> {
        if let Ok(position) = text.parse::<u64>() {
            let position = (position > 0).then_some(Self::Position(Position::new(position)));
            return position.ok_or(Unclear::PositionZero);
        }
        moment(text).map(|moment| Self::Moment(moment.timestamp_micros())).ok_or(Unclear::Neither)
    }
}

/// A moment or a day, in Unix microseconds.
pub(crate) fn micros(text: &str) -> Result<i64, NoMoment> {
    moment(text).map(|moment| moment.timestamp_micros()).ok_or(NoMoment)
}

/// A moment or a day as a command line has it, in Unix seconds.
pub(crate) fn seconds(text: &str) -> Result<i64, NoMoment> {
    moment(text).map(|moment| moment.timestamp()).ok_or(NoMoment)
}

/// Why a text is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither a day such as 2026-11-22 nor a moment such as 2026-11-22T14:30:00Z")]
pub(crate) struct NoMoment;

/// Reads RFC 3339, a day (its beginning, in UTC), or a moment as the tables show it (in UTC).
fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Some(moment.to_utc());
    }
    let shown = text.strip_suffix(" UTC").unwrap_or(text);
    let moment = NaiveDateTime::parse_from_str(shown, "%Y-%m-%d %H:%M:%S%.f")
        .or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d").map(|day| day.and_time(NaiveTime::MIN)));
    moment.ok().map(|moment| moment.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
    }

    #[test]
    fn a_number_is_a_position_and_everything_else_a_moment() {
        assert_eq!("120".parse(), Ok(Until::Position(Position::new(120))));
        for (written, meant) in [
            ("2026-11-22", "2026-11-22T00:00:00Z"),
            ("2026-11-22T14:30:00Z", "2026-11-22T14:30:00Z"),
            ("2026-11-22T14:30:00.25+02:00", "2026-11-22T12:30:00.25Z"),
            ("2026-11-22 23:14:22.175", "2026-11-22T23:14:22.175Z"),
            ("2026-11-22 23:14:22 UTC", "2026-11-22T23:14:22Z"),
        ] {
            assert_eq!(written.parse(), Ok(Until::Moment(micros(meant))), "{written}");
        }
    }

    #[test]
    fn a_moment_is_no_position() {
        assert_eq!(seconds("2026-11-22"), Ok(micros("2026-11-22T00:00:00Z") / 1_000_000));
        assert_eq!(seconds("120"), Err(NoMoment));
    }

    #[test]
    fn what_is_neither_a_place_nor_a_moment_is_refused() {
        assert_eq!("0".parse::<Until>(), Err(Unclear::PositionZero));
        for text in ["", "yesterday", "-1", "1.5", "2026-13-01", "2026-11-22T25:00:00Z", "22.11.2026"] {
            assert_eq!(text.parse::<Until>(), Err(Unclear::Neither), "{text:?}");
        }
    }
}
