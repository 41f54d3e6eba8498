//! What the passing of time alone may change.

use super::cover::moments;
use super::{Broken, holds};
use crate::coverage::{Command, Standing, State};
use crate::time::Timestamp;
use alloc::format;

/// A standing stays as it is up to the moment at which it says it changes, and changes then.
pub fn standing_is_constant_until_it_changes(state: &State) -> Result<(), Broken> {
    let Some(coverage) = state.coverage() else { return Ok(()) };
    let moments = moments(coverage);
    let Some(first) = moments.first() else { return Ok(()) };
    // from well before anything is at risk, through every change, to where none is told of any more
    let mut at = first.plus(-60 * 86_400);
    loop {
        let standing = state.standing(at);
        let until = standing.changes_at.unwrap_or(Timestamp::MAX);
        let between =
            moments.iter().copied().chain([until.plus(-1)]).filter(|moment| at < *moment && *moment < until);
        for moment in between {
            let later = state.standing(moment);
            holds("a standing is constant until it changes", later == standing, || {
                format!("from {at}: {standing:?}\n  but at {moment}: {later:?}\n  in {state:?}")
            })?;
        }
        let Some(change) = standing.changes_at else { return Ok(()) };
        let changed = Standing { changes_at: standing.changes_at, ..state.standing(change) } != standing;
        holds("a standing changes when it says so", at < change && changed, || {
            format!("at {at}: {standing:?}\n  in {state:?}")
        })?;
        at = change;
    }
}

/// At the deadline the clock has something to say, a second before it had not, and afterwards the deadline
/// has moved on.
pub fn the_deadline_is_when_the_clock_has_something_to_say(state: &State) -> Result<(), Broken> {
    let Some(deadline) = state.deadline() else {
        let said = state.decide(&Command::Expire { at: Timestamp::MAX }).unwrap_or_default();
        return holds("without a deadline the clock has nothing to say", said.is_empty(), || {
            format!("{said:?} in {state:?}")
        });
    };
    let early = state.decide(&Command::Expire { at: deadline.plus(-1) }).unwrap_or_default();
    holds("before the deadline the clock has nothing to say", early.is_empty(), || {
        format!("{early:?} before {deadline} in {state:?}")
    })?;
    let events = state.decide(&Command::Expire { at: deadline }).unwrap_or_default();
    holds("at the deadline the clock has something to say", !events.is_empty(), || {
        format!("nothing at {deadline} in {state:?}")
    })?;
    let after = events.iter().fold(state.clone(), State::evolve);
    holds("past the deadline it has moved on", after.deadline().is_none_or(|next| deadline < next), || {
        format!("still {:?} after {events:?} in {after:?}", after.deadline())
    })
}
