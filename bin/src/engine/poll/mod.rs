//! Polling: `WorkMarket` is asked what was changed, for what no webhook tells. What is found is kept as a delivery, and
//! from there on goes the way of every other.
//!
//! The employer API lists what was changed ([`changes`]); the guide's does not, so there every work order that is known
//! and open is read again ([`known`]).

mod changes;
mod known;

use super::Engine;
use crate::clock;
use covertrail_adapters::schema::{self, Actor, Envelope, Source};
use covertrail_adapters::store::{AppendError, BadName, Expected, NewEvent, ReadError, StreamName};
use covertrail_adapters::webhook::delivery::{Delivery, RECEIVED};
use covertrail_adapters::workmarket::{self, Change};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How `WorkMarket` is asked.
#[derive(Debug, Clone, Copy)]
pub struct Polling {
    /// Between two times.
    pub every: Duration,
    /// How much of the time before is asked about again, for what the vendor learns late itself.
    pub overlap: Duration,
}

/// Between two looks at whether the log has been read.
const PAUSE: Duration = Duration::from_millis(50);

/// Why what was changed could not be found out, or not be kept. It is asked for again.
#[derive(Debug, thiserror::Error)]
enum PollError {
    #[error(transparent)]
    WorkMarket(#[from] workmarket::Error),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Unnamable(#[from] BadName),
}

impl Engine {
    /// Asks again and again, if it is to.
    pub(super) async fn poll_always(self: Arc<Self>) {
        let Some(polling) = self.polling else { return };
        while !self.is_caught_up() {
            tokio::time::sleep(PAUSE).await;
        }
        let (began, mut cursor, mut seen) = (clock::now(), None, HashMap::new());
        loop {
            let polled = match self.workmarket.as_employer_v1() {
                Some(api) => self.changed(api, polling, began, &mut cursor).await,
                None => self.read_again(&mut seen).await,
            };
            let asked = match polled {
                Ok(0) => Duration::ZERO,
                Ok(found) => {
                    tracing::info!(found, "changes found by polling");
                    Duration::ZERO
                }
                Err(error) => {
                    tracing::warn!(%error, "workmarket could not be polled");
                    asked(&error)
                }
            };
            tokio::time::sleep(polling.every.max(asked)).await;
        }
    }

    /// Stores a change as a delivery; answers whether it was new. One that is there already is looked at again if it
    /// may hide another.
    async fn keep_change(&self, change: &Change, may_hide_another: bool) -> Result<bool, PollError> {
        let delivery = Delivery::from_poll(change);
        let stream = StreamName::parse(&delivery.stream())?;
        let event = event(&stream, stream.as_str(), RECEIVED, delivery.to_json(), Actor::WorkMarket);
        match self.store.append(&stream, Expected::NoStream, vec![event]).await {
            Ok(appended) if !appended.repeated => Ok(true),
            Ok(_) | Err(AppendError::Conflict { .. }) => {
                if may_hide_another {
                    self.repeated(stream.as_str());
                }
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn event(stream: &StreamName, command: &str, kind: &str, json: String, actor: Actor) -> NewEvent {
    let recorded_at = clock::now_micros();
    let envelope = Envelope {
        actor,
        correlation: stream.as_str().to_owned(),
        causation: stream.as_str().to_owned(),
        occurred_at: clock::now(),
        recorded_at,
        source: Source::Polling,
        reason: None,
    };
    NewEvent {
        id: schema::event_id(command, 0),
        kind: kind.to_owned(),
        data: json.into_bytes(),
        metadata: envelope.encode(),
        recorded_at,
    }
}

/// How long the vendor asks to be left alone.
fn asked(error: &PollError) -> Duration {
    match error {
        PollError::WorkMarket(workmarket::Error::Unavailable { retry_after, .. }) => {
            retry_after.unwrap_or_default()
        }
        PollError::WorkMarket(
            workmarket::Error::NotFound
            | workmarket::Error::NotOnWorkOrder
            | workmarket::Error::Refused { .. }
            | workmarket::Error::Malformed(_),
        )
        | PollError::Append(_)
        | PollError::Read(_)
        | PollError::Unnamable(_) => Duration::ZERO,
    }
}
