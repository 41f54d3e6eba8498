//! Contractors: one for each email address.

use serde::Serialize;

use super::listing;
use super::object::{Object, Terms};
use super::world::PolicyWorld;
use crate::sandbox::answer::{Outcome, Refusal};
use crate::sandbox::form::{Form, INVALID_INPUT, Names};
use crate::sandbox::routes::Filters;
use crate::sandbox::shelf::Shelf;

#[derive(Clone, Serialize)]
pub(super) struct Contractor {
    /// As it is compared: in small letters.
    #[serde(skip)]
    pub email: String,
    #[serde(skip)]
    pub region: Option<String>,
}

impl Terms for Contractor {
    const OBJECT: &'static str = "contractor";
    const PREFIX: &'static str = "cn_";
    const PLACES: Names = &[
        ("first_name", "contact.first_name"),
        ("last_name", "contact.last_name"),
        ("email", "contact.email"),
        ("phone", "contact.phone"),
    ];

    fn shelf(world: &PolicyWorld) -> &Shelf<Object<Self>> {
        &world.contractors
    }

    fn shelf_mut(world: &mut PolicyWorld) -> &mut Shelf<Object<Self>> {
        &mut world.contractors
    }

    fn read(form: &mut Form<'_>, _: &PolicyWorld, _: i64, _: Option<&Object<Self>>) -> Self {
        form.text("first_name");
        form.text("last_name");
        let email = form.text("email").trim().to_lowercase();
        if !email.is_empty() && !is_email(&email) {
            form.refuse("email", INVALID_INPUT, "is not an email address");
        }
        for field in ["phone", "company_name", "address.country"] {
            form.text_if_sent(field);
        }
        form.object("address");
        Self { email, region: form.text_if_sent("address.region") }
    }

    fn group(&self) -> String {
        self.email.clone()
    }

    fn contractor(object: &Object<Self>) -> Option<&str> {
        Some(&object.id)
    }

    fn check(&self, world: &PolicyWorld, before: Option<&Object<Self>>) -> Result<(), Refusal> {
        let mut same = world.contractors.of_group(&self.email);
        if same.any(|other| before.is_none_or(|before| before.id != other.id)) {
            return Err(Refusal::bad("duplicate_email", "a contractor with this email exists already"));
        }
        Ok(())
    }
}

pub(super) fn list(world: &PolicyWorld, filters: &Filters) -> Outcome {
    match filters.get("email") {
        Some(email) => listing::page(world.contractors.of_group(&email.trim().to_lowercase()), filters),
        None => listing::page(world.contractors.newest_first(), filters),
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && !domain.contains('@') && !text.contains(char::is_whitespace)
    })
}
