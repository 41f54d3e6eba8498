//! One delivery as read models see it: what came, and what became of it. Its body stays in the log.

use covertrail_domain::time::Timestamp;

/// A webhook, or what polling found in its stead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its stream without the category: the vendor and the delivery's id.
    pub id: String,
    /// Which vendor sent it.
    pub source: &'static str,
    /// What it says it is.
    pub event: String,
    /// When it was stored here.
    pub received: Timestamp,
    /// What became of it so far.
    pub fate: Fate,
    /// The position of its newest event in the log.
    pub position: u64,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is stored and not looked at yet.
    Received,
    /// It waits for something new to be known.
    Waiting {
        /// For what.
        reason: String,
    },
    /// It was dealt with.
    Handled {
        /// How, in a word.
        outcome: &'static str,
        /// Why, where an auditor would ask.
        reason: Option<String>,
        /// The work orders it reached.
        work_orders: Vec<String>,
        /// When.
        at: Timestamp,
    },
}
