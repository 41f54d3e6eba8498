//! Policies: cover that binds, made when a contractor has applied.

use serde::Serialize;
use serde_json::{Map, Value};

use super::contractors::Contractor;
use super::cover::{Cover, Silence};
use super::crud;
use super::documents::Documents;
use super::listing;
use super::object::Object;
use super::quotes::Quote;
use super::telling::Happening;
use super::world::PolicyWorld;
use crate::sandbox::answer::{Answer, Outcome, Refusal, as_json};
use crate::sandbox::form::Form;
use crate::sandbox::routes::{Filters, missing};
use crate::sandbox::shelf::Kept;

#[derive(Clone, Serialize)]
pub(super) struct Policy {
    pub id: String,
    object: &'static str,
    created: i64,
    status: Status,
    pub contractor: String,
    quote: String,
    coverage_type: Vec<String>,
    effective_date: i64,
    expiration_date: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<i64>,
    pdf_url: String,
    pub certificates: Documents,
    custom_metadata: Map<String, Value>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Active,
    Cancelled,
    Expired,
}

impl Policy {
    pub(super) fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    /// Whether it has all lines asked for all of the time asked.
    pub(super) fn covers(&self, cover: &Cover) -> bool {
        self.is_active()
            && self.effective_date <= cover.effective_date
            && cover.end_date <= self.expiration_date
            && cover.coverage_type.iter().all(|line| self.coverage_type.contains(line))
    }

    /// What an assignment under it means where it does not say.
    pub(super) fn as_silence(&self) -> Silence {
        Silence {
            lines: Some(self.coverage_type.clone()),
            effective_date: self.effective_date,
            end_date: Some(self.expiration_date),
        }
    }
}

impl Kept for Policy {
    fn id(&self) -> &str {
        &self.id
    }

    fn group(&self) -> String {
        self.contractor.clone()
    }
}

pub(super) fn find(world: &PolicyWorld, id: &str) -> Outcome {
    let policy = world.policies.get(id);
    policy.map(Answer::ok).ok_or_else(no_policy)
}

pub(super) fn list(world: &PolicyWorld, filters: &Filters) -> Outcome {
    let wanted = |policy: &&Policy| filters.get("quote").is_none_or(|quote| policy.quote == *quote);
    match filters.get("contractor") {
        Some(contractor) => listing::page(world.policies.of_group(contractor).filter(wanted), filters),
        None => listing::page(world.policies.newest_first().filter(wanted), filters),
    }
}

/// All of them at once.
pub(super) fn of_contractor(world: &PolicyWorld, id: &str) -> Outcome {
    crud::get::<Contractor>(world, id)?;
    let all: Vec<&Policy> = world.policies.of_group(id).collect();
    Ok(Answer::ok(&all))
}

/// Control: the term ends now, or at `at`.
pub(super) fn expire(world: &mut PolicyWorld, now: i64, id: &str, body: &Value) -> Outcome {
    let at = read_moment(body, now)?;
    world.change_policy(id, now, Happening::PolicyExpired, |policy| {
        policy.status = Status::Expired;
        policy.expiration_date = at;
    })
}

/// Control: the policy is cancelled as of now, or of `at`.
pub(super) fn cancel(world: &mut PolicyWorld, now: i64, id: &str, body: &Value) -> Outcome {
    let at = read_moment(body, now)?;
    world.change_policy(id, now, Happening::PolicyCancelled, |policy| {
        policy.status = Status::Cancelled;
        policy.cancelled_at = Some(at);
    })
}

/// Control: a cancelled policy is back in force.
pub(super) fn reactivate(world: &mut PolicyWorld, now: i64, id: &str, _: &Value) -> Outcome {
    let policy = world.policies.get(id).ok_or_else(no_policy)?;
    if policy.expiration_date <= now {
        return Err(Refusal::bad("no_active_policy", "the policy's term is over"));
    }
    world.change_policy(id, now, Happening::PolicyReactivated, |policy| {
        policy.status = Status::Active;
        policy.cancelled_at = None;
    })
}

fn read_moment(body: &Value, now: i64) -> Result<i64, Refusal> {
    let mut form = Form::read(body)?;
    let at = form.whole_if_sent("at").unwrap_or(now);
    form.done()?;
    Ok(at)
}

fn no_policy() -> Refusal {
    missing("there is no such policy")
}

impl PolicyWorld {
    /// A policy of the contractor that covers this.
    pub(super) fn policy_on_file(&self, cover: &Cover) -> Option<&Policy> {
        self.policies.of_group(&cover.contractor).find(|policy| policy.covers(cover))
    }

    /// The contractor's newest policy in force.
    pub(super) fn newest_policy(&self, contractor: &str) -> Option<&Policy> {
        self.policies.of_group(contractor).find(|policy| policy.is_active())
    }

    /// Cover is never retroactive: a policy begins with its quote or now, whichever is later.
    pub(super) fn bind(&mut self, quote: &Object<Quote>, term_seconds: Option<i64>, now: i64) {
        let effective_date = quote.cover.effective_date.max(now);
        let id = self.ids.next("pl_");
        let policy = Policy {
            object: "policy",
            created: now,
            status: Status::Active,
            contractor: quote.cover.contractor.clone(),
            quote: quote.id.clone(),
            coverage_type: quote.cover.coverage_type.clone(),
            effective_date,
            expiration_date: term_seconds
                .map_or(quote.cover.end_date, |seconds| effective_date.saturating_add(seconds)),
            cancelled_at: None,
            pdf_url: format!("{}/documents/{id}/policy.pdf", self.public_url),
            certificates: Documents::of(&id, &quote.cover, &self.public_url),
            custom_metadata: quote.custom_metadata(),
            id,
        };
        if self.settings.told_when_issued {
            self.tell(now, Happening::PolicyActive, &policy.contractor, as_json(&policy));
            if quote.cover.has("media") {
                self.tell(now, Happening::MediaPolicyActive, &policy.contractor, as_json(&policy));
            }
        }
        self.policies.put(policy);
    }

    /// Ends every policy whose term has passed.
    pub(super) fn end_terms(&mut self, now: i64) {
        let over: Vec<String> = self
            .policies
            .newest_first()
            .filter(|policy| policy.is_active() && policy.expiration_date <= now)
            .map(|policy| policy.id.clone())
            .collect();
        for id in over {
            // The id was just found, so the change cannot miss.
            let _ = self.change_policy(&id, now, Happening::PolicyExpired, |policy| {
                policy.status = Status::Expired;
            });
        }
    }

    fn change_policy(
        &mut self,
        id: &str,
        now: i64,
        happening: Happening,
        change: impl FnOnce(&mut Policy),
    ) -> Outcome {
        let policy = self.policies.get_mut(id).ok_or_else(no_policy)?;
        change(policy);
        let policy = policy.clone();
        self.tell(now, happening, &policy.contractor, as_json(&policy));
        Ok(Answer::ok(&policy))
    }
}
