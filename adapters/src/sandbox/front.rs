//! What every API request passes before and after the vendor's own work: outage, key, faults, idempotency.

use std::io;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};

use super::answer::Refusal;
use super::calls::{Call, Ending};
use super::common::Common;
use super::faults::Stickiness;
use super::keys::Admission;
use super::outage::Strike;
use super::replays::{Claim, Saved};

const BODY_LIMIT: usize = 1024 * 1024;
/// Above the 15 MB a certificate may have, so that one too large is told so by name.
const UPLOAD_LIMIT: usize = 32 * 1024 * 1024;
/// How much of a body is read for politeness once it is too large, so that its sender reads the 413.
const DRAINED: usize = 64 * 1024 * 1024;

const VENDORS_KEY_HEADER: &str = "ten99policy-idempotent-key";
/// The vendor's own header wins over the guide's where both are sent.
const KEY_HEADERS: [&str; 2] = [VENDORS_KEY_HEADER, "idempotency-key"];

/// The middleware around a vendor's API.
pub(crate) async fn pass(State(common): State<Arc<Common>>, request: Request, next: Next) -> Response {
    let mut call = Call {
        method: request.method().to_string(),
        path: format!("{}{}", common.base_path, request.uri().path()),
        idempotency_key: idempotency_key(request.method(), request.headers()),
        environment: environment(request.headers()),
        status: None,
        ending: Ending::Answered,
    };
    let vendors_key = request.headers().get(VENDORS_KEY_HEADER).cloned();
    let (parts, body) = request.into_parts();
    // Read first of all: a caller who is still sending would not hear a refusal.
    let body = read(body, limit(&call.path)).await;
    let end = match refuse_at_door(&common, &parts.method, &parts.headers) {
        Some(end) => end,
        None => match body {
            Ok(body) => {
                let request = Request::from_parts(parts, Body::from(body));
                work(&common, call.idempotency_key.as_deref(), request, next).await
            }
            Err(refusal) => End::answered(save(refusal.into_response()).await),
        },
    };
    call.status = end.saved.as_ref().map(|saved| saved.status.as_u16());
    call.ending = end.ending;
    common.calls.record(call);
    let mut response = end.into_response();
    // The vendor's clients look for it there.
    if let Some(key) = vendors_key {
        response.headers_mut().insert(VENDORS_KEY_HEADER, key);
    }
    response
}

/// How a request ends: with an answer (kept for the log where it is lost), or without one.
struct End {
    saved: Option<Saved>,
    ending: Ending,
    header: Option<(&'static str, HeaderValue)>,
}

impl End {
    fn answered(saved: Saved) -> Self {
        Self { saved: Some(saved), ending: Ending::Answered, header: None }
    }

    fn lost_if(self, lost: bool) -> Self {
        if lost { Self { ending: Ending::AnswerLost, ..self } } else { self }
    }

