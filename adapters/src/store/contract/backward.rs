use super::Case;
use super::fixture::{Fixture, events, found};
use crate::store::{Expected, Position};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a stream is read backward from its newest event",
        check: |f| Box::pin(stream_from_the_end(f)),
    },
    Case {
        name: "a stream is read backward from a revision",
        check: |f| Box::pin(stream_from_a_revision(f)),
    },
    Case { name: "the whole log is read backward", check: |f| Box::pin(whole_log(f)) },
    Case { name: "backward from before the start finds nothing", check: |f| Box::pin(nothing_before(f)) },
];

async fn stream_from_the_end(fixture: Fixture) {
    let stream = fixture.stream("order", 1);
    assert!(fixture.store.read_stream_backward(&stream, None, 5).await.unwrap().is_empty());
    fixture.append(&stream, Expected::NoStream, &events(10)).await;
    let mut forward = fixture.stream_events(&stream).await;
    forward.reverse();
    let page = fixture.store.read_stream_backward(&stream, None, 4).await.unwrap();
    assert_eq!(found(&page), forward[..4]);
    let newest = fixture.store.read_stream_backward(&stream, None, 1).await.unwrap();
    assert_eq!(newest.last_revision(), Some(9));
}

async fn stream_from_a_revision(fixture: Fixture) {
    let (stream, neighbour) = (fixture.stream("order", 1), fixture.stream("order", 11));
    fixture.append(&stream, Expected::NoStream, &events(6)).await;
    fixture.append(&neighbour, Expected::NoStream, &events(9)).await;
    let mut forward = fixture.stream_events(&stream).await;
    forward.reverse();
    for (from, rest) in [(0, &forward[5..]), (3, &forward[2..]), (5, &forward[..]), (u64::MAX, &forward[..])]
    {
        let (mut next, mut read) = (Some(from), Vec::new());
        while let Some(revision) = next {
            let page = fixture.store.read_stream_backward(&stream, Some(revision), 2).await.unwrap();
            assert!(page.len() <= 2 && !page.is_empty());
            next = page.last_revision().unwrap().checked_sub(1);
            read.extend(found(&page));
        }
        assert_eq!(read, rest, "from {from}");
    }
}

async fn whole_log(fixture: Fixture) {
    let given = events(12);
    for (number, some) in given.chunks(3).enumerate() {
        fixture.append(&fixture.stream("order", number), Expected::NoStream, some).await;
    }
    let mut forward = fixture.category_events("order", None, 100).await;
    forward.reverse();
    let oldest = forward.last().unwrap().position;
    let (mut before, mut read) = (None, Vec::new());
    while read.last().is_none_or(|last: &super::fixture::Found| last.position > oldest) {
        let page = fixture.store.read_all_backward(before, 5).await.unwrap();
        assert!(page.len() <= 5 && !page.is_empty());
        before = page.last_position();
        read.extend(found(&page));
    }
    assert!(read.is_sorted_by(|one, next| one.position > next.position));
    // others may use the store, too
    read.retain(|found| found.position >= oldest && forward.contains(found));
    assert_eq!(read, forward);
}

async fn nothing_before(fixture: Fixture) {
    let appended = fixture.append(&fixture.stream("order", 1), Expected::NoStream, &events(1)).await;
    assert!(fixture.store.read_all_backward(Some(Position::new(0)), 5).await.unwrap().is_empty());
    let all = fixture.store.read_all_backward(Some(Position::new(i64::MAX.unsigned_abs())), 1).await.unwrap();
    assert!(all.last_position() >= Some(appended.position), "what comes first is the newest");
}
