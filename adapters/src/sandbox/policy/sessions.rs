//! Application sessions: where a contractor opts in to cover.

use serde::Serialize;

use super::crud;
use super::object::{Object, Terms};
use super::telling::Happening;
use super::world::PolicyWorld;
use crate::sandbox::answer::{Answer, Outcome, Refusal, as_json};
use crate::sandbox::form::{Form, INVALID_INPUT};
use crate::sandbox::shelf::Shelf;
use serde_json::Value;

#[derive(Clone, Serialize)]
pub(super) struct Session {
    pub quote: String,
    pub contractor: String,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    url: String,
    pub step: Step,
    pub expired: bool,
    /// Whether anybody has looked at it yet.
    #[serde(skip)]
    pub started: bool,
}

/// How far the contractor has come.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    VerifyInfo,
    ApplicationQuestions,
    EsignatureDocument,
    AddCardDetails,
    FinalReview,
    ApplicationComplete,
    /// The answers to the questions rule cover out.
    Ineligible,
}

impl Session {
    /// Whether the contractor may still fill it in.
    pub(super) fn is_open(&self) -> bool {
        !self.expired && !matches!(self.step, Step::ApplicationComplete | Step::Ineligible)
    }

    pub(super) fn is_complete(&self) -> bool {
        self.step == Step::ApplicationComplete
    }
}

impl Terms for Session {
    const OBJECT: &'static str = "insurance_application_session";
    const PREFIX: &'static str = "ias_";

    fn shelf(world: &PolicyWorld) -> &Shelf<Object<Self>> {
        &world.sessions
    }

    fn shelf_mut(world: &mut PolicyWorld) -> &mut Shelf<Object<Self>> {
        &mut world.sessions
    }

    fn read(form: &mut Form<'_>, world: &PolicyWorld, _: i64, before: Option<&Object<Self>>) -> Self {
        let quote = form.text("quote");
        let found = world.quotes.get(&quote);
        match found {
            Some(quote) if !quote.eligible => {
                form.refuse("quote", INVALID_INPUT, "the quote is not eligible for coverage");
            }
            None if !quote.is_empty() => form.refuse("quote", "invalid_quote_id", "there is no such quote"),
            Some(_) | None => {}
        }
        if before.is_some_and(|before| before.quote != quote) {
            form.refuse("quote", INVALID_INPUT, "the quote of a session stays");
        }
        Self {
            contractor: found.map(|quote| quote.cover.contractor.clone()).unwrap_or_default(),
            quote,
            success_url: read_link(form, "success_url"),
            cancel_url: read_link(form, "cancel_url"),
            url: before.map(|before| before.url.clone()).unwrap_or_default(),
            step: before.map_or(Step::VerifyInfo, |before| before.step),
            expired: before.is_some_and(|before| before.expired),
            started: before.is_some_and(|before| before.started),
        }
    }

    fn group(&self) -> String {
        self.quote.clone()
    }

    fn contractor(object: &Object<Self>) -> Option<&str> {
        Some(&object.contractor)
    }

    fn may_change(object: &Object<Self>, _: &PolicyWorld) -> Result<(), Refusal> {
        if object.is_complete() {
            return Err(already_complete());
        }
        if object.is_open() { Ok(()) } else { Err(over()) }
    }

    fn made(world: &mut PolicyWorld, now: i64, id: &str) {
        let url = format!("{}/apply/{id}", world.public_url);
        let Some(session) = world.sessions.get_mut(id) else {
            return;
        };
        session.url = url;
        if session.custom_metadata().is_empty()
            && let Some(quote) = world.quotes.get(&session.quote)
        {
            let metadata = Value::Object(quote.custom_metadata());
            session.sent.insert("custom_metadata".to_owned(), metadata);
        }
        let session = session.clone();
        world.tell(now, Happening::ApplicationCreated, &session.contractor, as_json(&session));
        world.schedule_contractor(session.id);
    }
}

pub(super) fn expire(world: &mut PolicyWorld, now: i64, id: &str, _: &Value) -> Outcome {
    let session = crud::get::<Session>(world, id)?;
    if session.is_complete() {
        return Err(already_complete());
    }
    if session.expired {
        return Ok(Answer::ok(session));
    }
    world.change_session(id, now, Happening::ApplicationExpired, |session| session.expired = true)
}

fn read_link(form: &mut Form<'_>, field: &str) -> Option<String> {
    let link = form.text_if_sent(field)?;
    check_link(form, field, &link);
    Some(link)
}

pub(super) fn check_link(form: &mut Form<'_>, field: &str, link: &str) {
    let is_web = url::Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !is_web {
        form.refuse(field, INVALID_INPUT, "must be an http or https address");
    }
}

pub(super) fn already_complete() -> Refusal {
    Refusal::bad("application_already_complete", "the application is complete already")
}

pub(super) fn over() -> Refusal {
    Refusal::bad("session_expired", "the application session is over")
}
