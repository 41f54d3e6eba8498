//! The stored form of every event ever written, and its envelope.
//!
//! [`encode`] writes the newest version of an event and [`decode`] reads every version there ever was. The
//! table in `events.rs` is the whole vocabulary; `golden.jsonl` keeps lines exactly as they were stored.
//!
//! A stored event is never edited, so neither is what its name means. A change is, in this order of preference:
//! an optional field more (lines without it read as before), a new version of the name (the old one keeps its
//! own struct and its own `TryFrom`), or, where the meaning changes, a new event. Each brings a golden line,
//! and no golden line is ever taken away.

mod actor;
mod envelope;
mod event_id;
mod events;
mod form;
mod malformed;
mod moment;
mod record;
mod refusal;
mod scalar;
mod scan;
#[cfg(test)]
mod tests;

pub use actor::{Actor, Source};
pub use envelope::{Envelope, correlation};
pub use event_id::event_id;
pub use events::{KINDS, decode, encode, kind};
pub use malformed::{Fault, Malformed};
pub use refusal::{REFUSED, Refusal};

/// An event as it is stored: its name with the version, and its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Such as `coverage.quoted.v1`.
    pub kind: &'static str,
    /// Compact JSON.
    pub data: Vec<u8>,
}
