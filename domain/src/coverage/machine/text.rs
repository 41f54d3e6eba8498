//! The machine as text: the main path drawn, and every change of stage in a table. This is the block that stands in
//! the documentation of [`coverage`](crate::coverage).

use super::Machine;
use super::ways::{name, wrapped};
use alloc::format;
use alloc::string::String;

const MAIN_PATH: &str = "\
○ ── Assigned ──▶ assigned ── Quoted ──▶ quoted ── ApplicationCompleted ──▶ applied
                      │                                                     ▲  │
                      └─────────────────── PolicyMatched ───────────────────┘  │ CoverageAssigned
                                                                               ▼
expired ◀── CoverageExpired, …Canceled ── active ◀── CoverageActivated ── assigned-coverage
   │                                        ▲
   └── CoverageReinstated ──────────────────┘

Every change of stage there is:

";

/// How wide the stages and the events may be, in characters.
const STAGES: usize = 38;
const EVENTS: usize = 44;

impl Machine {
    /// A drawing of the main path, and a table of every edge.
    pub fn to_text(&self) -> String {
        let mut text = String::from(MAIN_PATH);
        for way in self.ways() {
            let stages = wrapped(way.from.iter().map(|stage| name(*stage)), STAGES);
            let events = wrapped(way.events.iter().copied(), EVENTS);
            for line in 0..stages.len().max(events.len()) {
                let part = |lines: &[String]| lines.get(line).cloned().unwrap_or_default();
                let (stages, events) = (part(&stages), part(&events));
                let to = if line == 0 { format!("──▶ {}", way.to.as_str()) } else { String::new() };
                let row = format!("{stages:STAGES$}  {events:EVENTS$}  {to}");
                text.push_str(row.trim_end());
                text.push('\n');
            }
        }
        text
    }
}
