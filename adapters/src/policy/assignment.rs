//! Assignments: cover tied to a work order's period, or not.

use super::answer::{ineligible, lines, shown, window_or};
use super::record::{canceled, dated_lines, window};
use super::request::NewAssignment;
use crate::http::fields::{Fields, Malformed};
use crate::http::value;
use covertrail_domain::cover::Lines;
use covertrail_domain::id::{AssignmentId, PolicyId};
use covertrail_domain::time::{Timestamp, Window};

/// What the vendor makes of an assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentAnswer {
    /// The assignment, which exists even where it is no cover.
    pub id: AssignmentId,
    /// The policy it draws on.
    pub policy: Option<PolicyId>,
    /// The time it is for, which may differ from what was asked.
    pub window: Window,
    /// The lines it is for.
    pub lines: Lines,
    /// When the vendor made it, where it says: an answer that is replayed is as old as it was the first time.
    pub created: Option<Timestamp>,
    /// Whether it is cover.
    pub verdict: Verdict,
}

/// Whether an assignment is cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Not known yet: a webhook will say.
    Pending,
    /// Cover is bound, by the vendor's own answer.
    Active,
    /// It is not, for want of a policy that it could draw on.
    NoPolicy {
        /// The vendor's words for that.
        message: String,
    },
    /// It was, or was to be, and is canceled.
    Canceled,
    /// It is not.
    Ineligible {
        /// Why, in the vendor's words.
        message: String,
    },
}

/// An assignment as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The assignment.
    pub id: AssignmentId,
    /// The policy it draws on.
    pub policy: Option<PolicyId>,
    /// The time it is for, where the vendor names both ends.
    pub window: Option<Window>,
    /// The lines it is for, where the vendor names them; none where its dates leave no time.
    pub lines: Option<Lines>,
    /// When it was canceled, where the vendor says.
    pub canceled: Option<Timestamp>,
    /// Whether it is cover.
    pub verdict: Verdict,
}

pub(super) fn answer(body: &[u8], asked: &NewAssignment<'_>) -> Result<AssignmentAnswer, Malformed> {
    let mut fields = Fields::open(body)?;
    let id = fields.required("id", value::id(AssignmentId::parse));
    let policy = fields.optional("policy", value::id(PolicyId::parse));
    let window = window_or(&mut fields, asked.window);
    let lines = fields.optional("coverage_type", lines).flatten().unwrap_or(asked.lines);
    // An assignment that is made is not to be lost for a date in a form we do not know.
    let created = fields.raw("created").and_then(|created| value::timestamp(created).ok());
    let verdict = verdict(&mut fields);
    let assigned = || Some(AssignmentAnswer { id: id?, policy, window: window?, lines, created, verdict });
    fields.finish(assigned())
}

pub(super) fn read(body: &[u8]) -> Result<Assignment, Malformed> {
    let mut fields = Fields::open(body)?;
    let id = fields.required("id", value::id(AssignmentId::parse));
    let policy = fields.optional("policy", value::id(PolicyId::parse));
    let window = window(&mut fields, "end_date");
    let lines = dated_lines(&mut fields, "end_date", window);
    let canceled = canceled(&mut fields);
    let verdict = verdict(&mut fields);
    let assignment = || Some(Assignment { id: id?, policy, window, lines, canceled, verdict });
    fields.finish(assignment())
}

/// Cover only by the plain word for it, and never against a no in the same answer.
fn verdict(fields: &mut Fields<'_>) -> Verdict {
    if let Some(message) = ineligible(fields) {
        return no(message);
    }
    let status = fields.optional("status", value::text).unwrap_or_default().to_ascii_lowercase();
    let message = fields.optional("message", value::text).unwrap_or_default();
    match status.as_str() {
        _ if is_want_of_a_policy(&message) => Verdict::NoPolicy { message: shown(&message) },
        "active" => Verdict::Active,
        "cancelled" | "canceled" => Verdict::Canceled,
        _ => Verdict::Pending,
    }
}

fn no(message: String) -> Verdict {
    if is_want_of_a_policy(&message) {
        Verdict::NoPolicy { message }
    } else {
        Verdict::Ineligible { message }
    }
}

fn is_want_of_a_policy(message: &str) -> bool {
    message.to_ascii_lowercase().contains("no matching policy")
}
