//! How reports, verdicts and the clock change what cover rests on.

use crate::coverage::action::Step;
use crate::coverage::assignment::Fate;
use crate::coverage::certificate::{Certificate, Opinion, View};
use crate::coverage::evidence::{Change, Evidence, Report};
use crate::coverage::grant::Grant;
use crate::coverage::path::Path;
use crate::coverage::state::Coverage;
use crate::id::{AssignmentId, CertificateId, DocumentId, PolicyId};
use crate::time::Timestamp;
use alloc::vec::Vec;

impl Coverage {
    /// Does something to what cover rests on, and begins a new round where this round's way to cover has come
    /// to nothing by it: nothing is in force, and what was bought for this work is over. A report of the end may
    /// arrive before the one of the beginning, so the loss of cover that was known is not asked for.
    fn unless_lost(&mut self, change: impl FnOnce(&mut Self)) {
        if !self.is_open() || !self.is_bought() {
            return change(self);
        }
        let in_force = self.is_in_force();
        let spent = if in_force { Vec::new() } else { self.spent() };
        change(self);
        if !self.is_in_force() && self.spent().iter().any(|evidence| !spent.contains(evidence)) {
            self.begin_round();
        }
    }

    /// Whether this round's way to cover has come so far that what it came to can be lost.
    fn is_bought(&self) -> bool {
        match self.path {
            Path::Applied { .. } | Path::Unassignable { .. } | Path::Bound { .. } => true,
            Path::Assigned
            | Path::Enrolled { .. }
            | Path::Scoped(_)
            | Path::Declined { .. }
            | Path::Quoted { .. }
            | Path::Applying { .. }
            | Path::Ineligible { .. } => false,
        }
    }

    fn spent(&self) -> Vec<Evidence> {
        let spent = self.grants.iter().filter(|grant| self.is_spent(grant));
        spent.map(|grant| grant.evidence.clone()).collect()
    }

    pub(super) fn report(
        &mut self,
        evidence: &Evidence,
        policy: Option<&PolicyId>,
        at: Timestamp,
        change: Change,
    ) {
        self.unless_lost(|coverage| {
            let grant = coverage.grant(evidence);
            if grant.policy.is_none() {
                grant.policy = policy.cloned();
            }
            grant.insert(Report { at, change });
        });
    }

    pub(super) fn note_end(&mut self, evidence: &Evidence, on: Timestamp) {
        self.unless_lost(|coverage| {
            let noted = match evidence {
                Evidence::Certificate(id) => &mut coverage.certificate(id).noted_end,
                Evidence::Policy(_) | Evidence::Assignment(_) => &mut coverage.grant(evidence).noted_end,
            };
            *noted = (*noted).max(Some(on));
        });
    }

    pub(super) fn unassign(&mut self, assignment: &AssignmentId) {
        self.unblock(Step::AssignmentCancellation);
        if let Some(known) = self.assignments.iter_mut().find(|known| known.id == *assignment) {
            known.fate = Fate::Canceled;
        }
    }

    /// Takes in a document, beside any that the vendor would not take: which of them is the better one is a person's
    /// to say.
    pub(super) fn hand_in(&mut self, document: &DocumentId) {
        self.documents.push(document.clone());
    }

    pub(super) fn upload(&mut self, document: &DocumentId, certificate: &CertificateId) {
        self.documents.retain(|waiting| waiting != document);
        self.certificate(certificate).document = Some(document.clone());
    }

    pub(super) fn opine(&mut self, certificate: &CertificateId, at: Timestamp, view: View) {
        self.unless_lost(|coverage| coverage.certificate(certificate).insert(Opinion { at, view }));
    }

    fn grant(&mut self, evidence: &Evidence) -> &mut Grant {
        let place = self.grants.iter().position(|grant| grant.evidence == *evidence).unwrap_or_else(|| {
            let policy = self.assignments.iter().find_map(|assignment| match evidence {
                Evidence::Assignment(id) if *id == assignment.id => assignment.policy.clone(),
                Evidence::Assignment(_) | Evidence::Policy(_) | Evidence::Certificate(_) => None,
            });
            // few have more than two, and there are many work orders: no room is kept for more
            self.grants.reserve_exact(1);
            self.grants.push(Grant::new(evidence.clone(), policy, self.round));
            self.grants.len().saturating_sub(1)
        });
        #[expect(clippy::indexing_slicing, reason = "the place was found or made just above")]
        &mut self.grants[place]
    }

    fn certificate(&mut self, id: &CertificateId) -> &mut Certificate {
        let place = self.certificates.iter().position(|known| known.id == *id).unwrap_or_else(|| {
            self.certificates.push(Certificate::new(id.clone()));
            self.certificates.len().saturating_sub(1)
        });
        #[expect(clippy::indexing_slicing, reason = "the place was found or made just above")]
        &mut self.certificates[place]
    }
}
