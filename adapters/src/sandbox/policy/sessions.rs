//! Application sessions: where a contractor opts in to cover.

use serde::Serialize;
use serde_json::{Map, Value};

use super::behaviour::Apply;
use super::world::PolicyWorld;
use crate::sandbox::answer::{Answer, Outcome, Refusal, as_json};
use crate::sandbox::form::{Form, INVALID_INPUT};
use crate::sandbox::routes::missing;
use crate::sandbox::shelf::Kept;

#[derive(Clone, Serialize)]
pub(super) struct Session {
    pub id: String,
    object: &'static str,
    created: i64,
    pub quote: String,
    pub contractor: String,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    url: String,
    step: Step,
    pub expired: bool,
    pub custom_metadata: Map<String, Value>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    VerifyInfo,
    ApplicationComplete,
    /// The answers to the questions rule cover out.
    Ineligible,
}

impl Session {
    /// Whether the contractor may still fill it in.
    pub(super) fn is_open(&self) -> bool {
        !self.expired && self.step == Step::VerifyInfo
    }

    pub(super) fn is_complete(&self) -> bool {
        self.step == Step::ApplicationComplete
    }
}

impl Kept for Session {
    fn id(&self) -> &str {
        &self.id
    }

    fn group(&self) -> String {
        self.quote.clone()
    }
}

pub(super) fn create(world: &mut PolicyWorld, now: i64, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let quote_id = form.text("quote");
    let quote = world.quotes.get(&quote_id);
    if !quote_id.is_empty() {
        match quote {
            None => form.refuse("quote", INVALID_INPUT, "there is no such quote"),
            Some(quote) if !quote.eligible => {
                form.refuse("quote", INVALID_INPUT, "the quote is not eligible for coverage");
            }
            Some(_) => {}
        }
    }
    let success_url = read_link(&mut form, "success_url");
    let cancel_url = read_link(&mut form, "cancel_url");
    let mut custom_metadata = form.object("custom_metadata");
    form.done()?;
    if let (true, Some(quote)) = (custom_metadata.is_empty(), quote) {
        custom_metadata.clone_from(&quote.custom_metadata);
    }
    let contractor = quote.map(|quote| quote.contractor.clone()).unwrap_or_default();
    let id = world.ids.next("ias_");
    let session = Session {
        url: format!("{}/apply/{id}", world.public_url),
        id,
        object: "insurance_application_session",
        created: now,
        quote: quote_id,
        contractor,
        success_url,
        cancel_url,
        step: Step::VerifyInfo,
        expired: false,
        custom_metadata,
    };
    let answer = Answer::created(&session);
    world.schedule_contractor(session.id.clone());
    world.sessions.put(session);
    Ok(answer)
}

pub(super) fn find(world: &PolicyWorld, id: &str) -> Outcome {
    let session = world.sessions.get(id);
    session.map(Answer::ok).ok_or_else(no_session)
}

pub(super) fn expire(world: &mut PolicyWorld, now: i64, id: &str, _: &Value) -> Outcome {
    let session = world.sessions.get(id).ok_or_else(no_session)?;
    if session.is_complete() {
        return Err(already_complete());
    }
    if session.expired {
        return Ok(Answer::ok(session));
    }
    world.change_session(id, now, "application.expired", |session| session.expired = true)
}

fn read_link(form: &mut Form<'_>, field: &str) -> Option<String> {
    let link = form.text_if_sent(field)?;
    let is_web = url::Url::parse(&link).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !is_web {
        form.refuse(field, INVALID_INPUT, "must be an http or https address");
    }
    Some(link)
}

fn no_session() -> Refusal {
    missing("there is no such application session")
}

fn already_complete() -> Refusal {
    Refusal::bad("application_already_complete", "the application is complete already")
}

fn session_over() -> Refusal {
    Refusal::bad("session_expired", "the application session is over")
}

impl PolicyWorld {
    /// The contractor has answered everything: the application is complete and a policy binds.
    pub(super) fn complete(&mut self, id: &str, now: i64) -> Outcome {
        let session = self.sessions.get(id).ok_or_else(no_session)?;
        let applied_before = self.sessions.of_group(&session.quote).any(Session::is_complete);
        if applied_before {
            return Err(already_complete());
        }
        let (_, term) = self.behaviour_in(session);
        let quote = self.quotes.get(&session.quote).ok_or_else(session_over)?;
        if !session.is_open() || quote.end_date <= now {
            return Err(session_over());
        }
        let quote = quote.clone();
        let answer = self.change_session(id, now, "application.complete", |session| {
            session.step = Step::ApplicationComplete;
        })?;
        self.bind(&quote, term, now);
        Ok(answer)
    }

    /// What the simulated contractor does with a session when the time has come.
    pub(super) fn contractor_acts(&mut self, id: &str, now: i64) {
        let Some(session) = self.sessions.get(id).filter(|session| session.is_open()) else {
            return;
        };
        let (apply, _) = self.behaviour_in(session);
        // A refusal means that the session ended some other way meanwhile.
        let _ = match apply {
            Apply::Never => return,
            Apply::Auto => self.complete(id, now),
            Apply::Expire => expire(self, now, id, &Value::Null),
            Apply::Ineligible => self.change_session(id, now, "application.ineligible", |session| {
                session.step = Step::Ineligible;
            }),
        };
    }

    fn change_session(
        &mut self,
        id: &str,
        now: i64,
        kind: &str,
        change: impl FnOnce(&mut Session),
    ) -> Outcome {
        let session = self.sessions.get_mut(id).ok_or_else(no_session)?;
        change(session);
        let session = session.clone();
        self.tell(now, kind, &session.contractor, as_json(&session));
        Ok(Answer::ok(&session))
    }
}
