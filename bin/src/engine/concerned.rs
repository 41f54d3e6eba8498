//! Which work orders a notice of 1099Policy concerns, by the ids it names.

use super::ledger::Ledger;
use super::waiting::Awaited;
use super::{shared, translate};
use covertrail_adapters::webhook::policy::Notice;
use covertrail_domain::coverage::State;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Window;
use covertrail_projections::Reference;
use std::collections::BTreeSet;

impl Ledger {
    /// The work orders that a notice names; where it names none, those of its contractor at the time that it is for.
    /// The delivery is woken when more is known.
    pub(super) fn concerned(
        &mut self,
        delivery: &str,
        notice: &Notice,
        of_contractor: Option<Window>,
    ) -> BTreeSet<WorkOrderId> {
        let references = translate::references(notice);
        let contractor = notice.refs.contractor.clone().map(Reference::Contractor);
        let mut found: BTreeSet<WorkOrderId> = BTreeSet::new();
        for reference in &references {
            found.extend(self.work_orders(reference).cloned());
            // the policy that an assignment stands on leads to others, which will never know the assignment
            if is_of_one(reference) && !found.is_empty() {
                break;
            }
        }
        let told = notice.refs.work_order.as_ref().filter(|_| found.is_empty());
        found.extend(told.filter(|told| self.state(told).is_some()).cloned());
        let mut orders: Vec<WorkOrderId> = found.iter().chain(&notice.refs.work_order).cloned().collect();
        if let Some(window) = of_contractor.filter(|_| found.is_empty()) {
            let theirs = contractor.iter().flat_map(|contractor| self.work_orders(contractor));
            // one that is for another time may be moved to this one
            orders.extend(theirs.cloned());
            let could_rest_on_it = |order: &&WorkOrderId| {
                self.state(order).and_then(State::coverage).is_some_and(|known| shared::meets(known, window))
            };
            found.extend(orders.iter().filter(could_rest_on_it).cloned());
        }
        let objects = references.into_iter().chain(contractor).map(Awaited::Object);
        let awaited = objects.chain(orders.into_iter().map(Awaited::WorkOrder)).collect();
        self.await_any(delivery, awaited);
        found
    }
}

/// Whether the object belongs to one work order and no other.
fn is_of_one(reference: &Reference) -> bool {
    match reference {
        Reference::Assignment(_) | Reference::Session(_) => true,
        Reference::Contractor(_)
        | Reference::Job(_)
        | Reference::Quote(_)
        | Reference::Policy(_)
        | Reference::Certificate(_)
        | Reference::Invoice(_) => false,
    }
}
