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

use super::routes::{Door, Routes};
use super::{Shared, problem};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use failed::Failed;
use std::sync::Arc;

/// The largest form of a stranger: a token and where to go, in bytes.
const SIGN_IN_BYTES: usize = 8 << 10;

/// What browsers may load and do: only what comes from here, and nothing that stands in a page itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// All pages, and what they are made with.
pub(super) fn routes() -> Routes {
    let page = Door::Session;
    Routes::default()
        .get("/sign-in", Door::SignIn, ["then"], session::ask)
        .post("/sign-in", Door::SignIn, session::sign_in)
        .get("/", page, [], overview::page)
        .get("/board", page, filters::NAMES, list::page)
        .get("/board.csv", page, filters::NAMES, spreadsheet::download)
        .get("/board/live", page, live::parameters(), live::rows)
        .get("/live", page, ["work_order", "since"], live::changes)
        .get("/work-orders/{work_order}", page, order::PARAMETERS, order::page)
        .get("/work-orders/{work_order}/{action}", page, ["certificate", "decision"], actions::ask)
        .post("/work-orders/{work_order}/{action}", page, actions::act)
        .get("/contractors", page, ["text"], contractors::all)
        .get("/contractors/{contractor}", page, [], contractors::one)
        .get("/reviews", page, [], reviews::page)
        .get("/expiring", page, [], expiring::page)
        .get("/integrations", page, ["state", "before"], integrations::page)
        .get("/deliveries/{delivery}", page, [], delivery::page)
        .get("/documents/{document}", page, [], document::download)
        .get("/lifecycle", page, [], lifecycle::page)
        .get("/reference", page, [], reference::page)
        .post("/sign-out", page, session::sign_out)
        .get("/assets/{asset}", Door::Anybody, [], assets::asset)
}

/// The way in, and the pages for those who are signed in.
pub(super) fn guarded(
    sign_in: Router<Arc<Shared>>,
    pages: Router<Arc<Shared>>,
    shared: &Arc<Shared>,
) -> Router<Arc<Shared>> {
    let pages = pages.layer(from_fn_with_state(Arc::clone(shared), session::signed_in));
    sign_in.layer(DefaultBodyLimit::max(SIGN_IN_BYTES)).merge(pages).layer(from_fn(with_policy))
}

/// The answer at an address where nothing is: a page for those who read pages.
pub(super) fn nothing_here(method: &Method, headers: &HeaderMap) -> Response {
    if method == Method::GET && reads_pages(headers) {
        return not_found();
    }
    problem(StatusCode::NOT_FOUND, "there is nothing at this address")
}

/// The answer where an address does not take a method: a page for those who read pages.
pub(super) fn not_this_method(headers: &HeaderMap) -> Response {
    if reads_pages(headers) {
        return shown(Failed::Method);
    }
    problem(StatusCode::METHOD_NOT_ALLOWED, "this address does not take that method")
}

fn reads_pages(headers: &HeaderMap) -> bool {
    let accepts = headers.get("accept").and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepts.contains("text/html")
}

/// The page that says that there is none.
pub(super) fn not_found() -> Response {
    shown(Failed::NotFound("There is no page at this address."))
}

/// The page that says what is wrong with an address.
pub(super) fn asked_wrongly(why: &str) -> Response {
    shown(Failed::Asked(why.to_owned()))
}

fn shown(failed: Failed) -> Response {
    let mut answer = failed.into();
    guard(&mut answer);
    answer
}

async fn with_policy(request: Request, next: Next) -> Response {
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
