//! Objects of one kind in the order they were made.

use std::collections::{BTreeSet, HashMap};

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
    /// What was taken away leaves its place empty.
    items: Vec<Option<T>>,
    places: HashMap<String, usize>,
    groups: HashMap<String, BTreeSet<usize>>,
}

impl<T: Kept> Shelf<T> {
    pub(crate) fn new() -> Self {
        Self { items: Vec::new(), places: HashMap::new(), groups: HashMap::new() }
    }

    /// Adds the object, or puts it in the place of the one with its id.
    pub(crate) fn put(&mut self, item: T) {
        let place = match self.places.get(item.id()) {
            Some(place) => *place,
            None => self.items.len(),
        };
        self.leave_group(place);
        self.places.insert(item.id().to_owned(), place);
        self.groups.entry(item.group()).or_default().insert(place);
        match self.items.get_mut(place) {
            Some(kept) => *kept = Some(item),
            None => self.items.push(Some(item)),
        }
    }

    /// Takes the object away.
    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        let place = self.places.remove(id)?;
        self.leave_group(place);
        self.items.get_mut(place)?.take()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.items.get(*self.places.get(id)?)?.as_ref()
    }

    /// For changes that leave the object in its group.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.items.get_mut(*self.places.get(id)?)?.as_mut()
    }

    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &T> {
        self.items.iter().rev().flatten()
    }

    /// The newest first, too.
    pub(crate) fn of_group(&self, group: &str) -> impl Iterator<Item = &T> {
        let places = self.groups.get(group).into_iter().flat_map(|places| places.iter().rev());
        places.filter_map(|place| self.items.get(*place)?.as_ref())
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn to_json(&self) -> Value {
        as_json(&self.items.iter().flatten().collect::<Vec<_>>())
    }

    fn leave_group(&mut self, place: usize) {
        let Some(group) = self.items.get(place).and_then(Option::as_ref).map(Kept::group) else {
            return;
        };
        if let Some(places) = self.groups.get_mut(&group) {
            places.remove(&place);
        }
    }
}
