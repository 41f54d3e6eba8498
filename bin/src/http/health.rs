//! Whether the process lives, and whether it can do its work.

use super::{Shared, problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// `GET /livez`
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the log can be read, and the engine and the read models have read it.
pub(super) async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    if !shared.engine.is_caught_up() {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "the event log is still being read");
    }
    if !shared.models.hub().progress().is_caught_up {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "the read models are still being folded");
    }
    match shared.engine.store.head().await {
        Ok(_) => "ok\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "the event log cannot be read");
            problem(StatusCode::SERVICE_UNAVAILABLE, "the event log cannot be read")
        }
    }
}
