//! A WorkMarket webhook: a hint that a work order has changed. The work order itself is fetched.

mod template;
#[cfg(test)]
mod tests;

use super::field::{Malformed, Object, json};
use covertrail_domain::{id::WorkOrderId, time::Timestamp};
use serde_json::Value;
pub use template::{TEMPLATES, Template};

/// The members that may carry the work order's id, the first present counting: the customer writes the bodies.
const WORK_ORDER: [&str; 4] = ["work_order_id", "assignment_id", "workorder_id", "id"];

/// What WorkMarket says has happened to a work order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A worker took it or was given it.
    Assigned,
    /// The worker checked in.
    InProgress,
    /// The worker checked out.
    CheckedOut,
    /// The work is done, approved or paid.
    Completed,
    /// It will not be done.
    Canceled,
    /// It is done at another time.
    Rescheduled,
    /// Another worker does it.
    Reassigned,
    /// Anything else: still a reason to fetch the work order again.
    Other(String),
}

impl Event {
    /// Reads the last segment of the URL that was called, whatever its case; `-` is as good as `_`.
    pub fn parse(segment: &str) -> Self {
        let name: String =
            segment.chars().take(64).collect::<String>().to_ascii_lowercase().replace('-', "_");
        match name.as_str() {
            "accepted" | "assigned" | "confirm" => Self::Assigned,
            "check_in" | "in_progress" => Self::InProgress,
            "check_out" => Self::CheckedOut,
            "completed" | "approved" | "paid" => Self::Completed,
            "cancel" | "canceled" | "cancelled" | "voided" => Self::Canceled,
            "reschedule_approved" | "rescheduled" => Self::Rescheduled,
            "reassigned" => Self::Reassigned,
            _ => Self::Other(name),
        }
    }
}

/// What happened, and to which work order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened, by the URL that was called.
    pub event: Event,
    /// To which work order.
    pub work_order: WorkOrderId,
    /// When WorkMarket says it was. Its form is not documented, so one that we cannot read is no error.
    pub now: Option<Timestamp>,
}

impl Notice {
    /// Reads a stored body and the last segment of the URL it came to.
    pub fn read(segment: &str, body: &[u8]) -> Result<Self, Malformed> {
        let body = json(body)?;
        let body = Object::new("", &body)?;
        let name = WORK_ORDER.into_iter().find(|name| body.get(name).is_some());
        let name = name.ok_or_else(|| body.malformed("work_order_id", "missing"))?;
        if body.get(name).and_then(Value::as_str).is_some_and(|text| text.contains("${")) {
            return Err(body.malformed(name, "the template's variable was not filled in"));
        }
        let id = body.id(name, WorkOrderId::parse)?.ok_or_else(|| body.malformed(name, "missing"))?;
        Ok(Self { event: Event::parse(segment), work_order: id, now: body.time("now").ok().flatten() })
    }
}
