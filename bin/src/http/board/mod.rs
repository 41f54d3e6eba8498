//! The board: pages that people keep open all day, over the read models and what is told of them.
//!
//! Every page is whole without a script. Absent here: rules, and any way to change something that `/v1` does not have.

mod actions;
mod assets;
mod calendar;
mod charts;
mod contractors;
mod delivery;
mod document;
mod expiring;
mod failed;
mod feeds;
mod filters;
mod forms;
#[cfg(test)]
mod fuzz;
mod integrations;
mod lifecycle;
mod list;
mod live;
mod order;
mod overview;
mod page;
mod read;
mod reference;
mod reviews;
mod rows;
mod session;
mod spreadsheet;
#[cfg(test)]
mod tests;
mod time;
mod words;

pub use session::Sessions;
pub(super) use session::too_many_sign_ins;

use super::{Shared, problem};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use failed::Failed;
use std::sync::Arc;

/// The largest form of a stranger: a token and where to go, in bytes.
const SIGN_IN_BYTES: usize = 8 << 10;

/// What browsers may load and do: only what comes from here, and nothing that stands in a page itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// All pages, and what they are made with.
pub(super) fn router(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let pages = Router::new()
        .route("/", get(overview::page))
        .route("/board", get(list::page))
        .route("/board.csv", get(spreadsheet::download))
        .route("/board/live", get(live::rows))
        .route("/live", get(live::changes))
        .route("/work-orders/{work_order}", get(order::page))
        .route("/work-orders/{work_order}/{action}", get(actions::ask).post(actions::act))
        .route("/contractors", get(contractors::all))
        .route("/contractors/{contractor}", get(contractors::one))
        .route("/reviews", get(reviews::page))
        .route("/expiring", get(expiring::page))
        .route("/integrations", get(integrations::page))
        .route("/deliveries/{delivery}", get(delivery::page))
        .route("/documents/{document}", get(document::download))
        .route("/lifecycle", get(lifecycle::page))
        .route("/reference", get(reference::page))
        .route("/sign-out", post(session::sign_out))
        .layer(from_fn_with_state(Arc::clone(shared), session::signed_in));
    Router::new()
        .route("/sign-in", get(session::ask).post(session::sign_in))
        .layer(DefaultBodyLimit::max(SIGN_IN_BYTES))
        .merge(pages)
        .layer(from_fn(guarded))
        .route("/assets/{name}", get(assets::asset))
}

/// The answer at an address where nothing is: a page for those who read pages.
pub(super) fn nothing_here(method: &Method, headers: &HeaderMap) -> Response {
    let accepts = headers.get("accept").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if method == Method::GET && accepts.contains("text/html") {
        let mut answer = Failed::NotFound("There is no page at this address.").into();
        guard(&mut answer);
        return answer;
    }
    problem(StatusCode::NOT_FOUND, "there is nothing at this address")
}

async fn guarded(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    guard(&mut answer);
    answer
}

fn guard(answer: &mut Response) {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}
