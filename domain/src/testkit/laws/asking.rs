//! What a command may do to a state.

use super::{Broken, holds};
use crate::coverage::{Command, Event, Fate, State, Work};
use crate::testkit::draft::Draft;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A command that happened, asked again at once, holds already.
pub fn a_repeated_command_adds_nothing(state: &State, command: &Command) -> Result<(), Broken> {
    let Ok(events) = state.decide(command) else { return Ok(()) };
    let again = events.iter().fold(state.clone(), State::evolve).decide(command);
    holds("a repeated command adds nothing", again.as_ref().is_ok_and(Vec::is_empty), || {
        format!("{command:?}\n  came to {events:?}\n  and again to {again:?}")
    })
}

/// No event is emitted that would leave the state as it is.
pub fn every_event_changes_the_state(state: &State, command: &Command) -> Result<(), Broken> {
    let events = state.decide(command).unwrap_or_default();
    let follow = |before: State, event: &Event| {
        let after = before.clone().evolve(event);
        holds("every emitted event changes the state", after != before, || {
            format!("{command:?}\n  came to {event:?}, which changes nothing in {before:?}")
        })?;
        Ok(after)
    };
    events.iter().try_fold(state.clone(), follow).map(drop)
}

/// Where nothing can happen any more, nothing does.
pub fn a_terminal_state_emits_nothing(state: &State, command: &Command) -> Result<(), Broken> {
    let emitted = state.is_terminal() && state.decide(command).is_ok_and(|events| !events.is_empty());
    holds("a terminal state emits nothing", !emitted, || format!("{command:?} happens in {state:?}"))
}

/// Once the vendor has answered what was asked for before, work that was canceled before it began has nothing left to
/// happen to it.
pub fn withdrawn_work_comes_to_an_end(state: &State) -> Result<(), Broken> {
    let Some(coverage) = state.coverage() else { return Ok(()) };
    if !matches!(coverage.work, Work::Withdrawn { .. }) {
        return Ok(());
    }
    let declined = |round| Command::RecordAssignmentDeclined { round, reason: String::new() };
    let rounds = coverage.unanswered.iter().copied().chain([coverage.round]);
    let unwanted = coverage.assignments.iter().filter(|made| made.fate == Fate::ToCancel);
    let canceled = unwanted.map(|made| Command::RecordAssignmentCanceled { assignment: made.id.clone() });
    let last = rounds.map(declined).chain(canceled).fold(state.clone(), |state, answer| {
        let events = state.decide(&answer).unwrap_or_default();
        events.iter().fold(state, State::evolve)
    });
    holds("withdrawn work comes to an end", last.is_terminal(), || format!("{last:?} after {state:?}"))
}

/// Something of what the vendor, WorkMarket or the clock can say still happens. A person's exception would
/// always do, so it is not counted.
pub fn what_is_not_terminal_can_still_move(state: &State) -> Result<(), Broken> {
    let moves = |command: Command| {
        !matches!(command, Command::Waive { .. })
            && state.decide(&command).is_ok_and(|events| !events.is_empty())
    };
    let can_move = || Draft::all().map(|draft| draft.command(state)).any(moves);
    holds("a state that is not terminal can still move", state.is_terminal() || can_move(), || {
        format!("nothing happens in {state:?}")
    })
}
