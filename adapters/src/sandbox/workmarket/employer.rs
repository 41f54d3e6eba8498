//! The employer API, side by side with the guide's REST: an access token for the account's token and secret, and every
//! answer in an envelope, refusals inside of a 200 included.

use std::collections::HashMap;
use std::io;

use axum::body::{Body, to_bytes};
use axum::extract::{Form, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};

use super::assignment;
use super::world::Market;
use crate::sandbox::answer::{Answer, Outcome, Refusal};
use crate::sandbox::desk::Desk;
use crate::sandbox::routes::{self, on_list};

const EXCHANGE: &str = "/authorization/request";

/// The account, and the access tokens it was given.
pub(super) struct Account {
    token: String,
    secret: String,
    /// How long an access token is taken, in seconds; nobody is told.
    lifetime: Option<i64>,
    given: HashMap<String, i64>,
    refusals_in_200: bool,
}

impl Account {
    pub(super) fn new(token: String, secret: String, lifetime: Option<i64>, refusals_in_200: bool) -> Self {
        Self { token, secret, lifetime, given: HashMap::new(), refusals_in_200 }
    }

    fn admits(&self, headers: &HeaderMap, now: i64) -> bool {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        bearer
            .and_then(|bearer| bearer.strip_prefix("Bearer "))
            .and_then(|token| self.given.get(token))
            .is_some_and(|until| now < *until)
    }
}

/// The API's routes, with its door and its envelope around the front that both APIs have.
pub(super) fn router(desk: &Desk<Market>) -> Router<Desk<Market>> {
    let api = Router::new()
        .route(EXCHANGE, post(exchange))
        .route("/assignments/get", on_list(assignment::find))
        .route("/assignments/list_updated", on_list(assignment::list_updated));
    routes::api(api, desk).layer(from_fn_with_state(desk.clone(), pass))
}

/// Control: no access token that was given is taken any more.
#[expect(clippy::unnecessary_wraps, reason = "every order to the sandbox answers in this form")]
pub(super) fn expire_tokens(market: &mut Market, _: i64, _: &Value) -> Outcome {
    let expired = market.account.given.len();
    market.account.given.clear();
    Ok(Answer::ok(&json!({ "expired": expired })))
}

async fn exchange(State(desk): State<Desk<Market>>, Form(form): Form<HashMap<String, String>>) -> Outcome {
    desk.act(|market, now| {
        let sent = |name: &str| form.get(name).map(String::as_str);
        let account = &market.account;
        if sent("token") != Some(&account.token) || sent("secret") != Some(&account.secret) {
            let message = "Invalid token or secret";
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, "invalid_credentials", message));
        }
        let until = account.lifetime.map_or(i64::MAX, |lifetime| now.saturating_add(lifetime));
        let token = market.ids.next("at_");
        market.account.given.insert(token.clone(), until);
        Ok(Answer::ok(&json!({ "access_token": token })))
    })
}

/// The front knows one bearer, the account's own token: whoever may come in here gets it, and nobody else has it.
async fn pass(State(desk): State<Desk<Market>>, mut request: Request, next: Next) -> Response {
    let is_exchange = request.uri().path() == EXCHANGE;
    let admitted = desk.act(|market, now| {
        let admitted = is_exchange || market.account.admits(request.headers(), now);
        admitted.then(|| market.account.token.clone())
    });
    let bearer = admitted.and_then(|token| HeaderValue::from_str(&format!("Bearer {token}")).ok());
    request.headers_mut().remove(header::AUTHORIZATION);
    if let Some(bearer) = bearer {
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
    }
    let answered = next.run(request).await;
    let (refusals_in_200, now) = desk.act(|market, now| (market.account.refusals_in_200, now));
    enveloped(answered, now, refusals_in_200).await
}

async fn enveloped(answered: Response, now: i64, refusals_in_200: bool) -> Response {
    let (mut parts, body) = answered.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else { return broken() };
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let status = parts.status;
    let (errors, response) = if status.is_success() {
        (json!([]), told)
    } else {
        (json!([{ "message": told.get("message"), "code": told.get("error_code") }]), Value::Null)
    };
    let passing = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS);
    if status.is_client_error() && !passing && refusals_in_200 {
        parts.status = StatusCode::OK;
    }
    let meta = json!({
        "errors": errors, "status_code": status.as_u16(), "version": 1, "requestId": format!("r-{now}"),
        "timestamp": now,
    });
    parts.headers.remove(header::CONTENT_LENGTH);
    let Json(whole) = Json(json!({ "meta": meta, "response": response }));
    Response::from_parts(parts, Body::from(whole.to_string()))
}

/// A connection that the front gave up is given up here too.
fn broken() -> Response {
    let failing = stream::once(async { Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionAborted)) });
    Response::new(Body::from_stream(failing))
}
