//! What the log says, folded as far as the engine needs it: each work order's state, which work orders a
//! vendor's id belongs to, and which deliveries are still to be dealt with.

use super::execute::Executed;
use super::shared;
use covertrail_adapters::schema;
use covertrail_adapters::store::Recorded;
use covertrail_adapters::webhook::delivery::{HANDLED, RECEIVED};
use covertrail_domain::coverage::{Command, Event, Rejection, State};
use covertrail_domain::id::{ContractorId, WorkOrderId, WorkerId};
use covertrail_domain::time::Timestamp;
use covertrail_projections::{Directory, Reference};
use std::borrow::Cow;
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
    awaited_by: HashMap<String, Vec<Awaited>>,
    again: HashSet<String>,
    contractors: HashMap<WorkerId, ContractorId>,
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

/// What commands lead to, and the revision that this rests on.
pub(super) struct Decision {
    pub(super) next_revision: u64,
    pub(super) events: Vec<Event>,
    /// What each command came to, or why it was refused.
    pub(super) answers: Vec<Result<Executed, Rejection>>,
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
                self.await_nothing(recorded.stream);
            }
            Some(_) | None => {}
        }
        Ok(())
    }

    /// Folds one event of a work order at its revision; any but the next one changes nothing.
    pub(super) fn apply(&mut self, work_order: &WorkOrderId, revision: u64, event: &Event) {
        let order = match self.orders.get_mut(work_order) {
            Some(order) => order,
            None => self.orders.entry(work_order.clone()).or_default(),
        };
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
        if let (Event::ContractorCreated { contractor }, Some(coverage)) = (event, order.state.coverage()) {
            self.contractors.insert(coverage.worker.clone(), contractor.clone());
        }
        self.woken.work_orders.push(work_order.clone());
        if event.concerns_contractor() {
            let others: Vec<WorkOrderId> = self.of_same_contractor(work_order).cloned().collect();
            self.woken.work_orders.extend(others);
        }
        let named = self.directory.fold(work_order, event);
        // a start folds the whole log, and nobody waits yet
        if !self.waiting.is_empty() {
            self.wake(&Awaited::WorkOrder(work_order.clone()));
            for reference in named {
                self.wake(&Awaited::Object(reference));
            }
        }
    }

    fn wake(&mut self, awaited: &Awaited) {
        self.woken.deliveries.extend(self.waiting.remove(awaited).into_iter().flatten());
    }

    /// Has a delivery woken when one of these comes to be known.
    pub(super) fn await_any(&mut self, delivery: &str, awaited: Vec<Awaited>) {
        self.await_nothing(delivery);
        for awaited in &awaited {
            self.waiting.entry(awaited.clone()).or_default().insert(delivery.to_owned());
        }
        self.awaited_by.insert(delivery.to_owned(), awaited);
    }

    fn await_nothing(&mut self, delivery: &str) {
        for awaited in self.awaited_by.remove(delivery).unwrap_or_default() {
            if let Some(deliveries) = self.waiting.get_mut(&awaited) {
                deliveries.remove(delivery);
                if deliveries.is_empty() {
                    self.waiting.remove(&awaited);
                }
            }
        }
    }

    /// Has a delivery dealt with once more, though that was done already.
    pub(super) fn look_again(&mut self, delivery: &str) {
        self.again.insert(delivery.to_owned());
    }

    /// Whether a delivery is to be dealt with once more; asked once.
    pub(super) fn takes_again(&mut self, delivery: &str) -> bool {
        self.again.remove(delivery)
    }

    /// The contractor that a worker was enrolled as, for any work order.
    pub(super) fn contractor_of(&self, worker: &WorkerId) -> Option<&ContractorId> {
        self.contractors.get(worker)
    }

    /// The other work orders of a work order's contractor.
    fn of_same_contractor<'a>(
        &'a self,
        work_order: &'a WorkOrderId,
    ) -> impl Iterator<Item = &'a WorkOrderId> {
        let contractor =
            self.state(work_order).and_then(State::coverage).and_then(|known| known.path.contractor());
        let all = contractor.map(|contractor| self.work_orders(&Reference::Contractor(contractor.clone())));
        all.into_iter().flatten().filter(move |other| *other != work_order)
    }

    /// What is known of a work order's contractor by their other work orders, and may concern this one.
    pub(super) fn shared_with(&self, work_order: &WorkOrderId) -> Vec<(WorkOrderId, Command)> {
        let Some(own) = self.state(work_order).and_then(State::coverage) else { return Vec::new() };
        let others = self
            .of_same_contractor(work_order)
            .filter_map(|other| Some((other, self.state(other)?.coverage()?)));
        others
            .filter(|(_, theirs)| theirs.path.contractor() == own.path.contractor())
            .flat_map(|(other, theirs)| {
                shared::facts(theirs, own).into_iter().map(move |fact| (other.clone(), fact))
            })
            .collect()
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

    /// What commands lead to, each in the state that those before it leave.
    pub(super) fn decide(&self, work_order: &WorkOrderId, commands: &[Command]) -> Decision {
        let unheard = State::default();
        let mut state = Cow::Borrowed(self.state(work_order).unwrap_or(&unheard));
        let mut decision = Decision {
            next_revision: self.next_revision(work_order),
            events: Vec::new(),
            answers: Vec::new(),
        };
        for (index, command) in commands.iter().enumerate() {
            let events = match state.decide(command) {
                Ok(events) => events,
                Err(rejection) => {
                    decision.answers.push(Err(rejection));
                    continue;
                }
            };
            decision.answers.push(Ok(if events.is_empty() {
                Executed::HeldAlready
            } else {
                Executed::Happened
            }));
            if index.saturating_add(1) < commands.len() && !events.is_empty() {
                state = Cow::Owned(events.iter().fold(state.into_owned(), State::evolve));
            }
            decision.events.extend(events);
        }
        decision
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
