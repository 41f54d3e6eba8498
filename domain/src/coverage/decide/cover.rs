//! What is reported of cover, and its running out.

use super::{Decided, holds_already};
use crate::cover::Lines;
use crate::coverage::assignment::{Assignment, Fate};
use crate::coverage::command::Reported;
use crate::coverage::event::{Event, Noticed};
use crate::coverage::evidence::{Change, Evidence, Report};
use crate::coverage::path::{Basis, Path};
use crate::coverage::rejection::Rejection;
use crate::coverage::state::Coverage;
use crate::coverage::terms::Cover;
use crate::id::{AssignmentId, ContractorId, PolicyId, QuoteId};
use crate::time::{Timestamp, Window};
use alloc::vec::Vec;

impl Coverage {
    pub(super) fn policy_reported(
        &self,
        policy: &PolicyId,
        quote: Option<&QuoteId>,
        contractor: Option<&ContractorId>,
        change: Reported,
        at: Timestamp,
    ) -> Decided {
        self.policy_is_the_workers(policy, quote, contractor)?;
        covers_something(change)?;
        let expected = self.expected_of_policy(policy, quote);
        let evidence = Evidence::Policy(policy.clone());
        let reported = self.reported(evidence, None, change, expected, at)?;
        // only somebody who applied on our quote can have a policy from it
        let from_ours = quote.is_some() && self.path.quote().map(|own| &own.id) == quote;
        let applied = matches!(change, Reported::Active { .. }) && from_ours && self.awaits_application();
        Ok(applied.then_some(Event::ApplicationCompleted {}).into_iter().chain(reported).collect())
    }

    /// Whose policy it is, is told by the contractor on it, else by its quote, else by an assignment that stands on
    /// it, else by its being known here. One that has none of these can only be told apart where nobody else ever
    /// had the work.
    fn policy_is_the_workers(
        &self,
        policy: &PolicyId,
        quote: Option<&QuoteId>,
        contractor: Option<&ContractorId>,
    ) -> Result<(), Rejection> {
        let past = self.past_quotes.iter().find(|past| Some(&past.quote.id) == quote);
        let told = contractor
            .or(past.map(|past| &past.post.contractor))
            .or_else(|| self.assignment_on(policy).map(|made| &made.post.contractor));
        if told.is_some() {
            return self.is_the_workers(told);
        }
        let known = self.knows_policy(policy) || self.path.quote().is_some_and(|own| Some(&own.id) == quote);
        match (known, quote) {
            (true, _) => Ok(()),
            (false, Some(quote)) => Err(Rejection::UnknownQuote(quote.clone())),
            (false, None) if !self.reassigned => Ok(()),
            (false, None) => Err(Rejection::UnknownPolicy(policy.clone())),
        }
    }

    fn assignment_on(&self, policy: &PolicyId) -> Option<&Assignment> {
        self.assignments.iter().find(|made| made.policy.as_ref() == Some(policy))
    }

    fn knows_policy(&self, policy: &PolicyId) -> bool {
        let basis = match &self.path {
            Path::Applied { basis, .. } | Path::Unassignable { basis, .. } | Path::Bound { basis, .. } => {
                Some(basis)
            }
            Path::Assigned
            | Path::Enrolled { .. }
            | Path::Scoped(_)
            | Path::Declined { .. }
            | Path::Quoted { .. }
            | Path::Applying { .. }
            | Path::Ineligible { .. } => None,
        };
        matches!(basis, Some(Basis::PolicyOnFile(Some(known))) if known == policy)
            || self.grants.iter().any(|grant| grant.evidence == Evidence::Policy(policy.clone()))
    }

    /// Whether a fact about that contractor is one about the present worker; without a name it is taken to be.
    pub(super) fn is_the_workers(&self, contractor: Option<&ContractorId>) -> Result<(), Rejection> {
        match (contractor, self.path.contractor()) {
            (None, _) => Ok(()),
            (Some(told), Some(own)) if told == own => Ok(()),
            (Some(told), Some(_)) => Err(Rejection::AnotherContractor(told.clone())),
            (Some(told), None) => Err(Rejection::UnknownContractor(told.clone())),
        }
    }

    /// What a policy is taken to cover where the vendor does not say: what the quote that it names offered, a past
    /// one too, else what an assignment that stands on it covers. Never what the work is scheduled for: it may have
    /// been moved since the policy was made.
    fn expected_of_policy(&self, policy: &PolicyId, quote: Option<&QuoteId>) -> Option<Cover> {
        let Some(quote) = quote else { return self.assignment_on(policy).map(|made| made.cover) };
        let past = self.past_quotes.iter().map(|past| &past.quote);
        past.chain(self.path.quote()).find(|known| known.id == *quote).map(|known| known.cover)
    }

