//! The vendor's answers on the way to an assignment.

use super::{Decided, happens, holds_already};
use crate::coverage::action::Step;
use crate::coverage::event::Event;
use crate::coverage::path::{Basis, Path, Quote};
use crate::coverage::rejection::Rejection;
use crate::coverage::state::Coverage;
use crate::coverage::terms::Round;
use crate::id::{ContractorId, JobId, PolicyId, QuoteId, SessionId};
use crate::time::Timestamp;

impl Coverage {
    pub(super) fn contractor_created(&self, round: Round, contractor: &ContractorId) -> Decided {
        match self.path.contractor() {
            None => self.in_round(round, Step::Contractor, || Event::ContractorCreated {
                contractor: contractor.clone(),
            }),
            Some(known) if known == contractor => holds_already(),
            Some(_) => Err(Rejection::AnotherContractor(contractor.clone())),
        }
    }

    pub(super) fn job_created(&self, round: Round, job: &JobId) -> Decided {
        if matches!(self.path, Path::Enrolled { .. }) {
            self.in_round(round, Step::Job, || Event::JobCreated { job: job.clone() })
        } else if self.path.post().is_some_and(|post| post.job == *job) {
            holds_already()
        } else {
            self.not_due(round, Step::Job)
        }
    }

    /// Cover cannot begin as early as it was to be quoted for. Only where it was not quoted yet: what is quoted has
    /// its dates.
    pub(super) fn delay_cover(&self, round: Round, from: Timestamp) -> Decided {
        let is_known =
            from <= self.terms.window.start() || self.not_before.is_some_and(|known| from <= known);
        if is_known {
            holds_already()
        } else if self.is_due(Step::Quote, None) {
            self.in_round(round, Step::Quote, || Event::CoverDelayed { from })
        } else {
            self.not_due(round, Step::Quote)
        }
    }

    pub(super) fn quoted(&self, round: Round, quote: &Quote) -> Decided {
        if self.path.quote().is_some_and(|known| known.id == quote.id) {
            holds_already()
        } else {
            self.answered(round, || Event::Quoted { quote: quote.clone() })
        }
    }

    pub(super) fn quote_declined(&self, round: Round, reason: &str) -> Decided {
        if matches!(self.path, Path::Declined { .. }) && round == self.round {
            holds_already()
        } else {
            self.answered(round, || Event::QuoteDeclined { reason: reason.into() })
        }
    }

    pub(super) fn policy_matched(&self, round: Round, policy: Option<&PolicyId>) -> Decided {
        let matched = match &self.path {
            Path::Applied { basis, .. } | Path::Unassignable { basis, .. } | Path::Bound { basis, .. } => {
                matches!(basis, Basis::PolicyOnFile(_))
            }
            Path::Assigned
            | Path::Enrolled { .. }
            | Path::Scoped(_)
            | Path::Declined { .. }
            | Path::Quoted { .. }
            | Path::Applying { .. }
            | Path::Ineligible { .. } => false,
        };
        if matched && round == self.round {
            holds_already()
        } else {
            self.answered(round, || Event::PolicyMatched { policy: policy.cloned() })
        }
    }

    /// An answer to the request for a quote.
    fn answered(&self, round: Round, event: impl FnOnce() -> Event) -> Decided {
        if matches!(self.path, Path::Scoped(_)) {
            self.in_round(round, Step::Quote, event)
        } else {
            self.not_due(round, Step::Quote)
        }
    }

    pub(super) fn application_opened(&self, round: Round, session: &SessionId, url: &str) -> Decided {
        if self.is_session(session) || self.past_sessions.contains(session) {
            return holds_already();
        }
        match &self.path {
            Path::Quoted { .. } => self.in_round(round, Step::Application, || Event::ApplicationOpened {
                session: session.clone(),
                url: url.into(),
            }),
            // the application was completed before the answer that opened it came back
            Path::Applied { .. } | Path::Unassignable { .. } | Path::Bound { .. } if round == self.round => {
                holds_already()
            }
            Path::Assigned
            | Path::Enrolled { .. }
            | Path::Scoped(_)
            | Path::Declined { .. }
            | Path::Applying { .. }
            | Path::Ineligible { .. }
            | Path::Applied { .. }
            | Path::Unassignable { .. }
            | Path::Bound { .. } => self.not_due(round, Step::Application),
        }
    }

    pub(super) fn application_completed(&self, quote: &QuoteId) -> Decided {
        if self.path.quote().is_some_and(|known| known.id == *quote) {
            return if self.awaits_application() {
                happens(Event::ApplicationCompleted {})
            } else {
                holds_already()
            };
        }
        let past = self.past_quotes.iter().find(|past| past.quote.id == *quote);
        past.map_or_else(
            || Err(Rejection::UnknownQuote(quote.clone())),
            |past| self.not_due(past.round, Step::Application),
        )
    }

    /// Whether somebody who finished applying on the standing quote would bring the work order on.
    pub(super) fn awaits_application(&self) -> bool {
        matches!(self.path, Path::Quoted { .. } | Path::Applying { .. } | Path::Ineligible { .. })
    }

    pub(super) fn application_expired(&self, session: &SessionId) -> Decided {
        self.application_ended(session, || Event::ApplicationExpired { session: session.clone() })
    }

    pub(super) fn application_ineligible(&self, session: &SessionId, reason: &str) -> Decided {
        self.application_ended(session, || Event::ApplicationIneligible {
            session: session.clone(),
            reason: reason.into(),
        })
    }

    fn application_ended(&self, session: &SessionId, event: impl FnOnce() -> Event) -> Decided {
        if self.is_session(session) && matches!(self.path, Path::Applying { .. }) {
            happens(event())
        } else if self.is_session(session) || self.past_sessions.contains(session) {
            holds_already()
        } else {
            Err(Rejection::UnknownSession(session.clone()))
        }
    }

    fn is_session(&self, session: &SessionId) -> bool {
        self.path.session() == Some(session)
    }
}
