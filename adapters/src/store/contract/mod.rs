//! The contract of the event store: what every engine promises, as a list of cases to run over it.
//!
//! The cases hold as well in a store that others use at the same time: each has categories of its own and
//! asks for no particular position.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test suite, compiled into the library only for tests: it fails by panicking"
)]

mod append;
mod backward;
mod fixture;
mod model;
mod read;
mod share;
mod subscribe;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use fixture::Fixture;

use super::EventStore;

/// One promise.
#[derive(Clone, Copy)]
pub struct Case {
    /// The promise in one sentence.
    pub name: &'static str,
    /// Panics if it is not kept. Needs a runtime with several threads.
    pub check: fn(Fixture) -> Checking,
}

/// A running case.
pub type Checking = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Every promise, in the order in which a new engine will want to keep them.
pub fn cases() -> Vec<Case> {
    [append::CASES, read::CASES, backward::CASES, subscribe::CASES, share::CASES, model::CASES].concat()
}

/// Runs every case, each over a store that `open` gives, and panics with the names of those that fail. What
/// `open` returns beside the store is kept until its case is over.
pub async fn run<K>(open: impl AsyncFn() -> (Arc<dyn EventStore>, K)) {
    let mut failed = Vec::new();
    for case in cases() {
        let (store, kept) = open().await;
        let outcome = tokio::spawn((case.check)(Fixture::new(store))).await;
        drop(kept);
        if outcome.is_err() {
            failed.push(case.name);
        }
    }
    assert!(failed.is_empty(), "promises not kept: {failed:#?}");
}
