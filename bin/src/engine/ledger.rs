//! What the log says, folded as far as the engine needs it: each work order's state, which work orders a
//! vendor's id belongs to, and which deliveries are still to be dealt with.

use super::fresh::{Content, Fresh};
use super::shared;
use super::waiting::{Awaited, Waiting};
use covertrail_adapters::OwnCategory;
use covertrail_adapters::schema;
use covertrail_adapters::store::Recorded;
use covertrail_adapters::webhook::delivery::{HANDLED, RECEIVED};
use covertrail_domain::coverage::{Command, Coverage, Event, State};
use covertrail_domain::id::{ContractorId, WorkOrderId, WorkerId};
use covertrail_domain::time::Timestamp;
use covertrail_projections::{Directory, Reference};
use foldhash::{HashMap, HashSet};
use std::collections::BTreeSet;

/// The category of the work orders' streams: `coverage-<work order>`.
pub const COVERAGE: &str = OwnCategory::Coverage.as_str();
/// The category of the inbox's streams: `delivery-<source>-<delivery id>`.
pub const DELIVERY: &str = OwnCategory::Delivery.as_str();

/// The fold, and what it has woken since it was last asked.
#[derive(Default)]
pub(super) struct Ledger {
    /// By number: 0, 1, 2 in the order in which they were heard of.
    orders: Vec<Order>,
    numbers: HashMap<Box<str>, u32>,
    directory: Directory,
    /// The work orders on which something may be due: those on which something was, and those that changed.
    suspects: Vec<u32>,
    pending: HashSet<String>,
    fresh: Fresh,
    waiting: Waiting,
    again: HashSet<String>,
    contractors: HashMap<WorkerId, ContractorId>,
    /// Known once the log was folded to its end.
    deadlines: BTreeSet<(Timestamp, u32)>,
    /// Whether the log was folded to its end: before that nobody is woken, for a sweep follows.
    is_live: bool,
    woken: Woken,
}

/// One work order as far as its stream was folded.
struct Order {
    id: WorkOrderId,
    state: State,
    next_revision: u64,
    deadline: Option<Timestamp>,
    is_suspect: bool,
}

/// What is to be looked at because of what was folded.
#[derive(Debug, Default)]
pub(super) struct Woken {
    pub(super) work_orders: Vec<WorkOrderId>,
    /// Those that came, and those that waited for something that is known now.
    pub(super) received: Vec<String>,
    pub(super) deliveries: Vec<String>,
}

impl Ledger {
    /// Folds one stored event, decoded already or not. One that was folded before, by whoever appended it, changes
    /// nothing.
    pub(super) fn fold(
        &mut self,
        recorded: &Recorded<'_>,
        decoded: Option<Event>,
    ) -> Result<(), schema::Malformed> {
        match recorded.stream.split_once('-') {
            Some((COVERAGE, id)) => {
                let number = match self.numbers.get(id) {
                    Some(number) => *number,
                    None => match WorkOrderId::parse(id) {
                        Ok(id) => self.hear_of(id),
                        Err(_) => return Ok(()),
                    },
                };
                if self.order(Some(number)).is_some_and(|order| order.next_revision <= recorded.revision) {
                    let decode = || schema::decode(recorded.kind, recorded.data);
                    self.evolve(number, recorded.revision, &decoded.map_or_else(decode, Ok)?);
                }
            }
            Some((DELIVERY, _)) if recorded.kind == RECEIVED => {
                self.pending.insert(recorded.stream.to_owned());
                if self.is_live {
                    self.fresh.keep(recorded);
                    self.woken.received.push(recorded.stream.to_owned());
                }
            }
            Some((DELIVERY, _)) if recorded.kind == HANDLED => {
                self.pending.remove(recorded.stream);
                self.waiting.forget(recorded.stream);
                self.fresh.take(recorded.stream);
            }
            Some(_) | None => {}
        }
        Ok(())
    }

