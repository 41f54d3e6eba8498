//! The engine: deliveries become commands, commands become events, and what the events make due is done.
//!
//! It keeps nothing that the log does not say. At its start it folds the log and finds again what is to be
//! done; after that it follows the log.

mod act;
mod call;
mod documents;
mod execute;
mod inbox;
mod ledger;
mod queue;
mod run;
mod translate;

pub use documents::{DocumentError, Documents, MAX_BYTES as MAX_DOCUMENT_BYTES};
pub use execute::{Cause, ExecuteError, Executed};
pub use ledger::{COVERAGE, DELIVERY};
pub use run::Running;
pub use translate::Requirements;

use act::Trouble;
use covertrail_adapters::store::EventStore;
use covertrail_adapters::{policy, workmarket};
use covertrail_domain::coverage::State;
use covertrail_domain::id::WorkOrderId;
use ledger::Ledger;
use queue::Queue;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// What the engine works with.
pub struct Parts {
    /// The event log.
    pub store: Arc<dyn EventStore>,
    /// 1099Policy.
    pub policy: policy::Client,
    /// `WorkMarket`.
    pub workmarket: workmarket::Client,
    /// `WorkMarket`'s words → 1099Policy's codes.
    pub mapping: workmarket::Mapping,
    /// Handed-in certificates.
    pub documents: Documents,
    /// What every work order needs.
    pub requirements: Requirements,
    /// How far in the future a late quote begins.
    pub start_lead_seconds: i64,
    /// Where the contractor goes once insured.
    pub success_url: String,
    /// Where the contractor goes otherwise.
    pub cancel_url: String,
    /// Work orders acted on at once.
    pub workers: usize,
    /// Between two looks at all open work orders.
    pub sweep: Duration,
    /// How long an unreachable vendor is tried.
    pub give_up_after: Duration,
}

/// The engine. Commands may be given to it from anywhere; [`Engine::start`] sets it to work.
pub struct Engine {
    parts: Parts,
    ledger: Mutex<Ledger>,
    troubles: Mutex<HashMap<WorkOrderId, Trouble>>,
    due: Queue<WorkOrderId>,
    inbox: Queue<String>,
    deadlines_changed: Notify,
    caught_up: AtomicBool,
}

impl std::ops::Deref for Engine {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl Engine {
    /// An engine that has read nothing yet.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            ledger: Mutex::default(),
            troubles: Mutex::default(),
            due: Queue::new(),
            inbox: Queue::new(),
            deadlines_changed: Notify::new(),
            caught_up: AtomicBool::new(false),
        }
    }

    /// Whether it has folded the log up to its end and follows it.
    pub fn is_caught_up(&self) -> bool {
        self.caught_up.load(Ordering::Acquire)
    }

    /// Looks at a work order's state, if it is known.
    pub fn look<T>(&self, work_order: &WorkOrderId, look: impl FnOnce(&State) -> T) -> Option<T> {
        self.ledger().state(work_order).map(look)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn troubles(&self) -> MutexGuard<'_, HashMap<WorkOrderId, Trouble>> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues what the fold has woken. Before the log was read to its end it is only remembered.
    fn dispatch(&self, ledger: &mut Ledger) {
        let woken = ledger.take_woken();
        if !self.is_caught_up() {
            return;
        }
        woken.deliveries.into_iter().for_each(|delivery| self.inbox.push(delivery));
        if !woken.work_orders.is_empty() {
            self.deadlines_changed.notify_one();
        }
        woken.work_orders.into_iter().for_each(|work_order| self.due.push(work_order));
    }
}
