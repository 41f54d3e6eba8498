//! Deliveries: read from the log, translated, executed, and what became of each written beside it.

use super::ledger::Awaited;
use super::translate;
use super::{Cause, Engine, ExecuteError, Executed};
use crate::clock;
use covertrail_adapters::schema::{Actor, Envelope, Source};
use covertrail_adapters::store::{AppendError, Expected, NewEvent, StreamName};
use covertrail_adapters::webhook::delivery::{Delivery, Handled, Outcome, Record, Source as From, Waiting};
use covertrail_adapters::webhook::{policy, workmarket as wm};
use covertrail_adapters::{schema, workmarket};
use covertrail_domain::coverage::Rejection;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use covertrail_projections::Reference;
use std::collections::BTreeSet;

/// Why a delivery could not be dealt with now. It stays pending.
#[derive(Debug, thiserror::Error)]
pub(super) enum Later {
    #[error("the delivery cannot be read back: {0}")]
    Unreadable(String),
    #[error("{0}")]
    WorkMarket(#[from] workmarket::Error),
    #[error(transparent)]
    Execute(#[from] ExecuteError),
}

/// What to write beside a delivery.
enum Verdict {
    Handled(Handled),
    Waiting { reason: String, awaited: Vec<Awaited> },
}

/// A delivery as it was stored.
struct Stored {
    stream: StreamName,
    delivery: Delivery,
    received: Timestamp,
    last_revision: u64,
    waits: bool,
}

impl Engine {
    /// Deals with one delivery, unless that was done already.
    pub(super) async fn deliver(&self, stream: &str) -> Result<(), Later> {
        let Some(stored) = self.stored_delivery(stream).await? else { return Ok(()) };
        let verdict = match stored.delivery.source {
            From::Policy => self.policy_notice(&stored).await?,
            From::WorkMarket => self.workmarket_notice(&stored).await?,
        };
        match verdict {
            Verdict::Handled(handled) => {
                tracing::info!(delivery = stream, outcome = handled.outcome.as_str(), "delivery handled");
                self.write_beside(&stored, &Record::Handled(handled)).await
            }
            Verdict::Waiting { reason, awaited } => {
                self.ledger().await_any(stream, awaited);
                if stored.waits {
                    return Ok(());
                }
                tracing::info!(delivery = stream, reason, "delivery waits");
                self.write_beside(&stored, &Record::Waiting(Waiting { reason })).await
            }
        }
    }

    async fn stored_delivery(&self, stream: &str) -> Result<Option<Stored>, Later> {
        let unreadable = |why: &dyn std::fmt::Display| Later::Unreadable(why.to_string());
        let name = StreamName::parse(stream).map_err(|bad| unreadable(&bad))?;
        let page = self.store.read_stream(&name, 0, 64).await.map_err(ExecuteError::from)?;
        let (mut delivery, mut last_revision, mut waits) = (None, 0, false);
        for recorded in &page {
            last_revision = recorded.revision;
            match Record::from_json(recorded.kind, recorded.data).map_err(|error| unreadable(&error))? {
                Record::Received(received) => {
                    delivery =
                        Some((received, Timestamp::from_unix(recorded.recorded_at.div_euclid(1_000_000))));
                }
                Record::Waiting(_) => waits = true,
                Record::Handled(_) => return Ok(None),
            }
        }
        Ok(delivery.map(|(delivery, received)| Stored {
            stream: name,
            delivery,
            received,
            last_revision,
            waits,
        }))
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
        };
        let event = NewEvent {
            id: schema::event_id(
                stored.stream.as_str(),
                if matches!(record, Record::Waiting(_)) { 1 } else { 2 },
            ),
            kind: record.name().to_owned(),
            data: record.to_json().into_bytes(),
            metadata: envelope.encode(),
            recorded_at,
        };
        match self.store.append(&stored.stream, Expected::Exact(stored.last_revision), vec![event]).await {
            // somebody else dealt with it first
            Ok(_) | Err(AppendError::Conflict { .. }) => Ok(()),
            Err(error) => Err(ExecuteError::from(error).into()),
        }
    }

    /// A notice of 1099Policy: found by the ids it names, it becomes a command to each work order concerned.
    async fn policy_notice(&self, stored: &Stored) -> Result<Verdict, Later> {
        let notice = match policy::Notice::read(&stored.delivery.body) {
            Ok(notice) => notice,
            Err(malformed) => return Ok(handled(Outcome::Malformed, [], Some(malformed.to_string()))),
        };
        let asked = match translate::asked(&notice, stored.received) {
            Ok(asked) => asked,
            Err(why) => return Ok(handled(Outcome::Ignored, [], Some(why.to_owned()))),
        };
        let references = translate::references(&notice);
        let (direct, of_contractor) = self.concerned(&notice, &references, asked.of_contractor);
        let mut awaited: Vec<Awaited> = references.into_iter().map(Awaited::Object).collect();
        awaited.extend(notice.refs.work_order.clone().map(Awaited::WorkOrder));
        if direct.is_empty() && of_contractor.is_empty() {
            let reason = "no work order is known by the ids that it names".to_owned();
            awaited.extend(notice.refs.contractor.clone().map(Reference::Contractor).map(Awaited::Object));
            return Ok(Verdict::Waiting { reason, awaited });
        }
        let cause = Cause {
            actor: Actor::Policy,
            source: Source::Webhook,
            causation: stored.stream.as_str().to_owned(),
        };
        let mut tally = Tally::default();
        for work_order in &direct {
            tally.count(work_order, self.execute(work_order, &asked.command, &cause).await)?;
        }
        for work_order in of_contractor.difference(&direct) {
            let executed = self.execute(work_order, &asked.command, &cause).await;
            // what only might concern it may also not concern it
            if !matches!(executed, Err(ExecuteError::Rejected(_))) {
                tally.count(work_order, executed)?;
            }
        }
        awaited.extend(direct.into_iter().map(Awaited::WorkOrder));
        Ok(tally.verdict(awaited))
    }

    /// The work orders that a notice names, and those of its contractor that it reaches besides.
    fn concerned(
        &self,
        notice: &policy::Notice,
        references: &[Reference],
        of_contractor: bool,
    ) -> (BTreeSet<WorkOrderId>, BTreeSet<WorkOrderId>) {
        let ledger = self.ledger();
        let mut direct: BTreeSet<WorkOrderId> = BTreeSet::new();
        for reference in references {
            direct.extend(ledger.work_orders(reference).iter().cloned());
        }
        let told = notice.refs.work_order.as_ref().filter(|_| direct.is_empty());
        direct.extend(told.filter(|told| ledger.state(told).is_some()).cloned());
        let contractor = notice.refs.contractor.clone().filter(|_| of_contractor).map(Reference::Contractor);
        let others = contractor.map(|contractor| ledger.work_orders(&contractor).iter().cloned().collect());
        (direct, others.unwrap_or_default())
    }

    /// A hint of WorkMarket's: the work order is fetched, and what it shows becomes commands.
    async fn workmarket_notice(&self, stored: &Stored) -> Result<Verdict, Later> {
        let notice = match wm::Notice::read(&stored.delivery.event, &stored.delivery.body) {
            Ok(notice) => notice,
            Err(malformed) => return Ok(handled(Outcome::Malformed, [], Some(malformed.to_string()))),
        };
        let id = notice.work_order;
        let refused =
            |error: &workmarket::Error| handled(Outcome::Refused, [id.clone()], Some(error.to_string()));
        let order = match self.workmarket.work_order(&id).await {
            Ok(order) => order,
            Err(error @ workmarket::Error::Unavailable { .. }) => return Err(error.into()),
            Err(error) => return Ok(refused(&error)),
        };
        let worker = match &order.worker {
            None => None,
            Some(worker) => match self.workmarket.worker(worker).await {
                Ok(worker) => Some(worker),
                Err(error @ workmarket::Error::Unavailable { .. }) => return Err(error.into()),
                Err(error) => return Ok(refused(&error)),
            },
        };
        let is_known = self.ledger().state(&id).is_some();
        let commands =
            translate::of_work_order(&order, worker.as_ref(), self.requirements, is_known, stored.received);
        let commands = match commands {
            Ok(commands) => commands,
            Err(why) => return Ok(handled(Outcome::Ignored, [id], Some(why))),
        };
        let cause = Cause {
            actor: Actor::WorkMarket,
            source: Source::Webhook,
            causation: stored.stream.as_str().to_owned(),
        };
        let mut tally = Tally::default();
        for command in &commands {
            tally.count(&id, self.execute(&id, command, &cause).await)?;
        }
        Ok(tally.verdict(vec![Awaited::WorkOrder(id)]))
    }
}

/// What the commands of one delivery came to.
#[derive(Default)]
struct Tally {
    concerned: BTreeSet<WorkOrderId>,
    happened: bool,
    premature: Option<Rejection>,
    refused: Vec<Rejection>,
}

impl Tally {
    fn count(
        &mut self,
        work_order: &WorkOrderId,
        executed: Result<Executed, ExecuteError>,
    ) -> Result<(), Later> {
        self.concerned.insert(work_order.clone());
        match executed {
            Ok(Executed::Happened) => self.happened = true,
            Ok(Executed::HeldAlready) => {}
            Err(ExecuteError::Rejected(rejection)) if rejection.is_premature() => {
                self.premature = Some(rejection);
            }
            Err(ExecuteError::Rejected(rejection)) => self.refused.push(rejection),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn verdict(self, awaited: Vec<Awaited>) -> Verdict {
        if let Some(premature) = self.premature {
            return Verdict::Waiting { reason: premature.to_string(), awaited };
        }
        let reasons: Vec<String> = self.refused.iter().map(ToString::to_string).collect();
        let outcome = match (self.happened, reasons.is_empty()) {
            (true, _) => Outcome::Applied,
            (false, true) => Outcome::NothingNew,
            (false, false) => Outcome::Refused,
        };
        handled(outcome, self.concerned, (!reasons.is_empty()).then(|| reasons.join("; ")))
    }
}

fn handled(
    outcome: Outcome,
    work_orders: impl IntoIterator<Item = WorkOrderId>,
    reason: Option<String>,
) -> Verdict {
    Verdict::Handled(Handled { outcome, work_orders: work_orders.into_iter().collect(), reason })
}
