use super::fixture::{Fixture, contents, count, event, events};
use super::{Case, Checking};
use crate::store::{AppendError, Expected, MAX_APPEND_BYTES, NewEvent};

pub(super) const CASES: &[Case] = &[
    Case { name: "an append to a new stream begins at revision 0", check: |f| Box::pin(begins_at_zero(f)) },
    Case { name: "exact bytes are kept", check: |f| Box::pin(keeps_bytes(f)) },
    Case {
        name: "an append at the wrong revision is a conflict and writes nothing",
        check: |f| Box::pin(conflicts(f)),
    },
    Case {
        name: "the same ids at the same revision are the first answer again",
        check: |f| Box::pin(repeats(f)),
    },
    Case { name: "ids that are only partly the same are a conflict", check: |f| Box::pin(partly_repeats(f)) },
    Case {
        name: "any revision appends, and repeats what is newest",
        check: |f| Box::pin(appends_anywhere(f)),
    },
    Case { name: "what no engine takes is refused and writes nothing", check: |f| Box::pin(refuses(f)) },
    Case { name: "of two appends at one revision one wins, and every loser can try again", check: contended },
];

async fn begins_at_zero(fixture: Fixture) {
    let stream = fixture.stream("order", 1);
    let first = fixture.append(&stream, Expected::NoStream, &events(2)).await;
    assert_eq!((first.first_revision, first.last_revision, first.repeated), (0, 1, false));
    let second = fixture.append(&stream, Expected::Exact(1), &events(1)).await;
    assert_eq!((second.first_revision, second.last_revision, second.repeated), (2, 2, false));
    assert!(second.position > first.position, "what is appended later stands later");
    let found = fixture.stream_events(&stream).await;
    assert_eq!(found.iter().map(|found| found.revision).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(found.last().unwrap().position, second.position);
}

async fn keeps_bytes(fixture: Fixture) {
    let stream = fixture.stream("order", "bytes-with-dashes");
    let given = vec![
        NewEvent { data: vec![0xff, 0x00, 0xfe, b'\n'], metadata: vec![0x80], ..event("not.text.v1") },
        NewEvent { data: Vec::new(), metadata: Vec::new(), ..event("nothing.v1") },
        NewEvent { data: (0..=u8::MAX).cycle().take(200_000).collect(), ..event("large.v1") },
        NewEvent { kind: "ist.größer.v1".to_owned(), recorded_at: 1, ..event("") },
    ];
    fixture.append(&stream, Expected::NoStream, &given).await;
    let found = fixture.stream_events(&stream).await;
    assert!(contents(&found) == given, "what is read is what was written");
    assert!(found.iter().all(|found| found.stream == stream.as_str()));
    assert!(contents(&fixture.category_events("order", None, 2).await) == given);
}

async fn conflicts(fixture: Fixture) {
    let stream = fixture.stream("order", 1);
    expect_conflict(&fixture, &stream, Expected::Exact(0), None).await;
    let given = events(2);
    fixture.append(&stream, Expected::NoStream, &given).await;
    for expected in [Expected::NoStream, Expected::Exact(0), Expected::Exact(2), Expected::Exact(u64::MAX)] {
        expect_conflict(&fixture, &stream, expected, Some(1)).await;
    }
    assert_eq!(contents(&fixture.stream_events(&stream).await), given);
}

async fn expect_conflict(
    fixture: &Fixture,
    stream: &crate::store::StreamName,
    given: Expected,
    at: Option<u64>,
) {
    match fixture.try_append(stream, given, &events(1)).await {
        Err(AppendError::Conflict { expected, current, .. }) => assert_eq!((expected, current), (given, at)),
        other => panic!("{given:?} of a stream at {at:?} is answered with {other:?}"),
    }
}

async fn repeats(fixture: Fixture) {
    let stream = fixture.stream("order", 1);
    let (one, two, three) = (events(2), events(3), events(1));
    let first = fixture.append(&stream, Expected::NoStream, &one).await;
    let second = fixture.append(&stream, Expected::Exact(1), &two).await;
    fixture.append(&stream, Expected::Exact(4), &three).await;
    for _ in 0..2 {
        let again = fixture.append(&stream, Expected::NoStream, &one).await;
        assert_eq!(again, crate::store::Appended { repeated: true, ..first });
        let again = fixture.append(&stream, Expected::Exact(1), &two).await;
        assert_eq!(again, crate::store::Appended { repeated: true, ..second });
    }
    assert_eq!(contents(&fixture.stream_events(&stream).await), [one, two, three].concat());
}

async fn partly_repeats(fixture: Fixture) {
    let stream = fixture.stream("order", 1);
    let given = events(2);
    fixture.append(&stream, Expected::NoStream, &given).await;
    let new = event("another.v1");
    let longer = [given.clone(), vec![new.clone()]].concat();
    let other_end = vec![given[0].clone(), new.clone()];
    let other_order = vec![given[1].clone(), given[0].clone()];
    for offered in [longer, other_end, other_order, vec![new]] {
        let answer = fixture.try_append(&stream, Expected::NoStream, &offered).await;
        assert!(matches!(answer, Err(AppendError::Conflict { current: Some(1), .. })), "{answer:?}");
    }
    assert_eq!(contents(&fixture.stream_events(&stream).await), given);
}

async fn appends_anywhere(fixture: Fixture) {
    let stream = fixture.stream("order", 1);
    let (one, two) = (events(2), events(2));
    let first = fixture.append(&stream, Expected::Any, &one).await;
    assert_eq!((first.first_revision, first.last_revision), (0, 1));
    let again = fixture.append(&stream, Expected::Any, &one).await;
    assert_eq!(again, crate::store::Appended { repeated: true, ..first });
    let second = fixture.append(&stream, Expected::Any, &two).await;
    assert_eq!((second.first_revision, second.last_revision, second.repeated), (2, 3, false));
    assert_eq!(contents(&fixture.stream_events(&stream).await), [one, two].concat());
}

async fn refuses(fixture: Fixture) {
    let stream = fixture.stream("order", 1);
    let empty = fixture.try_append(&stream, Expected::Any, &[]).await;
    assert!(matches!(empty, Err(AppendError::Malformed(_))), "{empty:?}");
    let nameless = fixture.try_append(&stream, Expected::Any, &[event("")]).await;
    assert!(matches!(nameless, Err(AppendError::Malformed(_))), "{nameless:?}");
    let large = NewEvent { data: vec![b'x'; MAX_APPEND_BYTES], ..event("large.v1") };
    let large = fixture.try_append(&stream, Expected::Any, &[event("small.v1"), large]).await;
    assert!(matches!(large, Err(AppendError::TooLarge { .. })), "{large:?}");
    assert!(fixture.stream_events(&stream).await.is_empty());
}

fn contended(fixture: Fixture) -> Checking {
    const PRODUCERS: usize = 64;
    const EACH: usize = 5;
    Box::pin(async move {
        let stream = fixture.stream("order", "contended");
        let producers: Vec<_> = (0..PRODUCERS)
            .map(|_| {
                let (fixture, stream) = (fixture.clone(), stream.clone());
                tokio::spawn(async move {
                    for _ in 0..EACH {
                        insist(&fixture, &stream).await;
                    }
                })
            })
            .collect();
        for producer in producers {
            producer.await.unwrap();
        }
        let found = fixture.stream_events(&stream).await;
        assert_eq!(found.len(), PRODUCERS * EACH * 2);
        assert!(found.iter().map(|found| found.revision).eq(0..count(&found)));
        assert!(found.is_sorted_by(|one, next| one.position < next.position));
        // the two events of one append stand together
        assert!(
            found
                .chunks(2)
                .all(|pair| pair[0].event.kind == "first.v1" && pair[0].event.data == pair[1].event.data)
        );
    })
}

/// Appends two events, deciding again after every conflict.
async fn insist(fixture: &Fixture, stream: &crate::store::StreamName) {
    let (mut first, mut second) = (event("first.v1"), event("second.v1"));
    first.data = first.id.as_bytes().to_vec();
    second.data.clone_from(&first.data);
    let mut expected = Expected::NoStream;
    loop {
        match fixture.try_append(stream, expected, &[first.clone(), second.clone()]).await {
            Ok(appended) => {
                assert!(!appended.repeated, "nobody else has these ids");
                return;
            }
            Err(AppendError::Conflict { current, .. }) => {
                expected = current.map_or(Expected::NoStream, Expected::Exact);
            }
            Err(error) => panic!("{error}"),
        }
    }
}
