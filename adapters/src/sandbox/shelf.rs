//! Objects of one kind in the order they were made.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use super::answer::as_json;

/// What a shelf can keep: an object that knows its id and whose it is.
pub(crate) trait Kept: Serialize {
    fn id(&self) -> &str;
    /// What the object is usually looked for by besides its id: an email, a contractor, a job.
    fn group(&self) -> String;
}

/// Kept by id and by group, so that a long run does not slow the vendor down.
pub(crate) struct Shelf<T> {
    items: Vec<T>,
    places: HashMap<String, usize>,
    groups: HashMap<String, Vec<usize>>,
}

impl<T: Kept> Shelf<T> {
    pub(crate) fn new() -> Self {
        Self { items: Vec::new(), places: HashMap::new(), groups: HashMap::new() }
    }

    /// Adds the object, or puts it in the place of the one with its id.
    pub(crate) fn put(&mut self, item: T) {
        if let Some(kept) = self.get_mut(item.id()) {
            *kept = item;
            return;
        }
        let place = self.items.len();
        self.places.insert(item.id().to_owned(), place);
        self.groups.entry(item.group()).or_default().push(place);
        self.items.push(item);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.items.get(*self.places.get(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.items.get_mut(*self.places.get(id)?)
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &T> {
        self.items.iter().rev()
    }

    /// The newest first, too.
    pub(crate) fn of_group(&self, group: &str) -> impl Iterator<Item = &T> {
        let places = self.groups.get(group).map(Vec::as_slice).unwrap_or_default();
        places.iter().rev().filter_map(|place| self.items.get(*place))
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn to_json(&self) -> Value {
        as_json(&self.items)
    }
}
