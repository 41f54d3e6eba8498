//! The stored form of every event ever written, and its envelope.

mod event_id;
#[cfg(test)]
mod tests;

pub use event_id::event_id;
