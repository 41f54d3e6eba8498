//! What people may do: review a certificate, make an exception, have a blocked step tried again.
//! Whoever does it is named by their token, and the event says so.

use super::access;
use super::body::{UnreadBody, Untaken};
use super::four_eyes::{self, FourEyes};
use super::headers::{IdempotencyKey, IfMatch};
use super::keys::under_key;
use super::path::ApiPath;
use super::reason::reason;
use super::{Shared, json, problem};
use crate::clock;
use crate::config::Right;
use crate::engine::{Cause, ExecuteError, Executed, MAX_DOCUMENT_BYTES, refusal};
use crate::views::Trouble;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use covertrail_adapters::schema::{Actor, Source};
use covertrail_adapters::store::Position;
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::coverage::{self, Command, Cover, Rejection, Ruling, Stage};
use covertrail_domain::id::{CertificateId, PersonId, WorkOrderId};
use covertrail_domain::time::{Timestamp, Window};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The largest body, in bytes: the largest certificate and a little.
const MAX_BODY_BYTES: usize = MAX_DOCUMENT_BYTES + 4096;

/// A reviewer's decision. Dates in Unix seconds; lines and dates may be left out where the vendor has read them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with certificate, decision and reason")]
pub(super) struct ReviewAsked {
    pub(super) certificate: String,
    pub(super) decision: Verdict,
    pub(super) reason: String,
    pub(super) lines: Option<Vec<String>>,
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    Approve,
    Deny,
}

/// `POST /v1/work-orders/{work_order}/review`
pub(super) async fn review(
    State(shared): State<Arc<Shared>>,
    ApiPath(work_order): ApiPath<WorkOrderId>,
    headers: HeaderMap,
    body: UnreadBody,
) -> Response {
    read_and_execute(&shared, &headers, (work_order, "review"), body, |person, review: ReviewAsked| {
        review.command(person, clock::now())
    })
    .await
}

impl ReviewAsked {
    /// The command, or which field is wrong.
    pub(super) fn command(self, by: PersonId, at: Timestamp) -> Result<Command, String> {
        let certificate =
            CertificateId::parse(&self.certificate).map_err(|error| format!("certificate: {error}"))?;
        let decision = match self.decision {
            Verdict::Approve => Ruling::Approve { cover: cover(&self)? },
            Verdict::Deny => Ruling::Deny,
        };
        Ok(Command::Review { certificate, by, decision, reason: reason(&self.reason)?, at })
    }
}

fn cover(review: &ReviewAsked) -> Result<Option<Cover>, String> {
    match (&review.lines, review.start, review.end) {
        (None, None, None) => Ok(None),
        (Some(lines), Some(start), Some(end)) => {
            let line = |name: &String| {
                Line::parse(name).ok_or_else(|| format!("lines: {name:?} is no coverage line"))
            };
            let lines: Lines = lines.iter().map(line).collect::<Result<_, _>>()?;
            let window = Window::new(Timestamp::from_unix(start), Timestamp::from_unix(end));
            let window = window.ok_or("end: must be later than start")?;
            if lines.is_empty() {
                Err("lines: at least one is needed".into())
            } else {
                Ok(Some(Cover { lines, window }))
            }
        }
        _ => Err("lines, start and end: give all three, or none where 1099Policy has read them".into()),
    }
}

/// An exception; `until` in Unix seconds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with reason and until")]
struct Waiver {
    reason: String,
    until: i64,
}

/// `POST /v1/work-orders/{work_order}/waive`
pub(super) async fn waive(
    State(shared): State<Arc<Shared>>,
    ApiPath(work_order): ApiPath<WorkOrderId>,
    headers: HeaderMap,
    body: UnreadBody,
) -> Response {
    read_and_execute(&shared, &headers, (work_order, "waive"), body, |person, waiver: Waiver| {
        let until = Timestamp::from_unix(waiver.until);
        Ok(Command::Waive { by: person, reason: reason(&waiver.reason)?, until, at: clock::now() })
    })
    .await
}

