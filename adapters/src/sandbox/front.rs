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
use super::outage::Strike;
use super::replays::{Claim, Saved};

const BODY_LIMIT: usize = 1024 * 1024;
/// Above the 15 MB a certificate may have, so that one too large is told so by name.
const UPLOAD_LIMIT: usize = 32 * 1024 * 1024;
/// How much of a body is read for politeness once it is too large, so that its sender reads the 413.
const DRAINED: usize = 64 * 1024 * 1024;

/// The vendor's own header wins over the guide's where both are sent.
const KEY_HEADERS: [&str; 2] = ["ten99policy-idempotent-key", "idempotency-key"];

/// The middleware around a vendor's API.
pub(crate) async fn pass(State(common): State<Arc<Common>>, request: Request, next: Next) -> Response {
    let mut call = Call {
        method: request.method().to_string(),
        path: format!("{}{}", common.base_path, request.uri().path()),
        idempotency_key: idempotency_key(request.method(), request.headers()),
        status: None,
        ending: Ending::Answered,
    };
    let (saved, extra) = decide(&common, &mut call, request, next).await;
    call.status = saved.as_ref().map(|saved| saved.status.as_u16());
    let ending = call.ending;
    common.calls.record(call);
    match (saved, ending) {
        (None, _) | (_, Ending::AnswerLost) => closed_connection(),
        (Some(saved), Ending::Answered | Ending::Replayed | Ending::Outage) => answer(saved, extra),
    }
}

type ExtraHeader = Option<(&'static str, HeaderValue)>;

/// The answer, or none for a connection that closes, with a header of its own where it has one.
async fn decide(
    common: &Common,
    call: &mut Call,
    request: Request,
    next: Next,
) -> (Option<Saved>, ExtraHeader) {
    let (parts, body) = request.into_parts();
    let body = read(body, limit(&call.path)).await;
    match common.outages.strike(common.now()) {
        Some(Strike::Closed) => {
            call.ending = Ending::Outage;
            return (None, None);
        }
        Some(Strike::Unavailable) => {
            call.ending = Ending::Outage;
            return (Some(unavailable()), None);
        }
        None => {}
    }
    if !common.admits(&parts.headers) {
        return (Some(unauthorised()), None);
    }
    let body = match body {
        Ok(body) => body,
        Err(refusal) => return (Some(save(refusal.into_response()).await), None),
    };
    let fate = common.dice.roll_request();
    if let Some(seconds) = fate.too_many_requests {
        let wait = HeaderValue::from(u16::from(seconds));
        return (Some(too_many_requests()), Some(("retry-after", wait)));
    }
    if fate.server_error == Some(Stickiness::Passing) {
        return (Some(server_error()), None);
    }
    let claim = match &call.idempotency_key {
        Some(key) => match common.replays.claim(key, common.now()) {
            Claim::InProgress => return (Some(in_progress()), None),
            Claim::Answered(saved) => {
                call.ending = Ending::Replayed;
                if fate.answer_lost {
                    call.ending = Ending::AnswerLost;
                }
                let mark = HeaderValue::from_static("true");
                return (Some(saved), Some(("idempotent-replayed", mark)));
            }
            Claim::First(work) => Some(work),
        },
        None => None,
    };
    tokio::time::sleep(fate.before).await;
    let saved = if fate.server_error == Some(Stickiness::Sticky) {
        server_error()
    } else {
        save(next.run(Request::from_parts(parts, Body::from(body))).await).await
    };
    // Refusals of the caller's making are not kept: the corrected request may come under the same key.
    if let Some(work) = claim
        && !saved.status.is_client_error()
    {
        work.keep(saved.clone(), common.now());
    }
    tokio::time::sleep(fate.after).await;
    if fate.answer_lost {
        call.ending = Ending::AnswerLost;
    }
    (Some(saved), None)
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

fn answer(saved: Saved, extra: ExtraHeader) -> Response {
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
