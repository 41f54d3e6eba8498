//! The machine for two programs that lay graphs out by themselves: Mermaid and Graphviz.

use super::Machine;
use super::ways::name;
use crate::coverage::stage::Stage;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

impl Machine {
    /// A Mermaid state diagram (`stateDiagram-v2`).
    pub fn to_mermaid(&self) -> String {
        let mut text = String::from("stateDiagram-v2\n");
        for stage in &self.stages {
            text.extend([format!("    state \"{}\" as {}\n", stage.as_str(), identifier(*stage))]);
        }
        for (from, to) in self.pairs() {
            let from_id = from.map_or_else(|| String::from("[*]"), identifier);
            let events = joined(&self.events(from, to), "<br/>");
            text.extend([format!("    {from_id} --> {}: {events}\n", identifier(to))]);
        }
        for stage in self.stages.iter().filter(|stage| self.is_last(**stage)) {
            text.extend([format!("    {} --> [*]\n", identifier(*stage))]);
        }
        text
    }

    /// A Graphviz graph.
    pub fn to_dot(&self) -> String {
        let mut text = String::from(
            "digraph coverage {\n    rankdir=LR;\n    node [shape=box, style=rounded, fontname=\"sans-serif\"];\n    \
             edge [fontname=\"sans-serif\", fontsize=10];\n    \"○\" [shape=circle, label=\"\", width=0.2];\n",
        );
        for stage in &self.stages {
            let edges = if self.is_last(*stage) { 2 } else { 1 };
            text.extend([format!("    \"{}\" [peripheries={edges}];\n", stage.as_str())]);
        }
        for (from, to) in self.pairs() {
            let events = joined(&self.events(from, to), "\\n");
            text.extend([format!("    \"{}\" -> \"{}\" [label=\"{events}\"];\n", name(from), to.as_str())]);
        }
        text.push_str("}\n");
        text
    }

    /// Whether nothing leads out of the stage.
    pub(super) fn is_last(&self, stage: Stage) -> bool {
        !self.edges.iter().any(|edge| edge.from == Some(stage))
    }
}

/// Mermaid's names of states have no hyphens.
fn identifier(stage: Stage) -> String {
    stage.as_str().replace('-', "_")
}

fn joined(events: &BTreeSet<&str>, between: &str) -> String {
    events.iter().copied().collect::<Vec<_>>().join(between)
}
