use crate::schema::{Actor, Envelope, Malformed, Source, correlation};
use covertrail_domain::id::{PersonId, WorkOrderId};
use covertrail_domain::time::Timestamp;
use proptest::prelude::*;
use proptest::sample::select;

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        Just(Actor::Policy),
        Just(Actor::WorkMarket),
        Just(Actor::Covertrail),
        Just(Actor::Clock),
        "[a-zé0-9_@+-]{1,40}".prop_map(|id| Actor::Person(PersonId::parse(&id).unwrap())),
    ]
}

prop_compose! {
    fn envelope()(
        actor in actor(),
        correlation: String,
        causation: String,
        occurred_at in any::<i64>().prop_map(Timestamp::from_unix),
        recorded_at in -62_167_219_200_000_000_i64..253_402_300_800_000_000,
        source in select(Source::ALL.to_vec()),
        reason: Option<String>,
    ) -> Envelope {
        Envelope { actor, correlation, causation, occurred_at, recorded_at, source, reason }
    }
}

proptest! {
    #[test]
    fn an_envelope_reads_back_as_written(envelope in envelope()) {
        prop_assert_eq!(Envelope::decode(&envelope.encode()), Ok(envelope));
    }
}

fn written(replaced: &str, by: &str) -> String {
    let envelope = Envelope {
        actor: Actor::Clock,
        correlation: correlation(&WorkOrderId::parse("12345").unwrap()),
        causation: "deadline".into(),
        occurred_at: Timestamp::from_unix(1_761_997_200),
        recorded_at: 1_761_997_200_000_001,
        source: Source::Clock,
        reason: None,
    };
    let text = String::from_utf8(envelope.encode()).unwrap();
    assert!(text.contains(replaced), "{text}");
    text.replacen(replaced, by, 1)
}

#[test]
fn keys_of_the_event_store_are_passed_over() {
    let text = written("{", r#"{"$v":"1:-1:1:4","$causedBy":{"by":[1]},"#);
    assert_eq!(Envelope::decode(text.as_bytes()).unwrap().correlation, "coverage-12345");
}

#[test]
fn a_moment_reads_in_any_way_that_rfc_3339_allows() {
    for (text, micros) in [
        ("2025-11-01T12:40:00.5+01:00", 500_000),
        ("2025-11-01t11:39:59.999999900z", -1),
        ("2025-11-01T11:40:00.000001Z", 1),
        ("2025-11-01T11:40:00Z", 0),
    ] {
        let text = written("2025-11-01T11:40:00.000001Z", text);
        let read = Envelope::decode(text.as_bytes()).unwrap();
        assert_eq!(read.recorded_at, 1_761_997_200_000_000 + micros, "{text}");
    }
}

#[test]
fn a_moment_of_recording_beyond_the_calendar_is_drawn_in() {
    let mut envelope = Envelope::decode(written("", "").as_bytes()).unwrap();
    envelope.recorded_at = i64::MAX;
    let read = Envelope::decode(&envelope.encode()).unwrap();
    assert_eq!(read.recorded_at, 253_402_300_799_999_999);
}

#[test]
fn what_is_wrong_with_an_envelope_is_named() {
    for (replaced, by, field) in [
        ("{", r#"{"colour":"red","#, "colour"),
        (r#""actor":"clock","#, "", "actor"),
        (r#""actor":"clock","#, r#""actor":"clock","actor":"clock","#, "actor"),
        (r#""actor":"clock""#, r#""actor":"nobody""#, "actor"),
        (r#""actor":"clock""#, r#""actor":"person:""#, "actor"),
        (r#""actor":"clock""#, r#""actor":1"#, "actor"),
        (r#""source":"clock""#, r#""source":"rumour""#, "source"),
        (r#""$correlationId":"coverage-12345","#, "", "$correlationId"),
        (r#""$causationId":"deadline""#, r#""$causationId":null"#, "$causationId"),
        ("2025-11-01T11:40:00Z", "2025-11-01", "occurred_at"),
        ("2025-11-01T11:40:00Z", "2025-02-29T11:40:00Z", "occurred_at"),
        ("2025-11-01T11:40:00.000001Z", "yesterday", "recorded_at"),
        ("2025-11-01T11:40:00.000001Z", "2025-11-01T11:40:00.00000٣Z", "recorded_at"),
    ] {
        let error = Envelope::decode(written(replaced, by).as_bytes()).unwrap_err();
        let Malformed::Envelope { fault } = &error else { panic!("{error}") };
        assert_eq!(fault.field(), field, "{error}");
    }
}

#[test]
fn why_a_person_did_it_is_kept_and_older_lines_have_no_why() {
    let text = written("\"clock\"}", "\"clock\",\"reason\":\"it was put right\"}");
    assert_eq!(Envelope::decode(text.as_bytes()).unwrap().reason.as_deref(), Some("it was put right"));
    assert_eq!(Envelope::decode(written("", "").as_bytes()).unwrap().reason, None);
}
