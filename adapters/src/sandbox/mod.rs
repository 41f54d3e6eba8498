//! Both vendors, simulated over real HTTP with state, faults included.
//!
//! `covertrail sandbox` runs them for people who try things out; tests start them in process. Each vendor is a
//! plain state with synchronous functions `(state, request) -> answer and effects`; everything that makes the
//! real ones hard to live with (lost answers, 429s, outages, webhooks twice and out of order) is shared, and
//! stands around those functions.
//!
//! Absent here: a clock. Times in objects come from [`Clock`]; only delays use the runtime's timer.

use std::sync::Arc;

pub mod policy;
pub mod workmarket;

mod answer;
mod calls;
mod common;
mod control;
mod courier;
mod desk;
mod faults;
mod form;
mod front;
mod ids;
mod keys;
mod ledger;
mod outage;
mod replays;
mod routes;
mod running;
mod shelf;
mod sign;

pub use courier::Redelivery;
pub use faults::FaultPlan;
pub use outage::{Outage, Span};
pub use running::{Handle, Running, StartError};
pub use sign::{Scheme, SignError, WebhookTarget};

/// The hour as the simulated vendor sees it, in Unix seconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

#[cfg(test)]
mod tests;
