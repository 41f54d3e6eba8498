//! What is served over HTTP: the vendors' webhooks, the contractor's way to the application, what people may
//! do, and health.

mod apply;
mod body;
mod certificate;
mod health;
mod people;
mod webhooks;

use crate::config::People;
use crate::engine::Engine;
use crate::links::Links;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use covertrail_adapters::webhook::verify::Verifier;
use serde_json::json;
use std::sync::Arc;
use tokio::net::TcpListener;

/// What the handlers share.
pub struct Shared {
    /// The engine.
    pub engine: Arc<Engine>,
    /// How 1099Policy's deliveries are authenticated.
    pub policy: Verifier,
    /// How `WorkMarket`'s deliveries are authenticated.
    pub workmarket: Verifier,
    /// Who may act.
    pub people: People,
    /// The contractors' links.
    pub links: Links,
    /// The largest webhook body, in bytes.
    pub max_body_bytes: usize,
}

/// All that is served.
pub fn router(shared: Shared) -> Router {
    let webhooks = Router::new()
        .route("/webhooks/1099policy", post(webhooks::policy))
        .route("/webhooks/workmarket/{event}", post(webhooks::workmarket));
    let people = Router::new()
        .route("/v1/work-orders/{work_order}/certificates", post(certificate::submit))
        .route("/v1/work-orders/{work_order}/review", post(people::review))
        .route("/v1/work-orders/{work_order}/waive", post(people::waive))
        .route("/v1/work-orders/{work_order}/retry", post(people::retry));
    Router::new()
        .merge(webhooks)
        .merge(people)
        .route("/apply/{work_order}", get(apply::apply))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .fallback(|| async { problem(StatusCode::NOT_FOUND, "there is nothing at this address") })
        .method_not_allowed_fallback(|| async {
            problem(StatusCode::METHOD_NOT_ALLOWED, "this address does not take that method")
        })
        .with_state(Arc::new(shared))
}

/// Serves until told to stop; requests under way are finished.
pub async fn serve(
    listener: TcpListener,
    shared: Shared,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(shared)).with_graceful_shutdown(stop).await
}

/// An error answer in the form of RFC 9457.
fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail });
    (status, [("content-type", "application/problem+json")], body.to_string()).into_response()
}
