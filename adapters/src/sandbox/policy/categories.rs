//! Job categories: what kinds of work the vendor insures.

use serde::Serialize;
use serde_json::Value;

use super::listing;
use super::telling::Happening;
use super::world::PolicyWorld;
use crate::sandbox::answer::{Answer, Outcome, as_json};
use crate::sandbox::form::Form;
use crate::sandbox::routes::{Filters, missing};
use crate::sandbox::shelf::{Kept, Shelf};

#[derive(Clone, Serialize)]
pub(super) struct Category {
    category_code: String,
    name: String,
}

impl Kept for Category {
    fn id(&self) -> &str {
        &self.category_code
    }

    fn group(&self) -> String {
        String::new()
    }
}

pub(super) fn known(codes: &[(String, String)]) -> Shelf<Category> {
    let mut shelf = Shelf::new();
    for (category_code, name) in codes {
        shelf.put(Category { category_code: category_code.clone(), name: name.clone() });
    }
    shelf
}

/// All of them where nobody asks for fewer.
pub(super) fn list(world: &PolicyWorld, filters: &Filters) -> Outcome {
    listing::page_of(world.categories.len(), world.categories.newest_first(), filters)
}

pub(super) fn find(world: &PolicyWorld, code: &str) -> Outcome {
    let found = world.categories.get(code);
    found.map(Answer::ok).ok_or_else(|| missing("there is no such job category"))
}

/// Control: the vendor approves one more.
pub(super) fn add(world: &mut PolicyWorld, now: i64, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let category = Category { category_code: form.text("category_code"), name: form.text("name") };
    form.done()?;
    world.tell(now, Happening::CategoryAdded, "", as_json(&category));
    let answer = Answer::created(&category);
    world.categories.put(category);
    Ok(answer)
}
