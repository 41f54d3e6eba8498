//! Jobs: what work is to be covered, for which client, at what pay.

use serde::Serialize;

use super::object::{Object, Terms};
use super::world::PolicyWorld;
use crate::sandbox::answer::Refusal;
use crate::sandbox::form::{Form, Names};
use crate::sandbox::shelf::Shelf;

const LEAST_WAGE_CENTS: i64 = 100;

#[derive(Clone, Serialize)]
pub(super) struct Job {
    #[serde(skip)]
    pub name: String,
    #[serde(skip)]
    entity: String,
    #[serde(skip)]
    pub region: Option<String>,
}

impl Terms for Job {
    const OBJECT: &'static str = "job";
    const PREFIX: &'static str = "jb_";
    const PLACES: Names = &[("address.region", "region")];

    fn shelf(world: &PolicyWorld) -> &Shelf<Object<Self>> {
        &world.jobs
    }

    fn shelf_mut(world: &mut PolicyWorld) -> &mut Shelf<Object<Self>> {
        &mut world.jobs
    }

    fn read(form: &mut Form<'_>, world: &PolicyWorld, _: i64, _: Option<&Object<Self>>) -> Self {
        let name = form.text("name");
        form.text("description");
        let entity = form.text("entity");
        if !entity.is_empty() && world.entities.get(&entity).is_none() {
            form.refuse("entity", "invalid_entity_id", "is not a known entity");
        }
        let category = form.text("category_code");
        if !category.is_empty() && world.categories.get(&category).is_none() {
            form.refuse("category_code", "invalid_job_category_code", "is not a known job category");
        }
        form.at_least("wage", LEAST_WAGE_CENTS);
        form.one_of("wage_type", &["flatfee", "hourly", "unit", "blended"]);
        form.whole_if_sent("years_experience");
        form.object("address");
        Self { name, entity, region: form.text_if_sent("address.region") }
    }

    fn group(&self) -> String {
        self.entity.clone()
    }

    /// What was invoiced stays as it was invoiced.
    fn may_change(object: &Object<Self>, world: &PolicyWorld) -> Result<(), Refusal> {
        if world.invoices.of_group(&object.id).next().is_some() {
            return Err(Refusal::bad("invoice_exists", "the job is locked, for it has an invoice"));
        }
        Ok(())
    }

    fn may_go(object: &Object<Self>, world: &PolicyWorld, _: i64) -> Result<(), Refusal> {
        Self::may_change(object, world)?;
        let is_used = world.quotes.of_group(&object.id).next().is_some()
            || world.assignments.of_group(&object.id).next().is_some();
        if is_used {
            return Err(Refusal::bad("job_is_used", "the job has quotes or assignments"));
        }
        Ok(())
    }
}
