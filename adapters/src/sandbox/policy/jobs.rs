//! Jobs: what work is to be covered, for which client, at what pay.

use serde::Serialize;
use serde_json::{Map, Value};

use super::contractors::as_sent;
use super::world::PolicyWorld;
use crate::sandbox::answer::{Answer, Outcome};
use crate::sandbox::form::Form;
use crate::sandbox::routes::missing;
use crate::sandbox::shelf::Kept;

const LEAST_WAGE_CENTS: i64 = 100;

#[derive(Serialize)]
pub(super) struct Job {
    pub id: String,
    object: &'static str,
    created: i64,
    #[serde(skip)]
    pub name: String,
    #[serde(skip)]
    entity: String,
    #[serde(skip)]
    pub region: Option<String>,
    #[serde(flatten)]
    sent: Map<String, Value>,
}

impl Kept for Job {
    fn id(&self) -> &str {
        &self.id
    }

    fn group(&self) -> String {
        self.entity.clone()
    }
}

/// Takes the guide's `region` and the reference's `address.region`.
pub(super) fn create(world: &mut PolicyWorld, now: i64, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let name = form.text("name");
    form.text("description");
    let entity = form.text("entity");
    if !entity.is_empty() && !world.settings.entities.contains(&entity) {
        form.refuse("entity", "invalid_entity_id", "is not a known entity");
    }
    let category = form.text("category_code");
    let categories = &world.settings.category_codes;
    if !category.is_empty() && !categories.iter().any(|(code, _)| *code == category) {
        form.refuse("category_code", "invalid_job_category_code", "is not a known job category");
    }
    form.at_least("wage", LEAST_WAGE_CENTS);
    form.one_of("wage_type", &["flatfee", "hourly", "unit", "blended"]);
    let region = form.text_if_sent("region").or_else(|| form.text_if_sent("address.region"));
    let custom_metadata = form.object("custom_metadata");
    form.done()?;
    let job = Job {
        id: world.ids.next("jb_"),
        object: "job",
        created: now,
        name,
        entity,
        region,
        sent: as_sent(body, custom_metadata),
    };
    let answer = Answer::created(&job);
    world.jobs.put(job);
    Ok(answer)
}

pub(super) fn find(world: &PolicyWorld, id: &str) -> Outcome {
    let job = world.jobs.get(id);
    job.map(Answer::ok).ok_or_else(|| missing("there is no such job"))
}
