//! What everything that was reported comes to: which lines are in force, and when.

use super::assignment::Fate;
use super::certificate::{Certificate, CertificateStatus};
use super::evidence::Evidence;
use super::grant::{Grant, Holding};
use super::state::Coverage;
use super::terms::Cover;
use crate::cover::{Line, Lines};
use crate::time::Window;
use alloc::vec::Vec;

impl Coverage {
    /// Everything that makes or made cover, with what it comes to.
    pub fn holdings(&self) -> impl Iterator<Item = (Evidence, Holding)> {
        let issued = self.grants.iter().map(|grant| (grant.evidence.clone(), self.holding(grant)));
        let certified = self.certificates.iter().filter_map(|certificate| {
            let cover = certificate.cover()?;
            let windows = Vec::from([cover.window]);
            let holding = Holding { lines: cover.lines, windows, ended: certificate.ended() };
            Some((Evidence::Certificate(certificate.id.clone()), holding))
        });
        issued.chain(certified)
    }

    /// An assignment that was canceled because it was not wanted never began, whatever the vendor reported of it
    /// before, and that it is over is no loss.
    fn holding(&self, grant: &Grant) -> Holding {
        let holding = grant.holding(&self.grants);
        let canceled = self.assignments.iter().any(|made| {
            made.fate == Fate::Canceled
                && matches!(&grant.evidence, Evidence::Assignment(id) if *id == made.id)
        });
        if canceled { Holding { lines: Lines::NONE, windows: Vec::new(), ended: true } } else { holding }
    }

    /// When a line is covered, whatever by; unjoined.
    pub fn cover_of(&self, line: Line) -> Vec<Window> {
        self.holdings()
            .filter(|(_, holding)| holding.lines.contains(line))
            .flat_map(|(_, holding)| holding.windows)
            .collect()
    }

    /// Whether anything is known of the contractor's policies and certificates, whoever's they will turn out to be.
    pub fn knows_of_contractor(&self) -> bool {
        let is_policy = |grant: &Grant| matches!(grant.evidence, Evidence::Policy(_));
        !self.certificates.is_empty() || self.grants.iter().any(is_policy)
    }

    /// Whether every required line has something in force, as far as the vendor and the clock have said.
    pub fn is_in_force(&self) -> bool {
        let issued = self.grants.iter().map(|grant| self.holding(grant)).filter(|holding| !holding.ended);
        let lines = Lines::joined(
            issued.map(|holding| holding.lines).chain(self.certified().map(|cover| cover.lines)),
        );
        lines.includes(self.terms.required)
    }

    /// Whether something that made cover is over.
    pub fn has_lapsed(&self) -> bool {
        let mut issued = self.grants.iter().map(|grant| self.holding(grant));
        issued.any(|holding| holding.ended && !holding.lines.is_empty())
            || self.certificates.iter().any(Certificate::ended)
    }

    /// Whether a policy or an assignment that this round came to, and that was to cover some of the scheduled
    /// work, is over.
    pub(super) fn is_spent(&self, grant: &Grant) -> bool {
        let meant = |cover: Cover| cover.window.intersection(self.terms.window).is_some();
        self.is_this_rounds(grant) && self.holding(grant).ended && grant.granted().any(meant)
    }

    /// A policy belongs to a round if it was on file for it, or was first heard of after the quotes of former rounds
    /// were left; an assignment, if it is the one that counts.
    fn is_this_rounds(&self, grant: &Grant) -> bool {
        match &grant.evidence {
            Evidence::Assignment(id) => {
                self.assignments.iter().any(|made| made.id == *id && made.fate == Fate::Current)
            }
            Evidence::Policy(_) => {
                self.path.quote().is_none() || self.past_quotes.iter().all(|past| past.round < grant.since)
            }
            Evidence::Certificate(_) => false,
        }
    }

    /// Whether every required line is covered up to the work's end.
    pub fn is_covered_through(&self) -> bool {
        let end = self.terms.window.end();
        self.terms.required.iter().all(|line| self.cover_of(line).iter().any(|window| window.end() >= end))
    }

    /// Whether the work is covered to its end without another quote: by certificates, or by a policy under which an
    /// assignment is made. A policy alone is not enough: the vendor is to know of each job under it.
    pub(super) fn needs_no_quote(&self) -> bool {
        self.is_covered_through() && self.is_tied_to_work()
    }

    /// Whether cover, where there is any, is cover of this work: by its assignment, or by certificates, which need
    /// none.
    pub(super) fn is_tied_to_work(&self) -> bool {
        self.assignments.iter().any(|made| made.fate == Fate::Current) || self.is_self_insured()
    }

    /// Whether approved certificates alone have every required line in force for some of the work, so that nothing
    /// need be bought up to their end.
    pub fn is_self_insured(&self) -> bool {
        Lines::joined(self.certified().map(|cover| cover.lines)).includes(self.terms.required)
    }

    /// Whether approved certificates alone have every required line covered up to the work's end, so that no assignment
    /// is needed: one that ends before leaves the rest of the work to be insured.
    pub(super) fn is_self_insured_through(&self) -> bool {
        let end = self.terms.window.end();
        let lasting = self.certified().filter(|cover| cover.window.end() >= end);
        Lines::joined(lasting.map(|cover| cover.lines)).includes(self.terms.required)
    }

    /// The cover of each certificate that is good, is for some of the work's time and, as far as the clock has said,
    /// not over.
    fn certified(&self) -> impl Iterator<Item = Cover> {
        let standing = self.certificates.iter().filter(|certificate| !certificate.ended());
        let work = self.work_window();
        let meets = move |cover: &Cover| work.is_some_and(|work| work.intersection(cover.window).is_some());
        standing.filter_map(Certificate::cover).filter(meets)
    }

    /// The certificates that wait for a person.
    pub fn certificates_to_review(&self) -> impl Iterator<Item = &Certificate> {
        self.certificates.iter().filter(|certificate| match certificate.status() {
            CertificateStatus::Flagged | CertificateStatus::ApprovedWithoutDates => true,
            CertificateStatus::Processing | CertificateStatus::Approved(_) | CertificateStatus::Denied => {
                false
            }
        })
    }
}
