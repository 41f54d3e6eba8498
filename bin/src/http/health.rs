//! Whether the process lives, and whether it can do its work.

use super::ages::Ages;
use super::{Shared, problem};
use crate::clock;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use covertrail_adapters::store::Position;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// `GET /livez`
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the log can be read, and the engine has read it. The read models may
/// still be behind, for which no vendor's delivery need wait: how far they are is told, and how long each vendor has been
/// silent.
pub(super) async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    if !shared.engine.is_caught_up() {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "the event log is still being read");
    }
    match shared.engine.store.head().await {
        Ok(head) => {
            let (at, head) = (shared.models.hub().progress().position, head.map_or(0, Position::get));
            // while they are folded nothing is known of it yet
            let ages =
                shared.models.read(|reader| Ages::read(reader, clock::now())).await.unwrap_or_default();
            let feeds: Map<String, Value> =
                ages.feeds.iter().map(|(feed, age)| ((*feed).to_owned(), (*age).into())).collect();
            let told = json!({
                "log_position": head,
                "read_models_position": at,
                "projection_lag": head.saturating_sub(at),
                "feed_age_seconds": feeds,
            });
            ([("content-type", "application/json")], told.to_string()).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "the event log cannot be read");
            problem(StatusCode::SERVICE_UNAVAILABLE, "the event log cannot be read")
        }
    }
}
