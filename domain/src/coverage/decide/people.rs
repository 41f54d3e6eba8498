//! What people decide: exceptions, and another try.

use super::{Decided, happens, holds_already};
use crate::coverage::action::Step;
use crate::coverage::event::Event;
use crate::coverage::path::Path;
use crate::coverage::rejection::Rejection;
use crate::coverage::state::{Coverage, Waiver};
use crate::id::PersonId;
use crate::time::Timestamp;
use alloc::vec::Vec;

impl Coverage {
    pub(super) fn waive(&self, by: &PersonId, reason: &str, until: Timestamp, at: Timestamp) -> Decided {
        if until <= at {
            return Err(Rejection::WaiverInThePast { until, at });
        }
        let waiver = Waiver { by: by.clone(), reason: reason.into(), until };
        if self.waiver.as_ref() == Some(&waiver) {
            holds_already()
        } else {
            happens(Event::Waived { waiver, at })
        }
    }

    pub(super) fn block(&self, step: Step, reason: &str) -> Decided {
        if self.blocked.iter().any(|blocked| blocked.step == step) {
            holds_already()
        } else if self.is_due(step) {
            happens(Event::StepBlocked { step, reason: reason.into() })
        } else {
            Err(Rejection::OutOfTurn(step))
        }
    }

    pub(super) fn retry_by(&self, by: &PersonId) -> Vec<Event> {
        let refused = self.refused().filter(|_| self.is_open());
        let steps = self.blocked.iter().map(|blocked| blocked.step).chain(refused);
        steps.map(|step| Event::StepRetried { step, by: by.clone() }).collect()
    }

    /// The step at which the vendor turned the work order away.
    fn refused(&self) -> Option<Step> {
        match self.path {
            Path::Declined { .. } | Path::Ineligible { .. } => Some(Step::Quote),
            Path::Unassignable { .. } => Some(Step::Assignment),
            Path::Assigned
            | Path::Enrolled { .. }
            | Path::Scoped(_)
            | Path::Quoted { .. }
            | Path::Applying { .. }
            | Path::Applied { .. }
            | Path::Bound { .. } => None,
        }
    }
}
