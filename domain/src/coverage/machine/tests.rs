//! What was found is what the documentation shows, and every drawing shows what was found.

use super::ways::name;
use super::{Edge, Machine, layout};
use crate::coverage::{Event, Stage};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::sync::LazyLock;

fn found() -> &'static Machine {
    static FOUND: LazyLock<Machine> = LazyLock::new(Machine::found);
    &FOUND
}

fn documented() -> String {
    let source = include_str!("../mod.rs");
    let block = source.split("//! ```text\n").nth(1).unwrap().split("//! ```").next().unwrap();
    joined(block.lines().map(|line| line.trim_start_matches("//!")))
}

fn printed(machine: &Machine) -> String {
    joined(machine.to_text().lines())
}

fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.map(|line| line.trim_start_matches(' ')).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_diagram_in_the_documentation_is_the_machine_that_is_found() {
    assert_eq!(documented(), printed(found()));
}

#[test]
fn every_stage_is_reached_and_every_event_is_tried() {
    let machine = found();
    assert_eq!(machine.stages, Stage::ALL.into_iter().collect());
    let tried: BTreeSet<&str> = machine.edges.union(&machine.loops).map(|edge| edge.event).collect();
    let never: Vec<_> = Event::NAMES.iter().filter(|name| !tried.contains(*name)).collect();
    assert_eq!(never, [&"Waived"], "an exception never moves the stage, so the search leaves it out");
}

#[test]
fn what_was_completed_or_canceled_stays_so() {
    let last: Vec<Stage> = Stage::ALL.into_iter().filter(|stage| found().is_last(*stage)).collect();
    assert_eq!(last, [Stage::Canceled, Stage::Completed]);
}

#[test]
fn cover_begins_only_by_a_binding_fact() {
    let machine = found();
    let to_active: BTreeSet<&str> =
        machine.edges.iter().filter(|edge| edge.to == Stage::Active).map(|edge| edge.event).collect();
    let binding = [
        "CertificateDenied", // which leaves the stage of a flagged certificate for the cover that stood all the time
        "CertificateReviewed",
        "CertificateValidated",
        "CoverageActivated",
        "CoverageAssigned", // which ties cover that stood already to this work
        "CoverageReinstated",
    ];
    assert_eq!(to_active, binding.into_iter().collect());
    let denied = machine.edges.iter().filter(|e| e.event == "CertificateDenied" && e.to == Stage::Active);
    assert!(denied.map(|edge| edge.from).eq([Some(Stage::Flagged)]));
}

#[test]
fn the_drawn_main_path_is_found() {
    let machine = found();
    let stage = |text: &str| Stage::ALL.into_iter().find(|stage| stage.as_str() == text);
    for (from, event, to) in [
        ("", "Assigned", "assigned"),
        ("assigned", "Quoted", "quoted"),
        ("assigned", "PolicyMatched", "applied"),
        ("quoted", "ApplicationCompleted", "applied"),
        ("applied", "CoverageAssigned", "assigned-coverage"),
        ("assigned-coverage", "CoverageActivated", "active"),
        ("active", "CoverageExpired", "expired"),
        ("active", "CoverageCanceled", "expired"),
        ("expired", "CoverageReinstated", "active"),
    ] {
        let edge = Edge { from: stage(from), event, to: stage(to).unwrap() };
        assert!(machine.edges.contains(&edge), "{edge:?}");
    }
}

#[test]
fn every_drawing_has_every_edge() {
    let machine = found();
    let (mermaid, dot, svg) = (machine.to_mermaid(), machine.to_dot(), machine.to_svg());
    for (from, to) in machine.pairs() {
        let events: Vec<&str> = machine.events(from, to).into_iter().collect();
        let state = |stage: Stage| stage.as_str().replace('-', "_");
        let begin = from.map_or_else(|| "[*]".into(), state);
        assert!(mermaid.contains(&format!("    {begin} --> {}: {}\n", state(to), events.join("<br/>"))));
        let line =
            format!("    \"{}\" -> \"{}\" [label=\"{}\"];\n", name(from), to.as_str(), events.join("\\n"));
        assert!(dot.contains(&line), "{line}");
    }
    let listed: usize = machine.ways().iter().map(|way| way.from.len() * way.events.len()).sum();
    assert_eq!(listed, machine.edges.len());
    for way in machine.ways() {
        assert!(svg.contains(&format!("→ {}</text>", way.to.as_str())));
        assert!(way.events.iter().all(|event| svg.contains(*event)));
    }
}

#[test]
fn every_arrow_of_the_picture_has_something_to_say() {
    let machine = found();
    for arrow in &layout::ARROWS {
        assert!(!machine.label(arrow).is_empty(), "the arrow {} stands for nothing", arrow.line);
    }
}

#[test]
fn the_picture_is_well_formed() {
    let svg = found().to_svg();
    let mut open: Vec<&str> = Vec::new();
    for tag in svg.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(svg.contains("<title") && svg.contains("<desc") && svg.contains("prefers-color-scheme:dark"));
}
