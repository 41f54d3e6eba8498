//! Assignments: one work order's period under a policy that exists.

use serde::Serialize;
use serde_json::Value;

use super::cover::{Cover, Silence, rate};
use super::crud;
use super::documents::Documents;
use super::object::{Object, Terms};
use super::policies::Policy;
use super::telling::Happening;
use super::vocabulary::Vocabulary;
use super::world::{Chore, PolicyWorld};
use crate::sandbox::answer::{Outcome, Refusal, as_json};
use crate::sandbox::desk::Effect;
use crate::sandbox::form::Form;
use crate::sandbox::routes::missing;
use crate::sandbox::shelf::Shelf;

const NO_POLICY: &str = "No matching policy found for assignment.";

#[derive(Clone, Serialize)]
pub(super) struct Assignment {
    status: Status,
    #[serde(flatten)]
    pub cover: Cover,
    policy: Option<String>,
    bind: bool,
    eligible: Eligible,
    /// Cents per $100 of pay.
    net_rate: i64,
    certificates: Option<Documents>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Clone, Serialize)]
struct Eligible {
    result: bool,
    message: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Pending,
    Active,
    Cancelled,
}

/// Made in any case; only `eligible` and later `assignment.active` tell whether there is cover.
impl Terms for Assignment {
    const OBJECT: &'static str = "assignment";
    const PREFIX: &'static str = "an_";

    fn shelf(world: &PolicyWorld) -> &Shelf<Object<Self>> {
        &world.assignments
    }

    fn shelf_mut(world: &mut PolicyWorld) -> &mut Shelf<Object<Self>> {
        &mut world.assignments
    }

    fn read(form: &mut Form<'_>, world: &PolicyWorld, now: i64, before: Option<&Object<Self>>) -> Self {
        let named = read_policy(form, world);
        let on_file = named.or_else(|| world.newest_policy(&form.text("contractor")));
        let silence = match (before, on_file) {
            (Some(before), _) => Silence {
                lines: Some(before.cover.coverage_type.clone()),
                effective_date: before.cover.effective_date,
                end_date: Some(before.cover.end_date),
            },
            (None, Some(policy)) => policy.as_silence(),
            (None, None) => {
                Silence { lines: Some(vec!["general".to_owned()]), effective_date: now, end_date: None }
            }
        };
        let cover = Cover::read(form, world, silence);
        let bind = !form.has("bind") || form.yes_or_no("bind");
        let matching = match named {
            Some(policy) => Some(policy).filter(|policy| policy.covers(&cover)),
            None => world.policy_on_file(&cover),
        };
        let policy = matching.filter(|_| bind);
        let status = match before {
            Some(before) if before.policy.as_ref() == policy.map(|policy| &policy.id) => before.status,
            Some(_) | None if policy.is_some() && world.settings.answer_active => Status::Active,
            Some(_) | None => Status::Pending,
        };
        Self {
            status,
            policy: policy.map(|policy| policy.id.clone()),
            bind,
            eligible: Eligible {
                result: matching.is_some(),
                message: matching.is_none().then_some(NO_POLICY),
            },
            net_rate: rate(&cover.coverage_type),
            certificates: policy.map(|policy| policy.certificates.clone()),
            cancelled_at: None,
            reason: None,
            cover,
        }
    }

    fn group(&self) -> String {
        self.cover.job.clone()
    }

    fn contractor(object: &Object<Self>) -> Option<&str> {
        Some(&object.cover.contractor)
    }

    fn may_change(object: &Object<Self>, _: &PolicyWorld) -> Result<(), Refusal> {
        if object.status == Status::Cancelled {
            return Err(Refusal::bad("bad_request", "a cancelled assignment never revives"));
        }
        Ok(())
    }

    fn may_go(object: &Object<Self>, _: &PolicyWorld, now: i64) -> Result<(), Refusal> {
        if object.status != Status::Cancelled && object.cover.effective_date <= now {
            return Err(started());
        }
        Ok(())
    }

