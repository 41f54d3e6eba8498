//! A breadth-first search of the aggregate from the state in which nothing has happened.
//!
//! The state space has no end: rounds, reports and documents can go on for ever. Nothing of it has an end that a
//! stage could see, though: a stage follows from the work, the path, whether a certificate is flagged and what is in
//! force. So the search is bounded in rounds, and tries the alphabet in parts (each part with the whole path) rather
//! than at once, whose product would be a thousand times larger and hold no further stage change:
//! a change of stage has one cause, and each part holds every value of what it is looked at together with.
//!
//! States that differ only in the quotes and sessions remembered of former rounds are taken as one: what is
//! remembered only tells late answers from unknown ones, and those change no stage.

use super::alphabet::{
    Commands, SCHEDULE, asides, assignment, certificate, documents, end, halves, moves, path, people, policy,
    start, way,
};
use super::{Edge, Machine};
use crate::cover::Line;
use crate::coverage::command::Command;
use crate::coverage::event::Event;
use crate::coverage::stage::Stage;
use crate::coverage::state::{Coverage, State};
use crate::coverage::terms::{BindOn, Round};
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

/// A part of the alphabet that is tried together.
pub(super) struct Focus {
    /// What is tried.
    parts: &'static [fn(&State, &mut Commands)],
    /// The lines that the terms require.
    lines: &'static [Line],
    /// When they have cover bound.
    binding: &'static [BindOn],
    /// Whether a state is looked at no further than to see that it was reached.
    stops: fn(&Coverage) -> bool,
}

const ONE: &[Line] = &[Line::General];
const TWO: &[Line] = &[Line::General, Line::WorkersComp];

const EITHER: &[BindOn] = &[BindOn::InProgress, BindOn::Applied];
const EARLY: &[BindOn] = &[BindOn::Applied];

pub(super) const FOCUSES: [Focus; 7] = [
    Focus { parts: &[path, moves, people, start], lines: ONE, binding: EITHER, stops: is_reassigned },
    Focus { parts: &[way, start, asides], lines: ONE, binding: EITHER, stops: is_reassigned },
    Focus { parts: &[way, end, people, documents], lines: ONE, binding: EITHER, stops: is_long },
    Focus { parts: &[path, moves, policy], lines: ONE, binding: EARLY, stops: is_moved },
    Focus { parts: &[path, moves, assignment], lines: ONE, binding: EARLY, stops: is_reassigned },
    Focus { parts: &[path, moves, certificate], lines: ONE, binding: EARLY, stops: is_moved },
    Focus { parts: &[path, moves, halves], lines: TWO, binding: EARLY, stops: is_moved },
];

/// Two rounds, and two tries at a cancellation: what the second can do, every later one can.
fn is_long(coverage: &Coverage) -> bool {
    coverage.round > Round::FIRST.next() || coverage.assignments.iter().any(|made| made.retries > 1)
}

/// A worker after another begins as the first did, and nothing moves the stage of work that is over.
fn is_reassigned(coverage: &Coverage) -> bool {
    is_long(coverage) || !coverage.is_open() || !coverage.former.is_empty()
}

/// New dates begin a round, as the loss of cover does.
fn is_moved(coverage: &Coverage) -> bool {
    is_reassigned(coverage) || coverage.terms.window != SCHEDULE
}

impl Focus {
    pub(super) fn search(&self, machine: &mut Machine, visit: &mut impl FnMut(&State, &[Command])) {
        let mut seen = Seen::default();
        let mut waiting = VecDeque::from([State::default()]);
        while let Some(state) = waiting.pop_front() {
            machine.states = machine.states.saturating_add(1);
            let commands = self.commands(&state);
            visit(&state, &commands);
            let stage = state.stage();
            for command in &commands {
                let events = state.decide(command).unwrap_or_default();
                if events.is_empty() {
                    continue;
                }
                let after = machine.follow(&state, stage, &events);
                if self.goes_on(&after) && seen.is_new(memorable(&after)) {
                    waiting.push_back(after);
                }
            }
        }
    }

    fn commands(&self, state: &State) -> Vec<Command> {
        let mut commands = Commands::new(self.lines, self.binding);
        for part in self.parts {
            part(state, &mut commands);
        }
        commands.into()
    }

    fn goes_on(&self, state: &State) -> bool {
        state.coverage().is_some_and(|coverage| !(self.stops)(coverage))
    }
}

impl Machine {
    /// The state that the events lead to; the edges on the way are noted.
    fn follow(&mut self, state: &State, from: Option<Stage>, events: &[Event]) -> State {
        let mut from = from;
        events.iter().fold(state.clone(), |before, event| {
            let after = before.evolve(event);
            if let Some(to) = after.stage() {
                self.stages.insert(to);
                let edge = Edge { from, event: event.name(), to };
                if from == Some(to) {
                    self.loops.insert(edge)
                } else {
                    self.edges.insert(edge)
                };
                from = Some(to);
            }
            after
        })
    }
}

/// The state without what another report or opinion has overridden, or only tells late answers from unknown ones.
fn memorable(state: &State) -> State {
    let mut state = state.clone();
    if let State::Tracked(coverage) = &mut state {
        coverage.past_quotes.clear();
        coverage.past_sessions.clear();
        for certificate in &mut coverage.certificates {
            let overridden = certificate.opinions.len().saturating_sub(1);
            certificate.opinions.drain(..overridden);
        }
        for grant in &mut coverage.grants {
            let activated = grant.reports.iter().rposition(|report| report.granted().is_some());
            grant.reports.drain(..activated.unwrap_or(0));
        }
    }
    state
}

/// The states met so far, by a digest: most differ only deep inside, where comparing them one by one is slow.
#[derive(Default)]
struct Seen(BTreeMap<u64, Vec<State>>);

impl Seen {
    fn is_new(&mut self, state: State) -> bool {
        let mut digest = Fnv(0xcbf2_9ce4_8422_2325);
        state.hash(&mut digest);
        let alike = self.0.entry(digest.finish()).or_default();
        let is_new = !alike.contains(&state);
        if is_new {
            alike.push(state);
        }
        is_new
    }
}

/// Fowler, Noll and Vo's hash (FNV-1a).
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
