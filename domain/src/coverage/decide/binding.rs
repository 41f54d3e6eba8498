//! Assignments: made, refused, canceled.

use super::{Decided, happens, holds_already};
use crate::coverage::action::Step;
use crate::coverage::assignment::Fate;
use crate::coverage::event::Event;
use crate::coverage::path::{Path, Post};
use crate::coverage::rejection::Rejection;
use crate::coverage::state::Coverage;
use crate::coverage::terms::{Cover, Round};
use crate::id::{AssignmentId, PolicyId};

impl Coverage {
    pub(super) fn knows_assignment(&self, assignment: &AssignmentId) -> bool {
        self.assignments.iter().any(|known| known.id == *assignment)
    }

    /// Whether an assignment asked for in that round may still be answered.
    pub(super) fn may_be_answered(&self, round: Round) -> bool {
        (round == self.round && self.awaits_assignment()) || self.unanswered.contains(&round)
    }

    /// Whether the vendor is known to have refused the assignment of that round.
    pub(super) fn is_declined(&self, round: Round) -> bool {
        matches!(self.path, Path::Unassignable { .. }) && round == self.round
    }

    /// The answer to a round that is over is recorded all the same, so that what was made is canceled.
    pub(super) fn coverage_assigned(
        &self,
        round: Round,
        assignment: &AssignmentId,
        post: &Post,
        policy: Option<&PolicyId>,
        cover: Cover,
    ) -> Decided {
        let takes = matches!(self.path, Path::Applied { .. } | Path::Unassignable { .. });
        if self.knows_assignment(assignment) {
            holds_already()
        } else if round < self.round || (round == self.round && takes) {
            let (assignment, post, policy) = (assignment.clone(), post.clone(), policy.cloned());
            happens(Event::CoverageAssigned { round, assignment, post, policy, cover })
        } else {
            self.not_due(round, Step::Assignment)
        }
    }

    /// The answer to a round that is over is recorded too: then nothing more is to come of it.
    pub(super) fn assignment_declined(&self, round: Round, reason: &str) -> Decided {
        let declined = || Event::AssignmentDeclined { round: Some(round), reason: reason.into() };
        if self.unanswered.contains(&round) {
            happens(declined())
        } else if round < self.round || self.is_declined(round) {
            holds_already()
        } else if matches!(self.path, Path::Applied { .. }) {
            self.in_round(round, Step::Assignment, declined)
        } else {
            self.not_due(round, Step::Assignment)
        }
    }

    pub(super) fn assignment_canceled(&self, assignment: &AssignmentId) -> Decided {
        match self.assignments.iter().find(|known| known.id == *assignment).map(|known| known.fate) {
            None => Err(Rejection::UnknownAssignment(assignment.clone())),
            Some(Fate::ToCancel) => happens(Event::AssignmentCanceled { assignment: assignment.clone() }),
            Some(Fate::Current | Fate::Kept | Fate::Canceled) => holds_already(),
        }
    }
}