    fn made(world: &mut PolicyWorld, _: i64, id: &str) {
        world.activate_later(id);
    }

    /// One that was not bound may be now.
    fn changed(world: &mut PolicyWorld, id: &str) {
        if world.assignments.get(id).is_some_and(|assignment| assignment.status == Status::Pending) {
            world.activate_later(id);
        }
    }

    fn gone(world: &mut PolicyWorld, now: i64, mut assignment: Object<Self>) {
        if assignment.status != Status::Cancelled {
            assignment.status = Status::Cancelled;
            assignment.cancelled_at = Some(now);
            let contractor = assignment.cover.contractor.clone();
            world.tell(now, Happening::AssignmentCancelled, &contractor, as_json(&assignment));
        }
    }
}

/// The policy that the body names, if it names one.
fn read_policy<'a>(form: &mut Form<'_>, world: &'a PolicyWorld) -> Option<&'a Policy> {
    let id = form.text_if_sent("policy")?;
    let contractor = form.text("contractor");
    let policy = world.policies.get(&id);
    match policy {
        None => form.refuse("policy", "invalid_policy_id", "there is no such policy"),
        Some(policy) if !policy.is_active() || policy.contractor != contractor => {
            form.refuse("policy", "no_active_policy", "is no active policy of this contractor");
        }
        Some(_) => {}
    }
    policy
}

/// Cancels what is assigned to a job, before its start only. Answers the newest assignment; once more is harmless.
pub(super) fn cancel(world: &mut PolicyWorld, now: i64, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let job = form.text("job_id");
    let reason = form.text_if_sent("reason");
    form.done()?;
    let newest = world.assignments.of_group(&job).next();
    let newest = newest
        .map(|assignment| assignment.id.clone())
        .ok_or_else(|| missing("there is no assignment for this job"))?;
    let open: Vec<Object<Assignment>> = world
        .assignments
        .of_group(&job)
        .filter(|assignment| assignment.status != Status::Cancelled)
        .cloned()
        .collect();
    for assignment in &open {
        world.refuse_blocked(Assignment::contractor(assignment))?;
        Assignment::may_go(assignment, world, now)?;
    }
    for mut assignment in open {
        assignment.status = Status::Cancelled;
        assignment.cancelled_at = Some(now);
        assignment.reason.clone_from(&reason);
        let contractor = assignment.cover.contractor.clone();
        world.tell(now, Happening::AssignmentCancelled, &contractor, as_json(&assignment));
        world.assignments.put(assignment);
    }
    crud::find::<Assignment>(world, &newest)
}

fn started() -> Refusal {
    Refusal::bad("assignment_started", "an assignment can only be cancelled before its start")
}

impl PolicyWorld {
    fn activate_later(&mut self, id: &str) {
        if self.assignments.get(id).is_some_and(|assignment| assignment.policy.is_some()) {
            let chore = Chore::Activate(id.to_owned());
            self.effects.push(Effect::Later(self.settings.activation_after, chore));
        }
    }

    /// The assignment takes effect, unless it was cancelled or its policy ended meanwhile.
    pub(super) fn activate(&mut self, id: &str, now: i64) {
        let Some(assignment) = self.assignments.get_mut(id) else {
            return;
        };
        let policy = assignment.policy.as_ref().and_then(|id| self.policies.get(id));
        let Some(policy) = policy.filter(|policy| policy.is_active()).map(as_json) else {
            return;
        };
        if assignment.status == Status::Cancelled {
            return;
        }
        assignment.status = Status::Active;
        let assignment = assignment.clone();
        let contractor = &assignment.cover.contractor;
        self.tell(now, Happening::AssignmentActive, contractor, as_json(&assignment));
        if self.settings.vocabulary == Vocabulary::Guide {
            self.tell(now, Happening::PolicyActive, contractor, policy);
        }
    }
}
