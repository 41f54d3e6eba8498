//! Whether the process lives, and whether it can do its work.

use super::{Shared, problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use covertrail_adapters::store::Position;
use std::sync::Arc;

/// `GET /livez`
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the log can be read, and the engine has read it. The read models may
/// still be behind, for which no vendor's delivery need wait: how far they are is told.
pub(super) async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    if !shared.engine.is_caught_up() {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "the event log is still being read");
    }
    match shared.engine.store.head().await {
        Ok(head) => {
            let (at, head) = (shared.models.hub().progress().position, head.map_or(0, Position::get));
            format!("ok\nread models at position {at} of {head}\n").into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the event log cannot be read");
            problem(StatusCode::SERVICE_UNAVAILABLE, "the event log cannot be read")
        }
    }
}
