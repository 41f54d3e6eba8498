//! Coverage lines, the windows in which each is covered, and the gaps left in a work window.

use crate::time::{Timestamp, Window};
use alloc::vec::Vec;
use core::fmt;

/// A line of insurance, as 1099Policy's `coverage_type` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Line {
    /// General liability: `general`.
    General,
    /// Workers' compensation: `workers-comp`.
    WorkersComp,
    /// Professional liability: `professional`.
    Professional,
    /// Media liability: `media`.
    Media,
    /// Cyber liability: `cyber`.
    Cyber,
}

impl Line {
    /// Every line that the vendor sells.
    pub const ALL: [Self; 5] =
        [Self::General, Self::WorkersComp, Self::Professional, Self::Media, Self::Cyber];

    /// The vendor's name of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::WorkersComp => "workers-comp",
            Self::Professional => "professional",
            Self::Media => "media",
            Self::Cyber => "cyber",
        }
    }

    /// Reads the vendor's name; nothing for a line it does not sell.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|line| line.as_str() == text)
    }

    const fn bit(self) -> u8 {
        match self {
            Self::General => 1,
            Self::WorkersComp => 2,
            Self::Professional => 4,
            Self::Media => 8,
            Self::Cyber => 16,
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Lines(u8);

impl Lines {
    /// No line at all: nothing is required, or nothing is covered.
    pub const NONE: Self = Self(0);

    /// Whether the line is one of them.
    pub const fn contains(self, line: Line) -> bool {
        self.0 & line.bit() != 0
    }

    /// Whether every one of the other lines is among them.
    pub const fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any of the other lines is among them.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The lines of all of the sets.
    pub fn joined(sets: impl IntoIterator<Item = Self>) -> Self {
        Self(sets.into_iter().fold(0, |bits, set| bits | set.0))
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The lines in the vendor's order.
    pub fn iter(self) -> impl Iterator<Item = Line> {
        Line::ALL.into_iter().filter(move |line| self.contains(*line))
    }
}

impl FromIterator<Line> for Lines {
    fn from_iter<I: IntoIterator<Item = Line>>(lines: I) -> Self {
        Self(lines.into_iter().fold(0, |bits, line| bits | line.bit()))
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.iter().enumerate() {
            write!(f, "{}{line}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// The windows joined and in order: none overlaps or touches another.
pub fn union(windows: impl IntoIterator<Item = Window>) -> Vec<Window> {
    let mut sorted: Vec<Window> = windows.into_iter().collect();
    sorted.sort_unstable();
    let mut joined: Vec<Window> = Vec::with_capacity(sorted.len());
    for window in sorted {
        match joined.pop() {
            Some(last) if window.start() <= last.end() => {
                joined.extend(Window::new(last.start(), last.end().max(window.end())));
            }
            Some(last) => joined.extend([last, window]),
            None => joined.push(window),
        }
    }
    joined
}

/// What of the work no window covers: `work − union(cover)`, in order.
pub fn gaps(work: Window, cover: impl IntoIterator<Item = Window>) -> Vec<Window> {
    let mut uncovered = Vec::new();
    let mut from = work.start();
    for window in union(cover) {
        uncovered.extend(Window::new(from, window.start().min(work.end())));
        from = from.max(window.end());
    }
    uncovered.extend(Window::new(from, work.end()));
    uncovered
}

/// The end of the unbroken cover that holds at a moment; nothing when the moment is uncovered.
pub fn covered_until(at: Timestamp, cover: impl IntoIterator<Item = Window>) -> Option<Timestamp> {
    union(cover).into_iter().find(|window| window.contains(at)).map(Window::end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    fn window((start, length): (i64, i64)) -> Window {
        Window::new(Timestamp::from_unix(start), Timestamp::from_unix(start + length)).unwrap()
    }

    #[test]
    fn touching_windows_join_and_the_rest_of_the_work_is_a_gap() {
        let work = window((0, 100));
        assert_eq!(gaps(work, [window((10, 10)), window((20, 30))]), [window((0, 10)), window((50, 50))]);
        assert_eq!(gaps(work, [window((0, 100))]), []);
        assert_eq!(gaps(work, []), [work]);
    }

    #[test]
    fn cover_is_unbroken_until_the_first_uncovered_moment() {
        let cover = vec![window((10, 10)), window((20, 30)), window((60, 5))];
        assert_eq!(covered_until(Timestamp::from_unix(12), cover.clone()), Some(Timestamp::from_unix(50)));
        assert_eq!(covered_until(Timestamp::from_unix(50), cover), None);
    }

    #[test]
    fn every_line_reads_back_by_the_vendors_name() {
        for line in Line::ALL {
            assert_eq!(Line::parse(line.as_str()), Some(line));
        }
        assert_eq!(Line::parse("marine"), None);
    }

    proptest! {
        #[test]
        fn every_moment_of_the_work_is_either_covered_or_in_a_gap(
            work in (0_i64..40, 1_i64..40).prop_map(window),
            cover in prop::collection::vec((0_i64..80, 1_i64..20).prop_map(window), 0..6),
        ) {
            let gaps = gaps(work, cover.clone());
            for second in 0..100 {
                let at = Timestamp::from_unix(second);
                let covered = cover.iter().any(|w| w.contains(at));
                let in_gap = gaps.iter().any(|w| w.contains(at));
                prop_assert_eq!(in_gap, work.contains(at) && !covered);
            }
        }
    }
}
