//! Those who are told by webhooks of ours: how they stand, and having them told again.

use super::{Shared, access, json as answer_json, problem};
use crate::config::{Right, SubscriberName};
use crate::http::Who;
use crate::http::body::{UnreadBody, Untaken};
use crate::http::json;
use crate::http::path::ApiPath;
use crate::subscribers::{Replay, Unanswered};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use std::sync::Arc;

/// The largest body, in bytes.
const MAX_BODY_BYTES: usize = 4_096;

/// `GET /v1/subscribers`
pub(super) async fn all(State(shared): State<Arc<Shared>>) -> Response {
    answer_json(json!({ "items": shared.subscribers.list().await }).to_string())
}

/// `GET /v1/subscribers/{name}`
pub(super) async fn one(
    State(shared): State<Arc<Shared>>,
    ApiPath(name): ApiPath<SubscriberName>,
) -> Response {
    answered(shared.subscribers.one(&name).await)
}

/// `POST /v1/subscribers/{name}/replay` with `{"from": position}` or `{"dead": true}`
pub(super) async fn replay(
    State(shared): State<Arc<Shared>>,
    Extension(who): Extension<Who>,
    ApiPath(name): ApiPath<SubscriberName>,
    headers: HeaderMap,
    mut body: UnreadBody,
) -> Response {
    if !who.role.has(Right::Administer) {
        return access::forbidden(&who, Right::Administer);
    }
    let body = match body.read(MAX_BODY_BYTES).await {
        Ok(body) => body,
        Err(Untaken::TooLarge) => {
            let limit = format!("the body is larger than {MAX_BODY_BYTES} bytes");
            return problem(StatusCode::PAYLOAD_TOO_LARGE, &limit);
        }
        Err(Untaken::Broken) => {
            return problem(StatusCode::BAD_REQUEST, "the body could not be read to its end");
        }
    };
    match json::read::<Replay>(&headers, &body) {
        Ok(replay) => answered(shared.subscribers.replay(&name, replay, who.name).await),
        Err(refusal) => refusal.into_response(),
    }
}

fn answered(answer: Result<Value, Unanswered>) -> Response {
    match answer {
        Ok(told) => answer_json(told.to_string()),
        Err(unknown @ Unanswered::Unknown) => problem(StatusCode::NOT_FOUND, &unknown.to_string()),
        Err(later @ Unanswered::Later) => problem(StatusCode::SERVICE_UNAVAILABLE, &later.to_string()),
    }
}