    pub(super) fn assignment_reported(
        &self,
        assignment: &AssignmentId,
        policy: Option<&PolicyId>,
        change: Reported,
        at: Timestamp,
    ) -> Decided {
        let Some(known) = self.assignments.iter().find(|known| known.id == *assignment) else {
            return Err(Rejection::UnknownAssignment(assignment.clone()));
        };
        // that the vendor canceled what is to be canceled is what was wanted, whoever did the work
        match (change, known.fate) {
            (Reported::Canceled { .. }, Fate::ToCancel | Fate::Canceled) => {
                return self.cancellation_reported(assignment, change, at);
            }
            (Reported::Canceled { .. }, Fate::Current | Fate::Kept)
            | (
                Reported::Active { .. } | Reported::Expired { .. } | Reported::Reinstated { .. },
                Fate::Current | Fate::ToCancel | Fate::Kept | Fate::Canceled,
            ) => {}
        }
        self.is_the_workers(Some(&known.post.contractor))?;
        covers_something(change)?;
        let policy = policy.or(known.policy.as_ref()).cloned();
        let evidence = Evidence::Assignment(assignment.clone());
        Ok(self.reported(evidence, policy, change, Some(known.cover), at)?.into_iter().collect())
    }

    /// The vendor's own word for a cancellation that we want, unless it is one that was heard of before we did.
    pub(super) fn cancellation_reported(
        &self,
        assignment: &AssignmentId,
        change: Reported,
        at: Timestamp,
    ) -> Decided {
        if self.knows_report(&Evidence::Assignment(assignment.clone()), change, at) {
            holds_already()
        } else {
            self.assignment_canceled(assignment)
        }
    }

    /// The event of a report, unless that report is known.
    fn reported(
        &self,
        evidence: Evidence,
        policy: Option<PolicyId>,
        change: Reported,
        expected: Option<Cover>,
        at: Timestamp,
    ) -> Result<Option<Event>, Rejection> {
        if self.knows_report(&evidence, change, at) {
            return Ok(None);
        }
        Ok(Some(match change {
            Reported::Active { lines, window } => {
                let lines = lines.or(expected.map(|cover| cover.lines));
                let window = window.or(expected.map(|cover| cover.window));
                let Some((lines, window)) = lines.zip(window) else {
                    return Err(Rejection::CoverUnknown(evidence));
                };
                Event::CoverageActivated { evidence, policy, cover: Cover { lines, window }, at }
            }
            Reported::Expired { on } => {
                Event::CoverageExpired { evidence, on, noticed: Noticed::ByVendor(at) }
            }
            Reported::Canceled { effective } => Event::CoverageCanceled { evidence, effective, at },
            Reported::Reinstated { from } => Event::CoverageReinstated { evidence, from, at },
        }))
    }

    /// What was left out of a report was filled in when it first came, and may be expected otherwise by now: it
    /// is the same report all the same.
    fn knows_report(&self, evidence: &Evidence, change: Reported, at: Timestamp) -> bool {
        let same = |report: &Report| match (change, &report.change) {
            (Reported::Active { lines, window }, Change::Activated(cover)) => {
                lines.is_none_or(|lines: Lines| lines == cover.lines)
                    && window.is_none_or(|window: Window| window == cover.window)
            }
            (Reported::Expired { on }, known) => *known == Change::Expired { on },
            (Reported::Canceled { effective }, known) => *known == Change::Canceled { effective },
            (Reported::Reinstated { from }, known) => *known == Change::Reinstated { from },
            (
                Reported::Active { .. },
                Change::Expired { .. } | Change::Canceled { .. } | Change::Reinstated { .. },
            ) => false,
        };
        let mut reports = self.grants.iter().filter(|grant| grant.evidence == *evidence);
        reports.any(|grant| grant.reports.iter().any(|report| report.at == at && same(report)))
    }

    pub(super) fn expire(&self, at: Timestamp) -> Vec<Event> {
        if !self.is_open() {
            return Vec::new();
        }
        let over = self.holdings().filter_map(|(evidence, holding)| {
            let on = holding.end().filter(|end| *end <= at && !holding.ended)?;
            Some(Event::CoverageExpired { evidence, on, noticed: Noticed::ByClock })
        });
        over.collect()
    }
}

/// Lines that are said, but none that we know, are not filled in as lines that are left out are: that would take
/// whatever the vendor wrote for all that was wanted.
fn covers_something(change: Reported) -> Result<(), Rejection> {
    match change {
        Reported::Active { lines: Some(lines), .. } if lines.is_empty() => Err(Rejection::NothingCovered),
        Reported::Active { .. }
        | Reported::Expired { .. }
        | Reported::Canceled { .. }
        | Reported::Reinstated { .. } => Ok(()),
    }
}
