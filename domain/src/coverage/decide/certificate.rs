//! Certificates: handed in, taken, judged, reviewed.

use super::{Decided, happens, holds_already};
use crate::coverage::certificate::{Decision, Opinion, Verdict, View};
use crate::coverage::command::Ruling;
use crate::coverage::event::Event;
use crate::coverage::rejection::Rejection;
use crate::coverage::state::Coverage;
use crate::id::{CertificateId, ContractorId, DocumentId, PersonId};
use crate::time::Timestamp;
use alloc::string::String;

impl Coverage {
    pub(super) fn submit_certificate(&self, document: &DocumentId) -> Decided {
        let uploaded = self.certificates.iter().any(|known| known.document.as_ref() == Some(document));
        if uploaded || self.documents.contains(document) {
            holds_already()
        } else if self.is_open() {
            happens(Event::CertificateSubmitted { document: document.clone() })
        } else {
            Err(Rejection::WorkIsOver)
        }
    }

    pub(super) fn certificate_uploaded(&self, document: &DocumentId, certificate: &CertificateId) -> Decided {
        if self.documents.contains(document) {
            let (document, certificate) = (document.clone(), certificate.clone());
            happens(Event::CertificateUploaded { document, certificate })
        } else if self.certificates.iter().any(|known| known.document.as_ref() == Some(document)) {
            holds_already()
        } else {
            Err(Rejection::UnknownDocument(document.clone()))
        }
    }

    /// A certificate that is known here is the worker's. Of one that is not, the contractor on it tells, and
    /// without one it can only be told where nobody else ever had the work.
    pub(super) fn certificate_judged(
        &self,
        certificate: &CertificateId,
        contractor: Option<&ContractorId>,
        verdict: &Verdict,
        at: Timestamp,
    ) -> Decided {
        self.is_the_workers(contractor)?;
        let known = self.certificates.iter().any(|known| known.id == *certificate);
        if !known && contractor.is_none() && self.reassigned {
            return Err(Rejection::UnknownCertificate(certificate.clone()));
        }
        if self.has_opinion(certificate, &Opinion { at, view: View::Vendor(verdict.clone()) }) {
            return holds_already();
        }
        let certificate = certificate.clone();
        happens(match verdict.clone() {
            Verdict::Validated(cover) => Event::CertificateValidated { certificate, cover, at },
            Verdict::Flagged { rules, cover } => Event::CertificateFlagged { certificate, rules, cover, at },
            Verdict::Denied { reason } => Event::CertificateDenied { certificate, reason, at },
        })
    }

    pub(super) fn review(
        &self,
        id: &CertificateId,
        by: &PersonId,
        ruling: Ruling,
        reason: &str,
        at: Timestamp,
    ) -> Decided {
        let Some(certificate) = self.certificates.iter().find(|known| known.id == *id) else {
            return Err(Rejection::UnknownCertificate(id.clone()));
        };
        let decision = match ruling {
            Ruling::Deny => Decision::Denied,
            Ruling::Approve { cover } => cover
                .or_else(|| certificate.printed())
                .map(Decision::Approved)
                .ok_or_else(|| Rejection::CertificateDatesUnknown(id.clone()))?,
        };
        let (by, reason) = (by.clone(), String::from(reason));
        let view = View::Person { by: by.clone(), decision: decision.clone(), reason: reason.clone() };
        // sent again by a person who got no answer, or carried over from another work order
        let stands = certificate.opinions.last().is_some_and(|latest| latest.view == view);
        if stands || certificate.opinions.contains(&Opinion { at, view }) {
            return holds_already();
        }
        happens(Event::CertificateReviewed { certificate: id.clone(), by, decision, reason, at })
    }

    fn has_opinion(&self, certificate: &CertificateId, opinion: &Opinion) -> bool {
        self.certificates.iter().any(|known| known.id == *certificate && known.opinions.contains(opinion))
    }
}
