//! When: moments and half-open windows, in whole seconds as both vendors count them.

use core::fmt;

/// A moment, in Unix seconds UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The last moment that a four-digit year can write, 9999-12-31 23:59:59 UTC.
    pub const MAX: Self = Self(253_402_300_799);
    /// The first, 0000-01-01 00:00:00 UTC.
    pub const MIN: Self = Self(-62_167_219_200);

    /// The moment so many seconds after 1970; what lies beyond [`Self::MIN`] or [`Self::MAX`] is drawn in to it.
    pub const fn from_unix(seconds: i64) -> Self {
        if seconds < Self::MIN.0 {
            Self::MIN
        } else if seconds > Self::MAX.0 {
            Self::MAX
        } else {
            Self(seconds)
        }
    }

    /// Seconds since 1970.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// The moment so many seconds later (earlier when negative).
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// Year, month and day of the UTC calendar (Howard Hinnant's days-to-civil).
    #[expect(clippy::arithmetic_side_effects, reason = "a timestamp lies between the years 0 and 9999")]
    fn date(self) -> (i64, i64, i64) {
        let days = self.0.div_euclid(86_400) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let leaps = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
        let year_of_era = (day_of_era - leaps) / 365;
        let day_of_year = day_of_era.saturating_sub(365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        (era * 400 + year_of_era + i64::from(month <= 2), month, day)
    }
}

impl fmt::Display for Timestamp {
    /// `2025-11-01 11:40:00 UTC`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let second = self.0.rem_euclid(86_400);
        let (hour, minute) = (second / 3_600, second % 3_600 / 60);
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{:02} UTC", second % 60)
    }
}

/// A span of time `[start, end)`: the end is the first moment outside. Never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    start: Timestamp,
    end: Timestamp,
}

impl Window {
    /// All the time there is.
    pub const ALWAYS: Self = Self { start: Timestamp::MIN, end: Timestamp::MAX };

    /// The span from `start` until `end`, or nothing when it would be empty.
    pub const fn new(start: Timestamp, end: Timestamp) -> Option<Self> {
        if start.0 < end.0 { Some(Self { start, end }) } else { None }
    }

    /// The first moment inside.
    pub fn start(self) -> Timestamp {
        self.start
    }

    /// The first moment after it.
    pub fn end(self) -> Timestamp {
        self.end
    }

    /// Whether the moment lies inside.
    pub fn contains(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether the whole of the other span lies inside.
    pub fn encloses(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// What both spans share.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// What is left of it before the moment.
    #[must_use]
    pub fn before(self, at: Timestamp) -> Option<Self> {
        Self::new(self.start, self.end.min(at))
    }

    /// What is left of it from the moment on.
    #[must_use]
    pub fn from(self, at: Timestamp) -> Option<Self> {
        Self::new(self.start.max(at), self.end)
    }

    /// Its length in seconds.
    pub fn seconds(self) -> i64 {
        self.end.0.saturating_sub(self.start.0)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} until {}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_moment_shows_as_the_calendar_writes_it() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_761_997_200, "2025-11-01 11:40:00 UTC"),
            (-1, "1969-12-31 23:59:59 UTC"),
            (i64::MAX, "9999-12-31 23:59:59 UTC"),
            (i64::MIN, "0000-01-01 00:00:00 UTC"),
        ] {
            assert_eq!(Timestamp::from_unix(seconds).to_string(), text);
        }
    }

    #[test]
    fn a_window_holds_its_start_and_not_its_end() {
        let (start, end) = (Timestamp::from_unix(10), Timestamp::from_unix(20));
        let window = Window::new(start, end).unwrap();
        assert!(window.contains(start) && window.contains(end.plus(-1)) && !window.contains(end));
        assert_eq!(Window::new(start, start), None);
    }

    #[test]
    fn the_guides_sample_window_is_one_day_across_the_end_of_daylight_saving() {
        let window =
            Window::new(Timestamp::from_unix(1_761_997_200), Timestamp::from_unix(1_762_083_600)).unwrap();
        assert_eq!(window.seconds(), 86_400);
    }
}
