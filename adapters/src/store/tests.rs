use uuid::Uuid;

use super::{BadName, Batch, Category, NewEvent, Position, Recorded, StreamName};

#[test]
fn a_stream_name_is_a_category_and_an_id() {
    let name = StreamName::parse("delivery-workmarket-abc").unwrap();
    assert_eq!((name.as_str(), name.category()), ("delivery-workmarket-abc", "delivery"));
    assert!(Category::parse("delivery").unwrap().holds(name.as_str()));
    assert!(!Category::parse("deliver").unwrap().holds(name.as_str()));
}

#[test]
fn what_is_no_stream_name_is_refused_with_its_reason() {
    let too_long = format!("a-{}", "x".repeat(511));
    for (name, reason) in [
        ("", BadName::NoCategory),
        ("coverage", BadName::NoCategory),
        ("-1", BadName::NoCategory),
        ("coverage-", BadName::NoCategory),
        ("coverage-1\n", BadName::ControlCharacter),
        ("$ce-coverage", BadName::Reserved),
        (too_long.as_str(), BadName::TooLong),
    ] {
        assert_eq!(StreamName::parse(name), Err(reason), "{name}");
    }
    assert_eq!(Category::parse("a-b"), Err(BadName::NoCategory));
    assert_eq!(Category::parse(""), Err(BadName::NoCategory));
}

#[test]
fn a_batch_gives_back_what_was_put_in() {
    let events: Vec<Recorded<'_>> =
        [("a-1", "k", &b"data"[..], &b""[..]), ("grün-2", "größer", b"", b"\xff")]
            .into_iter()
            .zip(1..)
            .map(|((stream, kind, data, metadata), number)| Recorded {
                position: Position::new(number),
                stream,
                revision: number,
                id: Uuid::from_u128(u128::from(number)),
                kind,
                data,
                metadata,
                recorded_at: -1,
            })
            .collect();
    let mut batch = Batch::default();
    assert!(batch.is_empty());
    for event in &events {
        batch.push(event);
    }
    assert_eq!(batch.iter().collect::<Vec<_>>(), events);
    assert_eq!((batch.len(), batch.iter().len(), batch.weight()), (2, 2, 5));
    assert_eq!(batch.last_position(), Some(Position::new(2)));
}

#[test]
fn data_and_metadata_are_not_shown() {
    let event = NewEvent {
        id: Uuid::nil(),
        kind: "k".to_owned(),
        data: b"secret".to_vec(),
        metadata: b"secret".to_vec(),
        recorded_at: 0,
    };
    let shown = format!("{event:?}");
    assert!(!shown.contains("115") && !shown.contains("secret"), "{shown}");
    let mut batch = Batch::default();
    batch.push(&Recorded {
        position: Position::new(1),
        stream: "a-1",
        revision: 0,
        id: event.id,
        kind: &event.kind,
        data: &event.data,
        metadata: &event.metadata,
        recorded_at: 0,
    });
    let shown = format!("{batch:?}");
    assert!(!shown.contains("115") && !shown.contains("secret"), "{shown}");
}
