//! Rows of the read models, as pages use them.
#![expect(clippy::struct_field_names, reason = "fields are named as the columns that they are read from")]

use covertrail_domain::time::Timestamp;
use serde::{Deserialize, Deserializer};

/// A row of the board.
#[derive(Debug, Deserialize)]
pub(super) struct Order {
    pub(super) work_order: String,
    pub(super) title: String,
    pub(super) client: Option<String>,
    pub(super) worker: String,
    pub(super) contractor: Option<String>,
    pub(super) stage: String,
    pub(super) standing: String,
    pub(super) reason: String,
    #[serde(deserialize_with = "moment")]
    pub(super) changes_at: Option<Timestamp>,
    pub(super) next_step: Option<String>,
    pub(super) blocked_steps: i64,
    #[serde(deserialize_with = "moment")]
    pub(super) starts: Option<Timestamp>,
    #[serde(deserialize_with = "moment")]
    pub(super) ends: Option<Timestamp>,
    pub(super) uninsured_seconds: Option<i64>,
    pub(super) revision: i64,
}

/// A contractor.
#[derive(Debug, Deserialize)]
pub(super) struct Contractor {
    pub(super) contractor: String,
    pub(super) worker: Option<String>,
    pub(super) work_orders: i64,
    pub(super) open: i64,
    pub(super) blocked_steps: i64,
    pub(super) standing: String,
    pub(super) uninsured_seconds: i64,
}

/// A certificate of which 1099Policy has said nothing yet.
#[derive(Debug, Deserialize)]
pub(super) struct Unjudged {
    pub(super) work_order: String,
    pub(super) certificate: String,
    pub(super) contractor: Option<String>,
    #[serde(deserialize_with = "moment")]
    pub(super) handed_in: Option<Timestamp>,
}

/// A certificate that waits for a person.
#[derive(Debug, Deserialize)]
pub(super) struct Review {
    pub(super) work_order: String,
    pub(super) certificate: String,
    pub(super) contractor: Option<String>,
    pub(super) document: Option<String>,
    pub(super) waits_for: String,
    pub(super) rules: Option<String>,
    #[serde(deserialize_with = "moment")]
    pub(super) since: Option<Timestamp>,
    pub(super) lines: Option<Vec<String>>,
    #[serde(deserialize_with = "moment")]
    pub(super) starts: Option<Timestamp>,
    #[serde(deserialize_with = "moment")]
    pub(super) ends: Option<Timestamp>,
    #[serde(deserialize_with = "moment")]
    pub(super) work_starts: Option<Timestamp>,
}

/// A window of a line's cover.
#[derive(Debug, Deserialize)]
pub(super) struct Covered {
    pub(super) work_order: String,
    pub(super) contractor: Option<String>,
    pub(super) line: String,
    pub(super) evidence: String,
    pub(super) id: String,
    #[serde(deserialize_with = "moment")]
    pub(super) starts: Option<Timestamp>,
    #[serde(deserialize_with = "moment")]
    pub(super) ends: Option<Timestamp>,
    #[serde(deserialize_with = "moment")]
    pub(super) work_ends: Option<Timestamp>,
}

/// A gap in a line's cover.
#[derive(Debug, Deserialize)]
pub(super) struct Gap {
    pub(super) work_order: String,
    pub(super) line: String,
    #[serde(deserialize_with = "moment")]
    pub(super) starts: Option<Timestamp>,
    #[serde(deserialize_with = "moment")]
    pub(super) ends: Option<Timestamp>,
    pub(super) seconds: i64,
}

/// A step that waits for a person.
#[derive(Debug, Deserialize)]
pub(super) struct Blocked {
    pub(super) work_order: String,
    pub(super) step: String,
    pub(super) failure: String,
    pub(super) reason: String,
    #[serde(deserialize_with = "moment")]
    pub(super) work_starts: Option<Timestamp>,
}

/// A delivery.
#[derive(Debug, Deserialize)]
pub(super) struct Delivery {
    pub(super) delivery: String,
    pub(super) source: String,
    pub(super) event: String,
    #[serde(deserialize_with = "moment")]
    pub(super) received: Option<Timestamp>,
    pub(super) state: String,
    pub(super) reason: Option<String>,
    pub(super) work_orders: Vec<String>,
    pub(super) position: i64,
}

/// An item of the go-live checklist.
#[derive(Debug, Deserialize)]
pub(super) struct Item {
    pub(super) wanted: String,
    pub(super) optional: bool,
    pub(super) done: bool,
    pub(super) stream: Option<String>,
}

/// A day's figures.
#[derive(Debug, Deserialize)]
pub(super) struct Day {
    #[serde(deserialize_with = "moment")]
    pub(super) day: Option<Timestamp>,
    pub(super) work_orders: i64,
    pub(super) insured_percent: i64,
    pub(super) seconds_to_active: Option<i64>,
}

/// How many there are of something.
#[derive(Debug)]
pub(super) struct Count {
    pub(super) what: String,
    pub(super) count: i64,
}

fn moment<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<i64>::deserialize(source)?.map(Timestamp::from_unix))
}
