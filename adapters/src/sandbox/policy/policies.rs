//! Policies: cover that binds, made when a contractor has applied.

use serde::Serialize;
use serde_json::{Map, Value};

use super::listing;
use super::quotes::Quote;
use super::settings::Wire;
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

pub(super) fn of_contractor(world: &PolicyWorld, id: &str) -> Outcome {
    if world.contractors.get(id).is_none() {
        return Err(missing("there is no such contractor"));
    }
    let all: Vec<&Policy> = world.policies.of_group(id).collect();
    Ok(Answer::ok(&all))
}

/// Control: the term ends now, or at `at`.
pub(super) fn expire(world: &mut PolicyWorld, now: i64, id: &str, body: &Value) -> Outcome {
    let at = read_moment(body, now)?;
    world.change_policy(id, now, "policy.expired", |policy| {
        policy.status = Status::Expired;
        policy.expiration_date = at;
    })
}

/// Control: the policy is cancelled as of now, or of `at`.
pub(super) fn cancel(world: &mut PolicyWorld, now: i64, id: &str, body: &Value) -> Outcome {
    let at = read_moment(body, now)?;
    let kind = match world.settings.wire {
        Wire::Guide => "policy.canceled",
        Wire::Reference => "policy.cancelled",
    };
    world.change_policy(id, now, kind, |policy| {
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
    world.change_policy(id, now, "policy.reactivated", |policy| {
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
    /// An active policy of the contractor with all these lines for all of this time.
    pub(super) fn policy_on_file(
        &self,
        contractor: &str,
        lines: &[String],
        from: i64,
        to: i64,
    ) -> Option<&Policy> {
        self.policies.of_group(contractor).find(|policy| {
            policy.is_active()
                && policy.effective_date <= from
                && to <= policy.expiration_date
                && lines.iter().all(|line| policy.coverage_type.contains(line))
        })
    }

    /// Cover is never retroactive: a policy begins with its quote or now, whichever is later.
    pub(super) fn bind(&mut self, quote: &Quote, term_seconds: Option<i64>, now: i64) {
        let effective_date = quote.effective_date.max(now);
        let policy = Policy {
            id: self.ids.next("pl_"),
            object: "policy",
            created: now,
            status: Status::Active,
            contractor: quote.contractor.clone(),
            quote: quote.id.clone(),
            coverage_type: quote.coverage_type.clone(),
            effective_date,
            expiration_date: term_seconds
                .map_or(quote.end_date, |seconds| effective_date.saturating_add(seconds)),
            cancelled_at: None,
            custom_metadata: quote.custom_metadata.clone(),
        };
        if self.settings.told_when_issued {
            self.tell(now, "policy.active", &policy.contractor, as_json(&policy));
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
            let _ = self.change_policy(&id, now, "policy.expired", |policy| {
                policy.status = Status::Expired;
            });
        }
    }

    fn change_policy(&mut self, id: &str, now: i64, kind: &str, change: impl FnOnce(&mut Policy)) -> Outcome {
        let policy = self.policies.get_mut(id).ok_or_else(no_policy)?;
        change(policy);
        let policy = policy.clone();
        self.tell(now, kind, &policy.contractor, as_json(&policy));
        Ok(Answer::ok(&policy))
    }
}
