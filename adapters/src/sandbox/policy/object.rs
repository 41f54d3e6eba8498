//! What the objects of the API have in common.

use std::ops::{Deref, DerefMut};

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::forms;
use super::world::PolicyWorld;
use crate::sandbox::answer::{Refusal, as_json};
use crate::sandbox::form::{Form, Names};
use crate::sandbox::shelf::{Kept, Shelf};

/// An object that a caller made: what was sent, and what the vendor understood and added.
#[derive(Clone)]
pub(super) struct Object<T> {
    pub id: String,
    pub created: i64,
    /// In the reference's form.
    pub sent: Map<String, Value>,
    pub terms: T,
}

/// A kind of object: how it is read, and what is special about making, changing and deleting it.
pub(super) trait Terms: Clone + Serialize {
    /// What the `object` field says.
    const OBJECT: &'static str;
    const PREFIX: &'static str;
    /// Where the reference keeps what the guide keeps elsewhere.
    const PLACES: Names = &[];

    fn shelf(world: &PolicyWorld) -> &Shelf<Object<Self>>;

    fn shelf_mut(world: &mut PolicyWorld) -> &mut Shelf<Object<Self>>;

    /// Reads a whole body; of an update, the kept one with the changes in it.
    fn read(form: &mut Form<'_>, world: &PolicyWorld, now: i64, before: Option<&Object<Self>>) -> Self;

    /// What the object is looked for by besides its id.
    fn group(&self) -> String;

    /// The contractor whose object it is.
    fn contractor(_: &Object<Self>) -> Option<&str> {
        None
    }

    /// Refusals that are about no single field.
    fn check(&self, _: &PolicyWorld, _before: Option<&Object<Self>>) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_change(_: &Object<Self>, _: &PolicyWorld) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_go(_: &Object<Self>, _: &PolicyWorld, _now: i64) -> Result<(), Refusal> {
        Ok(())
    }

    /// What follows once it is made, and before it is answered.
    fn made(_: &mut PolicyWorld, _now: i64, _id: &str) {}

    /// What follows once it is changed.
    fn changed(_: &mut PolicyWorld, _id: &str) {}

    /// What follows once it is deleted.
    fn gone(_: &mut PolicyWorld, _now: i64, _: Object<Self>) {}
}

impl<T> Object<T> {
    pub(super) fn custom_metadata(&self) -> Map<String, Value> {
        self.sent.get("custom_metadata").and_then(Value::as_object).cloned().unwrap_or_default()
    }
}

impl<T> Deref for Object<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.terms
    }
}

impl<T> DerefMut for Object<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.terms
    }
}

impl<T: Terms> Kept for Object<T> {
    fn id(&self) -> &str {
        &self.id
    }

    fn group(&self) -> String {
        self.terms.group()
    }
}

/// The vendor's own fields win over what a caller sent under their names.
impl<T: Terms> Serialize for Object<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = self.sent.clone();
        all.insert("custom_metadata".to_owned(), Value::Object(self.custom_metadata()));
        if let Value::Object(terms) = as_json(&self.terms) {
            all.extend(terms);
        }
        forms::add_guide_form(&mut all, T::PLACES);
        all.insert("id".to_owned(), Value::from(self.id.as_str()));
        all.insert("object".to_owned(), Value::from(T::OBJECT));
        all.insert("created".to_owned(), Value::from(self.created));
        all.serialize(serializer)
    }
}
