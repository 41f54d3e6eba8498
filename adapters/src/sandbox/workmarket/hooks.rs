//! What the webhooks look like: the guide's, or those that `covertrail workmarket-templates` has people set up.

use serde_json::{Value, json};

use super::assignment;
use super::world::Record;
use crate::sandbox::shelf::Kept;
use crate::webhook::workmarket::Template;

/// The form of the webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hooks {
    /// An event's id, the ids, the status and the time, each event under a name of ours.
    Guide,
    /// The templates, filled in, under the names that WorkMarket's events have there.
    Templates,
}

impl Hooks {
    /// The last segment of the URL, and the body.
    pub(super) fn told(self, id: &str, event: &str, order: &Record, now: i64) -> (String, Value) {
        match (self, template(event)) {
            (Self::Templates, Some(template)) => {
                let body = template.rendered(|variable| match variable {
                    "assignment_id" => order.id().to_owned(),
                    "status" => assignment::status(order),
                    "resource_id" => order.text("worker_id").unwrap_or_default().to_owned(),
                    "now" => now.to_string(),
                    // one for each occasion, as check-ins and negotiations have
                    _ => id.to_owned(),
                });
                (template.segment().to_owned(), serde_json::from_str(&body).unwrap_or_default())
            }
            (Self::Guide, _) | (Self::Templates, None) => {
                let body = json!({
                    "event_id": id,
                    "work_order_id": order.id(),
                    "worker_id": order.text("worker_id"),
                    "status": order.text("status"),
                    "now": now,
                });
                (event.to_owned(), body)
            }
        }
    }
}

fn template(event: &str) -> Option<&'static Template> {
    Template::of(match event {
        "assigned" | "reassigned" => "Accepted",
        "in_progress" => "Check In",
        "completed" => "Completed",
        "canceled" => "Cancel",
        "rescheduled" => "Reschedule Approved",
        _ => return None,
    })
}
