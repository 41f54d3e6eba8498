//! Certificates that contractors bring themselves: the upload, and what a review makes of it.

use axum::extract::multipart::{Field, Multipart};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::quotes::read_lines;
use super::settings::Verdict;
use super::world::{Chore, PolicyWorld};
use crate::sandbox::answer::{Answer, Outcome, Refusal, as_json};
use crate::sandbox::desk::Effect;
use crate::sandbox::form::{Form, INVALID_INPUT};
use crate::sandbox::routes::missing;
use crate::sandbox::shelf::Kept;

const LARGEST_FILE: usize = 15 * 1024 * 1024;
const YEAR: i64 = 365 * 24 * 60 * 60;

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

/// A multipart body, read.
#[derive(Default)]
pub(super) struct Upload {
    file: Option<File>,
    contractor: Option<String>,
    custom_metadata: Map<String, Value>,
}

struct File {
    name: String,
    media_type: String,
    size: usize,
    is_pdf: bool,
}

impl Upload {
    pub(super) async fn read(mut parts: Multipart) -> Result<Self, Refusal> {
        let mut upload = Self::default();
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            let key = name.strip_prefix("custom_metadata[").and_then(|rest| rest.strip_suffix(']'));
            if name == "certificate" {
                upload.file = Some(File::read(part).await?);
            } else if name == "contractor" {
                upload.contractor = Some(part.text().await.map_err(unreadable)?);
            } else if let Some(key) = key {
                let value = part.text().await.map_err(unreadable)?;
                upload.custom_metadata.insert(key.to_owned(), Value::String(value));
            }
        }
        Ok(upload)
    }
}

impl File {
    async fn read(part: Field<'_>) -> Result<Self, Refusal> {
        let name = part.file_name().unwrap_or_default().to_owned();
        let media_type = part.content_type().unwrap_or_default().to_owned();
        let bytes = part.bytes().await.map_err(unreadable)?;
        Ok(Self { name, media_type, size: bytes.len(), is_pdf: bytes.starts_with(b"%PDF") })
    }

    fn has_pdf_name(&self) -> bool {
        std::path::Path::new(&self.name)
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("pdf"))
    }
}

fn unreadable(problem: impl std::fmt::Display) -> Refusal {
    Refusal::bad("bad_request", format!("the multipart body cannot be read: {problem}"))
}

pub(super) fn create(world: &mut PolicyWorld, now: i64, upload: Upload) -> Outcome {
    let fields = json!({"contractor": upload.contractor});
    let mut form = Form::read(&fields)?;
    let contractor = form.text("contractor");
    if !contractor.is_empty() && world.contractors.get(&contractor).is_none() {
        form.refuse("contractor", INVALID_INPUT, "there is no such contractor");
    }
    check_file(&mut form, upload.file.as_ref());
    form.done()?;
    let certificate = Certificate {
        id: world.ids.next("ci_"),
        object: "certificate",
        created: now,
        status: "pending",
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
        let chore = Chore::Review(certificate.id.clone());
        world.effects.push(Effect::Later(review.after, chore));
    }
    world.certificates.put(certificate);
    Ok(answer)
}

fn check_file(form: &mut Form<'_>, file: Option<&File>) {
    let field = "certificate";
    match file {
        None => form.refuse(field, INVALID_INPUT, "is required"),
        Some(file) if file.size > LARGEST_FILE => {
            form.refuse(field, "invalid_file_size", "may have at most 15 MB");
        }
        Some(file) if !file.has_pdf_name() => {
            form.refuse(field, "invalid_file_type", "its name must end in .pdf");
        }
        Some(file) if !file.media_type.eq_ignore_ascii_case("application/pdf") => {
            form.refuse(field, "invalid_mime_type", "its type must be application/pdf");
        }
        Some(file) if !file.is_pdf => {
            form.refuse(field, "invalid_file_type", "its content is not a PDF");
        }
        Some(_) => {}
    }
}

pub(super) fn find(world: &PolicyWorld, id: &str) -> Outcome {
    let certificate = world.certificates.get(id);
    certificate.map(Answer::ok).ok_or_else(no_certificate)
}

/// Control: an underwriter's verdict. Without lines or dates a valid one proves general liability for a year.
pub(super) fn decide(world: &mut PolicyWorld, now: i64, id: &str, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let verdict = Verdict::parse(&form.one_of("verdict", &["validated", "approved", "flagged", "denied"]));
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
    certificate.status = verdict.name(world.settings.wire);
    certificate.coverage_type = coverage_type;
    certificate.effective_date = effective_date;
    certificate.expiration_date = expiration_date;
    certificate.failed_rules = failed_rules;
    let kind = format!("certificate.{}", certificate.status);
    world.tell(now, &kind, &certificate.contractor, as_json(&certificate));
    let answer = Answer::ok(&certificate);
    world.certificates.put(certificate);
    Ok(answer)
}

fn no_certificate() -> Refusal {
    missing("there is no such certificate")
}

impl PolicyWorld {
    /// The review that happens by itself, unless someone decided before.
    pub(super) fn review_automatically(&mut self, id: &str, now: i64) {
        let pending = self.certificates.get(id).is_some_and(|certificate| certificate.status == "pending");
        let Some(verdict) = self.settings.certificate_review.verdict.filter(|_| pending) else {
            return;
        };
        let body = match verdict {
            Verdict::Validated => json!({"verdict": verdict}),
            Verdict::Flagged | Verdict::Denied => {
                json!({"verdict": verdict, "failed_rules": ["reviewed_automatically"]})
            }
        };
        // The certificate was just found and the verdict is one of ours.
        let _ = decide(self, now, id, &body);
    }
}
