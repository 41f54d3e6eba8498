use super::Case;
use super::fixture::{Fixture, contents, count, events, found};
use crate::store::{Expected, NewEvent, Position};

pub(super) const CASES: &[Case] = &[
    Case { name: "a stream that nobody wrote to is empty", check: |f| Box::pin(empty_stream(f)) },
    Case { name: "a stream is read from a revision on, in pages", check: |f| Box::pin(stream_pages(f)) },
    Case { name: "reading beyond the end finds nothing", check: |f| Box::pin(beyond_the_end(f)) },
    Case { name: "the whole log is read in the order of its positions", check: |f| Box::pin(whole_log(f)) },
    Case {
        name: "a read for folds gives the same facts in the same order",
        check: |f| Box::pin(for_fold(f)),
    },
    Case { name: "a category is all of its streams and no other", check: |f| Box::pin(category(f)) },
    Case { name: "the head is the position of the newest event", check: |f| Box::pin(head(f)) },
    Case { name: "order holds under 64 producers, and nothing is lost", check: |f| Box::pin(producers(f)) },
];

async fn empty_stream(fixture: Fixture) {
    let page = fixture.store.read_stream(&fixture.stream("order", "none"), 0, 10).await.unwrap();
    assert!(page.is_empty());
    assert_eq!(page.last_position(), None);
}

async fn stream_pages(fixture: Fixture) {
    let (stream, neighbour) = (fixture.stream("order", 1), fixture.stream("order", 11));
    let given = events(10);
    for (revision, event) in (0_u64..).zip(&given) {
        let expected = revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
        fixture.append(&stream, expected, std::slice::from_ref(event)).await;
        fixture.append(&neighbour, expected, &events(1)).await;
    }
    assert_eq!(contents(&fixture.stream_events(&stream).await), given);
    let page = fixture.store.read_stream(&stream, 4, 3).await.unwrap();
    assert_eq!(found(&page).iter().map(|found| found.revision).collect::<Vec<_>>(), [4, 5, 6]);
    assert_eq!(page.last_revision(), Some(6));
    assert_eq!(contents(&found(&page)), given[4..7]);
}

async fn beyond_the_end(fixture: Fixture) {
    let stream = fixture.stream("order", 1);
    let last = fixture.append(&stream, Expected::NoStream, &events(2)).await.position;
    for revision in [2, 3, u64::MAX] {
        assert!(fixture.store.read_stream(&stream, revision, 10).await.unwrap().is_empty());
    }
    let orders = fixture.category("order");
    for after in [last, Position::new(last.get() + 1_000_000), Position::new(i64::MAX.unsigned_abs())] {
        assert!(fixture.store.read_all(Some(after), Some(&orders), 10).await.unwrap().is_empty());
    }
}

async fn whole_log(fixture: Fixture) {
    let before = fixture.store.head().await.unwrap();
    let mut given: Vec<NewEvent> = Vec::new();
    for number in 0..20 {
        let pair = events(2);
        fixture
            .append(&fixture.stream(["order", "delivery"][number % 2], number), Expected::NoStream, &pair)
            .await;
        given.extend(pair);
    }
    for page_size in [1, 3, 1000] {
        let (mut after, mut read) = (before, Vec::new());
        loop {
            let page = fixture.store.read_all(after, None, page_size).await.unwrap();
            assert!(page.len() <= page_size);
            if page.is_empty() {
                break;
            }
            after = page.last_position();
            read.extend(found(&page));
        }
        assert!(read.is_sorted_by(|one, next| one.position < next.position));
        // others may use the store, too
        read.retain(|found| given.iter().any(|event| event.id == found.event.id));
        assert_eq!(contents(&read), given);
    }
}

