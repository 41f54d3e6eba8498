//! Certificates that contractors bring themselves, and what a review makes of them.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::cover::read_lines;
use super::listing;
use super::telling::Happening;
use super::upload::{Upload, check_file};
use super::vocabulary::Verdict;
use super::world::{Chore, PolicyWorld};
use crate::sandbox::answer::{Answer, Outcome, Refusal, as_json};
use crate::sandbox::desk::Effect;
use crate::sandbox::form::Form;
use crate::sandbox::routes::{Filters, missing};
use crate::sandbox::shelf::Kept;

const YEAR: i64 = 365 * 24 * 60 * 60;
const PENDING: &str = "pending";
const PROCESSING: &str = "processing";

#[derive(Clone, Serialize)]
pub(super) struct Certificate {
    id: String,
    object: &'static str,
    created: i64,
    status: &'static str,
    contractor: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coverage_type: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_date: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_date: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed_rules: Vec<String>,
    custom_metadata: Map<String, Value>,
}

impl Kept for Certificate {
    fn id(&self) -> &str {
        &self.id
    }

    fn group(&self) -> String {
        self.contractor.clone()
    }
}

pub(super) fn create(world: &mut PolicyWorld, now: i64, upload: Upload) -> Outcome {
    let fields = json!({"contractor": upload.contractor});
    let mut form = Form::read(&fields)?;
    let contractor = form.text("contractor");
    if !contractor.is_empty() && world.contractors.get(&contractor).is_none() {
        form.refuse("contractor", "invalid_contractor_id", "there is no such contractor");
    }
    check_file(&mut form, upload.file.as_ref());
    form.done()?;
    world.refuse_blocked(Some(&contractor))?;
    let certificate = Certificate {
        id: world.ids.next("ci_"),
        object: "certificate",
        created: now,
        status: PENDING,
        contractor,
        coverage_type: Vec::new(),
        effective_date: None,
        expiration_date: None,
        failed_rules: Vec::new(),
        custom_metadata: upload.custom_metadata,
    };
    let answer = Answer::created(&certificate);
    let review = world.settings.certificate_review;
    if review.verdict.is_some() {
        let chore = Chore::BeginReview(certificate.id.clone());
        world.effects.push(Effect::Later(review.after / 2, chore));
    }
    world.certificates.put(certificate);
    Ok(answer)
}

pub(super) fn find(world: &PolicyWorld, id: &str) -> Outcome {
    let certificate = world.certificates.get(id);
    certificate.map(Answer::ok).ok_or_else(no_certificate)
}

pub(super) fn list(world: &PolicyWorld, filters: &Filters) -> Outcome {
    match filters.get("contractor") {
        Some(contractor) => listing::page(world.certificates.of_group(contractor), filters),
        None => listing::page(world.certificates.newest_first(), filters),
    }
}

/// Control: someone looks at it.
pub(super) fn process(world: &mut PolicyWorld, _: i64, id: &str, _: &Value) -> Outcome {
    let certificate = world.certificates.get_mut(id).ok_or_else(no_certificate)?;
    certificate.status = PROCESSING;
    Ok(Answer::ok(certificate))
}

/// Control: an underwriter's verdict. Without lines or dates a valid one proves general liability for a year.
pub(super) fn decide(world: &mut PolicyWorld, now: i64, id: &str, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let verdicts = ["validated", "approved", "flagged", "denied", "error"];
    let verdict = Verdict::parse(&form.one_of("verdict", &verdicts));
    let proves = verdict == Some(Verdict::Validated);
    let coverage_type = match form.has("coverage_type") {
        true => read_lines(&mut form),
        false if proves => vec!["general".to_owned()],
        false => Vec::new(),
    };
    let effective_date = form.whole_if_sent("effective_date").or(proves.then_some(now));
    let expiration_date = form
        .whole_if_sent("expiration_date")
        .or_else(|| effective_date.filter(|_| proves).map(|from| from.saturating_add(YEAR)));
    let failed_rules = if form.has("failed_rules") { form.texts("failed_rules") } else { Vec::new() };
    form.done()?;
    let verdict = verdict.ok_or_else(no_certificate)?;
    let mut certificate = world.certificates.get(id).cloned().ok_or_else(no_certificate)?;
    certificate.status = verdict.name(world.settings.vocabulary);
    certificate.coverage_type = coverage_type;
    certificate.effective_date = effective_date;
    certificate.expiration_date = expiration_date;
    certificate.failed_rules = failed_rules;
    let happening = Happening::CertificateReviewed(verdict);
    world.tell(now, happening, &certificate.contractor, as_json(&certificate));
    let answer = Answer::ok(&certificate);
    world.certificates.put(certificate);
    Ok(answer)
}

fn no_certificate() -> Refusal {
    missing("there is no such certificate")
}

impl PolicyWorld {
    /// The review that happens by itself begins, unless someone was there before.
    pub(super) fn begin_review(&mut self, id: &str) {
        if let Some(certificate) = self.certificates.get_mut(id)
            && certificate.status == PENDING
        {
            certificate.status = PROCESSING;
            let half = self.settings.certificate_review.after / 2;
            self.effects.push(Effect::Later(half, Chore::Review(id.to_owned())));
        }
    }

    /// The review ends, unless someone decided before.
    pub(super) fn review_automatically(&mut self, id: &str, now: i64) {
        let open = self.certificates.get(id).is_some_and(|certificate| certificate.status == PROCESSING);
        let Some(verdict) = self.settings.certificate_review.verdict.filter(|_| open) else {
            return;
        };
        let body = match verdict {
            Verdict::Validated | Verdict::Error => json!({"verdict": verdict}),
            Verdict::Flagged | Verdict::Denied => {
                json!({"verdict": verdict, "failed_rules": ["reviewed_automatically"]})
            }
        };
        // The certificate was just found and the verdict is one of ours.
        let _ = decide(self, now, id, &body);
    }
}
