//! Every work order that is known and open is read again, where the vendor cannot be asked what was changed.

use super::{Engine, PollError};
use crate::clock;
use crate::engine::translate::{self, Heard};
use covertrail_adapters::webhook::poll::POLLED;
use covertrail_adapters::webhook::workmarket::Event;
use covertrail_adapters::workmarket::{Change, Error, WorkOrder, Worker};
use covertrail_domain::coverage::{Settlement, State, Work};
use covertrail_domain::id::WorkOrderId;
use std::collections::HashMap;

impl Engine {
    /// Reads them once; answers how many stand in a way that was never seen. What was seen last is remembered, and one
    /// that stands otherwise than is known here is looked at in any case: what was seen and what was read after it
    /// may be two ways to stand, and it may go back to the first.
    pub(super) async fn read_again(
        &self,
        seen: &mut HashMap<WorkOrderId, String>,
    ) -> Result<usize, PollError> {
        let open: Vec<WorkOrderId> = self
            .ledger()
            .orders()
            .filter(|(_, state)| may_change(state))
            .map(|(work_order, _)| work_order.clone())
            .collect();
        let mut found = 0_usize;
        for work_order in open {
            let (order, worker) = match self.workmarket.work_order(&work_order).await {
                Ok(read) => read,
                Err(error @ Error::Unavailable { .. }) => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(%work_order, %error, "a work order could not be read again");
                    continue;
                }
            };
            let now = order.fingerprint();
            if seen.get(&work_order) != Some(&now) || self.is_news(&order, worker.as_ref()) {
                let status = order.status.as_str().to_owned();
                let change = Change { work_order: work_order.clone(), status, modified: Some(now.clone()) };
                found = found.saturating_add(usize::from(self.keep_change(&change, true).await?));
                seen.insert(work_order, now);
            }
        }
        Ok(found)
    }

    /// Whether how a work order stands asks for anything that does not hold yet.
    fn is_news(&self, order: &WorkOrder, worker: Option<&Worker>) -> bool {
        let now = clock::now();
        let heard = Heard { event: &Event::Other(POLLED.to_owned()), received: now, fetched: now };
        let commands = translate::of_work_order(order, worker, self.requirements, true, &heard);
        commands.is_ok_and(|commands| !self.ledger().decide(&order.id, &commands).events.is_empty())
    }
}

/// Whether the vendor may still tell something that matters here.
fn may_change(state: &State) -> bool {
    state.coverage().is_some_and(|coverage| match &coverage.work {
        Work::Scheduled | Work::Started { .. } => true,
        Work::Completed { pay, .. } => *pay == Settlement::Open,
        Work::Withdrawn { .. } | Work::Stopped { .. } => false,
    })
}
