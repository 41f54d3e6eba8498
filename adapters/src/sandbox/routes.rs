//! From HTTP to the vendors' synchronous functions and back.

use std::collections::HashMap;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post, put};
use bytes::Bytes;
use serde_json::{Map, Value};

use super::answer::{Outcome, Refusal};
use super::desk::{Desk, World};
use super::front;

pub(crate) type Filters = HashMap<String, String>;

/// A vendor's API: everything under it passes the front, and what it does not know is refused in JSON.
pub(crate) fn api<W: World>(routes: Router<Desk<W>>, desk: &Desk<W>) -> Router<Desk<W>> {
    routes
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(axum::extract::DefaultBodyLimit::disable())
        .layer(from_fn_with_state(desk.common.clone(), front::pass))
}

/// `POST /things`
pub(crate) fn on_post<W: World>(work: fn(&mut W, i64, &Value) -> Outcome) -> MethodRouter<Desk<W>> {
    post(move |State(desk): State<Desk<W>>, body: Bytes| async move {
        let body = parse(&body)?;
        desk.attend(|world, now| work(world, now, &body))
    })
}

/// `POST /things/{id}/verb`
pub(crate) fn on_post_to<W: World>(work: fn(&mut W, i64, &str, &Value) -> Outcome) -> MethodRouter<Desk<W>> {
    post(move |State(desk): State<Desk<W>>, Path(id): Path<String>, body: Bytes| async move {
        let body = parse(&body)?;
        desk.attend(|world, now| work(world, now, &id, &body))
    })
}

/// `PUT /things/{id}`
pub(crate) fn on_put<W: World>(work: fn(&mut W, i64, &str, &Value) -> Outcome) -> MethodRouter<Desk<W>> {
    put(move |State(desk): State<Desk<W>>, Path(id): Path<String>, body: Bytes| async move {
        let body = parse(&body)?;
        desk.attend(|world, now| work(world, now, &id, &body))
    })
}

/// `DELETE /things/{id}`
pub(crate) fn on_delete<W: World>(work: fn(&mut W, i64, &str) -> Outcome) -> MethodRouter<Desk<W>> {
    delete(move |State(desk): State<Desk<W>>, Path(id): Path<String>| async move {
        desk.attend(|world, now| work(world, now, &id))
    })
}

/// `GET /things/{id}`
pub(crate) fn on_get<W: World>(find: fn(&W, &str) -> Outcome) -> MethodRouter<Desk<W>> {
    get(move |State(desk): State<Desk<W>>, Path(id): Path<String>| async move {
        desk.attend(|world, _| find(world, &id))
    })
}

/// `GET /things?filter=`
pub(crate) fn on_list<W: World>(list: fn(&W, &Filters) -> Outcome) -> MethodRouter<Desk<W>> {
    get(move |State(desk): State<Desk<W>>, Query(filters): Query<Filters>| async move {
        desk.attend(|world, _| list(world, &filters))
    })
}

pub(crate) async fn not_found() -> Response {
    missing("there is nothing at this path").into_response()
}

pub(crate) async fn method_not_allowed() -> Response {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path does not take this method")
        .into_response()
}

pub(crate) fn missing(message: impl Into<Value>) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "resource_not_found", message)
}

/// An empty body counts as an empty object: many orders need no more than their path.
fn parse(body: &Bytes) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(body)
        .map_err(|problem| Refusal::bad("bad_request", format!("the body is not JSON: {problem}")))
}
