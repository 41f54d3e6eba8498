//! `Idempotency-Key`: under one key of one person a thing is done once. The log remembers it, in the cause of its events.

use super::{Shared, problem};
use crate::engine::{COVERAGE, with_causes};
use axum::http::StatusCode;
use axum::response::Response;
use covertrail_adapters::schema::Envelope;
use covertrail_domain::id::WorkOrderId;
use sha2::{Digest as _, Sha256};

/// What the events are to name as their cause, and whether there are any: the log remembers what was done under a key.
pub(super) async fn under_key(
    shared: &Shared,
    work_order: &WorkOrderId,
    key: &str,
    what: &str,
    said: &[u8],
) -> Result<(String, bool), Response> {
    let digest = Sha256::new().chain_update(what).chain_update([0]).chain_update(said).finalize();
    let digest = digest.iter().take(16).fold(0_u128, |half, byte| half << 8 | u128::from(*byte));
    let (causation, mut same, mut other) = (format!("{key}/{digest:032x}"), false, false);
    let begins = format!("{key}/");
    let stream = format!("{COVERAGE}-{work_order}");
    let looked = shared.models.events_of(&stream, |recorded| {
        let cause =
            Envelope::decode(recorded.metadata).map(|envelope| envelope.causation).unwrap_or_default();
        let digest = cause.strip_prefix(&begins).filter(|digest| digest.len() == 32);
        same |= cause == causation;
        other |= digest.is_some() && cause != causation;
    });
    if let Err(error) = looked.await {
        tracing::error!(%work_order, error = with_causes(&error), "what was done under a key could not be read");
        return Err(problem(StatusCode::SERVICE_UNAVAILABLE, "the log cannot be read now; try again"));
    }
    if other && !same {
        let reused = "Idempotency-Key: something else was asked under this key before; use another";
        return Err(problem(StatusCode::UNPROCESSABLE_ENTITY, reused));
    }
    Ok((causation, same))
}
