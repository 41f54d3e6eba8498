//! How it was in the world at a moment, by all that is known: the same fold, over the events that count for it.
//!
//! What happened later does not count. What was *said* later of cover does, since cover has dates of its own: a
//! cancellation that is told late changes what was true before.

use crate::story::{Place, Story};
use covertrail_domain::coverage::{Event, Evidence};
use covertrail_domain::time::Timestamp;

/// A story as it was at a moment in the world.
#[derive(Debug, Clone)]
pub struct AsOf {
    at: Timestamp,
    story: Story,
    nothing: Story,
    /// Whether another worker has it later: what is said since then of cover that was not known is theirs.
    is_handed_on: bool,
}

impl AsOf {
    /// Nothing is told yet of that moment.
    pub fn new(at: Timestamp) -> Self {
        Self { at, story: Story::default(), nothing: Story::default(), is_handed_on: false }
    }

    /// Hears of one more event that was so at a moment in the world, and keeps it if it counts.
    pub fn hear(&mut self, event: &Event, occurred: Timestamp, place: Place) {
        // work may be heard of late: that somebody had it is so, whatever else was by then
        let is_first = matches!(event, Event::Assigned { .. });
        let was_so = (occurred <= self.at || is_first) && !self.is_handed_on;
        if was_so || self.is_of_its_cover(event) {
            self.story.tell(event, place);
        }
        self.is_handed_on |= matches!(event, Event::Reassigned { at, .. } if *at > self.at);
    }

    /// What it comes to: nothing where nobody was assigned by then, nor worked.
    pub fn story(&self) -> &Story {
        if self.is_before_all() { &self.nothing } else { &self.story }
    }

    /// What it comes to, kept.
    pub fn into_story(self) -> Story {
        if self.is_before_all() { Story::default() } else { self.story }
    }

    fn is_before_all(&self) -> bool {
        let has_begun = self.story.state.coverage().is_some_and(|coverage| coverage.began().is_some());
        self.story.assigned > Some(self.at) && !has_begun
    }

    fn is_of_its_cover(&self, event: &Event) -> bool {
        let Some(coverage) = self.story.state.coverage() else { return false };
        spoken_of(event).is_some_and(|evidence| {
            !self.is_handed_on || coverage.holdings().any(|(known, _)| known == evidence)
        })
    }
}

/// The policy, assignment or certificate of which an event says from when until when it counts.
fn spoken_of(event: &Event) -> Option<Evidence> {
    match event {
        Event::CoverageActivated { evidence, .. }
        | Event::CoverageExpired { evidence, .. }
        | Event::CoverageCanceled { evidence, .. }
        | Event::CoverageReinstated { evidence, .. } => Some(evidence.clone()),
        Event::CertificateUploaded { certificate, .. }
        | Event::CertificateValidated { certificate, .. }
        | Event::CertificateFlagged { certificate, .. }
        | Event::CertificateDenied { certificate, .. }
        | Event::CertificateReviewed { certificate, .. } => Some(Evidence::Certificate(certificate.clone())),
        Event::Assigned { .. }
        | Event::ContractorCreated { .. }
        | Event::JobCreated { .. }
        | Event::CoverDelayed { .. }
        | Event::Quoted { .. }
        | Event::QuoteDeclined { .. }
        | Event::PolicyMatched { .. }
        | Event::ApplicationOpened { .. }
        | Event::ApplicationCompleted {}
        | Event::ApplicationExpired { .. }
        | Event::ApplicationIneligible { .. }
        | Event::WorkStarted { .. }
        | Event::CoverageAssigned { .. }
        | Event::AssignmentDeclined { .. }
        | Event::AssignmentCanceled { .. }
        | Event::CertificateSubmitted { .. }
        | Event::Waived { .. }
        | Event::WorkCompleted { .. }
        | Event::PaySettled { .. }
        | Event::InvoiceRecorded { .. }
        | Event::Rescheduled { .. }
        | Event::Reassigned { .. }
        | Event::WorkCanceled { .. }
        | Event::StatusChanged { .. }
        | Event::CoverNotNeeded { .. }
        | Event::CoverNeeded { .. }
        | Event::StepBlocked { .. }
        | Event::StepRetried { .. } => None,
    }
}

#[cfg(test)]
mod tests;
