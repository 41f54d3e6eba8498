//! The rules by which a work order's standing is judged, and the sentence that says why.

use super::badge::Badge;
use super::certificate::CertificateStatus;
use super::path::Path;
use super::state::Coverage;
use super::work::Work;
use crate::cover::{Line, Lines, covered_until};
use crate::time::{Timestamp, Window};
use alloc::format;
use alloc::string::String;
use core::fmt;

/// How long before its start a work order without cover is at risk, in seconds.
pub(super) const AT_RISK: i64 = 48 * 3_600;
/// How long before its end cover counts as expiring, in seconds.
pub(super) const EXPIRING: i64 = 30 * 86_400;

impl Coverage {
    fn missing_at(&self, at: Timestamp) -> Lines {
        let uncovered = |line: &Line| covered_until(at, self.cover_of(*line)).is_none();
        self.terms.required.iter().filter(uncovered).collect()
    }

    pub(super) fn judge(&self, at: Timestamp) -> (Badge, String) {
        match &self.work {
            Work::Withdrawn { at } => (Badge::Done, format!("Canceled {at}, before the work began.")),
            Work::Completed { started, at, .. } => (Badge::Done, self.account("Done", *started, *at)),
            Work::Stopped { started, at } => {
                (Badge::Done, self.account("Canceled in progress", *started, *at))
            }
            Work::Scheduled | Work::Started { .. } if self.exempt.is_some() => self.judge_exempt(),
            Work::Started { at: started } => self.judge_from(at.max(*started), at, *started <= at),
            Work::Scheduled => self.judge_from(at.max(self.terms.window.start()), at, false),
        }
    }

    /// Nothing of it is to be insured; only a person's turn is worth a word more.
    fn judge_exempt(&self) -> (Badge, String) {
        let why = self.exempt.as_deref().unwrap_or_default();
        match self.waits_for_person() {
            Some(waits) => (Badge::NeedsReview, format!("Needs no cover, but {waits}.")),
            None => (Badge::Exempt, format!("Needs no cover: {why}")),
        }
    }

    /// Judges open work by the first moment that matters: now, or the start that is still to come.
    fn judge_from(&self, needed: Timestamp, at: Timestamp, working: bool) -> (Badge, String) {
        let schedule = self.terms.window;
        let start = self.work_window().map_or(schedule.start(), Window::start);
        let missing = self.missing_at(needed);
        if missing.is_empty() {
            return self.judge_covered(needed, at);
        }
        if let Some(waiver) = self.waiver.as_ref().filter(|waiver| at < waiver.until && needed < waiver.until)
        {
            let (by, until, why) = (&waiver.by, waiver.until, &waiver.reason);
            return (
                Badge::Waived,
                format!("Not insured for {missing}; {by} made an exception until {until}: {why}"),
            );
        }
        if working {
            return (
                Badge::UninsuredWorking,
                format!("Work is in progress without cover for {missing}: {}.", self.why_not()),
            );
        }
        if at >= schedule.end().max(start) {
            let reason = format!(
                "It was to end {} and never began: ask WorkMarket what became of it.",
                schedule.end()
            );
            return (Badge::NeedsReview, reason);
        }
        let reason = format!("No cover for {missing} at the start {start}: {}.", self.why_not());
        let badge = if at >= start.plus(-AT_RISK) {
            Badge::AtRisk
        } else if self.waits_for_person().is_some() {
            Badge::NeedsReview
        } else {
            Badge::Arranging
        };
        (badge, reason)
    }

    fn judge_covered(&self, needed: Timestamp, at: Timestamp) -> (Badge, String) {
        if let Some(reason) = self.waits_for_person() {
            return (Badge::NeedsReview, format!("Insured, but {reason}."));
        }
        let lines = self.terms.required;
        let ends = lines.iter().filter_map(|line| covered_until(needed, self.cover_of(line)));
        let until = ends.min().unwrap_or(needed);
        let schedule = self.terms.window;
        if until < schedule.end() {
            let reason = format!("Cover ends {until}, and the work is scheduled until {}.", schedule.end());
            (Badge::ExpiresBeforeWorkEnds, reason)
        } else if at >= schedule.end() && at >= until.plus(-EXPIRING) {
            (Badge::Expiring, format!("The work has outrun its schedule, and cover ends {until}."))
        } else {
            (Badge::Insured, format!("Covered for {lines} until {until}.{}", self.late_start()))
        }
    }

