//! What holds in every state and every history, as functions that say what is broken.
//!
//! [`of_command`], [`of_state`] and [`of_history`] are all of the laws about each; the order of arrival is a
//! law of its own, [`same_cover_in_any_order`], for it takes two deliveries.

mod arrival;
mod asking;
mod calls;
mod clock;
mod cover;
mod reports;

pub use arrival::{Sight, a_report_heard_again_adds_nothing, same_cover_in_any_order};
pub use asking::{
    a_repeated_command_adds_nothing, a_terminal_state_emits_nothing, every_event_changes_the_state,
    what_is_not_terminal_can_still_move, withdrawn_work_comes_to_an_end,
};
pub use calls::{
    a_key_names_one_call, a_retry_asks_anew, blocked_steps_are_due,
    no_assignment_is_made_beside_one_to_be_canceled, no_document_is_lost,
};
pub use clock::{standing_is_constant_until_it_changes, the_deadline_is_when_the_clock_has_something_to_say};
pub use cover::{
    a_wanted_cancellation_is_no_lapse, gaps_are_what_of_the_work_is_not_covered,
    insured_rests_on_a_binding_fact, nothing_is_covered_before_a_binding_fact,
    work_that_needs_no_cover_is_left_alone,
};
pub use reports::{
    dates_left_out_are_the_vendors_own, nobodys_reports_count_for_nobody_after_a_reassignment,
};

use super::history::History;
use crate::coverage::{Command, State};
use alloc::string::String;
use core::fmt;

/// A law that does not hold, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What should hold, in words.
    pub law: &'static str,
    /// What holds instead.
    pub instead: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "broken: {}\ninstead: {}", self.law, self.instead)
    }
}

impl core::error::Error for Broken {}

/// Holds where the condition does; what holds instead is told otherwise.
fn holds(law: &'static str, condition: bool, instead: impl FnOnce() -> String) -> Result<(), Broken> {
    if condition { Ok(()) } else { Err(Broken { law, instead: instead() }) }
}

/// Every law about a command asked in a state.
pub fn of_command(state: &State, command: &Command) -> Result<(), Broken> {
    a_repeated_command_adds_nothing(state, command)?;
    every_event_changes_the_state(state, command)?;
    a_terminal_state_emits_nothing(state, command)
}

/// Every law about a state.
pub fn of_state(state: &State) -> Result<(), Broken> {
    what_is_not_terminal_can_still_move(state)?;
    insured_rests_on_a_binding_fact(state)?;
    gaps_are_what_of_the_work_is_not_covered(state)?;
    standing_is_constant_until_it_changes(state)?;
    the_deadline_is_when_the_clock_has_something_to_say(state)?;
    blocked_steps_are_due(state)?;
    a_retry_asks_anew(state)?;
    no_assignment_is_made_beside_one_to_be_canceled(state)?;
    a_wanted_cancellation_is_no_lapse(state)?;
    work_that_needs_no_cover_is_left_alone(state)?;
    withdrawn_work_comes_to_an_end(state)
}

/// Every law about a history and the states in it.
pub fn of_history(history: &History) -> Result<(), Broken> {
    a_key_names_one_call(history)?;
    a_report_heard_again_adds_nothing(history)?;
    nobodys_reports_count_for_nobody_after_a_reassignment(history)?;
    dates_left_out_are_the_vendors_own(history)?;
    no_document_is_lost(history)?;
    nothing_is_covered_before_a_binding_fact(history)?;
    let told = State::replay(history.events());
    holds("a history replayed is its last state", told == history.state(), || alloc::format!("{told:?}"))
}
