//! The simulated vendor's whole state.

use serde_json::Value;

use super::assignments::Assignment;
use super::behaviour::Behaviour;
use super::categories::{self, Category};
use super::certificates::Certificate;
use super::contractors::Contractor;
use super::endpoints::Endpoint;
use super::entities::{self, Entity};
use super::events::Event;
use super::invoices::Invoice;
use super::jobs::Job;
use super::object::Object;
use super::policies::Policy;
use super::quotes::Quote;
use super::sessions::Session;
use super::settings::PolicySettings;
use crate::sandbox::desk::{Effect, World};
use crate::sandbox::ids::Ids;
use crate::sandbox::shelf::Shelf;

pub(super) struct PolicyWorld {
    pub settings: PolicySettings,
    pub public_url: String,
    pub ids: Ids,
    pub contractors: Shelf<Object<Contractor>>,
    pub entities: Shelf<Object<Entity>>,
    pub categories: Shelf<Category>,
    pub jobs: Shelf<Object<Job>>,
    pub quotes: Shelf<Object<Quote>>,
    pub sessions: Shelf<Object<Session>>,
    pub policies: Shelf<Policy>,
    pub assignments: Shelf<Object<Assignment>>,
    pub invoices: Shelf<Object<Invoice>>,
    pub certificates: Shelf<Certificate>,
    pub endpoints: Shelf<Object<Endpoint>>,
    pub events: Shelf<Event>,
    pub behaviours: Vec<Behaviour>,
    pub effects: Vec<Effect<Chore>>,
}

/// What happens by itself after a while.
pub(super) enum Chore {
    /// The contractor fills in this session.
    Apply(String),
    /// A person approves this session.
    Approve(String),
    /// This assignment takes effect.
    Activate(String),
    /// The review of this certificate begins.
    BeginReview(String),
    /// The review of this certificate ends.
    Review(String),
}

impl PolicyWorld {
    pub(super) fn new(settings: PolicySettings, public_url: String) -> Self {
        Self {
            ids: Ids::from_seed(settings.seed),
            public_url,
            contractors: Shelf::new(),
            entities: entities::known(&settings.entities, (settings.clock)()),
            categories: categories::known(&settings.category_codes),
            jobs: Shelf::new(),
            quotes: Shelf::new(),
            sessions: Shelf::new(),
            policies: Shelf::new(),
            assignments: Shelf::new(),
            invoices: Shelf::new(),
            certificates: Shelf::new(),
            endpoints: Shelf::new(),
            events: Shelf::new(),
            behaviours: Vec::new(),
            effects: Vec::new(),
            settings,
        }
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
            Chore::Approve(session) => self.approve(&session, now),
            Chore::Activate(assignment) => self.activate(&assignment, now),
            Chore::BeginReview(certificate) => self.begin_review(&certificate),
            Chore::Review(certificate) => self.review_automatically(&certificate, now),
        }
    }

    fn spell(&self, body: Value) -> Value {
        self.settings.times.spell(body)
    }

    fn objects(&self) -> Vec<(&'static str, usize, Value)> {
        vec![
            ("contractors", self.contractors.len(), self.contractors.to_json()),
            ("entities", self.entities.len(), self.entities.to_json()),
            ("category_codes", self.categories.len(), self.categories.to_json()),
            ("jobs", self.jobs.len(), self.jobs.to_json()),
            ("quotes", self.quotes.len(), self.quotes.to_json()),
            ("sessions", self.sessions.len(), self.sessions.to_json()),
            ("policies", self.policies.len(), self.policies.to_json()),
            ("assignments", self.assignments.len(), self.assignments.to_json()),
            ("invoices", self.invoices.len(), self.invoices.to_json()),
            ("certificates", self.certificates.len(), self.certificates.to_json()),
            ("webhook_endpoints", self.endpoints.len(), self.endpoints.to_json()),
        ]
    }
}
