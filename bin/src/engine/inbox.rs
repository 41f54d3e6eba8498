//! Deliveries: read from the log, translated, executed, and what became of each written beside it.

use super::fresh::Content;
use super::translate::{self, Heard};
use super::verdict::{Later, Tally, Verdict, handled};
use super::{Cause, Engine, ExecuteError};
use crate::clock;
use covertrail_adapters::schema::{Actor, Envelope, Source};
use covertrail_adapters::store::{AppendError, Expected, NewEvent, StreamName};
use covertrail_adapters::webhook::delivery::{Delivery, Outcome, Record, Source as From, Waiting};
use covertrail_adapters::webhook::{policy, workmarket as wm};
use covertrail_adapters::{schema, workmarket};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// A delivery as it was stored.
struct Stored {
    stream: StreamName,
    delivery: Delivery,
    received: Timestamp,
    last_revision: u64,
    waits: bool,
    was_handled: bool,
}

impl Stored {
    /// One that nothing has become of yet.
    fn new(stream: StreamName, delivery: Delivery, recorded_at: i64) -> Self {
        let received = Timestamp::from_unix(recorded_at.div_euclid(1_000_000));
        Self { stream, delivery, received, last_revision: 0, waits: false, was_handled: false }
    }
}

impl Engine {
    /// Deals with one delivery, unless that was done already and it did not come again.
    pub(super) async fn deliver(&self, stream: &str) -> Result<(), Later> {
        let again = self.ledger().takes_again(stream);
        let Some(stored) = self.stored_delivery(stream).await? else { return Ok(()) };
        if stored.was_handled && !again {
            return Ok(());
        }
        let verdict = match stored.delivery.source {
            From::Policy => self.policy_notice(&stored).await?,
            From::WorkMarket => self.workmarket_notice(&stored).await?,
        };
        match verdict {
            Verdict::Handled(handled) if stored.was_handled && handled.outcome != Outcome::Applied => Ok(()),
            Verdict::Handled(handled) => {
                tracing::info!(delivery = stream, outcome = handled.outcome.as_str(), "delivery handled");
                self.refuse_delivery(&stored.delivery, &handled).await?;
                self.write_beside(&stored, &Record::Handled(handled)).await
            }
            Verdict::Waiting(_) if stored.waits || stored.was_handled => Ok(()),
            Verdict::Waiting(reason) => {
                tracing::info!(delivery = stream, "delivery waits");
                self.write_beside(&stored, &Record::Waiting(Waiting { reason })).await
            }
        }
    }

    async fn stored_delivery(&self, stream: &str) -> Result<Option<Stored>, Later> {
        let name = StreamName::parse(stream).map_err(unreadable)?;
        let fresh = self.ledger().take_fresh(stream);
        if let Some(Content { data, recorded_at }) = fresh {
            let delivery = Delivery::from_json(&data).map_err(unreadable)?;
            return Ok(Some(Stored::new(name, delivery, recorded_at)));
        }
        let page = self.store.read_stream(&name, 0, 64).await.map_err(ExecuteError::from)?;
        let mut stored: Option<Stored> = None;
        for recorded in &page {
            let record = Record::from_json(recorded.kind, recorded.data).map_err(unreadable)?;
            match (record, &mut stored) {
                (Record::Received(delivery), _) => {
                    stored = Some(Stored::new(name.clone(), delivery, recorded.recorded_at));
                }
                (Record::Waiting(_), Some(stored)) => stored.waits = true,
                (Record::Handled(_), Some(stored)) => stored.was_handled = true,
                (Record::Waiting(_) | Record::Handled(_), None) => {}
            }
            if let Some(stored) = &mut stored {
                stored.last_revision = recorded.revision;
            }
        }
        Ok(stored)
    }

    async fn write_beside(&self, stored: &Stored, record: &Record) -> Result<(), Later> {
        let recorded_at = clock::now_micros();
        let envelope = Envelope {
            actor: Actor::Covertrail,
            correlation: stored.stream.as_str().to_owned(),
            causation: stored.stream.as_str().to_owned(),
            occurred_at: clock::now(),
            recorded_at,
            source: Source::Webhook,
            reason: None,
        };
        let event = NewEvent {
            id: schema::event_id(
                stored.stream.as_str(),
                u32::try_from(stored.last_revision).unwrap_or(u32::MAX).saturating_add(1),
            ),
            kind: record.name().to_owned(),
            data: record.to_json().into_bytes(),
            metadata: envelope.encode(),
            recorded_at,
        };
        match self.store.append(&stored.stream, Expected::Exact(stored.last_revision), vec![event]).await {
            // somebody else dealt with it first
            Ok(_) | Err(AppendError::Conflict { .. }) => {
                self.written();
                Ok(())
            }
            Err(error) => {
                self.not_written(&error);
                Err(ExecuteError::from(error).into())
            }
        }
    }

