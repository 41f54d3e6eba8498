//! Webhook endpoints: receivers that customers register, each with a secret of its own.

use serde::Serialize;

use super::object::{Object, Terms};
use super::sessions::check_link;
use super::world::PolicyWorld;
use crate::sandbox::form::Form;
use crate::sandbox::shelf::Shelf;

#[derive(Clone, Serialize)]
pub(super) struct Endpoint {
    pub url: String,
    /// Those it wants; all where absent.
    events: Option<Vec<String>>,
    pub secret: String,
}

impl Endpoint {
    pub(super) fn wants(&self, kind: &str) -> bool {
        self.events.as_ref().is_none_or(|events| events.iter().any(|wanted| wanted == kind || wanted == "*"))
    }
}

impl Terms for Endpoint {
    const OBJECT: &'static str = "webhook_endpoint";
    const PREFIX: &'static str = "whe_";

    fn shelf(world: &PolicyWorld) -> &Shelf<Object<Self>> {
        &world.endpoints
    }

    fn shelf_mut(world: &mut PolicyWorld) -> &mut Shelf<Object<Self>> {
        &mut world.endpoints
    }

    fn read(form: &mut Form<'_>, _: &PolicyWorld, _: i64, before: Option<&Object<Self>>) -> Self {
        let url = form.text("url");
        if !url.is_empty() {
            check_link(form, "url", &url);
        }
        let events = form.has("events").then(|| form.texts("events"));
        Self { url, events, secret: before.map(|before| before.secret.clone()).unwrap_or_default() }
    }

    fn group(&self) -> String {
        String::new()
    }

    fn made(world: &mut PolicyWorld, _: i64, id: &str) {
        let secret = world.ids.secret();
        if let Some(endpoint) = world.endpoints.get_mut(id) {
            endpoint.secret = secret;
        }
    }
}
