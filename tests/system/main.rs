//! The whole system: the real program as a process, both vendors simulated on ports of their own, and nothing
//! between them but HTTP. What happened is read back from the log's own file.
//!
//! Absent here: a clock that can be set. Work is scheduled around now, and every outcome is waited for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::float_arithmetic,
    reason = "a test stops at what it did not expect"
)]

mod stories;
mod world;

mod application_links;
mod architecture;
mod bad_input;
mod board;
mod commands;
mod copy;
mod crash;
mod doors;
mod engines;
mod faults;
mod full_disk;
mod guide;
mod nodes;
mod polling;
mod privacy;
mod reference;
mod scenarios;
mod subscribers;
mod telemetry;
mod why_not;
