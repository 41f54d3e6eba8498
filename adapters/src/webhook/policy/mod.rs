//! A 1099Policy webhook, read from either of its envelopes and either of its vocabularies.

#[cfg(test)]
mod documented;
mod kind;
mod read;
#[cfg(test)]
mod tests;

use covertrail_domain::{
    cover::Lines,
    id::{
        AssignmentId, CertificateId, ContractorId, InvoiceId, JobId, PolicyId, QuoteId, SessionId,
        WorkOrderId,
    },
    time::{Timestamp, Window},
};
pub use kind::{Application, Assignment, Certificate, Charge, Kind, Policy};
use std::{fmt, ops::Deref};

/// What 1099Policy says has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The vendor's id of the event, `ev_…` or `evt_…`; some samples carry none.
    pub id: Option<String>,
    /// What has happened.
    pub kind: Kind,
    /// When the vendor says it happened.
    pub created: Option<Timestamp>,
    /// Whom and what it concerns.
    pub refs: References,
    /// The lines it speaks of; nothing only where it names none. A line that we do not know covers nothing here, and
    /// none is in force where the dates beside it leave no time.
    pub lines: Option<Lines>,
    /// Lines it names that we do not know, for a person to see.
    pub unknown_lines: Texts,
    /// When the cover begins: `effective_date`.
    pub effective: Option<Timestamp>,
    /// When it ends: `expiration_date`, or an assignment's `end_date`.
    pub expires: Option<Timestamp>,
    /// When it was canceled: `cancelled_at` or `canceled_at`.
    pub canceled: Option<Timestamp>,
    /// Why a certificate failed, or a contractor was declined, in the vendor's words.
    pub reasons: Texts,
}

impl Notice {
    /// Reads a stored body. Members that we do not use are ignored; one that we use and cannot read is an error that
    /// names it. A kind of event that we do not know is never an error, whatever else is in it.
    pub fn read(body: &[u8]) -> Result<Self, super::Malformed> {
        read::notice(body)
    }

    /// When the cover begins and ends, if both are said and it is not over before it begins.
    pub fn window(&self) -> Option<Window> {
        Window::new(self.effective?, self.expires?)
    }
}

/// The ids by which a notice is matched with what we stored: those that the vendor gave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct References {
    /// From `custom_metadata.work_order_id`, which the vendor's own samples lack: a cross-check.
    pub work_order: Option<WorkOrderId>,
    /// The insured person.
    pub contractor: Option<ContractorId>,
    /// The job that is insured.
    pub job: Option<JobId>,
    /// The quote that the policy or the application follows from.
    pub quote: Option<QuoteId>,
    /// The insurance application session.
    pub session: Option<SessionId>,
    /// The policy, or the one an assignment stands on.
    pub policy: Option<PolicyId>,
    /// The assignment.
    pub assignment: Option<AssignmentId>,
    /// The certificate handed in.
    pub certificate: Option<CertificateId>,
    /// The invoice that a charge was for.
    pub invoice: Option<InvoiceId>,
}

/// Short texts in the vendor's words. They may name a person, so `Debug` only counts them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Texts(Vec<String>);

impl Texts {
    /// As many as are kept.
    pub const MOST: usize = 20;
    /// As long as each is kept, in characters.
    pub const LONGEST: usize = 300;

    /// The first [`Self::MOST`] of them, each cut to [`Self::LONGEST`].
    pub fn new<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let cut = |text: T| text.as_ref().chars().take(Self::LONGEST).collect();
        Self(texts.into_iter().take(Self::MOST).map(cut).collect())
    }
}

impl Deref for Texts {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} texts", self.0.len())
    }
}
