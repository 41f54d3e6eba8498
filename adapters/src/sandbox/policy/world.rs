//! The simulated vendor's whole state, and how it tells of its changes.

use serde_json::{Value, json};

use super::assignments::Assignment;
use super::behaviour::Behaviour;
use super::certificates::Certificate;
use super::contractors::Contractor;
use super::invoices::Invoice;
use super::jobs::Job;
use super::policies::Policy;
use super::quotes::Quote;
use super::sessions::Session;
use super::settings::{Envelope, PolicySettings, Wire};
use crate::sandbox::courier::Message;
use crate::sandbox::desk::{Effect, World};
use crate::sandbox::ids::Ids;
use crate::sandbox::shelf::Shelf;

/// The lines of cover that the vendor writes, with their rate in cents per $100 of pay.
pub(super) const LINES: [(&str, i64); 5] =
    [("general", 85), ("workers-comp", 240), ("professional", 110), ("media", 60), ("cyber", 75)];

pub(super) struct PolicyWorld {
    pub settings: PolicySettings,
    pub public_url: String,
    pub ids: Ids,
    pub contractors: Shelf<Contractor>,
    pub jobs: Shelf<Job>,
    pub quotes: Shelf<Quote>,
    pub sessions: Shelf<Session>,
    pub policies: Shelf<Policy>,
    pub assignments: Shelf<Assignment>,
    pub invoices: Shelf<Invoice>,
    pub certificates: Shelf<Certificate>,
    pub behaviours: Vec<Behaviour>,
    pub effects: Vec<Effect<Chore>>,
}

/// What happens by itself after a while.
pub(super) enum Chore {
    /// The contractor fills in this session.
    Apply(String),
    /// This assignment takes effect.
    Activate(String),
    /// This certificate is reviewed.
    Review(String),
}

impl PolicyWorld {
    pub(super) fn new(settings: PolicySettings, public_url: String) -> Self {
        Self {
            ids: Ids::from_seed(settings.seed),
            settings,
            public_url,
            contractors: Shelf::new(),
            jobs: Shelf::new(),
            quotes: Shelf::new(),
            sessions: Shelf::new(),
            policies: Shelf::new(),
            assignments: Shelf::new(),
            invoices: Shelf::new(),
            certificates: Shelf::new(),
            behaviours: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// Queues a webhook about an object; events about one contractor stay in order.
    pub(super) fn tell(&mut self, now: i64, kind: &str, contractor: &str, mut data: Value) {
        if let (Wire::Reference, Some(data)) = (self.settings.wire, data.as_object_mut()) {
            data.remove("custom_metadata");
        }
        let (id, data) = match self.settings.envelope {
            Envelope::Flat => (self.ids.next("ev_"), data),
            Envelope::Nested => (self.ids.next("evt_"), json!({"object": data})),
        };
        let body = json!({"id": id, "type": kind, "created": now, "data": data});
        self.effects.push(Effect::Tell(Message {
            lane: contractor.to_owned(),
            id,
            kind: kind.to_owned(),
            path: String::new(),
            body,
        }));
    }
}

impl World for PolicyWorld {
    type Chore = Chore;

    fn take_effects(&mut self) -> Vec<Effect<Chore>> {
        std::mem::take(&mut self.effects)
    }

    fn perform(&mut self, chore: Chore, now: i64) {
        match chore {
            Chore::Apply(session) => self.contractor_acts(&session, now),
            Chore::Activate(assignment) => self.activate(&assignment, now),
            Chore::Review(certificate) => self.review_automatically(&certificate, now),
        }
    }

    fn objects(&self) -> Vec<(&'static str, usize, Value)> {
        vec![
            ("contractors", self.contractors.len(), self.contractors.to_json()),
            ("jobs", self.jobs.len(), self.jobs.to_json()),
            ("quotes", self.quotes.len(), self.quotes.to_json()),
            ("sessions", self.sessions.len(), self.sessions.to_json()),
            ("policies", self.policies.len(), self.policies.to_json()),
            ("assignments", self.assignments.len(), self.assignments.to_json()),
            ("invoices", self.invoices.len(), self.invoices.to_json()),
            ("certificates", self.certificates.len(), self.certificates.to_json()),
        ]
    }
}
