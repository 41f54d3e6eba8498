//! The engine: deliveries become commands, commands become events, and what the events make due is done.
//!
//! It keeps nothing that the log does not say. At its start it folds the log and finds again what is to be
//! done; after that it follows the log.

mod act;
mod call;
mod catch_up;
mod concerned;
mod decision;
mod documents;
mod execute;
mod follow;
mod fresh;
mod inbox;
mod ledger;
mod nodes;
mod poll;
mod queue;
mod refusal;
mod run;
mod shared;
#[cfg(test)]
mod testing;
mod translate;
mod verdict;
mod waiting;
mod writing;

pub use documents::{DocumentError, Documents, MAX_BYTES as MAX_DOCUMENT_BYTES, OpenDocument};
pub use execute::{Cause, ExecuteError, Executed};
pub use ledger::{COVERAGE, DELIVERY};
pub use nodes::GROUP;
pub use poll::Polling;
pub use refusal::{REFUSAL, refusal};
pub use run::Running;
pub use translate::Requirements;
pub(crate) use writing::with_causes;

use crate::telemetry::Timings;
use covertrail_adapters::store::{EventStore, Position, Recorded};
use covertrail_adapters::{policy, workmarket};
use covertrail_domain::coverage::State;
use covertrail_domain::id::{CertificateId, DocumentId, WorkOrderId};
use covertrail_domain::time::Timestamp;
use covertrail_projections::Reference;
use ledger::Ledger;
use nodes::{Hands, Swept};
use queue::Queue;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use writing::Trouble;

/// What the engine works with.
pub struct Parts {
    /// The event log.
    pub store: Arc<dyn EventStore>,
    /// What the event log is called in messages: its path.
    pub log: String,
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
    /// How `WorkMarket` is asked what was changed, if it is.
    pub polling: Option<Polling>,
    /// Work orders acted on at once.
    pub workers: usize,
    /// Between two looks at all open work orders.
    pub sweep: Duration,
    /// How long an unreachable vendor is tried.
    pub give_up_after: Duration,
    /// Between two looks at what 1099Policy's webhooks may not have told.
    pub catch_up: Duration,
}

/// The engine. Commands may be given to it from anywhere; [`Engine::start`] sets it to work.
pub struct Engine {
    parts: Parts,
    ledger: Mutex<Ledger>,
    troubles: Mutex<HashMap<WorkOrderId, Timestamp>>,
    due: Arc<Queue<WorkOrderId>>,
    notices: Arc<Queue<String>>,
    hints: Arc<Queue<String>>,
    /// Hints about one work order are dealt with one after another; which lock is by its id.
    one_at_a_time: [tokio::sync::Mutex<()>; 64],
    deadlines_changed: Notify,
    caught_up: AtomicBool,
    /// Whether other nodes write to the log too.
    is_shared: bool,
    /// How far the log was folded.
    folded: watch::Sender<Option<Position>>,
    hands: Mutex<Hands>,
    swept: Mutex<Swept>,
    trouble: Trouble,
    /// How long steps took.
    steps: Timings,
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
            is_shared: parts.store.is_shared(),
            folded: watch::Sender::default(),
            hands: Mutex::default(),
            swept: Mutex::default(),
            parts,
            ledger: Mutex::default(),
            troubles: Mutex::default(),
            due: Queue::new(),
            notices: Queue::new(),
            hints: Queue::new(),
            one_at_a_time: std::array::from_fn(|_| tokio::sync::Mutex::default()),
            deadlines_changed: Notify::new(),
            caught_up: AtomicBool::new(false),
            trouble: Trouble::default(),
            steps: Timings::default(),
        }
    }

    /// How long steps at 1099Policy took, by their names.
    pub const fn steps(&self) -> &Timings {
        &self.steps
    }

    /// Whether it has folded the log up to its end and follows it.
    pub fn is_caught_up(&self) -> bool {
        self.caught_up.load(Ordering::Acquire)
    }

    /// The work orders whose next call fails for now and is tried again, each with when that began.
    pub fn retrying(&self) -> Vec<(WorkOrderId, Timestamp)> {
        self.troubles().iter().map(|(work_order, since)| (work_order.clone(), *since)).collect()
    }

    /// Looks at a work order's state, if it is known.
    pub fn look<T>(&self, work_order: &WorkOrderId, look: impl FnOnce(&State) -> T) -> Option<T> {
        self.ledger().state(work_order).map(look)
    }

    /// The work orders that know a certificate, each with the document it was made from where that was handed in here.
    pub fn sources_of(&self, certificate: &CertificateId) -> Vec<(WorkOrderId, Option<DocumentId>)> {
        let ledger = self.ledger();
        let reference = Reference::Certificate(certificate.clone());
        let source = |work_order: &WorkOrderId| {
            let known = &ledger.state(work_order)?.coverage()?.certificates;
            let known = known.iter().find(|known| known.id == *certificate)?;
            Some((work_order.clone(), known.document.clone()))
        };
        ledger.work_orders(&reference).filter_map(source).collect()
    }

    /// The number of a work order's newest event in its stream, if it is known.
    pub fn revision(&self, work_order: &WorkOrderId) -> Option<u64> {
        self.ledger().next_revision(work_order).checked_sub(1)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since when a vendor could not be reached for a work order.
    fn troubles(&self) -> MutexGuard<'_, HashMap<WorkOrderId, Timestamp>> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn swept(&self) -> MutexGuard<'_, Swept> {
        self.swept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues what the fold has woken. Before the log was read to its end nothing is queued: then a sweep finds it. Where
    /// there are other nodes, what is new is queued by the one that it is handed to.
    fn dispatch(&self, ledger: &mut Ledger) {
        let woken = ledger.take_woken();
        if !self.is_caught_up() {
            return;
        }
        for delivery in woken.deliveries {
            self.queue_of(&delivery).push(delivery);
        }
        if !woken.work_orders.is_empty() {
            self.deadlines_changed.notify_one();
        }
        if self.is_shared {
            return;
        }
        for delivery in woken.received {
            self.queue_of(&delivery).push(delivery);
        }
        for work_order in woken.work_orders {
            self.due.push(work_order);
        }
    }

    /// Each vendor's deliveries have a queue of their own, so that one that is down holds back nothing of the other.
    fn queue_of(&self, delivery: &str) -> &Arc<Queue<String>> {
        if delivery.starts_with(HINTS) { &self.hints } else { &self.notices }
    }

    /// Has a delivery looked at that came again: `WorkMarket`'s say nothing but that something changed, and what did
    /// may not be what did before.
    pub fn repeated(&self, delivery: &str) {
        if delivery.starts_with(HINTS) {
            self.ledger().look_again(delivery);
            self.hints.push(delivery.to_owned());
        }
    }
}

/// What the streams of `WorkMarket`'s deliveries begin with.
const HINTS: &str = "delivery-workmarket-";

/// One bad line of a stream of the program's own changes nothing: the last good one counts. What is wrong is told
/// without what stands in it.
pub(crate) fn passed_over(recorded: &Recorded<'_>, why: &str) {
    let (stream, revision, position) = (recorded.stream, recorded.revision, recorded.position.get());
    tracing::error!(stream, revision, position, why, "a line of the log is wrong and passed over");
}
