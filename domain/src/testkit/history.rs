//! Histories that the rules themselves allowed.

use super::draft::{Draft, any_command, any_terms};
use super::samples;
use crate::coverage::{Command, Event, State};
use alloc::vec::Vec;
use core::fmt;
use proptest::prelude::*;

/// What was asked of a work order and accepted, from its first assignment on. Never empty.
#[derive(Clone)]
pub struct History {
    moments: Vec<Moment>,
}

/// A command that happened, and what came of it.
#[derive(Debug, Clone)]
pub struct Moment {
    /// What was asked.
    pub command: Command,
    /// What happened; never nothing.
    pub events: Vec<Event>,
    /// The state after that.
    pub after: State,
}

/// Any history of up to 40 commands. What the rules refuse, and what holds already, is left out.
pub fn legal_history() -> impl Strategy<Value = History> {
    (any_terms(), prop::collection::vec(any_command(), 0..40)).prop_map(|(terms, drafts)| {
        let mut history = History { moments: Vec::new() };
        history.ask(samples::assign(terms));
        for draft in &drafts {
            history.draft(draft);
        }
        history
    })
}

impl History {
    /// Asks it more; nothing is added where that does not happen.
    pub fn ask(&mut self, command: Command) {
        let before = self.state();
        let events = before.decide(&command).unwrap_or_default();
        if !events.is_empty() {
            let after = events.iter().fold(before, State::evolve);
            self.moments.push(Moment { command, events, after });
        }
    }

    /// Asks what fits the state it has come to.
    pub fn draft(&mut self, draft: &Draft) {
        self.ask(draft.command(&self.state()));
    }

    /// What happened, command by command.
    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// Everything that happened.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.moments.iter().flat_map(|moment| &moment.events)
    }

    /// The state before anything happened, and after each command.
    pub fn states(&self) -> impl Iterator<Item = State> {
        let after = self.moments.iter().map(|moment| moment.after.clone());
        core::iter::once(State::default()).chain(after)
    }

    /// What it has come to.
    pub fn state(&self) -> State {
        self.moments.last().map(|moment| moment.after.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for History {
    /// A line for each command and each event, without the states between.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for moment in &self.moments {
            writeln!(f, "\n  {:?}", moment.command)?;
            for event in &moment.events {
                write!(f, "    {event:?}")?;
            }
        }
        Ok(())
    }
}