    /// Folds one event of a work order at its revision; any but the next one changes nothing.
    pub(super) fn apply(&mut self, work_order: &WorkOrderId, revision: u64, event: &Event) {
        let number = self.number(work_order).unwrap_or_else(|| self.hear_of(work_order.clone()));
        self.evolve(number, revision, event);
    }

    fn evolve(&mut self, number: u32, revision: u64, event: &Event) {
        let Some(order) = at(number).and_then(|place| self.orders.get_mut(place)) else { return };
        if order.next_revision != revision {
            return;
        }
        order.state = std::mem::take(&mut order.state).evolve(event);
        order.next_revision = revision.saturating_add(1);
        if self.is_live {
            let deadline = order.state.deadline();
            let before = std::mem::replace(&mut order.deadline, deadline);
            if before != deadline {
                if let Some(before) = before {
                    self.deadlines.remove(&(before, number));
                }
                self.deadlines.extend(deadline.map(|deadline| (deadline, number)));
            }
        }
        if !std::mem::replace(&mut order.is_suspect, true) {
            self.suspects.push(number);
        }
        if let (Event::ContractorCreated { contractor }, Some(coverage)) = (event, order.state.coverage()) {
            self.contractors.insert(coverage.worker.clone(), contractor.clone());
        }
        let mut woken = Vec::new();
        if !self.waiting.is_empty() {
            woken.extend(self.waiting.wake(&Awaited::WorkOrder(order.id.clone())));
        }
        self.directory.fold(number, event, |named| {
            // a start folds the whole log, and nobody waits yet
            if !self.waiting.is_empty() {
                woken.extend(self.waiting.wake(&Awaited::Object(named.clone())));
            }
        });
        if self.is_live {
            let id = order.id.clone();
            let others = self.news_to(&id, event);
            self.woken.deliveries.extend(woken);
            self.woken.work_orders.push(id);
            self.woken.work_orders.extend(others);
        }
    }

    /// The other work orders that an event of one is news to.
    pub(super) fn news_to(&self, work_order: &WorkOrderId, event: &Event) -> Vec<WorkOrderId> {
        let Some(number) = self.number(work_order) else { return Vec::new() };
        // what it knew before its contractor was known is news to the others from now on
        let shares = matches!(event, Event::ContractorCreated { .. })
            && self.state(work_order).and_then(State::coverage).is_some_and(Coverage::knows_of_contractor);
        let others = self.of_same_contractor(number).map(|other| other.id.clone());
        if event.concerns_contractor() || shares { others.collect() } else { Vec::new() }
    }

    fn hear_of(&mut self, id: WorkOrderId) -> u32 {
        #[expect(clippy::expect_used, reason = "the states of so many work orders fit in no memory")]
        let number = u32::try_from(self.orders.len()).expect("fewer than four billion work orders");
        self.numbers.insert(id.as_str().into(), number);
        self.orders.push(Order {
            id,
            state: State::default(),
            next_revision: 0,
            deadline: None,
            is_suspect: false,
        });
        number
    }

    fn number(&self, work_order: &WorkOrderId) -> Option<u32> {
        self.numbers.get(work_order.as_str()).copied()
    }

    fn order(&self, number: Option<u32>) -> Option<&Order> {
        self.orders.get(number.and_then(at)?)
    }

    /// Has a delivery woken when one of these comes to be known.
    pub(super) fn await_any(&mut self, delivery: &str, awaited: Vec<Awaited>) {
        self.waiting.wait(delivery, awaited);
    }

