//! Deliveries that wait for something new to be known.

use covertrail_domain::id::WorkOrderId;
use covertrail_projections::Reference;
use std::collections::{HashMap, HashSet};

/// What a delivery waits for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Awaited {
    /// That somebody names this object.
    Object(Reference),
    /// That something happens to this work order.
    WorkOrder(WorkOrderId),
}

/// Who waits for what, from both ends.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    by_awaited: HashMap<Awaited, HashSet<String>>,
    by_delivery: HashMap<String, Vec<Awaited>>,
}

impl Waiting {
    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.by_awaited.is_empty()
    }

    /// Those that waited for this, and no longer do.
    pub(super) fn wake(&mut self, awaited: &Awaited) -> impl Iterator<Item = String> + use<> {
        self.by_awaited.remove(awaited).into_iter().flatten()
    }

    /// Has a delivery woken when one of these comes to be known, and nothing else.
    pub(super) fn wait(&mut self, delivery: &str, awaited: Vec<Awaited>) {
        self.forget(delivery);
        for awaited in &awaited {
            self.by_awaited.entry(awaited.clone()).or_default().insert(delivery.to_owned());
        }
        self.by_delivery.insert(delivery.to_owned(), awaited);
    }

    /// The delivery waits for nothing more.
    pub(super) fn forget(&mut self, delivery: &str) {
        for awaited in self.by_delivery.remove(delivery).unwrap_or_default() {
            if let Some(deliveries) = self.by_awaited.get_mut(&awaited) {
                deliveries.remove(delivery);
                if deliveries.is_empty() {
                    self.by_awaited.remove(&awaited);
                }
            }
        }
    }
}
