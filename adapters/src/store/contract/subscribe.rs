use tokio::task::JoinHandle;

use super::Case;
use super::fixture::{Fixture, contents, events, found, next, take, until_caught_up};
use crate::store::{Expected, NewEvent, Subscription, Update};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "a subscription to nothing goes live and hears what comes",
        check: |f| Box::pin(from_nothing(f)),
    },
    Case {
        name: "a subscription from the start hears all that is there",
        check: |f| Box::pin(from_the_start(f)),
    },
    Case {
        name: "a subscription from the middle hears what comes after it",
        check: |f| Box::pin(from_the_middle(f)),
    },
    Case {
        name: "across the boundary to live each event comes once and in order",
        check: |f| Box::pin(boundary(f)),
    },
    Case { name: "a subscription to a category hears no other", check: |f| Box::pin(one_category(f)) },
    Case { name: "two subscriptions hear the same", check: |f| Box::pin(two(f)) },
    Case { name: "who stops waiting and waits again misses nothing", check: |f| Box::pin(impatient(f)) },
];

async fn subscribe(fixture: &Fixture, category: &str) -> Subscription {
    fixture.store.subscribe(None, Some(fixture.category(category))).await.unwrap()
}

async fn from_nothing(fixture: Fixture) {
    let mut subscription = subscribe(&fixture, "order").await;
    assert!(until_caught_up(&mut subscription).await.is_empty());
    for number in 0..3 {
        let given = events(2);
        fixture.append(&fixture.stream("order", number), Expected::NoStream, &given).await;
        let (heard, caught_up) = take(&mut subscription, 2).await;
        assert_eq!(contents(&heard), given);
        assert_eq!(caught_up, 0, "it catches up once");
    }
}

async fn from_the_start(fixture: Fixture) {
    let given = events(2500);
    for (number, some) in given.chunks(100).enumerate() {
        fixture.append(&fixture.stream("order", number), Expected::NoStream, some).await;
    }
    let mut subscription = subscribe(&fixture, "order").await;
    assert_eq!(contents(&until_caught_up(&mut subscription).await), given);
}

async fn from_the_middle(fixture: Fixture) {
    let stream = fixture.stream("order", 1);
    let (one, two, three) = (events(3), events(3), events(3));
    let middle = fixture.append(&stream, Expected::NoStream, &one).await.position;
    fixture.append(&stream, Expected::Exact(2), &two).await;
    let orders = Some(fixture.category("order"));
    let mut subscription = fixture.store.subscribe(Some(middle), orders).await.unwrap();
    assert_eq!(contents(&until_caught_up(&mut subscription).await), two);
    fixture.append(&stream, Expected::Exact(5), &three).await;
    assert_eq!(contents(&take(&mut subscription, 3).await.0), three);
}

async fn boundary(fixture: Fixture) {
    const PRODUCERS: usize = 8;
    const APPENDS: u64 = 60;
    let producers: Vec<_> = (0..PRODUCERS).map(|number| produce(&fixture, number, APPENDS)).collect();
    let mut subscription = subscribe(&fixture, "order").await;
    let expected = PRODUCERS * usize::try_from(APPENDS).unwrap() * 2;
    let (heard, caught_up) = take(&mut subscription, expected).await;
    assert!(caught_up <= 1, "it catches up once");
    for producer in producers {
        producer.await.unwrap();
    }
    assert_eq!(heard, fixture.category_events("order", None, 1000).await);
}

fn produce(fixture: &Fixture, number: usize, appends: u64) -> JoinHandle<()> {
    let fixture = fixture.clone();
    tokio::spawn(async move {
        let stream = fixture.stream("order", number);
        for append in 0..appends {
            let expected = (append * 2).checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
            fixture.append(&stream, expected, &events(2)).await;
        }
    })
}

async fn one_category(fixture: Fixture) {
    let (before, after) = (events(2), events(2));
    fixture.append(&fixture.stream("delivery", 1), Expected::NoStream, &events(2)).await;
    fixture.append(&fixture.stream("order", 1), Expected::NoStream, &before).await;
    fixture.append(&fixture.stream("delivery", 2), Expected::NoStream, &events(2)).await;
    let mut subscription = subscribe(&fixture, "order").await;
    assert_eq!(contents(&until_caught_up(&mut subscription).await), before);
    fixture.append(&fixture.stream("delivery", 3), Expected::NoStream, &events(2)).await;
    fixture.append(&fixture.stream("order", 2), Expected::NoStream, &after).await;
    let (heard, _) = take(&mut subscription, 2).await;
    assert_eq!(contents(&heard), after);
}

async fn two(fixture: Fixture) {
    let producer = produce(&fixture, 1, 30);
    let (mut one, mut other) = (subscribe(&fixture, "order").await, subscribe(&fixture, "order").await);
    let ((heard, _), (also_heard, _)) = tokio::join!(take(&mut one, 60), take(&mut other, 60));
    producer.await.unwrap();
    assert_eq!(heard, also_heard);
}

async fn impatient(fixture: Fixture) {
    let producer = produce(&fixture, 1, 30);
    let mut subscription = subscribe(&fixture, "order").await;
    let mut heard: Vec<NewEvent> = Vec::new();
    while heard.len() < 60 {
        let update = tokio::select! {
            biased;
            update = next(&mut subscription) => update,
            () = tokio::task::yield_now() => continue,
        };
        match update {
            Update::Events(batch) => heard.extend(contents(&found(&batch))),
            Update::CaughtUp => {}
        }
    }
    producer.await.unwrap();
    assert_eq!(heard, contents(&fixture.stream_events(&fixture.stream("order", 1)).await));
}
