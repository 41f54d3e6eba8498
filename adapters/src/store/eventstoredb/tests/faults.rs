use std::sync::Arc;

use uuid::Uuid;

use super::hazards::{event, stream, take};
use super::proxy::Proxy;
use super::{Served, store_at};
use crate::store::{AppendError, EventStore, Expected};

const PRODUCERS: u64 = 50;
const APPENDS: u64 = 200;

/// Appends until it is known what became of it, as a program does.
async fn insist(store: &impl EventStore, id: u64, expected: Expected) -> Uuid {
    let event = event();
    loop {
        match store.append(&stream(id), expected, vec![event.clone()]).await {
            Ok(_) => return event.id,
            Err(AppendError::Unavailable(_) | AppendError::OutcomeUnknown(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_appends_through_a_failing_network_are_each_there_once_and_in_order() {
    let served = Served::begin().await;
    let proxy = Proxy::begin(served.address).await;
    let store = Arc::new(store_at(proxy.address()));
    let mut subscription = store.subscribe(None, None).await.unwrap();
    proxy.go_wild(true);
    let producers: Vec<_> = (0..PRODUCERS)
        .map(|producer| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut ids = Vec::new();
                for append in 0..APPENDS {
                    let expected = append.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
                    ids.push(insist(store.as_ref(), producer, expected).await);
                }
                ids
            })
        })
        .collect();
    let listening = tokio::spawn(async move {
        let mut heard = Vec::new();
        let count = usize::try_from(PRODUCERS * APPENDS).unwrap();
        while heard.len() < count {
            heard.extend(take(&mut subscription, 1).await);
        }
        heard
    });
    let mut given = Vec::new();
    for producer in producers {
        given.push(producer.await.unwrap());
    }
    let heard = listening.await.unwrap();
    // what is really there, past the network and the client
    let mut there = Vec::new();
    let mut after = None;
    loop {
        let page = served.log.read_all(after, None, 1000).await.unwrap();
        if page.is_empty() {
            break;
        }
        after = page.last_position();
        there.extend(page.iter().map(|event| (event.position, event.id, event.stream.to_owned())));
    }
    for (producer, ids) in (0_u64..).zip(given) {
        let name = stream(producer);
        let mine = there.iter().filter(|(_, _, stream)| *stream == name.as_str()).map(|(_, id, _)| *id);
        assert_eq!(mine.collect::<Vec<_>>(), ids, "nothing lost, doubled or reordered in {name}");
    }
    let there: Vec<_> = there.into_iter().map(|(position, id, _)| (position, id)).collect();
    assert_eq!(heard, there, "the subscription heard the log");
    assert!(proxy.cuts() > 20, "the network failed {} times", proxy.cuts());
    println!("the network failed {} times", proxy.cuts());
}
