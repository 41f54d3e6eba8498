//! The two forms of a body, side by side: the guide's and the reference's.
//!
//! Objects are kept in the reference's form; answers have the guide's fields beside it.

use serde_json::{Map, Value};

use crate::sandbox::form::Names;

/// The body in the reference's form. Where a caller wrote a field in both, the reference's counts.
pub(super) fn in_reference_form(body: &Map<String, Value>, places: Names) -> Map<String, Value> {
    let mut body = body.clone();
    for (reference, guide) in places {
        if let Some(value) = take(&mut body, guide)
            && find(&body, reference).is_none()
        {
            set(&mut body, reference, value);
        }
    }
    body
}

/// Adds the guide's fields beside the reference's.
pub(super) fn add_guide_form(object: &mut Map<String, Value>, places: Names) {
    for (reference, guide) in places {
        if let Some(value) = find(object, reference).cloned() {
            set(object, guide, value);
        }
    }
}

/// What a refusal calls the fields: as the caller did, and as the guide does where nothing tells.
pub(super) fn names_of(body: &Map<String, Value>, places: Names) -> Names {
    let writes_reference = places.iter().any(|(reference, _)| find(body, reference).is_some());
    if writes_reference { &[] } else { places }
}

/// A partial update: what is sent replaces, objects field by field; null or an empty text takes away.
pub(super) fn merge(into: &mut Map<String, Value>, changes: Map<String, Value>) {
    for (field, change) in changes {
        match (into.get_mut(&field), change) {
            (_, Value::Null) => {
                into.remove(&field);
            }
            (_, Value::String(text)) if text.is_empty() => {
                into.remove(&field);
            }
            (Some(Value::Object(kept)), Value::Object(changes)) => merge(kept, changes),
            (_, change) => {
                into.insert(field, change);
            }
        }
    }
}

fn find<'a>(body: &'a Map<String, Value>, place: &str) -> Option<&'a Value> {
    match place.split_once('.') {
        None => body.get(place),
        Some((outer, inner)) => body.get(outer)?.get(inner),
    }
}

fn take(body: &mut Map<String, Value>, place: &str) -> Option<Value> {
    let Some((outer, inner)) = place.split_once('.') else {
        return body.remove(place);
    };
    let object = body.get_mut(outer)?.as_object_mut()?;
    let value = object.remove(inner);
    if object.is_empty() {
        body.remove(outer);
    }
    value
}

/// Leaves a place alone that is within something other than an object: its reader says what is wrong.
fn set(body: &mut Map<String, Value>, place: &str, value: Value) {
    match place.split_once('.') {
        None => {
            body.insert(place.to_owned(), value);
        }
        Some((outer, inner)) => {
            let outer = body.entry(outer).or_insert_with(|| Value::Object(Map::new()));
            if let Some(object) = outer.as_object_mut() {
                object.insert(inner.to_owned(), value);
            }
        }
    }
}
