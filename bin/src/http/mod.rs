//! What is served over HTTP: the vendors' webhooks, the contractor's way to the application, what people and services
//! may read and do, and health.

mod access;
mod ages;
mod api;
mod apply;
mod board;
mod body;
mod certificate;
mod costly;
mod four_eyes;
#[cfg(test)]
mod fuzz;
mod headers;
mod health;
mod json;
mod keys;
mod path;
mod people;
mod problem;
mod query;
mod reason;
mod refusals;
mod routes;
mod webhooks;

pub use access::{Access, Who};
pub(crate) use api::cloud_event;
pub use board::Sessions;
pub use costly::CostlyQuestions;
pub use covertrail_adapters::front::Peer;
pub use refusals::Refusals;
pub use routes::{Door, Route};

use crate::clock;
use crate::config::{PeopleRules, Right};
use crate::engine::Engine;
use crate::links::Links;
use crate::subscribers::Subscribers;
use crate::telemetry::Timings;
use crate::views::ReadModels;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use covertrail_adapters::front::{self, Connections};
use covertrail_adapters::gateway::GatewayWatch;
use covertrail_adapters::webhook::verify::Verifier;
use problem::problem;
use routes::Routes;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// What the handlers share.
pub struct Shared {
    /// The engine.
    pub engine: Arc<Engine>,
    /// How 1099Policy's deliveries are authenticated.
    pub policy: Verifier,
    /// How `WorkMarket`'s deliveries are authenticated.
    pub workmarket: Verifier,
    /// The read models.
    pub models: Arc<ReadModels>,
    /// Those who are told by webhooks of ours.
    pub subscribers: Arc<Subscribers>,
    /// The gateway's connections and calls, where it serves.
    pub gateway: Option<Arc<GatewayWatch>>,
    /// Who may ask and act.
    pub access: Access,
    /// Rules for what people do.
    pub people: PeopleRules,
    /// Who is signed in to the board.
    pub sessions: Sessions,
    /// Who was refused.
    pub refusals: Arc<Refusals>,
    /// The contractors' links.
    pub links: Links,
    /// How long requests took.
    pub requests: Timings,
    /// The open connections.
    pub connections: Arc<Connections>,
    /// The questions that cost much.
    pub costly: CostlyQuestions,
    /// The largest webhook body, in bytes.
    pub max_body_bytes: usize,
    /// After how long without a verdict a certificate is stuck at 1099Policy.
    pub certificate_stuck_after: Duration,
}

/// Every route that is served, with who may call it: what is added later is on this list by itself.
pub fn routes() -> Vec<Route> {
    all().list()
}

fn all() -> Routes {
    let act = Door::Token(Right::Act);
    Routes::default()
        .post("/webhooks/1099policy", Door::Vendor, webhooks::policy)
        .post("/webhooks/workmarket/{event}", Door::Vendor, webhooks::workmarket)
        .post("/v1/work-orders/{work_order}/certificates", act, certificate::submit)
        .post("/v1/work-orders/{work_order}/review", act, people::review)
        .post("/v1/work-orders/{work_order}/waive", act, people::waive)
        .post("/v1/work-orders/{work_order}/retry", act, people::retry)
        .and(api::routes())
        .and(board::routes())
        .get("/apply/{work_order}", Door::LinkHolder, ["key"], apply::apply)
        .get("/livez", Door::Anybody, [], health::live)
        .get("/readyz", Door::Anybody, [], health::ready)
}

/// All that is served.
pub fn router(shared: Shared) -> Router {
    let shared = Arc::new(shared);
    all()
        .router(&shared)
        .fallback(|method: Method, headers: HeaderMap| async move { board::nothing_here(&method, &headers) })
        .method_not_allowed_fallback(|headers: HeaderMap| async move { board::not_this_method(&headers) })
        .layer(from_fn_with_state(Arc::clone(&shared), refusals::watched))
        .layer(from_fn_with_state(Arc::clone(&shared), timed))
        .with_state(shared)
}

/// Counts how long an answer took to begin, by its route: what is asked for in it is nobody's business.
async fn timed(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let began = clock::begun();
    let answer = next.run(request).await;
    let ended = match answer.status().as_u16() {
        ..400 => "ok",
        400..500 => "refused",
        _ => "failed",
    };
    shared.requests.took(route.as_ref().map_or("none", MatchedPath::as_str), ended, began.elapsed());
    answer
}

/// Serves until it is stopped; requests under way are finished.
pub async fn serve(
    listener: TcpListener,
    shared: Shared,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let connections = Arc::clone(&shared.connections);
    front::serve(listener, connections, router(shared), stop).await;
    Ok(())
}
