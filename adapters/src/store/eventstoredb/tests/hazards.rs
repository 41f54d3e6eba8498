//! What is known to go wrong with the client, and how its adapter outlives it.

use std::time::Duration;

use tokio::net::TcpListener;
use uuid::Uuid;

use super::proxy::Proxy;
use super::{Served, store_at};
use crate::store::{
    AppendError, Category, EventStore, Expected, NewEvent, Position, ReadError, Settled, StreamName,
    Subscription, Update,
};

/// Longer than any machine takes.
const PATIENCE: Duration = Duration::from_mins(2);

pub(super) fn event() -> NewEvent {
    NewEvent {
        id: Uuid::new_v4(),
        kind: "thing.happened.v1".to_owned(),
        data: b"{}".to_vec(),
        metadata: b"{}".to_vec(),
        recorded_at: 1_795_305_600_000_042,
    }
}

pub(super) fn stream(id: impl std::fmt::Display) -> StreamName {
    StreamName::parse(&format!("order-{id}")).unwrap()
}

/// The next so many events of a subscription.
pub(super) async fn take(subscription: &mut Subscription, count: usize) -> Vec<(Position, Uuid)> {
    let mut heard = Vec::new();
    while heard.len() < count {
        let next = tokio::time::timeout(PATIENCE, subscription.next()).await;
        if let Update::Events(batch) = next.expect("the subscription says nothing").unwrap() {
            heard.extend(batch.iter().map(|event| (event.position, event.id)));
        }
    }
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_connected_is_replaced_when_the_server_comes() {
    let reserved = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = reserved.local_addr().unwrap();
    drop(reserved);
    let store = store_at(address);
    let early = store.append(&stream(1), Expected::NoStream, vec![event()]).await;
    assert!(matches!(early, Err(AppendError::Unavailable(_))), "{early:?}");
    assert!(matches!(store.head().await, Err(ReadError::Unavailable(_))));
    let _served = Served::again(tempfile::TempDir::new().unwrap(), address).await;
    let appended = store.append(&stream(1), Expected::NoStream, vec![event()]).await.unwrap();
    assert!(!appended.repeated);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_away_is_found_again_by_appends_and_subscriptions() {
    let served = Served::begin().await;
    let store = served.store();
    let mut subscription = store.subscribe(None, None).await.unwrap();
    let mut given = Vec::new();
    for round in 0..3_u64 {
        let event = event();
        given.push(event.id);
        let expected = round.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
        store.append(&stream(1), expected, vec![event]).await.unwrap();
    }
    let mut heard = take(&mut subscription, 3).await;
    let (directory, address) = served.end().await;
    let late = event();
    given.push(late.id);
    let waiting = {
        let store = store.clone();
        tokio::spawn(async move { store.append(&stream(1), Expected::Exact(2), vec![late]).await })
    };
    let _served = Served::again(directory, address).await;
    waiting.await.unwrap().unwrap();
    heard.extend(take(&mut subscription, 1).await);
    assert_eq!(heard.iter().map(|(_, id)| *id).collect::<Vec<_>>(), given);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_whose_answer_was_lost_is_written_once() {
    let served = Served::begin().await;
    let proxy = Proxy::begin(served.address).await;
    let store = store_at(proxy.address());
    for revision in 0..20_u64 {
        let expected = revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
        // the request goes through, and then the connection is cut before the answer does
        proxy.lose_the_next_answer();
        let appended = store.append(&stream(1), expected, vec![event()]).await.unwrap();
        assert_eq!((appended.first_revision, appended.last_revision), (revision, revision));
    }
    assert_eq!(served.log.verify().await.unwrap().events, 20);
    assert!(proxy.cuts() >= 20, "{}", proxy.cuts());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_lost_for_good_says_so() {
    let served = Served::begin().await;
    let store = served.store();
    let mut subscription = store.subscribe(None, None).await.unwrap();
    assert!(matches!(subscription.next().await.unwrap(), Update::CaughtUp));
    let (_directory, _) = served.end().await;
    let ended = tokio::time::timeout(PATIENCE, subscription.next()).await.expect("it says nothing");
    assert!(matches!(ended, Err(ReadError::Unavailable(_))), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn large_events_make_short_pages_and_none_is_left_out() {
    let served = Served::begin().await;
    let store = served.store();
    for revision in 0..20_u64 {
        let expected = revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
        let large = NewEvent { data: vec![b'x'; 900_000], ..event() };
        store.append(&stream(1), expected, vec![large]).await.unwrap();
    }
    let (mut revision, mut after, mut read) = (0, None, 0);
    while revision < 20 || read < 20 {
        let of_stream = store.read_stream(&stream(1), revision, 1000).await.unwrap();
        let of_log = store.read_all(after, None, 1000).await.unwrap();
        for page in [&of_stream, &of_log] {
            assert!(page.len() <= 10, "{} large events in a page", page.len());
        }
        revision += u64::try_from(of_stream.len()).unwrap();
        (after, read) = (of_log.last_position().or(after), read + of_log.len());
    }
    assert_eq!((revision, read), (20, 20));
    let mut subscription = store.subscribe(None, None).await.unwrap();
    assert_eq!(take(&mut subscription, 20).await.len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_https_client_works_beside_it_whoever_comes_first() {
    let https = || reqwest::Client::builder().use_rustls_tls().build().unwrap();
    let before = https();
    let served = Served::begin().await;
    served.store().append(&stream(1), Expected::NoStream, vec![event()]).await.unwrap();
    for client in [before, https()] {
        // nothing speaks TLS there: the handshake fails, and nothing panics
        let refused = client.get(format!("https://{}", served.address)).send().await;
        assert!(refused.unwrap_err().is_connect());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_wrote_is_read_as_it_was_recorded_to_the_microsecond() {
    let served = Served::begin().await;
    let given = event();
    served.log.append(&stream(1), Expected::NoStream, vec![given.clone()]).await.unwrap();
    let page = served.store().read_all(None, None, 10).await.unwrap();
    let read = page.iter().next().unwrap();
    assert_eq!((read.recorded_at, read.metadata), (given.recorded_at, &given.metadata[..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_aside_is_counted() {
    let served = Served::begin().await;
    let store = served.store();
    assert_eq!(store.parked("workers").await.unwrap(), None);
    let orders = Category::parse("order").unwrap();
    let mut member = store.join("workers", &[orders]).await.unwrap().unwrap();
    store.append(&stream(1), Expected::NoStream, vec![event(), event()]).await.unwrap();
    let handed = member.handed.recv().await.unwrap().unwrap();
    member.settle.send(Settled { id: handed.id, parked: true }).unwrap();
    let counted = async { while store.parked("workers").await.unwrap() != Some(1) {} };
    tokio::time::timeout(PATIENCE, counted).await.expect("it is counted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_whose_server_was_away_is_handed_what_it_had_not_settled() {
    let served = Served::begin().await;
    let store = served.store();
    let orders = Category::parse("order").unwrap();
    let mut member = store.join("workers", &[orders]).await.unwrap().unwrap();
    let given = event();
    store.append(&stream(1), Expected::NoStream, vec![given.clone()]).await.unwrap();
    assert_eq!(member.handed.recv().await.unwrap().unwrap().id, given.id);
    let (directory, address) = served.end().await;
    let _served = Served::again(directory, address).await;
    let again = tokio::time::timeout(PATIENCE, member.handed.recv()).await.expect("it is handed out again");
    assert_eq!(again.unwrap().unwrap().id, given.id);
}
