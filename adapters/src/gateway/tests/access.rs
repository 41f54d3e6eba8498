//! Who may do what, over real connections, with and without TLS.

use eventstore::{
    AppendToStreamOptions, Client, DeletePersistentSubscriptionOptions, Error, EventData,
    PersistentSubscriptionOptions, PersistentSubscriptionToAllOptions, ReadAllOptions, ReadStreamOptions,
    StreamPosition, SubscribeToAllOptions, SubscribeToPersistentSubscriptionOptions,
};
use uuid::Uuid;

use super::{
    ClientRole, EventStore as _, Expected, NewEvent, Running, StreamName, TempDir, event, guarded, id, soon,
    tls_folder, with_tls,
};

/// A log with an event of each sort: one that everybody reads, one with a link, and a raw delivery between them.
async fn begin() -> Running {
    let running = Running::on(TempDir::new().unwrap(), guarded).await;
    running.write("coverage-1", 1).await;
    running.write("delivery-policy-1", 3).await;
    let opened = NewEvent { data: br#"{"session":"s","url":"https://link.example"}"#.to_vec(), ..event() };
    let stream = StreamName::parse("coverage-1").unwrap();
    running.log.append(&stream, Expected::Any, vec![opened]).await.unwrap();
    running
}

fn login(role: ClientRole) -> String {
    format!("{0}:{0}-token", role.as_str())
}

async fn append(client: &Client, stream: &str) -> Result<(), Error> {
    let data = EventData::binary("thing.happened.v1", b"{}".to_vec().into()).id(Uuid::new_v4());
    client.append_to_stream(stream, &AppendToStreamOptions::default(), data).await.map(|_| ())
}

/// The streams and data of all events that a client sees.
async fn seen(client: &Client) -> Result<Vec<(String, String)>, Error> {
    let mut events = client.read_all(&ReadAllOptions::default()).await?;
    let mut seen = Vec::new();
    while let Some(resolved) = soon(events.next()).await? {
        let event = resolved.event.unwrap();
        seen.push((event.stream_id.clone(), String::from_utf8(event.data.to_vec()).unwrap()));
    }
    Ok(seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_a_name_and_a_password() {
    let running = begin().await;
    for client in
        [running.client(), running.client_as("reader:wrong"), running.client_as("nobody:reader-token")]
    {
        assert!(matches!(seen(&client).await, Err(Error::AccessDenied)), "it reads");
        assert!(matches!(append(&client, "order-1").await, Err(Error::AccessDenied)), "it appends");
        let options = PersistentSubscriptionOptions::default();
        let made = client.create_persistent_subscription("order-1", "g", &options).await;
        assert!(matches!(made, Err(Error::AccessDenied)), "{made:?}");
    }
    assert!(running.watch.refused() >= 9, "each is counted");
    assert_eq!(running.log.verify().await.unwrap().events, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_deliveries_and_links_are_for_auditors_and_admins() {
    let running = begin().await;
    for role in ClientRole::ALL {
        let client = running.client_as(&login(role));
        let all = seen(&client).await.unwrap();
        let sees = role.sees_everything();
        assert_eq!(all.len(), if sees { 5 } else { 2 }, "{role:?}: {all:?}");
        assert_eq!(all.iter().any(|(stream, _)| stream.starts_with("delivery-")), sees, "{role:?}");
        assert_eq!(all.iter().any(|(_, data)| data.contains("link.example")), sees, "{role:?}");
        assert!(all.iter().any(|(_, data)| data.contains("\"session\":\"s\"")), "{role:?}");
        for stream in ["delivery-policy-1", "$ce-delivery", "$et-delivery.received.v1"] {
            let mut events = client.read_stream(stream, &ReadStreamOptions::default()).await;
            let read = match &mut events {
                Ok(events) => soon(events.next()).await.map(|event| event.is_some()),
                Err(error) => Err(error.clone()),
            };
            assert_eq!(matches!(read, Err(Error::AccessDenied)), !sees, "{role:?} {stream}: {read:?}");
        }
        let backward = ReadAllOptions::default().backwards().position(StreamPosition::End);
        let mut newest = client.read_all(&backward).await.unwrap();
        let newest = soon(newest.next()).await.unwrap().unwrap().event.unwrap();
        assert_eq!(newest.data.as_ref().windows(4).any(|part| part == b"link"), sees, "{role:?}");
        let mut followed = client.subscribe_to_all(&SubscribeToAllOptions::default()).await;
        for _ in 0..all.len() {
            let event = soon(followed.next()).await.unwrap().event.unwrap();
            assert!(sees || !event.stream_id.starts_with("delivery-"), "{role:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_appends_and_makes_groups_if_it_may() {
    let running = begin().await;
    for role in ClientRole::ALL {
        let client = running.client_as(&login(role));
        let appended = append(&client, "order-1").await;
        assert_eq!(appended.is_ok(), role.may_append(), "{role:?}: {appended:?}");
        for own in ["coverage-1", "delivery-1", "refusal-WO-1", "subscriber-payroll"] {
            assert!(matches!(append(&client, own).await, Err(Error::AccessDenied)), "{role:?} {own}");
        }
        let options = PersistentSubscriptionOptions::default();
        let made = client.create_persistent_subscription("order-1", role.as_str(), &options).await;
        assert_eq!(made.is_ok(), role.may_manage_groups(), "{role:?}: {made:?}");
        let options = DeletePersistentSubscriptionOptions::default();
        let deleted = client.delete_persistent_subscription("order-1", role.as_str(), &options).await;
        assert_eq!(deleted.is_ok(), role.may_manage_groups(), "{role:?}: {deleted:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_with_confidential_events_is_for_those_who_may_read_them() {
    let running = begin().await;
    let options = || PersistentSubscriptionToAllOptions::default().start_from(StreamPosition::Start);
    for (group, maker) in [("whole", ClientRole::Admin), ("plain", ClientRole::Writer)] {
        let maker = running.client_as(&login(maker));
        maker.create_persistent_subscription_to_all(group, &options()).await.unwrap();
    }
    let reading = SubscribeToPersistentSubscriptionOptions::default();
    let reader = running.client_as(&login(ClientRole::Reader));
    let refused = reader.subscribe_to_persistent_subscription_to_all("whole", &reading).await;
    let refused = match refused {
        Ok(mut joined) => soon(joined.next()).await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(matches!(refused, Err(Error::AccessDenied)), "{refused:?}");
    let mut joined = reader.subscribe_to_persistent_subscription_to_all("plain", &reading).await.unwrap();
    for _ in 0..2 {
        let event = soon(joined.next()).await.unwrap();
        let shown = event.event.as_ref().unwrap();
        assert!(shown.stream_id == "coverage-1" && !String::from_utf8_lossy(&shown.data).contains("link"));
        joined.ack_ids([id(&event)]).await.unwrap();
    }
    let auditor = running.client_as(&login(ClientRole::Auditor));
    let mut joined = auditor.subscribe_to_persistent_subscription_to_all("whole", &reading).await.unwrap();
    for stream in ["coverage-1", "delivery-policy-1"] {
        assert_eq!(soon(joined.next()).await.unwrap().event.unwrap().stream_id, stream);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rust_client_signs_in_over_tls() {
    let running = Running::on(TempDir::new().unwrap(), |folder| with_tls(guarded(folder))).await;
    running.write("order-1", 2).await;
    let (port, ca) = (running.address.port(), tls_folder().join("ca.pem"));
    let client = |login: &str| {
        let settings = format!(
            "esdb://{login}localhost:{port}?tlsCaFile={}&discoveryInterval=50&maxDiscoverAttempts=10",
            ca.display()
        );
        Client::new(settings.parse().unwrap()).unwrap()
    };
    let admin = client("admin:admin-token@");
    append(&admin, "order-1").await.unwrap();
    assert_eq!(seen(&admin).await.unwrap().len(), 3);
    assert!(matches!(seen(&client("admin:wrong@")).await, Err(Error::AccessDenied)));
    assert!(matches!(seen(&client("")).await, Err(Error::AccessDenied)));
    let in_clear = running.client_as("admin:admin-token");
    assert!(seen(&in_clear).await.is_err(), "it is served over TLS only");
}
