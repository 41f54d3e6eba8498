//! What the vendor, the clock and our people say of cover.

use super::Choice;
use crate::coverage::{Command, Cover, Reported, Ruling, Verdict};
use crate::id::{AssignmentId, CertificateId, ContractorId, DocumentId, PolicyId, QuoteId};
use crate::testkit::samples;
use alloc::format;
use alloc::vec::Vec;

impl Choice<'_> {
    pub(super) fn policy(&self) -> Command {
        let contractor = self.one_of(2, self.own_contractor(), &[None]);
        let (change, at) = (self.change(), self.moment(1));
        Command::RecordPolicy { policy: self.policy_id(), quote: self.told_quote(), contractor, change, at }
    }

    pub(super) fn assignment_cover(&self) -> Command {
        let made = self.coverage().map_or(&[][..], |coverage| &coverage.assignments);
        let others: Vec<AssignmentId> = made.iter().map(|made| made.id.clone()).collect();
        let last = others.last().cloned().unwrap_or_else(samples::assignment);
        let policy = self.one_of(2, None, &[Some(self.policy_id())]);
        let (change, at) = (self.change(), self.moment(1));
        Command::RecordAssignmentCover { assignment: self.one_of(0, last, &others), policy, change, at }
    }

    pub(super) fn expire(&self) -> Command {
        let at = self.state.deadline().unwrap_or(samples::WINDOW.end());
        Command::Expire { at: self.one_of(0, at, &[self.moment(1)]) }
    }

    pub(super) fn submit(&self) -> Command {
        Command::SubmitCertificate { document: self.document() }
    }

    pub(super) fn uploaded(&self) -> Command {
        let waiting = self.coverage().and_then(|coverage| coverage.documents.first().cloned());
        let document = self.one_of(0, waiting.unwrap_or_else(|| self.document()), &[self.document()]);
        let certificate = CertificateId::of_model(&format!("ci_{}_{document}", self.worker()));
        Command::RecordCertificateUploaded { document, certificate }
    }

    pub(super) fn verdict(&self) -> Command {
        let cover = self.dates();
        let verdict = self.any_of(
            2,
            Verdict::Validated(cover),
            &[
                Verdict::Flagged { rules: self.reason(), cover },
                Verdict::Validated(None),
                Verdict::Denied { reason: self.reason() },
            ],
        );
        let contractor = self.one_of(3, self.own_contractor(), &[None]);
        Command::RecordVerdict { certificate: self.certificate(), contractor, verdict, at: self.moment(1) }
    }

    pub(super) fn review(&self) -> Command {
        let decision = self.any_of(2, Ruling::Approve { cover: self.dates() }, &[Ruling::Deny]);
        let (certificate, by, at) = (self.certificate(), samples::clerk(), self.moment(1));
        Command::Review { certificate, by, decision, reason: self.reason(), at }
    }

    /// A policy of the worker; the vendor gives no two workers the same.
    pub(super) fn policy_id(&self) -> PolicyId {
        PolicyId::of_model(&format!("pl_{}_{}", self.worker(), self.one_of(0, 1, &[2])))
    }

    fn told_quote(&self) -> Option<QuoteId> {
        let own = self.coverage().and_then(|coverage| coverage.path.quote()).map(|quote| quote.id.clone());
        self.one_of(3, own, &[None, Some(self.known_quote())])
    }

    fn own_contractor(&self) -> Option<ContractorId> {
        self.coverage().and_then(|coverage| coverage.path.contractor().cloned())
    }

    fn change(&self) -> Reported {
        let effective = self.moment(3);
        let cover = Cover { lines: self.lines(1), window: self.window(3) };
        self.any_of(
            2,
            samples::in_force(cover),
            &[
                Reported::Canceled { effective },
                Reported::Reinstated { from: self.any_of(3, None, &[Some(effective)]) },
                Reported::Expired { on: effective },
                Reported::Canceled { effective: self.moment(0) },
                Reported::Active { lines: None, window: None },
            ],
        )
    }

    /// The lines and dates on a certificate, or none.
    fn dates(&self) -> Option<Cover> {
        self.one_of(3, Some(Cover { lines: self.lines(1), window: self.window(0) }), &[None])
    }

    fn document(&self) -> DocumentId {
        let number = self.one_of(1, 1, &[2]);
        DocumentId::of_model(&format!("{number:064x}"))
    }

    fn certificate(&self) -> CertificateId {
        let known = self.coverage().map_or(&[][..], |coverage| &coverage.certificates);
        let others: Vec<CertificateId> = known.iter().map(|known| known.id.clone()).collect();
        let unknown = CertificateId::of_model(&format!("ci_{}", self.worker()));
        let last = others.last().cloned().unwrap_or_else(|| unknown.clone());
        self.one_of(0, last, &[others, Vec::from([unknown])].concat())
    }
}
