//! The stages and every way between them, found by trying the aggregate out rather than drawn by hand.

mod alphabet;
mod graph;
mod layout;
mod search;
mod svg;
mod text;
mod ways;

use super::command::Command;
use super::stage::Stage;
use super::state::State;
use alloc::collections::BTreeSet;

/// What a search of the aggregate found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Machine {
    /// Every stage that was reached.
    pub stages: BTreeSet<Stage>,
    /// Every change of stage.
    pub edges: BTreeSet<Edge>,
    /// Every event that left a stage as it was.
    pub loops: BTreeSet<Edge>,
    /// How many states were looked at.
    pub states: usize,
}

/// An event and the stages before and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The stage before; none before a worker was assigned.
    pub from: Option<Stage>,
    /// The event's name.
    pub event: &'static str,
    /// The stage after.
    pub to: Stage,
}

impl Machine {
    /// Searches the aggregate.
    pub fn found() -> Self {
        Self::watched(|_, _| ())
    }

    /// Searches the aggregate and shows every state on the way, with the commands that are tried on it: for laws
    /// that must hold in all of them. A state may be shown more than once.
    pub fn watched(mut visit: impl FnMut(&State, &[Command])) -> Self {
        let mut machine = Self::default();
        for focus in &search::FOCUSES {
            focus.search(&mut machine, &mut visit);
        }
        machine
    }
}

#[cfg(test)]
mod tests;
