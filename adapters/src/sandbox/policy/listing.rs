//! Lists: bare arrays, newest first, a page at a time.

use crate::sandbox::answer::Refusal;
use crate::sandbox::answer::{Answer, Outcome};
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
    let limit = match filters.get("limit").map(|text| text.parse::<usize>()) {
        None => USUAL_LIMIT,
        Some(Ok(limit)) if (1..=LARGEST_LIMIT).contains(&limit) => limit,
        Some(Ok(_) | Err(_)) => {
            return Err(Refusal::bad(INVALID_INPUT, serde_json::json!({"limit": "must be from 1 to 100"})));
        }
    };
    let mut items: Vec<&T> = newest_first.collect();
    if let Some(last) = filters.get("starting_after") {
        let older = items.iter().skip_while(|item| item.id() != last).skip(1).copied();
        items = older.collect();
    }
    if let Some(first) = filters.get("ending_before") {
        let newer = items.iter().take_while(|item| item.id() != first).copied();
        items = newer.collect();
    }
    items.truncate(limit);
    Ok(Answer::ok(&items))
}
