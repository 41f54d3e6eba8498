//! What people and services read: pure folds over the coverage events.
//!
//! Absent here: the vendors, HTTP, and any write to the event log. What is here can be thrown away and folded
//! again.

mod directory;

pub use directory::{Directory, Reference};