    /// A notice of 1099Policy: found by the ids it names, it becomes a command to each work order concerned. The
    /// other work orders of the contractor hear of it from those (see [`shared`](super::shared)).
    async fn policy_notice(&self, stored: &Stored) -> Result<Verdict, Later> {
        let notice = match policy::Notice::read(&stored.delivery.body) {
            Ok(notice) => notice,
            Err(malformed) => return Ok(handled(Outcome::Malformed, [], Some(malformed.to_string()))),
        };
        let asked = match translate::asked(&notice, stored.received) {
            Ok(asked) => asked,
            Err(why) => return Ok(handled(Outcome::Ignored, [], Some(why.to_owned()))),
        };
        let concerned = self.ledger().concerned(stored.stream.as_str(), &notice, asked.of_contractor);
        if concerned.is_empty() {
            return Ok(Verdict::Waiting(
                "no work order is known that it names, or of its contractor at its time".to_owned(),
            ));
        }
        let cause = Cause {
            actor: Actor::Policy,
            source: Source::Webhook,
            causation: stored.stream.as_str().to_owned(),
            reason: None,
        };
        let mut tally = Tally::default();
        for work_order in concerned {
            let executed = self.execute(&work_order, &asked.command, &cause).await;
            tally.count(&work_order, executed)?;
        }
        Ok(tally.verdict())
    }

    /// A hint of `WorkMarket`'s: the work order is fetched, and what it shows becomes commands. One hint about a work
    /// order at a time, so that what was seen first never undoes what was seen last.
    async fn workmarket_notice(&self, stored: &Stored) -> Result<Verdict, Later> {
        let notice = match wm::Notice::read(&stored.delivery.event, &stored.delivery.body) {
            Ok(notice) => notice,
            Err(malformed) => return Ok(handled(Outcome::Malformed, [], Some(malformed.to_string()))),
        };
        let id = notice.work_order.clone();
        let _alone = self.lock_of(&id).lock().await;
        // another node may deal with another hint about it
        let seen_at = self.is_shared.then(|| self.ledger().next_revision(&id));
        let (order, worker) = match self.workmarket.work_order(&id).await {
            Ok(fetched) => fetched,
            Err(error @ workmarket::Error::Unavailable { .. }) => return Err(error.into()),
            // what is refused or cannot be read now may be mended in WorkMarket
            Err(error) => return Ok(Verdict::Waiting(error.to_string())),
        };
        let is_known = self.ledger().state(&id).is_some();
        let heard = Heard { event: &notice.event, received: stored.received, fetched: clock::now() };
        let commands = translate::of_work_order(&order, worker.as_ref(), self.requirements, is_known, &heard);
        let commands = match commands {
            Ok(commands) => commands,
            Err(why) => return Ok(handled(Outcome::Ignored, [id], Some(why))),
        };
        let cause = Cause {
            actor: Actor::WorkMarket,
            source: if stored.delivery.is_polled() { Source::Polling } else { Source::Webhook },
            causation: stored.stream.as_str().to_owned(),
            reason: None,
        };
        let mut tally = Tally::default();
        for answer in self.execute_seen(&id, &commands, &cause, seen_at).await? {
            tally.count(&id, answer.map_err(ExecuteError::from))?;
        }
        Ok(tally.verdict())
    }

    fn lock_of(&self, work_order: &WorkOrderId) -> &tokio::sync::Mutex<()> {
        let mut hasher = DefaultHasher::new();
        work_order.hash(&mut hasher);
        let [first, rest @ ..] = &self.one_at_a_time;
        let place = usize::try_from(hasher.finish() % 64).unwrap_or(0);
        place.checked_sub(1).and_then(|place| rest.get(place)).unwrap_or(first)
    }
}

fn unreadable(why: impl std::fmt::Display) -> Later {
    Later::Unreadable(why.to_string())
}
