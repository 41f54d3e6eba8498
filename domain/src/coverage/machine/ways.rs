//! The edges gathered: what leads to one stage by the same events is one way there.

use super::{Edge, Machine};
use crate::coverage::stage::Stage;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

/// The stages from which any of some events leads to a stage.
pub(super) struct Way {
    pub(super) from: Vec<Option<Stage>>,
    pub(super) events: Vec<&'static str>,
    pub(super) to: Stage,
}

impl Machine {
    /// Every edge, in ways: the main path's stages in order, and for each the widest way first.
    pub(super) fn ways(&self) -> Vec<Way> {
        let mut ways = Vec::new();
        for to in &self.stages {
            let mut from_by_event: BTreeMap<&'static str, Vec<Option<Stage>>> = BTreeMap::new();
            for edge in self.edges.iter().filter(|edge| edge.to == *to) {
                from_by_event.entry(edge.event).or_default().push(edge.from);
            }
            let mut events_by_from: BTreeMap<Vec<Option<Stage>>, Vec<&'static str>> = BTreeMap::new();
            for (event, from) in from_by_event {
                events_by_from.entry(from).or_default().push(event);
            }
            ways.extend(events_by_from.into_iter().map(|(from, events)| Way { from, events, to: *to }));
        }
        ways
    }

    /// The events that lead from the one stage to the other.
    pub(super) fn events(&self, from: Option<Stage>, to: Stage) -> BTreeSet<&'static str> {
        let between = |edge: &&Edge| edge.from == from && edge.to == to;
        self.edges.iter().filter(between).map(|edge| edge.event).collect()
    }

    /// The pairs of stages with an edge between them.
    pub(super) fn pairs(&self) -> BTreeSet<(Option<Stage>, Stage)> {
        self.edges.iter().map(|edge| (edge.from, edge.to)).collect()
    }
}

/// The stage's name; before a worker was assigned there is none.
pub(super) const fn name(stage: Option<Stage>) -> &'static str {
    match stage {
        None => "○",
        Some(stage) => stage.as_str(),
    }
}

/// The names, one after another, as lines that are not longer than that many characters where a name allows it.
pub(super) fn wrapped<'a>(names: impl IntoIterator<Item = &'a str>, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut() {
            Some(line) if line.chars().count().saturating_add(name.len()).saturating_add(2) <= width => {
                line.push_str(", ");
                line.push_str(name);
            }
            Some(line) => {
                line.push(',');
                lines.push(String::from(name));
            }
            None => lines.push(String::from(name)),
        }
    }
    lines
}
