//! Contractors: one for each email address.

use serde::Serialize;
use serde_json::{Map, Value};

use super::listing;
use super::world::PolicyWorld;
use crate::sandbox::answer::{Answer, Outcome, Refusal};
use crate::sandbox::form::{Form, INVALID_INPUT};
use crate::sandbox::routes::{Filters, missing};
use crate::sandbox::shelf::Kept;

#[derive(Serialize)]
pub(super) struct Contractor {
    pub id: String,
    object: &'static str,
    created: i64,
    #[serde(skip)]
    pub email: String,
    #[serde(skip)]
    pub region: Option<String>,
    #[serde(flatten)]
    sent: Map<String, Value>,
}

impl Kept for Contractor {
    fn id(&self) -> &str {
        &self.id
    }

    fn group(&self) -> String {
        self.email.clone()
    }
}

/// Takes the guide's body (`contact.email`) and the reference's (`email`).
pub(super) fn create(world: &mut PolicyWorld, now: i64, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let contact = if form.has("email") && !form.has("contact") { "" } else { "contact." };
    form.text(&format!("{contact}first_name"));
    form.text(&format!("{contact}last_name"));
    let email_field = format!("{contact}email");
    let email = form.text(&email_field).trim().to_lowercase();
    if !email.is_empty() && !is_email(&email) {
        form.refuse(&email_field, INVALID_INPUT, "is not an email address");
    }
    form.object("address");
    form.text_if_sent("address.country");
    let region = form.text_if_sent("address.region");
    let custom_metadata = form.object("custom_metadata");
    form.done()?;
    if world.contractors.of_group(&email).next().is_some() {
        return Err(Refusal::bad("duplicate_email", "a contractor with this email exists already"));
    }
    let contractor = Contractor {
        id: world.ids.next("cn_"),
        object: "contractor",
        created: now,
        email,
        region,
        sent: as_sent(body, custom_metadata),
    };
    let answer = Answer::created(&contractor);
    world.contractors.put(contractor);
    Ok(answer)
}

pub(super) fn find(world: &PolicyWorld, id: &str) -> Outcome {
    let contractor = world.contractors.get(id);
    contractor.map(Answer::ok).ok_or_else(|| missing("there is no such contractor"))
}

pub(super) fn list(world: &PolicyWorld, filters: &Filters) -> Outcome {
    match filters.get("email") {
        Some(email) => listing::page(world.contractors.of_group(&email.trim().to_lowercase()), filters),
        None => listing::page(world.contractors.newest_first(), filters),
    }
}

/// The fields as sent, without those that only the vendor gives.
pub(super) fn as_sent(body: &Value, custom_metadata: Map<String, Value>) -> Map<String, Value> {
    let mut sent = body.as_object().cloned().unwrap_or_default();
    for ours in ["id", "object", "created"] {
        sent.remove(ours);
    }
    sent.insert("custom_metadata".to_owned(), Value::Object(custom_metadata));
    sent
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && !domain.contains('@') && !text.contains(char::is_whitespace)
    })
}
