//! Which command an event answers: the table of the design, as code.

use covertrail_domain::coverage::{Event, Noticed};

/// The command's name, for reading.
pub(super) const fn command(event: &Event) -> &'static str {
    match event {
        Event::Assigned { .. } => "assign",
        Event::ContractorCreated { .. } => "record contractor",
        Event::JobCreated { .. } => "record job",
        Event::CoverDelayed { .. } => "delay cover",
        Event::Quoted { .. } => "record quote",
        Event::QuoteDeclined { .. } => "record quote declined",
        Event::PolicyMatched { .. } => "record policy on file",
        Event::ApplicationOpened { .. } => "record application",
        Event::ApplicationCompleted {} => "record application completed",
        Event::ApplicationExpired { .. } => "record application expired",
        Event::ApplicationIneligible { .. } => "record application ineligible",
        Event::WorkStarted { .. } => "start work",
        Event::CoverageAssigned { .. } => "record assignment",
        Event::AssignmentDeclined { .. } => "record assignment declined",
        Event::AssignmentCanceled { .. } => "record assignment canceled",
        Event::CoverageActivated { .. } => "record cover active",
        Event::CoverageExpired { noticed: Noticed::ByVendor(_), .. } => "record cover expired",
        Event::CoverageExpired { noticed: Noticed::ByClock, .. } => "expire",
        Event::CoverageCanceled { .. } => "record cover canceled",
        Event::CoverageReinstated { .. } => "record cover reinstated",
        Event::CertificateSubmitted { .. } => "submit certificate",
        Event::CertificateUploaded { .. } => "record certificate",
        Event::CertificateValidated { .. }
        | Event::CertificateFlagged { .. }
        | Event::CertificateDenied { .. } => "record verdict",
        Event::CertificateReviewed { .. } => "review",
        Event::Waived { .. } => "waive",
        Event::WorkCompleted { .. } => "complete",
        Event::PaySettled { .. } => "settle pay",
        Event::InvoiceRecorded { .. } => "record invoice",
        Event::Rescheduled { .. } => "reschedule",
        Event::Reassigned { .. } => "reassign",
        Event::WorkCanceled { .. } => "cancel work",
        Event::StatusChanged { .. } => "record status",
        Event::CoverNotNeeded { .. } | Event::CoverNeeded { .. } => "record need of cover",
        Event::StepBlocked { .. } => "block step",
        Event::StepRetried { .. } => "retry",
    }
}
