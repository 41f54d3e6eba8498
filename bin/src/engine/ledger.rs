//! What the log says, folded as far as the engine needs it: each work order's state, which work orders a
//! vendor's id belongs to, and which deliveries are still to be dealt with.

use covertrail_adapters::schema;
use covertrail_adapters::store::Recorded;
use covertrail_adapters::webhook::delivery::{HANDLED, RECEIVED};
use covertrail_domain::coverage::{Command, Event, Rejection, State};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use covertrail_projections::{Directory, Reference};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The category of the work orders' streams: `coverage-<work order>`.
pub const COVERAGE: &str = "coverage";
/// The category of the inbox's streams: `delivery-<source>-<delivery id>`.
pub const DELIVERY: &str = "delivery";

/// The fold, and what it has woken since it was last asked.
#[derive(Default)]
pub(super) struct Ledger {
    orders: HashMap<WorkOrderId, Order>,
    directory: Directory,
    pending: HashSet<String>,
    waiting: HashMap<Awaited, HashSet<String>>,
    deadlines: BTreeSet<(Timestamp, WorkOrderId)>,
    woken: Woken,
}

/// One work order as far as its stream was folded.
#[derive(Default)]
struct Order {
    state: State,
    next_revision: u64,
    deadline: Option<Timestamp>,
}

/// What a delivery waits for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Awaited {
    /// That somebody names this object.
    Object(Reference),
    /// That something happens to this work order.
    WorkOrder(WorkOrderId),
}

/// What is to be looked at because of what was folded.
#[derive(Debug, Default)]
pub(super) struct Woken {
    pub(super) work_orders: Vec<WorkOrderId>,
    pub(super) deliveries: Vec<String>,
}

/// What a command leads to, and the revision that this rests on.
pub(super) struct Decision {
    pub(super) events: Vec<Event>,
    pub(super) next_revision: u64,
}

impl Ledger {
    /// Folds one stored event. One that was folded before, by whoever appended it, changes nothing.
    pub(super) fn fold(&mut self, recorded: &Recorded<'_>) -> Result<(), schema::Malformed> {
        match recorded.stream.split_once('-') {
            Some((COVERAGE, id)) => {
                let Ok(work_order) = WorkOrderId::parse(id) else { return Ok(()) };
                if self.next_revision(&work_order) <= recorded.revision {
                    let event = schema::decode(recorded.kind, recorded.data)?;
                    self.apply(&work_order, recorded.revision, &event);
                }
            }
            Some((DELIVERY, _)) if recorded.kind == RECEIVED => {
                self.pending.insert(recorded.stream.to_owned());
                self.woken.deliveries.push(recorded.stream.to_owned());
            }
            Some((DELIVERY, _)) if recorded.kind == HANDLED => {
                self.pending.remove(recorded.stream);
            }
            Some(_) | None => {}
        }
        Ok(())
    }

    /// Folds one event of a work order at its revision; any but the next one changes nothing.
    pub(super) fn apply(&mut self, work_order: &WorkOrderId, revision: u64, event: &Event) {
        let order = self.orders.entry(work_order.clone()).or_default();
        if order.next_revision != revision {
            return;
        }
        order.state = std::mem::take(&mut order.state).evolve(event);
        order.next_revision = revision.saturating_add(1);
        let deadline = order.state.deadline();
        let before = std::mem::replace(&mut order.deadline, deadline);
        if before != deadline {
            if let Some(before) = before {
                self.deadlines.remove(&(before, work_order.clone()));
            }
            self.deadlines.extend(deadline.map(|deadline| (deadline, work_order.clone())));
        }
        self.woken.work_orders.push(work_order.clone());
        self.wake(&Awaited::WorkOrder(work_order.clone()));
        for reference in self.directory.fold(work_order, event) {
            self.wake(&Awaited::Object(reference));
        }
    }

    fn wake(&mut self, awaited: &Awaited) {
        self.woken.deliveries.extend(self.waiting.remove(awaited).into_iter().flatten());
    }

    /// Has a delivery woken when one of these comes to be known.
    pub(super) fn await_any(&mut self, delivery: &str, awaited: impl IntoIterator<Item = Awaited>) {
        for awaited in awaited {
            self.waiting.entry(awaited).or_default().insert(delivery.to_owned());
        }
    }

    /// What was woken since this was last asked.
    pub(super) fn take_woken(&mut self) -> Woken {
        std::mem::take(&mut self.woken)
    }

    /// The revision of the next event of a work order's stream, as far as it was folded.
    pub(super) fn next_revision(&self, work_order: &WorkOrderId) -> u64 {
        self.orders.get(work_order).map_or(0, |order| order.next_revision)
    }

    /// A work order's state, as far as it was folded.
    pub(super) fn state(&self, work_order: &WorkOrderId) -> Option<&State> {
        self.orders.get(work_order).map(|order| &order.state)
    }

    /// What a command leads to in the state as far as it was folded.
    pub(super) fn decide(&self, work_order: &WorkOrderId, command: &Command) -> Result<Decision, Rejection> {
        let unheard = State::default();
        let state = self.state(work_order).unwrap_or(&unheard);
        Ok(Decision { events: state.decide(command)?, next_revision: self.next_revision(work_order) })
    }

    /// The work orders that an object at 1099Policy belongs to.
    pub(super) fn work_orders(&self, reference: &Reference) -> &[WorkOrderId] {
        self.directory.work_orders(reference)
    }

    /// Every work order, with its state.
    pub(super) fn orders(&self) -> impl Iterator<Item = (&WorkOrderId, &State)> {
        self.orders.iter().map(|(work_order, order)| (work_order, &order.state))
    }

    /// Deliveries that are stored and not dealt with.
    pub(super) fn pending(&self) -> impl Iterator<Item = &String> {
        self.pending.iter()
    }

    /// The next moment at which some cover runs out by itself.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// The work orders whose cover has run out by now.
    pub(super) fn overdue(&self, now: Timestamp) -> Vec<WorkOrderId> {
        let overdue = self.deadlines.iter().take_while(|(deadline, _)| *deadline <= now);
        overdue.map(|(_, work_order)| work_order.clone()).collect()
    }
}