/// Why something is tried again, where somebody says it.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, expecting = "an object with reason, or no body")]
struct Again {
    reason: Option<String>,
}

/// `POST /v1/work-orders/{work_order}/retry`
pub(super) async fn retry(
    State(shared): State<Arc<Shared>>,
    ApiPath(work_order): ApiPath<WorkOrderId>,
    headers: HeaderMap,
    body: UnreadBody,
) -> Response {
    let asked = match admitted(&shared, &headers, work_order, body).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let (by, body) = (asked.person.clone(), asked.body.clone());
    let again = if body.is_empty() { Ok(Again::default()) } else { json::read(&headers, &body) };
    let given = match again {
        Ok(again) => again.reason,
        Err(refusal) => return refusal.into_response(),
    };
    match given.as_deref().map(reason).transpose() {
        Ok(reason) => execute(&shared, asked, ("retry", &body), Command::Retry { by }, reason).await,
        Err(why) => problem(StatusCode::UNPROCESSABLE_ENTITY, &why),
    }
}

async fn read_and_execute<T: DeserializeOwned>(
    shared: &Shared,
    headers: &HeaderMap,
    (work_order, what): (WorkOrderId, &'static str),
    body: UnreadBody,
    command: impl FnOnce(PersonId, T) -> Result<Command, String>,
) -> Response {
    let asked = match admitted(shared, headers, work_order, body).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let read = match json::read(headers, &asked.body) {
        Ok(read) => read,
        Err(refusal) => return refusal.into_response(),
    };
    match command(asked.person.clone(), read) {
        Ok(command) => {
            let said = asked.body.clone();
            execute(shared, asked, (what, &said), command, None).await
        }
        Err(why) => problem(StatusCode::UNPROCESSABLE_ENTITY, &why),
    }
}

/// A request of somebody on the list of people.
pub(super) struct Asked {
    person: PersonId,
    work_order: WorkOrderId,
    /// The person's own key of the request: under one key a thing is done once.
    key: Option<IdempotencyKey>,
    /// Of which revision they speak, as they say.
    if_match: Option<IfMatch>,
    pub(super) body: Bytes,
}

/// Who asks, about which work order, with what; only those on the list of people are let in.
pub(super) async fn admitted(
    shared: &Shared,
    headers: &HeaderMap,
    work_order: WorkOrderId,
    mut unread: UnreadBody,
) -> Result<Asked, Response> {
    let Some(who) = shared.access.who(headers) else { return Err(access::unknown()) };
    if !who.role.has(Right::Act) {
        return Err(access::forbidden(who, Right::Act));
    }
    let person = who.name.clone();
    unread.authenticate();
    if !shared.engine.is_caught_up() {
        return Err(problem(StatusCode::SERVICE_UNAVAILABLE, "the event log is still being read; try again"));
    }
    let wrong = |why: &str| problem(StatusCode::BAD_REQUEST, why);
    let key = IdempotencyKey::of(headers).map_err(wrong)?;
    let if_match = IfMatch::of(headers).map_err(wrong)?;
    let body = unread.read(MAX_BODY_BYTES).await.map_err(|untaken| match untaken {
        Untaken::TooLarge => {
            let limit = format!("the body is larger than {MAX_BODY_BYTES} bytes");
            problem(StatusCode::PAYLOAD_TOO_LARGE, &limit)
        }
        Untaken::Broken => problem(StatusCode::BAD_REQUEST, "the body could not be read to its end"),
    })?;
    Ok(Asked { person, work_order, key, if_match, body })
}

/// `If-Match` with the work order's entity tag: whoever asks has seen its newest event. Between this look and the command
/// another event may come; what the rules then say is told as a conflict.
fn has_seen_newest(shared: &Shared, if_match: Option<&IfMatch>, work_order: &WorkOrderId) -> bool {
    if_match.is_none_or(|if_match| if_match.is_met(shared.engine.revision(work_order)))
}

/// Why something that a person asked for was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum PerformError {
    /// Somebody else must do it.
    #[error("{}", four_eyes::REASON)]
    FourEyes,
    /// Whether somebody else must cannot be read now.
    #[error(transparent)]
    Unreadable(#[from] Trouble),
    /// It was not executed.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
}

/// Executes what a person asked for; what the rules refuse is recorded too.
pub(super) async fn perform(
    shared: &Shared,
    person: &PersonId,
    work_order: &WorkOrderId,
    causation: String,
    reason: Option<String>,
    command: &Command,
) -> Result<Executed, PerformError> {
    let engine = &shared.engine;
    let cause = Cause { actor: Actor::Person(person.clone()), source: Source::Command, causation, reason };
    if FourEyes::new(shared).refuses(person, command).await? {
        engine.refuse(work_order, &[refusal(command, &four_eyes::REASON)], &cause).await?;
        return Err(PerformError::FourEyes);
    }
    match engine.execute(work_order, command, &cause).await {
        Err(ExecuteError::Rejected(rejection)) => {
            engine.refuse(work_order, &[refusal(command, &rejection)], &cause).await?;
            Err(ExecuteError::from(rejection).into())
        }
        executed => Ok(executed?),
    }
}

/// Executes what a person asked for, unless their key says that it is done. What was asked is what its address calls it,
/// and what was said beside that; a reason is given here where the command has none of its own.
pub(super) async fn execute(
    shared: &Shared,
    asked: Asked,
    (what, said): (&str, &[u8]),
    command: Command,
    reason: Option<String>,
) -> Response {
    let Shared { engine, links, .. } = shared;
    let Asked { person, ref work_order, key, if_match, .. } = asked;
    let (causation, before) = match key {
        Some(key) => match under_key(shared, work_order, &key.of_person(&person), what, said).await {
            Ok(found) => found,
            Err(answer) => return answer,
        },
        None => (format!("person-{person}-{}", uuid::Uuid::new_v4()), false),
    };
    if !before && !has_seen_newest(shared, if_match.as_ref(), work_order) {
        let moved = "the work order is at another revision; look at it again";
        return problem(StatusCode::PRECONDITION_FAILED, moved);
    }
    let performed = if before {
        Ok(Executed::Happened)
    } else {
        perform(shared, &person, work_order, causation, reason, &command).await
    };
    match performed {
        Ok(executed) => {
            let status = match executed {
                Executed::Happened => "done",
                Executed::HeldAlready => "held already",
            };
            let look =
                |state: &coverage::State| (state.stage(), links.of_open(work_order, state, clock::now()));
            let (stage, link) = engine.look(work_order, look).unwrap_or_default();
            // where a reader waits for who would see what was just done; without it, they wait for nothing
            let position = engine.store.head().await.ok().flatten().map(Position::get);
            let body = serde_json::json!({
                "status": status, "work_order": work_order.as_str(), "stage": stage.map(Stage::as_str),
                "apply_link": link.map(String::from), "position": position,
            });
            (StatusCode::OK, [("content-type", "application/json")], body.to_string()).into_response()
        }
        Err(PerformError::FourEyes) => problem(StatusCode::FORBIDDEN, four_eyes::REASON),
        Err(PerformError::Execute(ExecuteError::Rejected(rejection))) => {
            let unknown = matches!(rejection, Rejection::NotAssigned);
            let status = if unknown { StatusCode::NOT_FOUND } else { StatusCode::CONFLICT };
            problem(status, &rejection.to_string())
        }
        Err(error) => {
            tracing::error!(%work_order, %error, "a person's command could not be executed");
            problem(StatusCode::SERVICE_UNAVAILABLE, "it could not be recorded; try again")
        }
    }
}
