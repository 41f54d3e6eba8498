//! What was found by asking WorkMarket what was changed: kept as deliveries, as if a webhook had told of it, and how far
//! the asking has come.

#[cfg(test)]
mod tests;

use super::delivery::{Delivery, Unreadable};
use crate::OwnCategory;
use crate::store::{BadName, StreamName};
use crate::workmarket::Change;
use covertrail_domain::time::Timestamp;
use serde::Deserialize;
use serde_json::json;

/// The event of deliveries that were not delivered but found.
pub const POLLED: &str = "polled";
/// WorkMarket was asked for all that was changed until then.
pub const ADVANCED: &str = "poll.advanced.v1";

impl Delivery {
    /// A change that was found. It is the same delivery as long as the work order has the same status and was not
    /// changed again.
    pub fn from_poll(change: &Change) -> Self {
        let body = json!({
            "assignment_id": change.work_order.as_str(),
            "status": change.status,
            "last_modified_on": change.modified,
        });
        Self::from_workmarket(POLLED, body.to_string().into())
    }

    /// Whether it was found by asking.
    pub fn is_polled(&self) -> bool {
        self.event == POLLED
    }
}

/// How far the asking has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredAdvanced {
    until: i64,
}

/// The stream that keeps how far the asking has come.
pub fn stream() -> Result<StreamName, BadName> {
    OwnCategory::Poll.stream("workmarket")
}

/// The stored form of [`ADVANCED`]: all that was changed before this moment of the vendor's clock was asked for.
pub fn advanced_to_json(until: Timestamp) -> String {
    json!({ "until": until.unix() }).to_string()
}

/// Reads it back.
pub fn advanced_from_json(name: &str, json: &[u8]) -> Result<Timestamp, Unreadable> {
    if name != ADVANCED {
        return Err(Unreadable::Name(name.to_owned()));
    }
    let stored: StoredAdvanced = serde_json::from_slice(json).map_err(|error| Unreadable::Form {
        name: ADVANCED,
        line: error.line(),
        column: error.column(),
    })?;
    Ok(Timestamp::from_unix(stored.until))
}
