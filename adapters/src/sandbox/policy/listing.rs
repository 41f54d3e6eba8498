//! Lists: bare arrays, newest first, a page at a time.

use serde_json::json;

use crate::sandbox::answer::{Answer, Outcome, Refusal};
use crate::sandbox::form::INVALID_INPUT;
use crate::sandbox::routes::Filters;
use crate::sandbox::shelf::Kept;

const USUAL_LIMIT: usize = 10;
const LARGEST_LIMIT: usize = 100;

/// `limit` (1 to 100, 10 where absent), `starting_after` (older ones) and `ending_before` (newer ones).
pub(super) fn page<'a, T: Kept + 'a>(
    newest_first: impl Iterator<Item = &'a T>,
    filters: &Filters,
) -> Outcome {
    page_of(USUAL_LIMIT, newest_first, filters)
}

/// The same with another usual limit.
pub(super) fn page_of<'a, T: Kept + 'a>(
    usual_limit: usize,
    newest_first: impl Iterator<Item = &'a T>,
    filters: &Filters,
) -> Outcome {
    let limit = match filters.get("limit").map(|text| text.parse::<usize>()) {
        None => usual_limit,
        Some(Ok(limit)) if (1..=LARGEST_LIMIT).contains(&limit) => limit,
        Some(Ok(_) | Err(_)) => return Err(wrong("limit", "must be from 1 to 100")),
    };
    let mut items: Vec<&T> = newest_first.collect();
    if let Some(last) = filters.get("starting_after") {
        let place = place_of(last, &items).ok_or_else(|| wrong("starting_after", "is not in this list"))?;
        items = items.split_off(place.saturating_add(1));
    }
    if let Some(first) = filters.get("ending_before") {
        let place = place_of(first, &items).ok_or_else(|| wrong("ending_before", "is not in this list"))?;
        items.truncate(place);
        // The page that ends there, not the newest one.
        items.drain(..place.saturating_sub(limit));
    }
    items.truncate(limit);
    Ok(Answer::ok(&items))
}

fn place_of<T: Kept>(id: &str, items: &[&T]) -> Option<usize> {
    items.iter().position(|item| item.id() == id)
}

fn wrong(field: &str, text: &str) -> Refusal {
    Refusal::bad(INVALID_INPUT, json!({ field: text }))
}
