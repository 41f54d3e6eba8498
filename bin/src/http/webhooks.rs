//! Deliveries: authenticated over the raw bytes, made durable, and only then answered 2xx.

use super::body::{UnreadBody, Untaken};
use super::path::{ApiPath, PathValue};
use super::refusals::RefusedBecause;
use super::{Shared, json as json_body, problem};
use crate::clock;
use crate::telemetry::SPANS;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use covertrail_adapters::schema::{self, Actor, Envelope, Source};
use covertrail_adapters::store::{AppendError, Expected, NewEvent, StreamName};
use covertrail_adapters::webhook::delivery::{self, Delivery, RECEIVED};
use covertrail_adapters::webhook::verify::{HeaderCheck, Unauthentic, Verifier};
use serde_json::json;
use std::sync::Arc;
use tracing::Instrument as _;
use tracing::field::Empty;

/// `POST /webhooks/1099policy`
pub(super) async fn policy(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: UnreadBody,
) -> Response {
    let body = match received(&shared, &shared.policy, "1099policy", &headers, body).await {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let id = shared.policy.signed_id(|name| value(&headers, name));
    keep(&shared, &Delivery::from_policy(id, body)).await
}

/// The last segment of the address that WorkMarket calls. The customer chooses it, so it is whatever it is: it is hashed, and
/// shown without what hides.
pub(super) struct Segment(String);

impl PathValue for Segment {
    fn read(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }
}

/// `POST /webhooks/workmarket/{event}`
pub(super) async fn workmarket(
    State(shared): State<Arc<Shared>>,
    ApiPath(event): ApiPath<Segment>,
    headers: HeaderMap,
    body: UnreadBody,
) -> Response {
    match received(&shared, &shared.workmarket, "workmarket", &headers, body).await {
        Ok(body) => keep(&shared, &Delivery::from_workmarket(&event.0, body)).await,
        Err(refusal) => refusal,
    }
}

/// The body, if the delivery is authentic and all of it came. What the headers show is checked before the body is read.
/// Whatever made it unauthentic, the answer is the same.
async fn received(
    shared: &Shared,
    verifier: &Verifier,
    vendor: &str,
    headers: &HeaderMap,
    mut unread: UnreadBody,
) -> Result<Bytes, Response> {
    let refuse = |why: Unauthentic| {
        // logged once a minute for each peer, so that a flood of them fills no disk
        let mut answer = problem(StatusCode::UNAUTHORIZED, "the delivery is not authentic");
        let because = format!("a webhook of {vendor} was not authentic: {why}");
        answer.extensions_mut().insert(RefusedBecause(because));
        answer
    };
    let check = verifier.check_headers(|name| value(headers, name), clock::now()).map_err(refuse)?;
    if check == HeaderCheck::Authentic {
        unread.authenticate();
    }
    let body = unread.read(shared.max_body_bytes).await.map_err(|untaken| match untaken {
        Untaken::TooLarge => {
            tracing::warn!(vendor, "a webhook was too large");
            let limit = format!("the body is larger than {} bytes", shared.max_body_bytes);
            problem(StatusCode::PAYLOAD_TOO_LARGE, &limit)
        }
        Untaken::Broken => problem(StatusCode::BAD_REQUEST, "the body could not be read to its end"),
    })?;
    if check == HeaderCheck::BodyNeeded {
        verifier.verify(|name| value(headers, name), &body, clock::now()).map_err(refuse)?;
        unread.authenticate();
    }
    Ok(body)
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a [u8]> {
    headers.get(name).map(axum::http::HeaderValue::as_bytes)
}

/// Stores the delivery once. A body that is no JSON is kept too, and its sender told so.
async fn keep(shared: &Shared, delivery: &Delivery) -> Response {
    let span = tracing::info_span!(
        target: SPANS, "webhook", otel.kind = "server", delivery = delivery.stream(),
        http.response.status_code = Empty
    );
    let answer = store(shared, delivery).instrument(span.clone()).await;
    span.record("http.response.status_code", answer.status().as_u16());
    answer
}

async fn store(shared: &Shared, delivery: &Delivery) -> Response {
    let Ok(stream) = StreamName::parse(&delivery.stream()) else {
        return problem(StatusCode::BAD_REQUEST, "the event's name cannot be kept");
    };
    let recorded_at = clock::now_micros();
    let envelope = Envelope {
        actor: match delivery.source {
            delivery::Source::Policy => Actor::Policy,
            delivery::Source::WorkMarket => Actor::WorkMarket,
        },
        correlation: stream.as_str().to_owned(),
        causation: stream.as_str().to_owned(),
        occurred_at: clock::now(),
        recorded_at,
        source: Source::Webhook,
        reason: None,
    };
    let event = NewEvent {
        id: schema::event_id(stream.as_str(), 0),
        kind: RECEIVED.to_owned(),
        data: delivery.to_json().into_bytes(),
        metadata: envelope.encode(),
        recorded_at,
    };
    let stored = shared.engine.store.append(&stream, Expected::NoStream, vec![event]).await;
    if let Err(error) = &stored {
        shared.engine.not_written(error);
    }
    match stored {
        Ok(appended) if !appended.repeated => kept(delivery, false),
        Ok(_) | Err(AppendError::Conflict { .. }) => {
            shared.engine.repeated(stream.as_str());
            kept(delivery, true)
        }
        Err(AppendError::TooLarge { .. } | AppendError::Malformed(_)) => {
            problem(StatusCode::PAYLOAD_TOO_LARGE, "the delivery is larger than the event log takes")
        }
        Err(error @ (AppendError::Unavailable(_) | AppendError::OutcomeUnknown(_))) => {
            tracing::error!(%error, delivery = stream.as_str(), "a delivery could not be stored");
            problem(StatusCode::SERVICE_UNAVAILABLE, "the delivery could not be stored; send it again")
        }
    }
}

fn kept(delivery: &Delivery, duplicate: bool) -> Response {
    if json_body::check(&delivery.body).is_err() {
        tracing::warn!(delivery = delivery.stream(), "a webhook's body is not JSON that can be read");
        return problem(
            StatusCode::BAD_REQUEST,
            "the body is not JSON that can be read; it is kept as it came",
        );
    }
    let status = if duplicate { "duplicate" } else { "accepted" };
    let body = json!({ "status": status, "delivery": delivery.id.as_str() }).to_string();
    (StatusCode::OK, [("content-type", "application/json")], body).into_response()
}
