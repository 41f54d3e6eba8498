//! The engine without its log and its clock: a ledger, what it has woken, and the deliveries that wait.

use super::facts::Fact;
use crate::engine::execute::{ExecuteError, Executed};
use crate::engine::ledger::Ledger;
use crate::engine::translate;
use crate::engine::verdict::{Tally, Verdict};
use crate::engine::waiting::Awaited;
use covertrail_domain::coverage::{Command, Event, Rejection, State};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::testkit::samples;
use covertrail_projections::Reference;
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct World {
    ledger: Ledger,
    log: Vec<(WorkOrderId, u64, Event)>,
    /// Deliveries that are not dealt with.
    pending: BTreeMap<String, Fact>,
    queue: Vec<Due>,
}

enum Due {
    WorkOrder(WorkOrderId),
    Delivery(String),
}

impl World {
    pub(super) fn new() -> Self {
        let mut ledger = Ledger::default();
        ledger.go_live();
        Self { ledger, log: Vec::new(), pending: BTreeMap::new(), queue: Vec::new() }
    }

    pub(super) fn state(&self, order: &WorkOrderId) -> State {
        self.ledger.state(order).cloned().unwrap_or_default()
    }

    pub(super) fn events(&self) -> usize {
        self.log.len()
    }

    /// Decides and records, as [`Engine::execute_all`](crate::engine::Engine::execute_all) does.
    pub(super) fn ask(
        &mut self,
        order: &WorkOrderId,
        commands: &[Command],
    ) -> Vec<Result<Executed, Rejection>> {
        let decision = self.ledger.decide(order, commands);
        for (revision, event) in (decision.next_revision..).zip(decision.events) {
            self.ledger.apply(order, revision, &event);
            self.log.push((order.clone(), revision, event));
        }
        let woken = self.ledger.take_woken();
        self.queue.extend(woken.work_orders.into_iter().map(Due::WorkOrder));
        self.queue.extend(woken.deliveries.into_iter().map(Due::Delivery));
        decision.answers
    }

    /// A delivery is stored.
    pub(super) fn receive(&mut self, delivery: String, fact: Fact) {
        self.queue.push(Due::Delivery(delivery.clone()));
        self.pending.insert(delivery, fact);
    }

    /// One of what is due is dealt with.
    pub(super) fn work(&mut self, pick: usize) {
        let Some(place) = pick.checked_rem(self.queue.len()) else { return };
        match self.queue.swap_remove(place) {
            Due::WorkOrder(order) => self.share(&order),
            Due::Delivery(delivery) => self.deliver(&delivery),
        }
    }

    /// Everything that is due is dealt with, which comes to an end.
    pub(super) fn come_to_rest(&mut self) {
        let mut steps = 0;
        while !self.queue.is_empty() {
            self.work(0);
            steps += 1;
            assert!(steps < 20_000, "sharing never comes to rest");
        }
    }

    /// All but what was recorded is lost; what is to be looked at is found as a start finds it.
    pub(super) fn restart(&mut self) {
        self.ledger = Ledger::default();
        for (order, revision, event) in &self.log {
            self.ledger.apply(order, *revision, event);
        }
        self.ledger.go_live();
        self.queue = self.pending.keys().cloned().map(Due::Delivery).collect();
        self.queue.extend(self.ledger.due().into_iter().map(Due::WorkOrder));
    }

    /// Every work order is told once more.
    pub(super) fn tell_again(&mut self, orders: impl IntoIterator<Item = WorkOrderId>) {
        orders.into_iter().for_each(|order| self.share(&order));
    }

    fn share(&mut self, order: &WorkOrderId) {
        let facts = self.ledger.shared_with(order);
        let commands: Vec<Command> = facts.into_iter().map(|(_, command)| command).collect();
        self.ask(order, &commands);
    }

    fn deliver(&mut self, delivery: &str) {
        let Some(fact) = self.pending.get(delivery).cloned() else { return };
        let (concerned, command) = self.read(delivery, &fact);
        if concerned.is_empty() {
            return;
        }
        let mut tally = Tally::default();
        for order in concerned {
            let answer = self.ask(&order, std::slice::from_ref(&command)).remove(0);
            tally.count(&order, answer.map_err(ExecuteError::from)).unwrap();
        }
        if matches!(tally.verdict(), Verdict::Handled(_)) {
            self.pending.remove(delivery);
        }
    }

    fn read(&mut self, delivery: &str, fact: &Fact) -> (BTreeSet<WorkOrderId>, Command) {
        match fact {
            Fact::Notice(notice) => {
                let asked = translate::asked(notice, samples::hour(0)).unwrap();
                (self.ledger.concerned(delivery, notice, asked.of_contractor), asked.command)
            }
            // a person reviews a certificate where they see it, and that is at one work order
            Fact::Review(certificate, command) => {
                let certificate = Reference::Certificate(certificate.clone());
                let seen_at = self.ledger.work_orders(&certificate).next().cloned();
                self.ledger.await_any(delivery, vec![Awaited::Object(certificate)]);
                (seen_at.into_iter().collect(), Command::clone(command))
            }
        }
    }
}
