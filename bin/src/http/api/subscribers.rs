//! Those who are told by webhooks of ours: how they stand, and having them told again.

use super::{Shared, access, json, problem};
use crate::config::Right;
use crate::http::Who;
use crate::http::body::UnreadBody;
use crate::subscribers::{Replay, Unanswered};
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;

/// The largest body, in bytes.
const MAX_BODY_BYTES: usize = 4096;

/// `GET /v1/subscribers`
pub(super) async fn all(State(shared): State<Arc<Shared>>) -> Response {
    json(json!({ "items": shared.subscribers.list().await }).to_string())
}

/// `GET /v1/subscribers/{name}`
pub(super) async fn one(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    answered(shared.subscribers.one(&name).await)
}

/// `POST /v1/subscribers/{name}/replay` with `{"from": position}` or `{"dead": true}`
pub(super) async fn replay(
    State(shared): State<Arc<Shared>>,
    Extension(who): Extension<Who>,
    Path(name): Path<String>,
    mut body: UnreadBody,
) -> Response {
    if !who.role.has(Right::Administer) {
        return access::forbidden(&who, Right::Administer);
    }
    let Ok(body) = body.read(MAX_BODY_BYTES).await else {
        return problem(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body could not be read, or is larger than 4096 bytes",
        );
    };
    match serde_json::from_slice::<Replay>(&body) {
        Ok(replay) => answered(shared.subscribers.replay(&name, replay, who.name).await),
        Err(_) => problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "the body takes {\"from\": position} or {\"dead\": true}",
        ),
    }
}

fn answered(answer: Result<Value, Unanswered>) -> Response {
    match answer {
        Ok(told) => json(told.to_string()),
        Err(unknown @ Unanswered::Unknown) => problem(StatusCode::NOT_FOUND, &unknown.to_string()),
        Err(later @ Unanswered::Later) => problem(StatusCode::SERVICE_UNAVAILABLE, &later.to_string()),
    }
}
