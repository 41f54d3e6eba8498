//! What 1099Policy answers to what we asked of it. Unknown fields are left alone; what we go on by has to
//! be there and readable.

use super::request::{NewAssignment, NewQuote};
use crate::http::fields::{Fields, Malformed};
use crate::http::{capped, plain, value};
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::id::{self, AssignmentId, PolicyId, QuoteId, SessionId};
use covertrail_domain::time::{Timestamp, Window};
use serde_json::value::RawValue;
use url::Url;

/// What the vendor makes of a request for a price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuoteAnswer {
    /// It would insure this.
    Quoted {
        /// The quote to apply with.
        id: QuoteId,
        /// The time it would insure, which may differ from what was asked.
        window: Window,
        /// The lines it would insure.
        lines: Lines,
        /// The price in cents for each 100 dollars of pay, where it names one.
        net_rate_cents: Option<i64>,
    },
    /// It would not.
    Declined {
        /// Why, in the vendor's words.
        message: String,
    },
    /// The contractor has a policy that covers this already, so there is nothing to apply for.
    PolicyOnFile,
}

/// An insurance application that waits for the contractor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The application.
    pub id: SessionId,
    /// Where the contractor fills it in.
    pub url: Url,
}

/// How far an insurance application has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionState {
    /// It waits for the contractor at the vendor's step of this name.
    Open {
        /// Such as `verify_info`.
        step: String,
    },
    /// The contractor is through with it.
    Complete,
    /// It waited too long.
    Expired,
}

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
    /// It is not.
    Ineligible {
        /// Why, in the vendor's words.
        message: String,
    },
}

/// Whether the refusal of a quote is the ordinary outcome [`QuoteAnswer::PolicyOnFile`], by either of the
/// names that the vendor has for it.
pub(super) fn is_policy_on_file(code: &str) -> bool {
    matches!(code, "contractor_has_matching_policy" | "contract_has_matching_policy")
}

/// The id of what was made.
pub(super) fn created<T>(body: &[u8], parse: fn(&str) -> Result<T, id::Malformed>) -> Result<T, Malformed> {
    let mut fields = Fields::open(body)?;
    let id = fields.required("id", value::id(parse));
    fields.finish(id)
}

/// The objects of a list, which the vendor sends bare.
pub(super) fn list(body: &[u8]) -> Result<Vec<&RawValue>, Malformed> {
    serde_json::from_slice(body).map_err(|_| Malformed::new("answer", "not a list"))
}

pub(super) fn quote(body: &[u8], asked: &NewQuote<'_>) -> Result<QuoteAnswer, Malformed> {
    let mut fields = Fields::open(body)?;
    if let Some(message) = ineligible(&mut fields) {
        return fields.finish(Some(QuoteAnswer::Declined { message }));
    }
    let id = fields.required("id", value::id(QuoteId::parse));
    let window = window(&mut fields, asked.window);
    let lines = fields.optional("coverage_type", lines).flatten().unwrap_or(asked.lines);
    // Shown to people only, so a form we do not know is no reason to lose the quote.
    let net_rate_cents = fields.raw("net_rate").and_then(|rate| rate.get().parse().ok());
    let quoted = || Some(QuoteAnswer::Quoted { id: id?, window: window?, lines, net_rate_cents });
    fields.finish(quoted())
}

pub(super) fn session(body: &[u8]) -> Result<Session, Malformed> {
    let mut fields = Fields::open(body)?;
    let id = fields.required("id", value::id(SessionId::parse));
    let url = fields.required("url", link);
    fields.finish(id.zip(url).map(|(id, url)| Session { id, url }))
}

pub(super) fn session_state(body: &[u8]) -> Result<SessionState, Malformed> {
    let mut fields = Fields::open(body)?;
    let step = fields.required("step", value::filled);
    let expired = fields.optional("expired", value::flag).unwrap_or(false);
    fields.finish(step.map(|step| match step.as_str() {
        "application_complete" => SessionState::Complete,
        _ if expired => SessionState::Expired,
        _ => SessionState::Open { step },
    }))
}

pub(super) fn assignment(body: &[u8], asked: &NewAssignment<'_>) -> Result<AssignmentAnswer, Malformed> {
    let mut fields = Fields::open(body)?;
    let id = fields.required("id", value::id(AssignmentId::parse));
    let policy = fields.optional("policy", value::id(PolicyId::parse));
    let window = window(&mut fields, asked.window);
    let lines = fields.optional("coverage_type", lines).flatten().unwrap_or(asked.lines);
    // An assignment that is made is not to be lost for a date in a form we do not know.
    let created = fields.raw("created").and_then(|created| value::timestamp(created).ok());
    let verdict = verdict(&mut fields);
    let assigned = || Some(AssignmentAnswer { id: id?, policy, window: window?, lines, created, verdict });
    fields.finish(assigned())
}

/// Cover only by the plain word for it, and never against a no in the same answer.
fn verdict(fields: &mut Fields<'_>) -> Verdict {
    if let Some(message) = ineligible(fields) {
        return Verdict::Ineligible { message };
    }
    let status = fields.optional("status", value::text).unwrap_or_default().to_ascii_lowercase();
    let message = fields.optional("message", value::text).unwrap_or_default();
    match status.as_str() {
        _ if message.to_ascii_lowercase().starts_with("no matching policy") => {
            Verdict::Ineligible { message: shown(&message) }
        }
        "active" => Verdict::Active,
        "cancelled" | "canceled" => Verdict::Ineligible { message: "the assignment is canceled".to_owned() },
        _ => Verdict::Pending,
    }
}

/// The vendor's reason, if it answers that the contractor is not eligible: `eligible` is a flag beside
/// `eligible_message`, or an object of `result` and `message`.
fn ineligible(fields: &mut Fields<'_>) -> Option<String> {
    let beside = fields.optional("eligible_message", value::text);
    let (eligible, within) = fields.optional("eligible", |eligible| {
        if let Ok(flag) = value::flag(eligible) {
            return Ok((flag, None));
        }
        let unclear = "neither a flag nor an object with a result";
        let mut object = Fields::open(eligible.get().as_bytes()).map_err(|_| unclear)?;
        let message = object.optional("message", value::text);
        let result = object.required("result", value::flag);
        object.finish(result).map(|flag| (flag, message)).map_err(|_| unclear)
    })?;
    (!eligible).then(|| shown(&within.or(beside).unwrap_or_else(|| "not eligible".to_owned())))
}

fn shown(message: &str) -> String {
    capped(&plain(&message.into()))
}

/// The time that the answer names, with what was asked for where it does not.
fn window(fields: &mut Fields<'_>, asked: Window) -> Option<Window> {
    let start = fields.optional("effective_date", value::timestamp).unwrap_or(asked.start());
    let end = fields.optional("end_date", value::timestamp).unwrap_or(asked.end());
    Window::new(start, end).or_else(|| fields.refuse("end_date", "not after effective_date"))
}

/// The lines that are known here, if any is named; a line we do not know is none that anybody required.
pub(super) fn lines(value: &RawValue) -> Result<Option<Lines>, &'static str> {
    let names = value::texts(value)?;
    let known = |name: &String| Line::parse(&name.trim().to_ascii_lowercase());
    Ok((!names.is_empty()).then(|| names.iter().filter_map(known).collect()))
}

/// An address that is safe to offer as a link.
fn link(value: &RawValue) -> Result<Url, &'static str> {
    let url: Url = value::filled(value)?.parse().map_err(|_| "not an address")?;
    if matches!(url.scheme(), "https" | "http") { Ok(url) } else { Err("not a web address") }
}
