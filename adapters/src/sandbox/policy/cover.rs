//! Who is to be covered, for what work, in which lines and when: what quotes and assignments both ask.

use serde::Serialize;

use super::world::PolicyWorld;
use crate::sandbox::form::{Form, INVALID_INPUT};

pub(super) const DAY: i64 = 24 * 60 * 60;
const USUAL_TERM: i64 = 30 * DAY;
const LONGEST_TERM: i64 = 366 * DAY;

/// The lines of cover that the vendor writes, with their rate in cents per $100 of pay.
const LINES: [(&str, i64); 5] =
    [("general", 85), ("workers-comp", 240), ("professional", 110), ("media", 60), ("cyber", 75)];

#[derive(Clone, Serialize)]
pub(super) struct Cover {
    pub contractor: String,
    pub job: String,
    pub coverage_type: Vec<String>,
    pub effective_date: i64,
    pub end_date: i64,
}

/// What counts where a body is silent.
pub(super) struct Silence {
    /// The lines, unless the body has to name them.
    pub lines: Option<Vec<String>>,
    pub effective_date: i64,
    /// A month after the beginning where absent.
    pub end_date: Option<i64>,
}

impl Cover {
    pub(super) fn read(form: &mut Form<'_>, world: &PolicyWorld, silence: Silence) -> Self {
        let (contractor, job) = read_parties(form, world);
        let coverage_type = match silence.lines {
            Some(lines) if !form.has("coverage_type") => lines,
            Some(_) | None => read_lines(form),
        };
        let effective_date = form.whole_if_sent("effective_date").unwrap_or(silence.effective_date);
        let end_date = form
            .whole_if_sent("end_date")
            .or(silence.end_date)
            .unwrap_or_else(|| effective_date.saturating_add(USUAL_TERM));
        if end_date <= effective_date {
            form.refuse("end_date", "end_date_invalid", "must come after effective_date");
        } else if end_date > effective_date.saturating_add(LONGEST_TERM) {
            form.refuse("end_date", "end_date_invalid", "must be within a year of effective_date");
        }
        Self { contractor, job, coverage_type, effective_date, end_date }
    }

    pub(super) fn has(&self, line: &str) -> bool {
        self.coverage_type.iter().any(|asked| asked == line)
    }
}

/// The `contractor` and `job` of a body, both of which must exist.
pub(super) fn read_parties(form: &mut Form<'_>, world: &PolicyWorld) -> (String, String) {
    let contractor = form.text("contractor");
    if !contractor.is_empty() && world.contractors.get(&contractor).is_none() {
        form.refuse("contractor", "invalid_contractor_id", "there is no such contractor");
    }
    let job = form.text("job");
    if !job.is_empty() && world.jobs.get(&job).is_none() {
        form.refuse("job", "invalid_job_id", "there is no such job");
    }
    (contractor, job)
}

pub(super) fn read_lines(form: &mut Form<'_>) -> Vec<String> {
    let lines = form.texts("coverage_type");
    if let Some(unknown) = lines.iter().find(|line| rate_of(line).is_none()) {
        let known: Vec<&str> = LINES.iter().map(|(line, _)| *line).collect();
        let text = format!("{unknown} is not one of {}", known.join(", "));
        form.refuse("coverage_type", INVALID_INPUT, text);
    }
    lines
}

/// The price of a line, in cents per $100 of pay.
pub(super) fn rate_of(line: &str) -> Option<i64> {
    LINES.iter().find(|(known, _)| *known == line).map(|(_, rate)| *rate)
}

/// The price of all lines together, in cents per $100 of pay.
pub(super) fn rate(lines: &[String]) -> i64 {
    LINES.iter().filter(|(line, _)| lines.iter().any(|asked| asked == line)).map(|(_, rate)| rate).sum()
}
