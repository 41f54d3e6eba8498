//! What happened at 1099Policy since it was last asked, kept in the inbox as if its webhook had come.
//!
//! How far the asking has come is kept in a stream of its own, not taken from the newest delivery: webhooks may have
//! brought what is new and missed what is older.

use super::{Behind, Engine};
use crate::clock;
use crate::engine::passed_over;
use covertrail_adapters::OwnCategory;
use covertrail_adapters::policy::PastEvent;
use covertrail_adapters::schema::{self, Actor, Envelope, Source};
use covertrail_adapters::store::{AppendError, Expected, NewEvent, StreamName};
use covertrail_adapters::webhook::delivery::{Delivery, RECEIVED};
use serde_json::{Value, json};

/// Whose events are caught up with: the id of the stream that keeps how far that has come.
const VENDOR: &str = "policy";
/// All that happened up to an event is in the inbox.
pub(super) const REACHED: &str = "catchup.reached.v1";

/// The most pages that are read at once: of about 20 events each, more than an outage of weeks leaves.
const MOST_PAGES: usize = 500;
/// The most that are read when nothing says how far the asking had come.
const MOST_PAGES_AT_FIRST: usize = 50;
const PAGE: usize = 512;
/// The longest id of an event, in bytes.
const MAX_ID_BYTES: usize = 256;

/// How far the asking has come.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    event: Option<String>,
    next_revision: u64,
}

impl Engine {
    /// Keeps what is new; answers how many events that were.
    pub(super) async fn catch_up_with_events(&self, known: &mut Option<Mark>) -> Result<usize, Behind> {
        let mark = match known.take() {
            Some(mark) => mark,
            None => self.stored_mark().await?,
        };
        // what happened before anybody was assigned concerns nobody here
        let concerns_us = mark.event.is_some() || self.ledger().orders().next().is_some();
        let missed = if concerns_us {
            self.missed(mark.event.as_deref()).await?
        } else {
            self.policy.events(None).await?
        };
        let newest = missed.iter().find_map(|event| event.id.clone());
        let mut found = 0_usize;
        // the oldest first, so that work orders hear of things in their order
        for event in missed.iter().rev().filter(|_| concerns_us) {
            found = found.saturating_add(usize::from(self.keep_event(event).await?));
        }
        *known = Some(match newest.filter(|newest| mark.event.as_ref() != Some(newest)) {
            Some(newest) => self.reached(mark, newest).await?,
            None => mark,
        });
        Ok(found)
    }

    /// What happened after the event of that id, newest first. Without one, all that is read at first: that webhooks
    /// brought what is newer says nothing of what is older.
    async fn missed(&self, reached: Option<&str>) -> Result<Vec<PastEvent>, Behind> {
        let (mut missed, mut before) = (Vec::new(), None);
        let most = if reached.is_some() { MOST_PAGES } else { MOST_PAGES_AT_FIRST };
        for _ in 0..most {
            let page = self.policy.events(before.as_deref()).await?;
            let is_reached = |event: &PastEvent| reached.is_some() && event.id.as_deref() == reached;
            if let Some(place) = page.iter().position(is_reached) {
                missed.extend(page.into_iter().take(place));
                return Ok(missed);
            }
            let oldest = page.iter().rev().find_map(|event| event.id.clone());
            missed.extend(page);
            // a vendor that gives the same page for ever has no more
            if oldest.is_none() || oldest == before {
                return Ok(missed);
            }
            before = oldest;
        }
        tracing::warn!(events = missed.len(), "1099policy tells of more events than are read at once");
        Ok(missed)
    }

    /// Keeps an event as the delivery that its webhook would have been; answers whether it was new.
    async fn keep_event(&self, event: &PastEvent) -> Result<bool, Behind> {
        let delivery = delivery(event);
        let stream = StreamName::parse(&delivery.stream())?;
        let received = self::event(&stream, stream.as_str(), RECEIVED, delivery.to_json(), Actor::Policy);
        match self.store.append(&stream, Expected::NoStream, vec![received]).await {
            Ok(appended) => Ok(!appended.repeated),
            Err(AppendError::Conflict { .. }) => Ok(false),
            Err(error @ (AppendError::TooLarge { .. } | AppendError::Malformed(_))) => {
                tracing::error!(delivery = stream.as_str(), %error, "an event of 1099policy cannot be kept");
                Ok(false)
            }
            Err(error @ (AppendError::Unavailable(_) | AppendError::OutcomeUnknown(_))) => Err(error.into()),
        }
    }

    async fn stored_mark(&self) -> Result<Mark, Behind> {
        let stream = OwnCategory::CatchUp.stream(VENDOR)?;
        let mut mark = Mark::default();
        loop {
            let page = self.store.read_stream(&stream, mark.next_revision, PAGE).await?;
            if page.is_empty() {
                return Ok(mark);
            }
            for recorded in &page {
                match reached_event(recorded.kind, recorded.data) {
                    Some(event) => mark.event = Some(event),
                    None => passed_over(&recorded, "it names no event that was reached"),
                }
                mark.next_revision = recorded.revision.saturating_add(1);
            }
        }
    }

    async fn reached(&self, mark: Mark, newest: String) -> Result<Mark, Behind> {
        let stream = OwnCategory::CatchUp.stream(VENDOR)?;
        let expected = mark.next_revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
        let data = json!({ "event": newest }).to_string();
        let command = format!("{stream}-{newest}");
        let reached = event(&stream, &command, REACHED, data, Actor::Covertrail);
        match self.store.append(&stream, expected, vec![reached]).await {
            Ok(_) => Ok(Mark { event: Some(newest), next_revision: mark.next_revision.saturating_add(1) }),
            // another node has come as far
            Err(AppendError::Conflict { .. }) => self.stored_mark().await,
            Err(error) => Err(error.into()),
        }
    }
}

/// The id of the event that a line says was reached.
fn reached_event(kind: &str, data: &[u8]) -> Option<String> {
    let data: Value = serde_json::from_slice(data).ok()?;
    let event = data.get("event")?.as_str()?;
    let is_id = (1..=MAX_ID_BYTES).contains(&event.len()) && !event.chars().any(char::is_control);
    (kind == REACHED && is_id).then(|| event.to_owned())
}

/// The very delivery that its webhook was or would have been: both are one by the event's id.
fn delivery(event: &PastEvent) -> Delivery {
    Delivery::from_policy(None, event.body.clone())
}

fn event(stream: &StreamName, command: &str, kind: &str, data: String, actor: Actor) -> NewEvent {
    let recorded_at = clock::now_micros();
    let envelope = Envelope {
        actor,
        correlation: stream.as_str().to_owned(),
        causation: stream.as_str().to_owned(),
        occurred_at: clock::now(),
        recorded_at,
        source: Source::Api,
        reason: None,
    };
    NewEvent {
        id: schema::event_id(command, 0),
        kind: kind.to_owned(),
        data: data.into_bytes(),
        metadata: envelope.encode(),
        recorded_at,
    }
}
