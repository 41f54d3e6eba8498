//! Quotes: what cover for a job would cost, and whether the vendor would write it.

use serde::Serialize;
use serde_json::{Map, Value};

use super::world::{LINES, PolicyWorld};
use crate::sandbox::answer::{Answer, Outcome, Refusal};
use crate::sandbox::form::{Form, INVALID_INPUT};
use crate::sandbox::routes::missing;
use crate::sandbox::shelf::Kept;

const DAY: i64 = 24 * 60 * 60;
const LONGEST_TERM: i64 = 366 * DAY;
/// States whose workers' compensation comes from a state fund alone.
const STATE_FUND_ONLY: [&str; 4] = ["ND", "OH", "WA", "WY"];

#[derive(Clone, Serialize)]
pub(super) struct Quote {
    pub id: String,
    object: &'static str,
    created: i64,
    pub contractor: String,
    pub job: String,
    pub coverage_type: Vec<String>,
    pub effective_date: i64,
    pub end_date: i64,
    pub eligible: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    eligible_message: Option<&'static str>,
    /// Cents per $100 of pay.
    pub net_rate: i64,
    pub custom_metadata: Map<String, Value>,
}

impl Kept for Quote {
    fn id(&self) -> &str {
        &self.id
    }

    fn group(&self) -> String {
        self.job.clone()
    }
}

pub(super) fn create(world: &mut PolicyWorld, now: i64, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let (contractor, job) = read_parties(&mut form, world);
    let coverage_type = read_lines(&mut form);
    if coverage_type.iter().any(|line| line == "workers-comp")
        && let Some(region) = world.region_of(&contractor, &job)
        && STATE_FUND_ONLY.contains(&region.to_uppercase().as_str())
    {
        let text = format!("workers-comp is not offered in {region}");
        form.refuse("coverage_type", INVALID_INPUT, text);
    }
    let effective_date = form.whole_if_sent("effective_date").unwrap_or_else(|| now.saturating_add(DAY));
    let end_date = form.whole_if_sent("end_date").unwrap_or_else(|| effective_date.saturating_add(30 * DAY));
    if effective_date < now.saturating_sub(world.settings.effective_tolerance_seconds) {
        form.refuse("effective_date", "effective_date_invalid", "lies in the past");
    }
    check_end(&mut form, effective_date, end_date);
    let custom_metadata = form.object("custom_metadata");
    form.done()?;
    if world.policy_on_file(&contractor, &coverage_type, effective_date, end_date).is_some() {
        return Err(Refusal::bad(
            "contractor_has_matching_policy",
            "Contractor already has a matching policy on file",
        ));
    }
    let eligible = !world.quotes_declined(&contractor, &custom_metadata);
    let quote = Quote {
        id: world.ids.next("qt_"),
        object: "quote",
        created: now,
        contractor,
        job,
        net_rate: rate(&coverage_type),
        coverage_type,
        effective_date,
        end_date,
        eligible,
        eligible_message: (!eligible).then_some("This contractor or job is not eligible for coverage."),
        custom_metadata,
    };
    let answer = Answer::created(&quote);
    world.quotes.put(quote);
    Ok(answer)
}

pub(super) fn find(world: &PolicyWorld, id: &str) -> Outcome {
    let quote = world.quotes.get(id);
    quote.map(Answer::ok).ok_or_else(|| missing("there is no such quote"))
}

/// The `contractor` and `job` of a body, both of which must exist.
pub(super) fn read_parties(form: &mut Form<'_>, world: &PolicyWorld) -> (String, String) {
    let contractor = form.text("contractor");
    if !contractor.is_empty() && world.contractors.get(&contractor).is_none() {
        form.refuse("contractor", INVALID_INPUT, "there is no such contractor");
    }
    let job = form.text("job");
    if !job.is_empty() && world.jobs.get(&job).is_none() {
        form.refuse("job", INVALID_INPUT, "there is no such job");
    }
    (contractor, job)
}

pub(super) fn read_lines(form: &mut Form<'_>) -> Vec<String> {
    let lines = form.texts("coverage_type");
    if let Some(unknown) = lines.iter().find(|line| !LINES.iter().any(|(known, _)| known == line)) {
        let known: Vec<&str> = LINES.iter().map(|(line, _)| *line).collect();
        let text = format!("{unknown} is not one of {}", known.join(", "));
        form.refuse("coverage_type", INVALID_INPUT, text);
    }
    lines
}

pub(super) fn check_end(form: &mut Form<'_>, effective_date: i64, end_date: i64) {
    if end_date <= effective_date {
        form.refuse("end_date", "end_date_invalid", "must come after effective_date");
    } else if end_date > effective_date.saturating_add(LONGEST_TERM) {
        form.refuse("end_date", "end_date_invalid", "must be within a year of effective_date");
    }
}

/// The price of all lines together, in cents per $100 of pay.
pub(super) fn rate(lines: &[String]) -> i64 {
    LINES.iter().filter(|(line, _)| lines.iter().any(|asked| asked == line)).map(|(_, rate)| rate).sum()
}

impl PolicyWorld {
    /// Where the work is: the job's region, or else the contractor's.
    fn region_of(&self, contractor: &str, job: &str) -> Option<String> {
        let of_job = self.jobs.get(job).and_then(|job| job.region.clone());
        of_job.or_else(|| self.contractors.get(contractor)?.region.clone())
    }
}
