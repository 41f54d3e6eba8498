//! Create, find, list, update and delete, the same for every kind of object.

use serde_json::{Map, Value, json};

use super::forms::{in_reference_form, merge, names_of};
use super::listing;
use super::object::{Object, Terms};
use super::world::PolicyWorld;
use crate::sandbox::answer::{Answer, Outcome, Refusal};
use crate::sandbox::form::{Form, INVALID_INPUT, Names};
use crate::sandbox::routes::{Filters, missing};

pub(super) fn create<T: Terms>(world: &mut PolicyWorld, now: i64, body: &Value) -> Outcome {
    let (sent, names) = written::<T>(body)?;
    let terms: T = read(world, now, &sent, names, None)?;
    let mut object = Object { id: String::new(), created: now, sent, terms };
    world.refuse_blocked(T::contractor(&object))?;
    object.id = world.ids.next(T::PREFIX);
    let id = object.id.clone();
    T::shelf_mut(world).put(object);
    T::made(world, now, &id);
    Ok(Answer::created(get::<T>(world, &id)?))
}

pub(super) fn find<T: Terms>(world: &PolicyWorld, id: &str) -> Outcome {
    Ok(Answer::ok(get::<T>(world, id)?))
}

pub(super) fn list<T: Terms>(world: &PolicyWorld, filters: &Filters) -> Outcome {
    listing::page(T::shelf(world).newest_first(), filters)
}

pub(super) fn update<T: Terms>(world: &mut PolicyWorld, now: i64, id: &str, body: &Value) -> Outcome {
    let (changes, names) = written::<T>(body)?;
    let before = get::<T>(world, id)?;
    world.refuse_blocked(T::contractor(before))?;
    T::may_change(before, world)?;
    let mut after = before.clone();
    merge(&mut after.sent, changes);
    after.terms = read(world, now, &after.sent, names, Some(before))?;
    T::shelf_mut(world).put(after);
    T::changed(world, id);
    find::<T>(world, id)
}

pub(super) fn delete<T: Terms>(world: &mut PolicyWorld, now: i64, id: &str) -> Outcome {
    let object = get::<T>(world, id)?;
    world.refuse_blocked(T::contractor(object))?;
    T::may_go(object, world, now)?;
    if let Some(object) = T::shelf_mut(world).remove(id) {
        T::gone(world, now, object);
    }
    Ok(Answer::ok(&json!({"id": id, "object": T::OBJECT, "deleted": true, "deleted_at": now})))
}

pub(super) fn get<'a, T: Terms>(world: &'a PolicyWorld, id: &str) -> Result<&'a Object<T>, Refusal> {
    T::shelf(world).get(id).ok_or_else(|| {
        let kind = T::OBJECT.replace('_', " ");
        missing(format!("there is no such {kind}"))
    })
}

/// The body as it is kept, without what only the vendor gives, and what its caller calls the fields.
fn written<T: Terms>(body: &Value) -> Result<(Map<String, Value>, Names), Refusal> {
    let body =
        body.as_object().ok_or_else(|| Refusal::bad(INVALID_INPUT, "the body must be a JSON object"))?;
    let mut sent = in_reference_form(body, T::PLACES);
    for ours in ["id", "object", "created"] {
        sent.remove(ours);
    }
    Ok((sent, names_of(body, T::PLACES)))
}

fn read<T: Terms>(
    world: &PolicyWorld,
    now: i64,
    sent: &Map<String, Value>,
    names: Names,
    before: Option<&Object<T>>,
) -> Result<T, Refusal> {
    let mut form = Form::over(sent).named(names);
    form.object("custom_metadata");
    let terms = T::read(&mut form, world, now, before);
    form.done()?;
    terms.check(world, before)?;
    Ok(terms)
}
