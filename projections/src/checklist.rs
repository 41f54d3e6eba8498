//! The guide's testing checklist (its section 6), ticked by what has happened: what was seen to work once, and where.

use crate::story::{Place, Story};
use covertrail_domain::coverage::Event;
use std::collections::BTreeMap;

/// What the guide wants to be seen before going live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// "Contractor created".
    Contractor,
    /// "Job created with wage and metadata mapping".
    Job,
    /// "Quote created with coverage types and dates".
    Quote,
    /// "Application Session launched successfully".
    Application,
    /// "Assignment matches Work Order term".
    Assignment,
    /// "Ensure coverage is bound automatically".
    Cover,
    /// "COI uploads validated".
    Certificate,
    /// "webhook verified".
    Webhook,
    /// "Optional invoice recorded when remuneration differs".
    Invoice,
}

impl Item {
    /// Every item, in the guide's order.
    pub const ALL: [Self; 9] = [
        Self::Contractor,
        Self::Job,
        Self::Quote,
        Self::Application,
        Self::Assignment,
        Self::Cover,
        Self::Certificate,
        Self::Webhook,
        Self::Invoice,
    ];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contractor => "contractor",
            Self::Job => "job",
            Self::Quote => "quote",
            Self::Application => "application",
            Self::Assignment => "assignment",
            Self::Cover => "cover",
            Self::Certificate => "certificate",
            Self::Webhook => "webhook",
            Self::Invoice => "invoice",
        }
    }

    /// Reads its name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|item| item.as_str() == text)
    }

    /// What has to be seen.
    pub const fn wanted(self) -> &'static str {
        match self {
            Self::Contractor => "A contractor was created.",
            Self::Job => "A job was created.",
            Self::Quote => "A quote was made, with lines and dates.",
            Self::Application => "An application session was opened.",
            Self::Assignment => "An assignment was made that covers the whole schedule of its work order.",
            Self::Cover => "Cover was confirmed as in force.",
            Self::Certificate => "A certificate that was uploaded was found valid.",
            Self::Webhook => "A webhook of 1099Policy came and was authentic.",
            Self::Invoice => "The final pay was recorded where it was not the one agreed.",
        }
    }

    /// Whether the guide calls it optional.
    pub const fn is_optional(self) -> bool {
        matches!(self, Self::Invoice)
    }
}

/// What has been seen so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checklist {
    ticks: BTreeMap<Item, Tick>,
}

/// The first time that something was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// The position of the event in the log.
    pub position: u64,
    /// The stream it is in.
    pub stream: String,
}

impl Checklist {
    /// Sees an event of a work order, and what the work order has come to with it.
    pub fn see(&mut self, story: &Story, event: &Event, place: Place) {
        let Some(coverage) = story.state.coverage() else { return };
        let item = match event {
            Event::ContractorCreated { .. } => Item::Contractor,
            Event::JobCreated { .. } => Item::Job,
            Event::Quoted { .. } => Item::Quote,
            Event::ApplicationOpened { .. } => Item::Application,
            Event::CoverageAssigned { cover, .. } => {
                let schedule = coverage.terms.window;
                if !cover.window.encloses(schedule) {
                    return;
                }
                Item::Assignment
            }
            Event::CoverageActivated { .. } => Item::Cover,
            Event::CertificateValidated { .. } => Item::Certificate,
            Event::InvoiceRecorded { .. } => Item::Invoice,
            Event::Assigned { .. }
            | Event::CoverDelayed { .. }
            | Event::QuoteDeclined { .. }
            | Event::PolicyMatched { .. }
            | Event::ApplicationCompleted {}
            | Event::ApplicationExpired { .. }
            | Event::ApplicationIneligible { .. }
            | Event::WorkStarted { .. }
            | Event::AssignmentDeclined { .. }
            | Event::AssignmentCanceled { .. }
            | Event::CoverageExpired { .. }
            | Event::CoverageCanceled { .. }
            | Event::CoverageReinstated { .. }
            | Event::CertificateSubmitted { .. }
            | Event::CertificateUploaded { .. }
            | Event::CertificateFlagged { .. }
            | Event::CertificateDenied { .. }
            | Event::CertificateReviewed { .. }
            | Event::Waived { .. }
            | Event::WorkCompleted { .. }
            | Event::PaySettled { .. }
            | Event::Rescheduled { .. }
            | Event::Reassigned { .. }
            | Event::WorkCanceled { .. }
            | Event::StatusChanged { .. }
            | Event::CoverNotNeeded { .. }
            | Event::CoverNeeded { .. }
            | Event::StepBlocked { .. }
            | Event::StepRetried { .. } => return,
        };
        if self.is_news(item, place.position) {
            let stream = format!("coverage-{}", coverage.work_order);
            self.tick(item, Tick { position: place.position, stream });
        }
    }

    /// Sees a webhook that was authentic; only such ones are stored.
    pub fn see_webhook(&mut self, position: u64, stream: &str) {
        if self.is_news(Item::Webhook, position) {
            self.tick(Item::Webhook, Tick { position, stream: stream.to_owned() });
        }
    }

    /// Takes over what another has seen, where it was earlier.
    pub fn merge(&mut self, other: Self) {
        other.ticks.into_iter().for_each(|(item, tick)| self.tick(item, tick));
    }

    /// Every item, and the first time that it was seen.
    pub fn ticks(&self) -> impl Iterator<Item = (Item, Option<&Tick>)> {
        Item::ALL.into_iter().map(|item| (item, self.ticks.get(&item)))
    }

    /// Whether an item was not seen before that position.
    pub fn is_news(&self, item: Item, position: u64) -> bool {
        self.ticks.get(&item).is_none_or(|tick| tick.position > position)
    }

    /// Ticks an item, if it was not seen earlier.
    pub(crate) fn tick(&mut self, item: Item, tick: Tick) {
        if self.is_news(item, tick.position) {
            self.ticks.insert(item, tick);
        }
    }
}
