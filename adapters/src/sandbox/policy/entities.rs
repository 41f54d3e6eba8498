//! Entities: the clients for whom jobs are done.

use serde::Serialize;
use serde_json::json;

use super::object::{Object, Terms};
use super::world::PolicyWorld;
use crate::sandbox::form::Form;
use crate::sandbox::shelf::Shelf;

#[derive(Clone, Serialize)]
pub(super) struct Entity {}

impl Terms for Entity {
    const OBJECT: &'static str = "entity";
    const PREFIX: &'static str = "en_";

    fn shelf(world: &PolicyWorld) -> &Shelf<Object<Self>> {
        &world.entities
    }

    fn shelf_mut(world: &mut PolicyWorld) -> &mut Shelf<Object<Self>> {
        &mut world.entities
    }

    fn read(form: &mut Form<'_>, _: &PolicyWorld, _: i64, _: Option<&Object<Self>>) -> Self {
        form.text("name");
        form.object("address");
        form.object("coverage_limit");
        for limit in ["coverage_limit.aggregate_limit", "coverage_limit.occurrence_limit"] {
            form.whole_if_sent(limit);
        }
        if form.has("required_coverage") {
            form.texts("required_coverage");
        }
        Self {}
    }

    fn group(&self) -> String {
        String::new()
    }
}

/// The entities that are known from the start.
pub(super) fn known(ids: &[String], now: i64) -> Shelf<Object<Entity>> {
    let mut shelf = Shelf::new();
    for id in ids {
        let sent = [("name".to_owned(), json!(id))].into_iter().collect();
        shelf.put(Object { id: id.clone(), created: now, sent, terms: Entity {} });
    }
    shelf
}
