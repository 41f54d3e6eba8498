//! Lines exactly as they were stored, and what they mean.

use super::story::story;
use crate::schema::{Envelope, Stored, decode, encode};
use covertrail_domain::coverage::Event;
use serde::Deserialize;
use serde_json::value::RawValue;

/// One object a line: the name, the data and the metadata.
const LINES: &str = include_str!("../golden.jsonl");

#[derive(Deserialize)]
pub(super) struct Golden<'a> {
    pub(super) kind: &'a str,
    #[serde(borrow)]
    pub(super) data: &'a RawValue,
    #[serde(borrow)]
    pub(super) metadata: &'a RawValue,
}

pub(super) fn golden() -> impl Iterator<Item = Golden<'static>> {
    LINES.lines().map(|line| serde_json::from_str(line).expect("a golden line is an object of three"))
}

fn line(event: &Event, envelope: &Envelope) -> String {
    let Stored { kind, data } = encode(event);
    let (data, metadata) = (String::from_utf8(data).unwrap(), String::from_utf8(envelope.encode()).unwrap());
    format!(r#"{{"kind":"{kind}","data":{data},"metadata":{metadata}}}"#)
}

#[test]
fn a_golden_line_means_what_it_always_meant() {
    let story = story();
    assert_eq!(golden().count(), story.len(), "a line for each event of the story, and no other");
    for (number, (golden, (event, envelope))) in golden().zip(story).enumerate() {
        let place = format!("line {}", number + 1);
        assert_eq!(decode(golden.kind, golden.data.get().as_bytes()), Ok(event), "{place}");
        assert_eq!(Envelope::decode(golden.metadata.get().as_bytes()), Ok(envelope), "{place}");
    }
}

#[test]
fn the_newest_version_is_stored_in_the_same_bytes_as_ever() {
    for (golden, (event, envelope)) in LINES.lines().zip(story()) {
        assert_eq!(line(&event, &envelope), golden);
    }
}

#[test]
fn no_event_is_without_a_golden_line() {
    let kept: Vec<&str> = story().iter().map(|(event, _)| event.name()).collect();
    for name in Event::NAMES {
        assert!(kept.contains(name), "{name} has no golden line");
    }
}
