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

use super::routes::{Door, Routes};
use super::{Shared, access, problem};
use crate::config::Right;
use crate::engine::with_causes;
use crate::views::Trouble;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

/// All of it, for those who have a token.
pub(super) fn routes() -> Routes {
    let read = Door::Token(Right::Read);
    let routes = Routes::default()
        .get("/v1/work-orders/{work_order}", read, ["as_of", "known_at"], work_order::one)
        .get("/v1/work-orders/{work_order}/history", read, [], history::history)
        .get("/v1/work-orders/{work_order}/standing", read, ["at", "known_at"], work_order::standing)
        .get("/v1/events", read, ["after", "type", "work_order"], events::events)
        .get("/v1/subscriptions/{list}", read, subscriptions::parameters(), subscriptions::subscribe)
        .get("/metrics", read, [], metrics::metrics)
        .get("/v1/subscribers", read, [], subscribers::all)
        .get("/v1/subscribers/{name}", read, [], subscribers::one)
        .post("/v1/subscribers/{name}/replay", Door::Token(Right::Administer), subscribers::replay)
        .get("/v1/openapi.json", read, [], openapi::openapi);
    listings::ALL.iter().fold(routes, |routes, listing| {
        routes.get(
            &format!("/v1/{}", listing.name),
            read,
            list::parameters(listing),
            move |state, who, query| list::list(listing, state, who, query),
        )
    })
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
