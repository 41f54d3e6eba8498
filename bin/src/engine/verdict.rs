//! What becomes of a delivery: dealt with, kept waiting, or left for later.

use super::{ExecuteError, Executed};
use covertrail_adapters::webhook::delivery::{Handled, Outcome};
use covertrail_adapters::workmarket;
use covertrail_domain::coverage::Rejection;
use covertrail_domain::id::WorkOrderId;
use std::collections::BTreeSet;
use std::time::Duration;

/// Why a delivery could not be dealt with now. It stays pending.
#[derive(Debug, thiserror::Error)]
pub(super) enum Later {
    #[error("the delivery cannot be read back: {0}")]
    Unreadable(String),
    #[error("{0}")]
    WorkMarket(#[from] workmarket::Error),
    #[error(transparent)]
    Execute(#[from] ExecuteError),
}

impl Later {
    /// How long the vendor asks to be left alone.
    pub(super) fn asked(&self) -> Duration {
        match self {
            Self::WorkMarket(workmarket::Error::Unavailable { retry_after, .. }) => {
                retry_after.unwrap_or_default()
            }
            Self::WorkMarket(_) | Self::Unreadable(_) | Self::Execute(_) => Duration::ZERO,
        }
    }
}

/// What to write beside a delivery.
pub(super) enum Verdict {
    Handled(Handled),
    Waiting(String),
}

/// What the commands of one delivery came to.
#[derive(Default)]
pub(super) struct Tally {
    concerned: BTreeSet<WorkOrderId>,
    happened: bool,
    premature: Option<Rejection>,
    refused: Vec<Rejection>,
}

impl Tally {
    pub(super) fn count(
        &mut self,
        work_order: &WorkOrderId,
        executed: Result<Executed, ExecuteError>,
    ) -> Result<(), Later> {
        self.concerned.insert(work_order.clone());
        match executed {
            Ok(Executed::Happened) => self.happened = true,
            Ok(Executed::HeldAlready) => {}
            Err(ExecuteError::Rejected(rejection)) if rejection.is_premature() => {
                self.premature = Some(rejection);
            }
            Err(ExecuteError::Rejected(rejection)) => self.refused.push(rejection),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    pub(super) fn verdict(self) -> Verdict {
        if let Some(premature) = self.premature.filter(|_| !self.happened) {
            return Verdict::Waiting(premature.to_string());
        }
        let reasons: Vec<String> = self.refused.iter().map(ToString::to_string).collect();
        let outcome = match (self.happened, reasons.is_empty()) {
            (true, _) => Outcome::Applied,
            (false, true) => Outcome::NothingNew,
            (false, false) => Outcome::Refused,
        };
        handled(outcome, self.concerned, (!reasons.is_empty()).then(|| reasons.join("; ")))
    }
}

pub(super) fn handled(
    outcome: Outcome,
    work_orders: impl IntoIterator<Item = WorkOrderId>,
    reason: Option<String>,
) -> Verdict {
    Verdict::Handled(Handled { outcome, work_orders: work_orders.into_iter().collect(), reason })
}
