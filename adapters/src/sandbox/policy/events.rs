//! The record of everything that was told or should have been, for those who missed a webhook.

use serde::Serialize;
use serde_json::Value;

use super::listing;
use super::world::PolicyWorld;
use crate::sandbox::answer::{Answer, Outcome};
use crate::sandbox::routes::{Filters, missing};
use crate::sandbox::shelf::Kept;

const USUAL_PAGE: usize = 20;

#[derive(Clone, Serialize)]
#[serde(transparent)]
pub(super) struct Event {
    #[serde(skip)]
    pub id: String,
    #[serde(skip)]
    pub kind: &'static str,
    /// What its webhooks carry.
    pub body: Value,
}

impl Kept for Event {
    fn id(&self) -> &str {
        &self.id
    }

    fn group(&self) -> String {
        self.kind.to_owned()
    }
}

pub(super) fn find(world: &PolicyWorld, id: &str) -> Outcome {
    world.events.get(id).map(Answer::ok).ok_or_else(|| missing("there is no such event"))
}

pub(super) fn list(world: &PolicyWorld, filters: &Filters) -> Outcome {
    match filters.get("type") {
        Some(kind) => listing::page_of(USUAL_PAGE, world.events.of_group(kind), filters),
        None => listing::page_of(USUAL_PAGE, world.events.newest_first(), filters),
    }
}
