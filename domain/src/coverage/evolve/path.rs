//! The edges of the way to an assignment, and how one round gives way to the next.

use crate::coverage::action::Step;
use crate::coverage::assignment::{Assignment, Fate};
use crate::coverage::attempt::Key;
use crate::coverage::event::Event;
use crate::coverage::path::{Basis, PastQuote, Path, Post};
use crate::coverage::state::Coverage;
use crate::coverage::terms::{Cover, Round};
use crate::coverage::work::Work;
use crate::id::{AssignmentId, PolicyId};
use core::mem;

impl Coverage {
    /// Moves along the path; quotes and sessions left behind are remembered.
    pub(super) fn walk(&mut self, step: impl FnOnce(Path) -> Path) {
        let session = self.path.session().cloned();
        let quote = self.path.post().cloned().zip(self.path.quote().cloned());
        self.path = step(mem::replace(&mut self.path, Path::Assigned));
        self.past_sessions.extend(session.filter(|session| self.path.session() != Some(session)));
        let left = quote.filter(|(_, quote)| self.path.quote() != Some(quote));
        let round = self.round;
        self.past_quotes.extend(left.map(|(post, quote)| PastQuote { round, post, quote }));
    }

    /// Begins a new round at the step after the job; before the job there is nothing to begin anew.
    pub(super) fn begin_round(&mut self) {
        if let Some(post) = self.path.post().cloned() {
            let answerable = self.awaits_assignment();
            self.walk(|_| Path::Scoped(post));
            self.end_round(answerable);
        }
    }

    /// The round's calls are not made again under its keys; the one that is under way may still be answered.
    pub(super) fn leave_round(&mut self) {
        self.end_round(self.awaits_assignment());
    }

    pub(super) fn end_round(&mut self, answerable: bool) {
        self.unanswered.extend(answerable.then_some(self.round));
        self.round = self.round.next();
        self.blocked.retain(|blocked| match blocked.step {
            Step::Contractor | Step::Job | Step::Quote | Step::Application | Step::Assignment => false,
            Step::AssignmentCancellation | Step::Certificate | Step::Invoice => true,
        });
    }

    pub(super) fn assign(
        &mut self,
        round: Round,
        id: &AssignmentId,
        post: &Post,
        policy: Option<&PolicyId>,
        cover: Cover,
    ) {
        let fate = self.fate_of_new(round, id);
        self.unanswered.retain(|unanswered| *unanswered != round);
        let (id, post, policy) = (id.clone(), post.clone(), policy.cloned());
        self.assignments.reserve_exact(1);
        self.assignments.push(Assignment { id, post, policy, cover, fate, retries: 0 });
    }

    fn fate_of_new(&mut self, round: Round, id: &AssignmentId) -> Fate {
        let wanted = match self.work {
            Work::Scheduled | Work::Started { .. } | Work::Completed { .. } => {
                round == self.round && self.exempt.is_none()
            }
            Work::Withdrawn { .. } | Work::Stopped { .. } => false,
        };
        if !wanted {
            return self.fate_of_unwanted(id);
        }
        self.release_assignments();
        Fate::Current
    }

    /// What a person has tried again goes on, under a key of its own where the event says so. Older lines do not:
    /// then a new round begins where the vendor had turned the work order away.
    pub(super) fn retry(&mut self, step: Step, key: Key) {
        self.unblock(step);
        match (step, key) {
            (Step::Quote, _) if matches!(self.path, Path::Declined { .. } | Path::Ineligible { .. }) => {
                self.begin_round();
            }
            (Step::Assignment, _) if matches!(self.path, Path::Unassignable { .. }) => {
                self.end_round(false);
                self.walk(Path::bound_again);
            }
            (Step::Job | Step::Quote | Step::Application | Step::Assignment, Key::New) => {
                self.end_round(false);
            }
            (Step::AssignmentCancellation, Key::New) => {
                let unwanted = self.assignments.iter_mut().find(|made| made.fate == Fate::ToCancel);
                if let Some(unwanted) = unwanted {
                    unwanted.retries = unwanted.retries.saturating_add(1);
                }
            }
            (Step::Contractor | Step::Certificate | Step::Invoice, _)
            | (
                Step::Job | Step::Quote | Step::Application | Step::Assignment | Step::AssignmentCancellation,
                Key::Same,
            ) => {}
        }
    }
}

impl Path {
    /// Where an event of the path leads; one arm per edge. The last arm is for every other pair of the two: those
    /// are no edges, so the path stays.
    pub(super) fn along(self, event: &Event) -> Self {
        match (self, event) {
            (Self::Assigned, Event::ContractorCreated { contractor }) => {
                Self::Enrolled { contractor: contractor.clone() }
            }
            (Self::Enrolled { contractor }, Event::JobCreated { job }) => {
                Self::Scoped(Post { contractor, job: job.clone() })
            }
            (Self::Scoped(post), Event::Quoted { quote }) => Self::Quoted { post, quote: quote.clone() },
            (Self::Scoped(post), Event::QuoteDeclined { reason }) => {
                Self::Declined { post, reason: reason.clone() }
            }
            (Self::Scoped(post), Event::PolicyMatched { policy }) => {
                Self::Applied { post, basis: Basis::PolicyOnFile(policy.clone()) }
            }
            (Self::Quoted { post, quote }, Event::ApplicationOpened { session, url }) => {
                Self::Applying { post, quote, session: session.clone(), url: url.clone() }
            }
            (
                Self::Quoted { post, quote }
                | Self::Applying { post, quote, .. }
                | Self::Ineligible { post, quote, .. },
                Event::ApplicationCompleted {},
            ) => Self::Applied { post, basis: Basis::Application(quote) },
            (Self::Applying { post, quote, .. }, Event::ApplicationExpired { .. }) => {
                Self::Quoted { post, quote }
            }
            (Self::Applying { post, quote, .. }, Event::ApplicationIneligible { session, reason }) => {
                Self::Ineligible { post, quote, session: session.clone(), reason: reason.clone() }
            }
            (Self::Applied { post, basis }, Event::AssignmentDeclined { reason, .. }) => {
                Self::Unassignable { post, basis, reason: reason.clone() }
            }
            // a call made twice may be declined once and answered once: what was made counts
            (
                Self::Applied { post, basis } | Self::Unassignable { post, basis, .. },
                Event::CoverageAssigned { assignment, .. },
            ) => Self::Bound { post, basis, assignment: assignment.clone() },
            (path, _) => path,
        }
    }

    fn bound_again(self) -> Self {
        if let Self::Unassignable { post, basis, .. } = self { Self::Applied { post, basis } } else { self }
    }
}