    /// What a delivery says, if it has just come and nobody asked yet.
    pub(super) fn take_fresh(&mut self, delivery: &str) -> Option<Content> {
        self.fresh.take(delivery)
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
    fn of_same_contractor(&self, number: u32) -> impl Iterator<Item = &Order> {
        let coverage = self.order(Some(number)).and_then(|order| order.state.coverage());
        let contractor =
            coverage.and_then(|known| known.path.contractor()).cloned().map(Reference::Contractor);
        let all = contractor.map(|contractor| self.directory.work_orders(&contractor)).unwrap_or_default();
        all.iter().filter(move |other| **other != number).filter_map(|other| self.order(Some(*other)))
    }

    /// What is known of a work order's contractor by their other work orders, and may concern this one.
    pub(super) fn shared_with(&self, work_order: &WorkOrderId) -> Vec<(WorkOrderId, Command)> {
        let Some(number) = self.number(work_order) else { return Vec::new() };
        let Some(own) = self.order(Some(number)).and_then(|order| order.state.coverage()) else {
            return Vec::new();
        };
        let others =
            self.of_same_contractor(number).filter_map(|other| Some((&other.id, other.state.coverage()?)));
        others
            .filter(|(_, theirs)| theirs.path.contractor() == own.path.contractor())
            .flat_map(|(other, theirs)| {
                shared::facts(theirs, own).into_iter().map(move |fact| (other.clone(), fact))
            })
            .collect()
    }

    /// From now on the log is followed, and what it says wakes somebody.
    pub(super) fn go_live(&mut self) {
        self.is_live = true;
        for (number, order) in (0..).zip(&mut self.orders) {
            order.deadline = order.state.deadline();
            self.deadlines.extend(order.deadline.map(|deadline| (deadline, number)));
        }
    }

    /// What was woken since this was last asked.
    pub(super) fn take_woken(&mut self) -> Woken {
        std::mem::take(&mut self.woken)
    }

    /// The revision of the next event of a work order's stream, as far as it was folded.
    pub(super) fn next_revision(&self, work_order: &WorkOrderId) -> u64 {
        self.order(self.number(work_order)).map_or(0, |order| order.next_revision)
    }

    /// A work order's state, as far as it was folded.
    pub(super) fn state(&self, work_order: &WorkOrderId) -> Option<&State> {
        let order = self.order(self.number(work_order)).filter(|order| order.next_revision > 0);
        order.map(|order| &order.state)
    }

    /// Every work order, with its state.
    pub(super) fn orders(&self) -> impl Iterator<Item = (&WorkOrderId, &State)> {
        let folded = self.orders.iter().filter(|order| order.next_revision > 0);
        folded.map(|order| (&order.id, &order.state))
    }

    /// The work orders that an object at 1099Policy belongs to.
    pub(super) fn work_orders(&self, reference: &Reference) -> impl Iterator<Item = &WorkOrderId> {
        let orders = self.directory.work_orders(reference).iter();
        orders.filter_map(|number| self.order(Some(*number))).map(|order| &order.id)
    }

    /// The work orders on which something is due, and those that changed since this was last asked and have a
    /// contractor in common with others: whoever was to tell those may have been stopped before.
    pub(super) fn due(&mut self) -> Vec<WorkOrderId> {
        let suspects = std::mem::take(&mut self.suspects);
        let mut due = Vec::new();
        for number in suspects {
            let is_shared = self.of_same_contractor(number).next().is_some();
            let Some(order) = at(number).and_then(|place| self.orders.get_mut(place)) else { continue };
            order.is_suspect = order.state.next_action().is_some();
            due.extend((order.is_suspect || is_shared).then(|| order.id.clone()));
            if order.is_suspect {
                self.suspects.push(number);
            }
        }
        due
    }

    /// Deliveries that are stored and not dealt with.
    pub(super) fn pending(&self) -> Vec<String> {
        self.pending.iter().cloned().collect()
    }

    /// The next moment at which some cover runs out by itself.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// The work orders whose cover has run out by now.
    pub(super) fn overdue(&self, now: Timestamp) -> Vec<WorkOrderId> {
        let overdue = self.deadlines.iter().take_while(|(deadline, _)| *deadline <= now);
        overdue.filter_map(|(_, number)| self.order(Some(*number))).map(|order| order.id.clone()).collect()
    }
}

fn at(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}