    fn into_response(self) -> Response {
        match (self.saved, self.ending) {
            (None, _) | (Some(_), Ending::AnswerLost) => closed_connection(),
            (Some(saved), Ending::Answered | Ending::Replayed | Ending::Outage) => answer(saved, self.header),
        }
    }
}

/// What needs no look at the request beyond its key.
fn refuse_at_door(common: &Common, method: &Method, headers: &HeaderMap) -> Option<End> {
    let strike = common.outages.strike(common.now());
    if let Some(strike) = strike {
        let saved = (strike == Strike::Unavailable).then(unavailable);
        return Some(End { saved, ending: Ending::Outage, header: None });
    }
    match common.keys.admit(method, headers) {
        Admission::Admitted => None,
        Admission::Unknown => Some(End::answered(unauthorised())),
        Admission::Forbidden => Some(End::answered(forbidden())),
    }
}

async fn work(common: &Common, key: Option<&str>, request: Request, next: Next) -> End {
    let fate = common.dice.roll_request();
    if let Some(seconds) = fate.too_many_requests {
        let wait = HeaderValue::from(u16::from(seconds));
        return End { header: Some(("retry-after", wait)), ..End::answered(too_many_requests()) };
    }
    if fate.server_error == Some(Stickiness::Passing) {
        return End::answered(server_error());
    }
    let claim = match key.map(|key| common.replays.claim(key, common.now())) {
        None => None,
        Some(Claim::First(work)) => Some(work),
        Some(Claim::InProgress) => return End::answered(in_progress()),
        Some(Claim::Answered(saved)) => {
            let header = Some(("idempotent-replayed", HeaderValue::from_static("true")));
            return End { saved: Some(saved), ending: Ending::Replayed, header }.lost_if(fate.answer_lost);
        }
    };
    tokio::time::sleep(fate.before).await;
    let saved = match fate.server_error {
        Some(Stickiness::Sticky) => server_error(),
        Some(Stickiness::Passing) | None => save(next.run(request).await).await,
    };
    // Refusals of the caller's making are not kept: the corrected request may come under the same key.
    if let Some(work) = claim
        && !saved.status.is_client_error()
    {
        work.keep(saved.clone(), common.now());
    }
    tokio::time::sleep(fate.after).await;
    End::answered(saved).lost_if(fate.answer_lost)
}

fn idempotency_key(method: &Method, headers: &HeaderMap) -> Option<String> {
    if method != Method::POST {
        return None;
    }
    KEY_HEADERS
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .map(str::trim)
        .find(|key| !key.is_empty())
        .map(str::to_owned)
}

fn environment(headers: &HeaderMap) -> Option<String> {
    let named = headers.get("ten99policy-environment")?.to_str().ok()?;
    ["sandbox", "production"].contains(&named).then(|| named.to_owned())
}

fn limit(path: &str) -> usize {
    if path.ends_with("/files/certificates") { UPLOAD_LIMIT } else { BODY_LIMIT }
}

async fn read(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let mut kept = BytesMut::new();
    let mut seen: usize = 0;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Refusal::bad("bad_request", "the body ended early"))?;
        seen = seen.saturating_add(chunk.len());
        if seen <= limit {
            kept.extend_from_slice(&chunk);
        } else if seen > DRAINED {
            break;
        }
    }
    if seen > limit {
        return Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            format!("the body may have at most {limit} bytes"),
        ));
    }
    Ok(kept.freeze())
}

async fn save(response: Response) -> Saved {
    let status = response.status();
    // Answers are made in memory, so reading one back cannot fail.
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap_or_default();
    Saved { status, body }
}

fn answer(saved: Saved, extra: Option<(&'static str, HeaderValue)>) -> Response {
    let mut response =
        (saved.status, [(header::CONTENT_TYPE, "application/json")], saved.body).into_response();
    if let Some((name, value)) = extra {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The body fails before its first byte, so that the server gives the connection up with the head unsent.
fn closed_connection() -> Response {
    let broken = stream::once(async { Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionAborted)) });
    Response::new(Body::from_stream(broken))
}

fn error(status: StatusCode, error_code: &str, message: &str) -> Saved {
    let body = serde_json::json!({"message": message, "error_code": error_code});
    Saved { status, body: Bytes::from(body.to_string()) }
}

fn unauthorised() -> Saved {
    error(StatusCode::UNAUTHORIZED, "invalid_api_key", "send a known key as `Authorization: Bearer <key>`")
}

fn forbidden() -> Saved {
    error(StatusCode::FORBIDDEN, "insufficient_permissions", "this key may only read")
}

fn unavailable() -> Saved {
    error(StatusCode::SERVICE_UNAVAILABLE, "service_unavailable", "the service is away")
}

fn too_many_requests() -> Saved {
    error(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "too many requests")
}

fn server_error() -> Saved {
    error(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "something went wrong on our side")
}

fn in_progress() -> Saved {
    error(
        StatusCode::CONFLICT,
        "idempotency_in_progress",
        "the first request under this idempotency key is still being worked on",
    )
}
