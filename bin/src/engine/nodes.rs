//! Several nodes on one log: each of them folds all of it, and what an event makes due is done by the one that the
//! event was handed to. Nothing rests on that but the work being done once: what is handed to nobody is found by the
//! sweeps, and what two nodes do at once is decided by revisions here and by idempotency keys at the vendors.

use super::run::PAUSE;
use super::{COVERAGE, Cause, DELIVERY, Engine};
use covertrail_adapters::OwnCategory;
use covertrail_adapters::schema::{self, Actor, Source};
use covertrail_adapters::store::{Handed, Membership, ReadError, Settled};
use covertrail_adapters::webhook::delivery::RECEIVED;
use covertrail_domain::coverage::{Command, Failure, State};
use covertrail_domain::id::WorkOrderId;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tokio::sync::mpsc;
use uuid::Uuid;

/// What the nodes' persistent subscription is called.
pub const GROUP: &str = "covertrail";
/// An event that was handed out so often has ended node after node, and is put aside for a person.
const TOO_OFTEN: u32 = 10;

/// What was handed to this node and is not settled, by stream.
#[derive(Default)]
pub(super) struct Hands {
    held: HashMap<String, Vec<Uuid>>,
    settle: Option<mpsc::UnboundedSender<Settled>>,
}

/// What was due at the last sweep, and the revisions it rested on.
#[derive(Default)]
pub(super) struct Swept {
    deliveries: Vec<String>,
    work_orders: Vec<(WorkOrderId, u64)>,
}

impl Engine {
    /// Takes its part of the work, where there are others.
    pub(super) async fn take_part_always(self: Arc<Self>) {
        let categories: Vec<_> = [OwnCategory::Coverage, OwnCategory::Delivery]
            .into_iter()
            .filter_map(|own| own.category().ok())
            .collect();
        while self.is_shared && !self.is_caught_up() {
            tokio::time::sleep(PAUSE).await;
        }
        loop {
            let ended = match self.store.join(GROUP, &categories).await {
                Ok(Some(membership)) => self.take_part(membership).await,
                Ok(None) => return,
                Err(error) => Err(error),
            };
            if let Err(error) = ended {
                tracing::warn!(%error, "this node takes no part in the work; trying again");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn take_part(&self, mut membership: Membership) -> Result<(), ReadError> {
        self.hands().settle = Some(membership.settle);
        while let Some(handed) = membership.handed.recv().await {
            let handed = handed?;
            // what it makes due is known once it is folded here too, and that cannot end before the engine
            let _ = self.folded.subscribe().wait_for(|folded| *folded >= Some(handed.position)).await;
            if handed.before >= TOO_OFTEN && !self.hands().held.contains_key(&handed.stream) {
                self.put_aside(&handed).await;
            } else {
                self.take(handed);
            }
        }
        Ok(())
    }

    fn take(&self, handed: Handed) {
        let (category, id) = handed.stream.split_once('-').unwrap_or_default();
        match (category, WorkOrderId::parse(id)) {
            (COVERAGE, Ok(work_order)) => {
                self.hands().hold(&handed.stream, handed.id);
                // what cannot be decoded has stopped whoever folds it
                let event = schema::decode(&handed.kind, &handed.data).ok();
                let others = event.map(|event| self.ledger().news_to(&work_order, &event));
                for concerned in others.unwrap_or_default().into_iter().chain([work_order]) {
                    self.due.push(concerned);
                }
            }
            (DELIVERY, _) if handed.kind == RECEIVED => {
                self.hands().hold(&handed.stream, handed.id);
                self.queue_of(&handed.stream).push(handed.stream);
            }
            (_, _) => self.hands().settle(handed.id, false),
        }
    }

    /// A work order's due step is blocked; a delivery waits already, and is shown as waiting.
    async fn put_aside(&self, handed: &Handed) {
        let reason = format!("put aside: nodes ended {} times while they worked on it", handed.before);
        tracing::error!(stream = handed.stream, position = %handed.position, reason, "an event was put aside");
        let coverage = handed.stream.split_once('-').filter(|(category, _)| *category == COVERAGE);
        if let Some(work_order) = coverage.and_then(|(_, id)| WorkOrderId::parse(id).ok()) {
            let action = self.ledger().state(&work_order).and_then(State::next_action);
            if let Some(action) = action {
                let (step, document) = (action.step(), action.document().cloned());
                let cause = Cause {
                    actor: Actor::Covertrail,
                    source: Source::Command,
                    causation: handed.id.to_string(),
                    reason: None,
                };
                let block = Command::Block { step, document, failure: Failure::Unsettled, reason };
                if let Err(error) = self.execute(&work_order, &block, &cause).await {
                    tracing::error!(%work_order, %error, "that it was put aside could not be recorded");
                    return;
                }
            }
        }
        self.hands().settle(handed.id, true);
    }

    /// What is settled once the work on a stream is through that now begins.
    pub(super) fn in_hand(&self, stream: impl FnOnce() -> String) -> Vec<Uuid> {
        if self.is_shared { self.hands().held.remove(&stream()).unwrap_or_default() } else { Vec::new() }
    }

    /// The work is done, or left to the sweeps, which every node makes.
    pub(super) fn settle(&self, in_hand: Vec<Uuid>) {
        for id in in_hand {
            self.hands().settle(id, false);
        }
    }

    /// Of what is due, that which was due at the last sweep too and is as it was then: somebody may be at work on the
    /// rest.
    pub(super) fn overlooked(
        &self,
        deliveries: Vec<String>,
        due: Vec<WorkOrderId>,
    ) -> (Vec<String>, Vec<WorkOrderId>) {
        let ledger = self.ledger();
        let now = Swept {
            work_orders: due.into_iter().map(|id| (id.clone(), ledger.next_revision(&id))).collect(),
            deliveries: deliveries.clone(),
        };
        let before = std::mem::replace(&mut *self.swept(), now);
        let is_pending: HashSet<_> = deliveries.into_iter().collect();
        let deliveries = before.deliveries.into_iter().filter(|delivery| is_pending.contains(delivery));
        let as_it_was = |(id, revision): &(WorkOrderId, u64)| ledger.next_revision(id) == *revision;
        let work_orders = before.work_orders.into_iter().filter(as_it_was).map(|(id, _)| id);
        (deliveries.collect(), work_orders.collect())
    }
}

impl Hands {
    fn hold(&mut self, stream: &str, id: Uuid) {
        self.held.entry(stream.to_owned()).or_default().push(id);
    }

    fn settle(&mut self, id: Uuid, parked: bool) {
        // where the membership is lost it is handed out again
        let sent = self.settle.as_ref().map(|settle| settle.send(Settled { id, parked }));
        if let Some(Err(_)) = sent {
            self.settle = None;
        }
    }
}

#[cfg(test)]
mod tests;
