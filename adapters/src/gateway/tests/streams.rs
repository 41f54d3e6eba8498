use eventstore::{
    AppendToStreamOptions, Error, EventData, ExpectedRevision, ReadStreamOptions, StreamPosition,
    SubscribeToAllOptions, SubscribeToStreamOptions, SubscriptionEvent, SubscriptionFilter,
};
use uuid::Uuid;

use super::{Appendable, GatewaySettings, Running, TempDir, id, open, soon};
use crate::store::EventStore;

fn data() -> EventData {
    EventData::binary("thing.happened.v1", b"{}".to_vec().into()).id(Uuid::new_v4())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_served_for_reading_refuses_appends_and_deletes() {
    let for_reading = |folder: &TempDir| GatewaySettings { appendable: Appendable::none(), ..open(folder) };
    let running = Running::on(TempDir::new().unwrap(), for_reading).await;
    running.write("order-1", 2).await;
    let client = running.client();
    let refused = client.append_to_stream("order-1", &AppendToStreamOptions::default(), data()).await;
    assert!(matches!(refused, Err(Error::AccessDenied)), "{refused:?}");
    let refused = client.delete_stream("order-1", &eventstore::DeleteStreamOptions::default()).await;
    assert!(matches!(refused, Err(Error::AccessDenied)), "{refused:?}");
    let refused = client.tombstone_stream("order-1", &eventstore::TombstoneStreamOptions::default()).await;
    assert!(matches!(refused, Err(Error::AccessDenied)), "{refused:?}");
    assert_eq!(running.log.verify().await.unwrap().events, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_programs_own_streams_are_not_for_clients_to_append_to() {
    let running = Running::begin().await;
    let client = running.client();
    for own in [
        "coverage-1",
        "$ce-order",
        "$all",
        "nocategory",
        "orders-1",
        "Order-1",
        "ｏｒｄｅｒ-1",
        "order\u{200b}-1",
    ] {
        let refused = client.append_to_stream(own, &AppendToStreamOptions::default(), data()).await;
        assert!(matches!(refused, Err(Error::AccessDenied)), "{own}: {refused:?}");
    }
    for own in ["coverage.quoted.v1", "Coverage.quoted.v1", "delivery.received.v1"] {
        // whoever reads $et-coverage.quoted.v1 takes it for the program's
        let forged = EventData::binary(own, "{}".into()).id(Uuid::new_v4());
        let refused = client.append_to_stream("order-1", &AppendToStreamOptions::default(), forged).await;
        assert!(matches!(refused, Err(Error::AccessDenied)), "{own}: {refused:?}");
    }
    let exists = AppendToStreamOptions::default().expected_revision(ExpectedRevision::StreamExists);
    let refused = client.append_to_stream("order-1", &exists, data()).await;
    assert!(matches!(refused, Err(Error::WrongExpectedVersion { .. })), "{refused:?}");
    client.append_to_stream("order-1", &AppendToStreamOptions::default(), data()).await.unwrap();
    let written = client.append_to_stream("order-1", &exists, data()).await.unwrap();
    assert_eq!(written.next_expected_version, 1);
    let page = running.log.read_all(None, None, 10).await.unwrap();
    assert!(page.iter().all(|event| event.recorded_at == 7_000_000), "the time is the gateway's");
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_numbered_through_the_log_and_read_from_anywhere() {
    let running = Running::begin().await;
    let mut given = Vec::new();
    // more than two miles, with others between them
    for number in 0..25 {
        given.extend(running.write(&format!("order-{number}"), 100).await);
        running.write(&format!("other-{number}"), 7).await;
    }
    let client = running.client();
    for from in [0_u64, 1, 1023, 1024, 2047, 2048, 2400, 2499] {
        let options = ReadStreamOptions::default()
            .position(StreamPosition::Position(from))
            .resolve_link_tos()
            .max_count(5);
        let mut events = client.read_stream("$ce-order", &options).await.unwrap();
        let mut read = Vec::new();
        while let Some(event) = soon(events.next()).await.unwrap() {
            assert_eq!(event.link.as_ref().unwrap().revision, from + u64::try_from(read.len()).unwrap());
            read.push(id(&event));
        }
        let start = usize::try_from(from).unwrap();
        assert_eq!(read, given[start..given.len().min(start + 5)], "from {from}");
    }
    let options = ReadStreamOptions::default().position(StreamPosition::End).max_count(2000);
    let mut links = client.read_stream("$et-thing.happened.v1", &options).await.unwrap();
    let newest = soon(links.next()).await.unwrap().unwrap().event.unwrap();
    assert_eq!((newest.event_type.as_str(), newest.revision), ("$>", 25 * 107 - 1), "links not followed");
    assert_eq!(&newest.data[..], b"6@other-24");
    let missing = client.read_stream("$ce-nobody", &ReadStreamOptions::default()).await;
    let missing = missing.unwrap().next().await;
    assert!(matches!(missing, Err(Error::ResourceNotFound)), "{missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filtered_subscription_is_told_how_far_the_log_was_looked_through() {
    let running = Running::begin().await;
    for number in 0..30 {
        running.write(&format!("other-{number}"), 100).await;
    }
    let wanted = running.write("order-1", 1).await;
    let filter = SubscriptionFilter::on_stream_name().regex("^(?!other).*$").max(10);
    let options = SubscribeToAllOptions::default().filter(filter);
    let mut subscription = running.client().subscribe_to_all(&options).await;
    let (mut checkpoints, mut heard) = (Vec::new(), Vec::new());
    loop {
        match soon(subscription.next_subscription_event()).await.unwrap() {
            SubscriptionEvent::Checkpoint(position) => checkpoints.push(position.commit),
            SubscriptionEvent::EventAppeared(event) => heard.push(id(&event)),
            SubscriptionEvent::CaughtUp => break,
            SubscriptionEvent::Confirmed(_) => assert!(heard.is_empty(), "it is confirmed first"),
            SubscriptionEvent::FellBehind
            | SubscriptionEvent::FirstStreamPosition(_)
            | SubscriptionEvent::LastStreamPosition(_)
            | SubscriptionEvent::LastAllPosition(_) => panic!("nobody asked for it"),
        }
    }
    assert_eq!(heard, wanted);
    assert!(checkpoints.len() > 1 && checkpoints.is_sorted(), "{checkpoints:?}");
    assert_eq!(checkpoints.last(), Some(&3001));
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_end_with_an_error_when_the_server_stops() {
    let running = Running::begin().await;
    running.write("order-1", 3).await;
    let client = running.client();
    let mut all = client.subscribe_to_all(&SubscribeToAllOptions::default()).await;
    let options = SubscribeToStreamOptions::default().start_from(StreamPosition::Position(1));
    let mut stream = client.subscribe_to_stream("order-1", &options).await;
    for _ in 0..3 {
        soon(all.next()).await.unwrap();
    }
    assert_eq!(soon(stream.next()).await.unwrap().event.unwrap().revision, 2);
    running.stop.send(()).unwrap();
    assert!(matches!(soon(all.next()).await, Err(Error::ServerError(_))));
    assert!(matches!(soon(stream.next()).await, Err(Error::ServerError(_))));
}
