//! Is this work insured, and why: the one sentence a clerk reads and an auditor checks.

use super::badge::Badge;
use super::evidence::Evidence;
use super::judge::{AT_RISK, EXPIRING};
use super::state::{Coverage, State};
use super::work::Work;
use crate::cover::{Line, gaps};
use crate::time::{Timestamp, Window};
use alloc::string::String;
use alloc::vec::Vec;

/// How a work order stands at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// In a word.
    pub badge: Badge,
    /// In a sentence.
    pub reason: String,
    /// The binding facts for a required line at that moment; before the work begins, those for its beginning, and
    /// once it is over, those for any of it.
    pub rests_on: Vec<Evidence>,
    /// When any of this next changes by the passing of time alone.
    pub changes_at: Option<Timestamp>,
}

impl State {
    /// How the work order stands at a moment, as far as is known now.
    pub fn standing(&self, at: Timestamp) -> Standing {
        let Some(coverage) = self.coverage() else {
            let reason = String::from("Nothing is known of this work order.");
            return Standing { badge: Badge::Unknown, reason, rests_on: Vec::new(), changes_at: None };
        };
        let now = coverage.standing_of(at);
        let mut moments = coverage.turning_points(at).into_iter();
        let changes_at = moments.find(|moment| coverage.standing_of(*moment) != now);
        Standing { changes_at, ..now }
    }
}

impl Coverage {
    /// What of the work is not covered, by required line; lines without a gap are left out.
    pub fn gaps(&self) -> Vec<(Line, Vec<Window>)> {
        let Some(work) = self.work_window() else { return Vec::new() };
        let by_line = self.terms.required.iter().map(|line| (line, gaps(work, self.cover_of(line))));
        by_line.filter(|(_, gaps)| !gaps.is_empty()).collect()
    }

    fn standing_of(&self, at: Timestamp) -> Standing {
        let (badge, reason) = self.judge(at);
        let asked = self.time_in_question(at);
        let counts = |window: &Window| asked.is_some_and(|asked| window.intersection(asked).is_some());
        let rests_on = self
            .holdings()
            .filter(|(_, holding)| holding.lines.meets(self.terms.required))
            .filter(|(_, holding)| holding.windows.iter().any(counts))
            .map(|(evidence, _)| evidence);
        Standing { badge, reason, rests_on: rests_on.collect(), changes_at: None }
    }

    /// The time whose cover decides: a moment while the work is open, all of the work once it is over.
    fn time_in_question(&self, at: Timestamp) -> Option<Window> {
        match self.work {
            Work::Scheduled | Work::Started { .. } => {
                let needed = at.max(self.work_window()?.start());
                Window::new(needed, needed.plus(1))
            }
            Work::Completed { .. } | Work::Withdrawn { .. } | Work::Stopped { .. } => self.work_window(),
        }
    }

    /// The later moments at which the standing may change, in order.
    fn turning_points(&self, at: Timestamp) -> Vec<Timestamp> {
        let schedule = self.terms.window;
        let mut moments = Vec::from([schedule.start().plus(-AT_RISK), schedule.start(), schedule.end()]);
        moments.extend(self.waiver.as_ref().map(|waiver| waiver.until));
        match self.work {
            Work::Started { at } => moments.extend([at.plus(-AT_RISK), at]),
            Work::Scheduled | Work::Completed { .. } | Work::Withdrawn { .. } | Work::Stopped { .. } => {}
        }
        for window in self.holdings().flat_map(|(_, holding)| holding.windows) {
            moments.extend([window.start(), window.end(), window.end().plus(-EXPIRING)]);
        }
        moments.retain(|moment| *moment > at);
        moments.sort_unstable();
        moments
    }
}
