//! One made-up history: steps, each at its moment and with its cause.

use super::{Append, Error, micros, name};
use covertrail_adapters::schema::{self, Actor, Envelope, Source};
use covertrail_adapters::store::{Expected, NewEvent};
use covertrail_adapters::webhook::delivery::{Delivery, Handled, Outcome, Record, Source as From};
use covertrail_domain::coverage::Command;
use covertrail_domain::id::{PersonId, WorkOrderId};
use covertrail_domain::time::Timestamp;

/// One work order's history.
pub(super) struct History {
    pub(super) work_order: WorkOrderId,
    /// In the order in which they happened.
    pub(super) steps: Vec<Step>,
}

/// Something that was asked of the work order.
pub(super) struct Step {
    pub(super) at: Timestamp,
    pub(super) command: Command,
    pub(super) cause: Cause,
}

/// By which way it came.
pub(super) enum Cause {
    /// A webhook.
    Delivered(Box<Delivery>),
    /// The answer to a call under this key.
    Answered(String),
    /// What a person did.
    Person(PersonId),
}

impl Cause {
    pub(super) fn actor(&self) -> Actor {
        match self {
            Self::Delivered(delivery) => match delivery.source {
                From::Policy => Actor::Policy,
                From::WorkMarket => Actor::WorkMarket,
            },
            Self::Answered(_) => Actor::Policy,
            Self::Person(person) => Actor::Person(person.clone()),
        }
    }

    pub(super) fn name(&self) -> String {
        match self {
            Self::Delivered(delivery) => delivery.stream(),
            Self::Answered(key) => key.clone(),
            Self::Person(person) => format!("person-{person}-generated"),
        }
    }

    pub(super) const fn source(&self) -> Source {
        match self {
            Self::Delivered(_) => Source::Webhook,
            Self::Answered(_) => Source::Api,
            Self::Person(_) => Source::Command,
        }
    }
}

/// What is written of a delivery beside its work order.
pub(super) trait Written {
    /// That it came.
    fn received(&self, at: Timestamp) -> Result<Append, Error>;
    /// What became of it.
    fn handled(&self, at: Timestamp, work_order: &WorkOrderId, is_news: bool) -> Result<Append, Error>;
}

impl Written for Delivery {
    fn received(&self, at: Timestamp) -> Result<Append, Error> {
        append(self, at, Expected::NoStream, 0, &Record::Received(self.clone()))
    }

    fn handled(&self, at: Timestamp, work_order: &WorkOrderId, is_news: bool) -> Result<Append, Error> {
        let outcome = if is_news { Outcome::Applied } else { Outcome::NothingNew };
        let handled = Handled { outcome, work_orders: vec![work_order.clone()], reason: None };
        append(self, at, Expected::Exact(0), 1, &Record::Handled(handled))
    }
}

fn append(
    delivery: &Delivery,
    at: Timestamp,
    expected: Expected,
    index: u32,
    record: &Record,
) -> Result<Append, Error> {
    let stream = delivery.stream();
    let envelope = Envelope {
        actor: Actor::Covertrail,
        correlation: stream.clone(),
        causation: stream.clone(),
        occurred_at: at,
        recorded_at: micros(at),
        source: Source::Webhook,
        reason: None,
    };
    let event = NewEvent {
        id: schema::event_id(&stream, index),
        kind: record.name().to_owned(),
        data: record.to_json().into_bytes(),
        metadata: envelope.encode(),
        recorded_at: micros(at),
    };
    Ok(Append { at, stream: name(&stream)?, expected, events: vec![event] })
}
