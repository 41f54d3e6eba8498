//! The events of a delivery's stream, by name and as JSON.

use super::{Delivery, Handled, Outcome, Source, Waiting};
use crate::webhook::dedupe::DeliveryId;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use covertrail_domain::id::WorkOrderId;
use serde::Deserialize;
use serde_json::json;
use std::fmt::Display;

/// The first event of every delivery's stream.
pub const RECEIVED: &str = "delivery.received.v1";
/// A delivery was worked through.
pub const HANDLED: &str = "delivery.handled.v1";
/// A delivery waits for something new to be known.
pub const WAITING: &str = "delivery.waiting.v1";

/// A stored delivery of more bytes than this is kept in its shortest form.
const LARGE: usize = 64 << 10;
/// What stands around the body of a stored delivery, and its metadata, at most, in bytes.
const AROUND: usize = 4 << 10;

/// How many bytes base64 makes of so many.
const fn encoded_length(bytes: usize) -> usize {
    bytes.div_ceil(3).saturating_mul(4)
}

/// The largest body whose delivery can be stored in an append of at most so many bytes.
pub const fn body_within(append_bytes: usize) -> usize {
    append_bytes.saturating_sub(AROUND) / 4 * 3
}

/// An event in a delivery's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// It came.
    Received(Delivery),
    /// It was worked through.
    Handled(Handled),
    /// It waits.
    Waiting(Waiting),
}

/// Why a stored event of a delivery cannot be read: stop, and show where.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It has a name that this version does not know.
    #[error("no event of a delivery is called `{0}`")]
    Name(String),
    /// Its JSON is not of the form that its name promises.
    #[error("{name} at line {line} column {column} is not of its form")]
    Form {
        /// The event's name.
        name: &'static str,
        /// Where in its JSON.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// A member's content is not of its form.
    #[error("{name}, {member}: {reason}")]
    Member {
        /// The event's name.
        name: &'static str,
        /// Which member.
        member: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl Record {
    /// The name that it is stored under.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Received(_) => RECEIVED,
            Self::Handled(_) => HANDLED,
            Self::Waiting(_) => WAITING,
        }
    }

    /// Its stored form.
    pub fn to_json(&self) -> String {
        match self {
            Self::Received(delivery) => delivery.to_json(),
            Self::Handled(handled) => handled.to_json(),
            Self::Waiting(waiting) => waiting.to_json(),
        }
    }

    /// Reads the stored form of the event with that name.
    pub fn from_json(name: &str, json: &[u8]) -> Result<Self, Unreadable> {
        match name {
            RECEIVED => Delivery::from_json(json).map(Self::Received),
            HANDLED => Handled::from_json(json).map(Self::Handled),
            WAITING => Waiting::from_json(json).map(Self::Waiting),
            _ => Err(Unreadable::Name(name.to_owned())),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredDelivery {
    source: Source,
    event: String,
    id: String,
    body: Option<String>,
    body_base64: Option<String>,
}

impl Delivery {
    /// The stored form of [`RECEIVED`]: the body as text where it is UTF-8, so that it can be read with `sqlite3`, else
    /// as `body_base64`; either way every byte comes back. A large text that would grow by more than a third is base64
    /// too, so that a body never takes more than [`body_within`] allows for.
    pub fn to_json(&self) -> String {
        let (source, event, id) = (self.source.as_str(), &self.event, self.id.as_str());
        if let Ok(body) = std::str::from_utf8(&self.body) {
            let text = json!({ "source": source, "event": event, "id": id, "body": body }).to_string();
            if text.len() <= LARGE || text.len() <= encoded_length(self.body.len()) {
                return text;
            }
        }
        let body = STANDARD.encode(&self.body);
        json!({ "source": source, "event": event, "id": id, "body_base64": body }).to_string()
    }

    /// Reads it back.
    pub fn from_json(json: &[u8]) -> Result<Self, Unreadable> {
        let stored: StoredDelivery = read(RECEIVED, json)?;
        let body = match (stored.body, stored.body_base64) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(encoded)) => {
                STANDARD.decode(encoded).map_err(|error| member(RECEIVED, "body_base64", error))?
            }
            (Some(_), Some(_)) | (None, None) => {
                return Err(member(RECEIVED, "body", "either it or body_base64 is there"));
            }
        };
        let id = DeliveryId::parse(&stored.id).ok_or_else(|| member(RECEIVED, "id", "not 32 hex digits"))?;
        Ok(Self { source: stored.source, event: stored.event, id, body: Bytes::from(body) })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredHandled {
    outcome: Outcome,
    work_orders: Vec<String>,
    reason: Option<String>,
}

impl Handled {
    /// The stored form of [`HANDLED`].
    pub fn to_json(&self) -> String {
        let work_orders: Vec<&str> = self.work_orders.iter().map(WorkOrderId::as_str).collect();
        json!({ "outcome": self.outcome.as_str(), "work_orders": work_orders, "reason": self.reason })
            .to_string()
    }

    /// Reads it back.
    pub fn from_json(json: &[u8]) -> Result<Self, Unreadable> {
        let StoredHandled { outcome, work_orders, reason } = read(HANDLED, json)?;
        let parse =
            |id: &String| WorkOrderId::parse(id).map_err(|error| member(HANDLED, "work_orders", error));
        let work_orders = work_orders.iter().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { outcome, work_orders, reason })
    }
}

impl Waiting {
    /// The stored form of [`WAITING`].
    pub fn to_json(&self) -> String {
        json!({ "reason": self.reason }).to_string()
    }

    /// Reads it back.
    pub fn from_json(json: &[u8]) -> Result<Self, Unreadable> {
        read(WAITING, json)
    }
}

/// What serde says of a wrong form may quote it, and bodies name people: only the place is passed on.
fn read<'a, T: Deserialize<'a>>(name: &'static str, json: &'a [u8]) -> Result<T, Unreadable> {
    let place = |error: serde_json::Error| (error.line(), error.column());
    serde_json::from_slice(json).map_err(place).map_err(|(line, column)| Unreadable::Form {
        name,
        line,
        column,
    })
}

fn member(name: &'static str, member: &'static str, reason: impl Display) -> Unreadable {
    Unreadable::Member { name, member, reason: reason.to_string() }
}