    /// A gap at the beginning of work is never mended, so it is told as long as the work lasts.
    fn late_start(&self) -> String {
        let first = self.gaps().into_iter().flat_map(|(_, gaps)| gaps).min();
        first.map_or_else(String::new, |gap| format!(" Uninsured from {gap}, which no later cover mends."))
    }

    fn account(&self, what: &str, started: Timestamp, ended: Timestamp) -> String {
        if let Some(why) = &self.exempt {
            return format!("{what}: worked from {started} until {ended}, which needed no cover: {why}");
        }
        let gaps = self.gaps();
        let Some((line, first)) = gaps.iter().find_map(|(line, gaps)| Some((line, gaps.first()?))) else {
            return format!("{what}: worked from {started} until {ended}, insured throughout.");
        };
        let seconds =
            gaps.iter().map(|(_, gaps)| gaps.iter().map(|gap| gap.seconds()).sum::<i64>()).max().unwrap_or(0);
        format!(
            "{what}: worked from {started} until {ended}, of it {} uninsured, first {line} from {first}.",
            Length(seconds)
        )
    }

    /// What waits for a person, in words.
    pub fn waits_for_person(&self) -> Option<String> {
        if let Some(blocked) = self.blocked.first() {
            let document = blocked.document.as_ref().map(|document| format!(" of document {document}"));
            let (step, document, reason) = (blocked.step, document.unwrap_or_default(), &blocked.reason);
            return Some(format!("the step {step}{document} is blocked: {reason}"));
        }
        if let Some(certificate) = self.certificates_to_review().next() {
            let id = &certificate.id;
            return Some(match certificate.status() {
                CertificateStatus::ApprovedWithoutDates => {
                    format!("nobody has read dates on certificate {id}")
                }
                CertificateStatus::Processing
                | CertificateStatus::Approved(_)
                | CertificateStatus::Flagged
                | CertificateStatus::Denied => format!("certificate {id} is flagged"),
            });
        }
        if let Some(word) = &self.unknown_status {
            return Some(format!(
                "WorkMarket calls the work order {word:?}, which is not a status known here"
            ));
        }
        if self.is_in_force() || self.exempt.is_some() {
            return None;
        }
        match &self.path {
            Path::Declined { reason, .. } => Some(format!("1099Policy declined to quote: {reason}")),
            Path::Ineligible { reason, .. } => Some(format!("the contractor is not eligible: {reason}")),
            Path::Unassignable { reason, .. } => {
                Some(format!("1099Policy declined the assignment: {reason}"))
            }
            Path::Assigned
            | Path::Enrolled { .. }
            | Path::Scoped(_)
            | Path::Quoted { .. }
            | Path::Applying { .. }
            | Path::Applied { .. }
            | Path::Bound { .. } => None,
        }
    }

    fn why_not(&self) -> String {
        if let Some(reason) = self.waits_for_person() {
            return reason;
        }
        let lapsed = self.holdings().filter(|(_, holding)| holding.ended && !holding.lines.is_empty());
        let lapsed = lapsed.max_by_key(|(_, holding)| holding.end());
        let lapsed = lapsed.map(|(evidence, holding)| match holding.end() {
            Some(end) => format!("{evidence} ended {end}; "),
            None => format!("{evidence} was canceled from its beginning; "),
        });
        let step = match &self.path {
            Path::Assigned => "the contractor is not created yet",
            Path::Enrolled { .. } => "the job is not created yet",
            Path::Scoped(_) => "no quote is made yet",
            Path::Declined { .. } | Path::Ineligible { .. } | Path::Unassignable { .. } => {
                "it waits for a person"
            }
            Path::Quoted { .. } => "the application is not opened yet",
            Path::Applying { .. } => "the contractor has not finished the application",
            Path::Applied { .. } => "the assignment is not made yet",
            Path::Bound { .. } => "1099Policy has not confirmed the assignment",
        };
        format!("{}{step}", lapsed.unwrap_or_default())
    }
}

/// A length of time in words: the two largest units of it.
struct Length(i64);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, hours, minutes) = (self.0 / 86_400, self.0 / 3_600 % 24, self.0 / 60 % 60);
        match (days, hours, minutes) {
            (0, 0, 0) => write!(f, "{} s", self.0),
            (0, 0, _) => write!(f, "{minutes} min {} s", self.0 % 60),
            (0, _, _) => write!(f, "{hours} h {minutes} min"),
            (_, _, _) => write!(f, "{days} d {hours} h"),
        }
    }
}
