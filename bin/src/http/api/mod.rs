//! `/v1` and `/metrics`: what people and services read. Every list is a read model, described as data in `listings`.

mod asked;
mod cursor;
mod events;
#[cfg(test)]
mod fuzz;
mod history;
mod list;
mod listings;
mod metrics;
mod openapi;
pub(super) mod sse;
mod subscribers;
mod subscriptions;
#[cfg(test)]
mod tests;
mod work_order;

pub(crate) use events::cloud_event;
pub(super) use openapi::described;

use super::{Shared, access, problem};
use crate::engine::with_causes;
use crate::views::Trouble;
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use std::sync::Arc;

/// All of it, for those who have a token.
pub(super) fn router(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let routes = Router::new()
        .route("/v1/work-orders/{work_order}", get(work_order::one))
        .route("/v1/work-orders/{work_order}/history", get(history::history))
        .route("/v1/work-orders/{work_order}/standing", get(work_order::standing))
        .route("/v1/events", get(events::events))
        .route("/v1/subscriptions/{listing}", get(subscriptions::subscribe))
        .route("/metrics", get(metrics::metrics))
        .route("/v1/subscribers", get(subscribers::all))
        .route("/v1/subscribers/{name}", get(subscribers::one))
        .route("/v1/subscribers/{name}/replay", post(subscribers::replay))
        .route("/v1/openapi.json", get(openapi::openapi));
    let routes = listings::ALL.iter().fold(routes, |routes, listing| {
        routes.route(
            &format!("/v1/{}", listing.name),
            get(move |state, who, query| list::list(listing, state, who, query)),
        )
    });
    routes.layer(from_fn_with_state(Arc::clone(shared), access::readers))
}

/// An answer in JSON, made here.
fn json(body: String) -> Response {
    ([("content-type", "application/json"), ("cache-control", "no-store")], body).into_response()
}

fn bad(why: &str) -> Response {
    problem(StatusCode::BAD_REQUEST, why)
}

fn no_such_work_order() -> Response {
    problem(StatusCode::NOT_FOUND, "no such work order was known")
}

fn troubled(trouble: &Trouble) -> Response {
    tracing::error!(error = with_causes(trouble), "a question could not be answered");
    problem(StatusCode::SERVICE_UNAVAILABLE, "it cannot be read now; try again")
}
