//! The inbox: what was delivered, and what became of it. The stored form of the stream `delivery-<source>-<id>`.

mod record;
#[cfg(test)]
mod tests;

use super::dedupe::DeliveryId;
use crate::OwnCategory;
use crate::visible::is_hidden;
use bytes::Bytes;
use covertrail_domain::id::WorkOrderId;
pub use record::{HANDLED, RECEIVED, Record, Unreadable, WAITING, body_within};
use serde_json::Value;
use std::fmt;

/// Which vendor delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// 1099Policy.
    Policy,
    /// WorkMarket.
    WorkMarket,
}

impl Source {
    /// Its name in streams and records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Policy => "policy",
            Self::WorkMarket => "workmarket",
        }
    }
}

/// What a delivery is called where people look for it: `policy-…` or `workmarket-…` and the 32 digits of its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryName {
    /// Who sent it.
    pub source: Source,
    /// Under which it is stored once.
    pub id: DeliveryId,
}

impl DeliveryName {
    /// Reads a name; nothing where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (source, id) = text.split_once('-')?;
        let source =
            [Source::Policy, Source::WorkMarket].into_iter().find(|known| known.as_str() == source)?;
        Some(Self { source, id: DeliveryId::parse(id)? })
    }

    /// The stream of that delivery.
    pub fn stream(&self) -> String {
        format!("{}-{self}", OwnCategory::Delivery.as_str())
    }
}

impl fmt::Display for DeliveryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.source.as_str(), self.id)
    }
}

/// A webhook as it came, authentic and not yet understood.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Who sent it.
    pub source: Source,
    /// What it says it is: the event's type at 1099Policy (empty when it cannot be read), the URL's last segment at
    /// WorkMarket.
    pub event: String,
    /// Under which it is stored once.
    pub id: DeliveryId,
    /// The very bytes.
    pub body: Bytes,
}

impl Delivery {
    /// A delivery from 1099Policy, with the header `webhook-id` if the vendor signed it
    /// ([`super::verify::Verifier::signed_id`]).
    pub fn from_policy(webhook_id: Option<&[u8]>, body: Bytes) -> Self {
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let event = json.get("type").and_then(Value::as_str).map(short).unwrap_or_default();
        Self { source: Source::Policy, event, id: DeliveryId::of_policy(webhook_id, &body), body }
    }

    /// A delivery from WorkMarket to the URL that ends with the segment.
    pub fn from_workmarket(segment: &str, body: Bytes) -> Self {
        let id = DeliveryId::of_workmarket(segment, &body);
        Self { source: Source::WorkMarket, event: short(segment), id, body }
    }

    /// The stream that it is the first event of.
    pub fn stream(&self) -> String {
        DeliveryName { source: self.source, id: self.id.clone() }.stream()
    }
}

impl fmt::Debug for Delivery {
    /// Without the body, which may name people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} ({} bytes)", self.stream(), self.event.escape_debug(), self.body.len())
    }
}

/// What became of a delivery.
#[derive(Clone, PartialEq, Eq)]
pub struct Handled {
    /// In one word.
    pub outcome: Outcome,
    /// The work orders it reached.
    pub work_orders: Vec<WorkOrderId>,
    /// Why, where an auditor would ask.
    pub reason: Option<String>,
}

impl fmt::Debug for Handled {
    /// Without the reason, which may be in the vendor's words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {} work orders", self.outcome.as_str(), self.work_orders.len())
    }
}

/// What became of a delivery, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It changed a work order.
    Applied,
    /// What it says was already known.
    NothingNew,
    /// The rules refuse it.
    Refused,
    /// It is of no concern to us.
    Ignored,
    /// It cannot be read.
    Malformed,
}

impl Outcome {
    /// Its name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::NothingNew => "nothing_new",
            Self::Refused => "refused",
            Self::Ignored => "ignored",
            Self::Malformed => "malformed",
        }
    }
}

/// It cannot be applied yet, and is tried again when something new is known.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// What it waits for.
    pub reason: String,
}

/// As much as is ever shown of a name that came from outside, at most 128 characters.
fn short(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c)).take(128).collect()
}
