//! Assignments: one work order's period under a policy that exists.

use serde::Serialize;
use serde_json::{Map, Value};

use super::quotes::{check_end, read_lines, read_parties};
use super::settings::Wire;
use super::world::{Chore, PolicyWorld};
use crate::sandbox::answer::{Answer, Outcome, Refusal, as_json};
use crate::sandbox::desk::Effect;
use crate::sandbox::form::Form;
use crate::sandbox::routes::missing;
use crate::sandbox::shelf::Kept;

const NO_POLICY: &str = "No matching policy found for assignment.";

#[derive(Clone, Serialize)]
pub(super) struct Assignment {
    pub id: String,
    object: &'static str,
    created: i64,
    status: Status,
    contractor: String,
    job: String,
    policy: Option<String>,
    eligible: Eligible,
    coverage_type: Vec<String>,
    effective_date: i64,
    end_date: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    custom_metadata: Map<String, Value>,
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

impl Kept for Assignment {
    fn id(&self) -> &str {
        &self.id
    }

    fn group(&self) -> String {
        self.job.clone()
    }
}

/// Always a 201; only `eligible` and later `assignment.active` tell whether there is cover.
pub(super) fn create(world: &mut PolicyWorld, now: i64, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let (contractor, job) = read_parties(&mut form, world);
    let coverage_type = read_lines(&mut form);
    let effective_date = form.whole("effective_date");
    let end_date = form.whole("end_date");
    if form.has("effective_date") && form.has("end_date") {
        check_end(&mut form, effective_date, end_date);
    }
    let custom_metadata = form.object("custom_metadata");
    form.done()?;
    let policy = world
        .policy_on_file(&contractor, &coverage_type, effective_date, end_date)
        .map(|policy| policy.id.clone());
    let covered = policy.is_some();
    let assignment = Assignment {
        id: world.ids.next("an_"),
        object: "assignment",
        created: now,
        status: if covered && world.settings.answer_active { Status::Active } else { Status::Pending },
        contractor,
        job,
        policy,
        eligible: Eligible { result: covered, message: (!covered).then_some(NO_POLICY) },
        coverage_type,
        effective_date,
        end_date,
        cancelled_at: None,
        reason: None,
        custom_metadata,
    };
    let answer = Answer::created(&assignment);
    if covered {
        let chore = Chore::Activate(assignment.id.clone());
        world.effects.push(Effect::Later(world.settings.activation_after, chore));
    }
    world.assignments.put(assignment);
    Ok(answer)
}

pub(super) fn find(world: &PolicyWorld, id: &str) -> Outcome {
    let assignment = world.assignments.get(id);
    assignment.map(Answer::ok).ok_or_else(|| missing("there is no such assignment"))
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
    let open: Vec<Assignment> = world
        .assignments
        .of_group(&job)
        .filter(|assignment| assignment.status != Status::Cancelled)
        .cloned()
        .collect();
    if open.iter().any(|assignment| assignment.effective_date <= now) {
        return Err(Refusal::bad(
            "assignment_started",
            "an assignment can only be cancelled before its start",
        ));
    }
    for mut assignment in open {
        assignment.status = Status::Cancelled;
        assignment.cancelled_at = Some(now);
        assignment.reason.clone_from(&reason);
        world.tell(now, "assignment.cancelled", &assignment.contractor, as_json(&assignment));
        world.assignments.put(assignment);
    }
    find(world, &newest)
}

impl PolicyWorld {
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
        self.tell(now, "assignment.active", &assignment.contractor, as_json(&assignment));
        if self.settings.wire == Wire::Guide {
            self.tell(now, "policy.active", &assignment.contractor, policy);
        }
    }
}
