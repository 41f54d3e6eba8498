//! What people decide: exceptions, and another try.

use super::{Decided, happens, holds_already};
use crate::coverage::action::Step;
use crate::coverage::attempt::{Failure, Key};
use crate::coverage::event::Event;
use crate::coverage::path::Path;
use crate::coverage::rejection::Rejection;
use crate::coverage::state::{Coverage, Waiver};
use crate::id::{DocumentId, PersonId};
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

    pub(super) fn block(
        &self,
        step: Step,
        document: Option<&DocumentId>,
        failure: Failure,
        reason: &str,
    ) -> Decided {
        if self.is_block_of(step, document) {
            holds_already()
        } else if self.is_due(step, document) {
            let (document, reason) = (document.cloned(), reason.into());
            happens(Event::StepBlocked { step, document, failure, reason })
        } else {
            Err(Rejection::OutOfTurn(step))
        }
    }

    /// Each step once, however many documents wait at it.
    pub(super) fn retry_by(&self, by: &PersonId) -> Vec<Event> {
        let blocked = |step| self.blocked.iter().find(move |blocked| blocked.step == step);
        let blocked = Step::ALL.into_iter().filter_map(blocked);
        let blocked = blocked.map(|blocked| (blocked.step, blocked.step.key_of_retry(blocked.failure)));
        let refused = self.refused().filter(|_| self.is_open() && self.exempt.is_none());
        let steps = blocked.chain(refused.map(|step| (step, Key::New)));
        steps.map(|(step, key)| Event::StepRetried { step, by: by.clone(), key }).collect()
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
