//! What can be said of an event without a state: when it was so, whom it concerns, and whether it makes cover.

use super::Event;
use crate::coverage::certificate::Decision;
use crate::coverage::evidence::Evidence;
use crate::time::Timestamp;

/// Who noticed that cover ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Noticed {
    /// The vendor, at that moment.
    ByVendor(Timestamp),
    /// Our own clock, when the window's end passed.
    ByClock,
}

impl Event {
    /// When it was so in the world, where the event says so itself; otherwise when it was recorded.
    pub const fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Assigned { at, .. }
            | Self::WorkStarted { at }
            | Self::CoverageActivated { at, .. }
            | Self::CoverageCanceled { at, .. }
            | Self::CoverageReinstated { at, .. }
            | Self::CertificateValidated { at, .. }
            | Self::CertificateFlagged { at, .. }
            | Self::CertificateDenied { at, .. }
            | Self::CertificateReviewed { at, .. }
            | Self::Waived { at, .. }
            | Self::WorkCompleted { at, .. }
            | Self::Rescheduled { at, .. }
            | Self::Reassigned { at, .. }
            | Self::WorkCanceled { at }
            | Self::StatusChanged { at, .. }
            | Self::CoverNotNeeded { at, .. }
            | Self::CoverNeeded { at } => Some(*at),
            Self::CoverageExpired { on, .. } => Some(*on),
            Self::ContractorCreated { .. }
            | Self::JobCreated { .. }
            | Self::CoverDelayed { .. }
            | Self::Quoted { .. }
            | Self::QuoteDeclined { .. }
            | Self::PolicyMatched { .. }
            | Self::ApplicationOpened { .. }
            | Self::ApplicationCompleted {}
            | Self::ApplicationExpired { .. }
            | Self::ApplicationIneligible { .. }
            | Self::CoverageAssigned { .. }
            | Self::AssignmentDeclined { .. }
            | Self::AssignmentCanceled { .. }
            | Self::CertificateSubmitted { .. }
            | Self::CertificateUploaded { .. }
            | Self::PaySettled { .. }
            | Self::InvoiceRecorded { .. }
            | Self::StepBlocked { .. }
            | Self::StepRetried { .. } => None,
        }
    }

    /// Whether it is a fact about the contractor rather than about this work: one about a policy or a certificate,
    /// which the contractor's other work orders are to hear of too.
    pub const fn concerns_contractor(&self) -> bool {
        match self {
            Self::CoverageActivated { evidence, .. }
            | Self::CoverageExpired { evidence, .. }
            | Self::CoverageCanceled { evidence, .. }
            | Self::CoverageReinstated { evidence, .. } => matches!(evidence, Evidence::Policy(_)),
            Self::CertificateValidated { .. }
            | Self::CertificateFlagged { .. }
            | Self::CertificateDenied { .. }
            | Self::CertificateReviewed { .. } => true,
            Self::Assigned { .. }
            | Self::ContractorCreated { .. }
            | Self::JobCreated { .. }
            | Self::CoverDelayed { .. }
            | Self::Quoted { .. }
            | Self::QuoteDeclined { .. }
            | Self::PolicyMatched { .. }
            | Self::ApplicationOpened { .. }
            | Self::ApplicationCompleted {}
            | Self::ApplicationExpired { .. }
            | Self::ApplicationIneligible { .. }
            | Self::WorkStarted { .. }
            | Self::CoverageAssigned { .. }
            | Self::AssignmentDeclined { .. }
            | Self::AssignmentCanceled { .. }
            | Self::CertificateSubmitted { .. }
            | Self::CertificateUploaded { .. }
            | Self::Waived { .. }
            | Self::WorkCompleted { .. }
            | Self::PaySettled { .. }
            | Self::InvoiceRecorded { .. }
            | Self::Rescheduled { .. }
            | Self::Reassigned { .. }
            | Self::WorkCanceled { .. }
            | Self::StatusChanged { .. }
            | Self::CoverNotNeeded { .. }
            | Self::CoverNeeded { .. }
            | Self::StepBlocked { .. }
            | Self::StepRetried { .. } => false,
        }
    }

    /// Whether it is one of the facts that alone can make cover: a policy or an assignment in force, or a
    /// certificate found good for some lines and dates.
    pub const fn binds_cover(&self) -> bool {
        match self {
            Self::CoverageActivated { .. }
            | Self::CertificateValidated { cover: Some(_), .. }
            | Self::CertificateReviewed { decision: Decision::Approved(_), .. } => true,
            Self::CertificateValidated { cover: None, .. }
            | Self::CertificateReviewed { decision: Decision::Denied, .. }
            | Self::Assigned { .. }
            | Self::ContractorCreated { .. }
            | Self::JobCreated { .. }
            | Self::CoverDelayed { .. }
            | Self::Quoted { .. }
            | Self::QuoteDeclined { .. }
            | Self::PolicyMatched { .. }
            | Self::ApplicationOpened { .. }
            | Self::ApplicationCompleted {}
            | Self::ApplicationExpired { .. }
            | Self::ApplicationIneligible { .. }
            | Self::WorkStarted { .. }
            | Self::CoverageAssigned { .. }
            | Self::AssignmentDeclined { .. }
            | Self::AssignmentCanceled { .. }
            | Self::CoverageExpired { .. }
            | Self::CoverageCanceled { .. }
            | Self::CoverageReinstated { .. }
            | Self::CertificateSubmitted { .. }
            | Self::CertificateUploaded { .. }
            | Self::CertificateFlagged { .. }
            | Self::CertificateDenied { .. }
            | Self::Waived { .. }
            | Self::WorkCompleted { .. }
            | Self::PaySettled { .. }
            | Self::InvoiceRecorded { .. }
            | Self::Rescheduled { .. }
            | Self::Reassigned { .. }
            | Self::WorkCanceled { .. }
            | Self::StatusChanged { .. }
            | Self::CoverNotNeeded { .. }
            | Self::CoverNeeded { .. }
            | Self::StepBlocked { .. }
            | Self::StepRetried { .. } => false,
        }
    }
}