async fn for_fold(fixture: Fixture) {
    let before = fixture.store.head().await.unwrap();
    for number in 0..5 {
        let stream = fixture.stream(["order", "delivery"][number % 2], number);
        fixture.append(&stream, Expected::NoStream, &events(3)).await;
    }
    for category in [None, Some(fixture.category("order"))] {
        let (mut after, mut folded) = (before, 0);
        loop {
            let whole = fixture.store.read_all(after, category.as_ref(), 4).await.unwrap();
            let page = fixture.store.read_for_fold(after, category.as_ref(), 4).await.unwrap();
            let facts = |event: crate::store::Recorded<'_>| {
                let (stream, kind, data) =
                    (event.stream.to_owned(), event.kind.to_owned(), event.data.to_owned());
                (event.position, stream, event.revision, event.recorded_at, kind, data)
            };
            // others may append meanwhile, so that one page goes further than the other
            let both = whole.len().min(page.len());
            let (whole, page): (Vec<_>, Vec<_>) =
                (whole.iter().map(facts).collect(), page.iter().map(facts).collect());
            assert_eq!(whole[..both], page[..both]);
            folded += both;
            match page[..both].last() {
                Some((position, ..)) => after = Some(*position),
                None => break,
            }
        }
        assert!(folded >= if category.is_some() { 9 } else { 15 });
    }
}

async fn category(fixture: Fixture) {
    let mut given = Vec::new();
    // names that stand right before and after `order-…`
    for name in ["order", "orde", "order!", "order.", "orders"] {
        let mine = events(3);
        fixture.append(&fixture_stream(&fixture, name), Expected::NoStream, &mine).await;
        given.push((name, mine));
    }
    for (name, mine) in given {
        let category = fixture_stream(&fixture, name).category().to_owned();
        let category = crate::store::Category::parse(&category).unwrap();
        let page = fixture.store.read_all(None, Some(&category), 100).await.unwrap();
        assert_eq!(contents(&found(&page)), mine);
        assert!(page.iter().all(|event| category.holds(event.stream)));
    }
    assert!(fixture.category_events("nobody", None, 10).await.is_empty());
}

/// A stream whose category ends as given, so that categories differ only there.
fn fixture_stream(fixture: &Fixture, name: &str) -> crate::store::StreamName {
    let tag = fixture.category("t");
    crate::store::StreamName::parse(&format!("{}{name}-1-2", tag.as_str())).unwrap()
}

async fn head(fixture: Fixture) {
    let before = fixture.store.head().await.unwrap();
    let appended = fixture.append(&fixture.stream("order", 1), Expected::NoStream, &events(3)).await;
    let after = fixture.store.head().await.unwrap();
    assert!(before < after, "None is before every position");
    assert!(after >= Some(appended.position));
    let page = fixture.store.read_all(before, Some(&fixture.category("order")), 10).await.unwrap();
    assert_eq!(page.last_position(), Some(appended.position));
}

async fn producers(fixture: Fixture) {
    const PRODUCERS: usize = 64;
    const APPENDS: u64 = 6;
    let producers: Vec<_> = (0..PRODUCERS)
        .map(|number| {
            let fixture = fixture.clone();
            tokio::spawn(async move {
                let stream = fixture.stream("order", number);
                let mut given = Vec::new();
                for append in 0..APPENDS {
                    let expected = (append * 2).checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
                    let pair = events(2);
                    let appended = fixture.append(&stream, expected, &pair).await;
                    assert_eq!(appended.first_revision, append * 2);
                    given.extend(pair);
                }
                // an answered append can be read at once
                assert_eq!(contents(&fixture.stream_events(&stream).await), given);
                (stream, given)
            })
        })
        .collect();
    let mut written = Vec::new();
    for producer in producers {
        written.push(producer.await.unwrap());
    }
    let log = fixture.category_events("order", None, 50).await;
    assert!(log.is_sorted_by(|one, next| one.position < next.position));
    assert_eq!(count(&log), u64::try_from(PRODUCERS).unwrap() * APPENDS * 2);
    for (stream, given) in written {
        let mine: Vec<_> = log.iter().filter(|found| found.stream == stream.as_str()).cloned().collect();
        assert_eq!(contents(&mine), given);
        assert!(mine.iter().map(|found| found.revision).eq(0..count(&given)));
    }
}
