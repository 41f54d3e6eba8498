//! What single contractors do, where it is not what all of them do.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::object::Object;
use super::sessions::Session;
use super::world::{Chore, PolicyWorld};
use crate::sandbox::answer::{Answer, Outcome, Refusal};
use crate::sandbox::desk::Effect;
use crate::sandbox::form::{Form, INVALID_INPUT};

/// An order about one work order's or one contractor's applications; the latest that fits counts.
pub(super) struct Behaviour {
    whose: Whose,
    apply: Option<Apply>,
    quotes_declined: bool,
    /// Said of a contractor beside anything else, so an order that says only this leaves the others in force.
    blocked: Option<bool>,
    policy_term_seconds: Option<i64>,
}

enum Whose {
    WorkOrder(String),
    Email(String),
    Contractor(String),
}

/// What becomes of an application session.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Apply {
    Auto,
    Never,
    Ineligible,
    Expire,
    /// A person at the vendor looks at it first.
    Review,
}

impl Behaviour {
    fn is_about_applying(&self) -> bool {
        let says_more = self.apply.is_some() || self.quotes_declined || self.policy_term_seconds.is_some();
        says_more || self.blocked.is_none()
    }
}

/// Control: takes effect for sessions that are open already, too.
pub(super) fn set(world: &mut PolicyWorld, _: i64, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let whose = if form.has("work_order_id") {
        Whose::WorkOrder(form.text("work_order_id"))
    } else if form.has("email") {
        Whose::Email(form.text("email").trim().to_lowercase())
    } else if form.has("contractor") {
        Whose::Contractor(form.text("contractor"))
    } else {
        form.refuse("work_order_id", INVALID_INPUT, "send work_order_id, email or contractor");
        Whose::WorkOrder(String::new())
    };
    let apply = form.has("apply").then(|| read_apply(&mut form));
    let quotes_declined =
        form.has("quote") && form.one_of("quote", &["eligible", "ineligible"]) == "ineligible";
    let blocked = form.has("blocked").then(|| form.yes_or_no("blocked"));
    let policy_term_seconds = form.whole_if_sent("policy_term");
    form.done()?;
    world.behaviours.push(Behaviour { whose, apply, quotes_declined, blocked, policy_term_seconds });
    let open: Vec<String> = world
        .sessions
        .newest_first()
        .filter(|session| session.is_open())
        .map(|session| session.id.clone())
        .collect();
    for session in open {
        world.schedule_contractor(session);
    }
    Ok(Answer::ok(&json!({"behaviour": body})))
}

fn read_apply(form: &mut Form<'_>) -> Apply {
    match form.one_of("apply", &["auto", "never", "ineligible", "expire", "review"]).as_str() {
        "auto" => Apply::Auto,
        "ineligible" => Apply::Ineligible,
        "expire" => Apply::Expire,
        "review" => Apply::Review,
        _ => Apply::Never,
    }
}

impl PolicyWorld {
    /// What this session's contractor does, and the term of the policy that may come of it.
    pub(super) fn behaviour_in(&self, session: &Object<Session>) -> (Apply, Option<i64>) {
        let of_all = if self.settings.contractor.apply { Apply::Auto } else { Apply::Never };
        let behaviour = self.behaviour_of(&session.contractor, &session.custom_metadata());
        let apply = behaviour.and_then(|behaviour| behaviour.apply).unwrap_or(of_all);
        (apply, behaviour.and_then(|behaviour| behaviour.policy_term_seconds))
    }

    pub(super) fn quotes_declined(&self, contractor: &str, metadata: &Map<String, Value>) -> bool {
        self.behaviour_of(contractor, metadata).is_some_and(|behaviour| behaviour.quotes_declined)
    }

    /// Whether anything may be written about this contractor.
    pub(super) fn refuse_blocked(&self, contractor: Option<&str>) -> Result<(), Refusal> {
        let blocked = contractor.and_then(|contractor| {
            self.behaviours_of(contractor, &Map::new()).find_map(|behaviour| behaviour.blocked)
        });
        if blocked == Some(true) {
            let text = "nothing may be written about this contractor";
            return Err(Refusal::new(StatusCode::FORBIDDEN, "contractor_blocked_for_writes", text));
        }
        Ok(())
    }

    pub(super) fn schedule_contractor(&mut self, session: String) {
        let after = self.settings.contractor.after;
        self.effects.push(Effect::Later(after, Chore::Apply(session)));
    }

    fn behaviour_of(&self, contractor: &str, metadata: &Map<String, Value>) -> Option<&Behaviour> {
        self.behaviours_of(contractor, metadata).find(|behaviour| behaviour.is_about_applying())
    }

    /// The latest first.
    fn behaviours_of(
        &self,
        contractor: &str,
        metadata: &Map<String, Value>,
    ) -> impl Iterator<Item = &Behaviour> {
        let work_order = metadata.get("work_order_id").and_then(Value::as_str);
        let email = self.contractors.get(contractor).map(|found| found.email.as_str());
        self.behaviours.iter().rev().filter(move |behaviour| match &behaviour.whose {
            Whose::WorkOrder(id) => work_order == Some(id),
            Whose::Email(address) => email == Some(address),
            Whose::Contractor(id) => contractor == id,
        })
    }
}
