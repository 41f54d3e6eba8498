//! What strangers and clients may hold: connections, calls, groups, names, answers that nobody takes.

use std::io;

use eventstore::{
    AppendToStreamOptions, DeletePersistentSubscriptionOptions, Error, EventData,
    PersistentSubscriptionOptions, ReadAllOptions, SubscribeToAllOptions, SubscriptionFilter,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use uuid::Uuid;

use super::super::incoming::rules;
use super::{GatewayLimits, GatewaySettings, GatewayWatch, Running, TempDir, guarded, open, soon};

fn limited(limits: GatewayLimits) -> impl FnOnce(&TempDir) -> GatewaySettings {
    move |folder| GatewaySettings { watch: GatewayWatch::new(&limits), ..open(folder) }
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// A connection that has begun to speak HTTP/2, with such a window for each call.
async fn spoken(running: &Running, window: u32) -> TcpStream {
    let mut connection = TcpStream::connect(running.address).await.unwrap();
    let mut settings = vec![0, 4];
    settings.extend(window.to_be_bytes());
    connection.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    connection.write_all(&frame(4, 0, 0, &settings)).await.unwrap();
    connection
}

/// The head of a call, in literals of HPACK.
fn head(path: &str) -> Vec<u8> {
    // POST, http
    let mut head = vec![0x83, 0x86];
    for (name, value) in [(":path", path), ("content-type", "application/grpc"), ("te", "trailers")] {
        head.push(0);
        for text in [name, value] {
            // as a length with a prefix of seven bits
            head.push(u8::try_from(text.len()).unwrap());
            head.extend(text.as_bytes());
        }
    }
    head
}

async fn is_closed(mut connection: TcpStream) {
    let mut rest = Vec::new();
    let read: io::Result<usize> = soon(connection.read_to_end(&mut rest)).await;
    // an end or a reset: both are over
    drop(read);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_say_nothing_are_closed_and_keep_nobody_out() {
    let running = Running::on(
        TempDir::new().unwrap(),
        limited(GatewayLimits { connections: 20, connections_per_peer: 10, ..GatewayLimits::default() }),
    )
    .await;
    running.write("order-1", 1).await;
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(TcpStream::connect(running.address).await.unwrap());
    }
    let mut events = running.client().read_all(&ReadAllOptions::default()).await.unwrap();
    assert!(soon(events.next()).await.unwrap().is_some(), "a client gets in");
    for connection in silent {
        is_closed(connection).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http_1_is_not_spoken() {
    let running = Running::begin().await;
    let mut connection = TcpStream::connect(running.address).await.unwrap();
    connection.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    drop(soon(connection.read_to_end(&mut answer)).await);
    assert!(!answer.starts_with(b"HTTP/1"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_taken_back_at_once_end_the_connection() {
    let running = Running::on(TempDir::new().unwrap(), guarded).await;
    let mut connection = spoken(&running, 65_535).await;
    let head = head("/event_store.client.streams.Streams/Read");
    let flooding = async {
        for stream in (1..200_000_u32).step_by(2) {
            let mut call = frame(1, 4, stream, &head);
            call.extend(frame(3, 0, stream, &8_u32.to_be_bytes()));
            if connection.write_all(&call).await.is_err() {
                return;
            }
        }
        panic!("a hundred thousand calls were taken back");
    };
    soon(flooding).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_larger_than_the_limit_are_refused_before_anybody_looks_who_calls() {
    let running = Running::on(TempDir::new().unwrap(), guarded).await;
    running.write("order-1", 1).await;
    for (headers, is_refused) in [(3, true), (300, false)] {
        let before = running.watch.refused();
        let mut connection = spoken(&running, 65_535).await;
        let mut head = head("/event_store.client.streams.Streams/Read");
        for number in 0..headers {
            let (name, value) = (format!("x-{number:03}"), "v".repeat(100));
            head.push(0);
            for text in [name.as_bytes(), value.as_bytes()] {
                head.push(u8::try_from(text.len()).unwrap());
                head.extend(text);
            }
        }
        let parts: Vec<_> = head.chunks(16_000).collect();
        for (number, part) in parts.iter().enumerate() {
            // a head goes on in continuations, the last of which ends it
            let (kind, ends) = (if number == 0 { 1 } else { 9 }, u8::from(number + 1 == parts.len()) * 4);
            connection.write_all(&frame(kind, ends, 1, part)).await.unwrap();
        }
        soon(answered(&mut connection)).await;
        assert_eq!(running.watch.refused() > before, is_refused, "{headers} headers");
    }
    let mut events =
        running.client_as("reader:reader-token").read_all(&ReadAllOptions::default()).await.unwrap();
    assert!(soon(events.next()).await.unwrap().is_some(), "others go on");
}

/// Waits for the head of an answer, or for the connection's end.
async fn answered(connection: &mut TcpStream) {
    loop {
        let mut head = [0; 9];
        if connection.read_exact(&mut head).await.is_err() {
            return;
        }
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let mut payload = vec![0; length];
        if connection.read_exact(&mut payload).await.is_err() || head[3] == 1 {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_has_only_so_many_calls_and_others_go_on() {
    let limits = GatewayLimits { calls_per_client: 4, ..GatewayLimits::default() };
    let running = Running::on(TempDir::new().unwrap(), |folder| GatewaySettings {
        watch: GatewayWatch::new(&limits),
        ..guarded(folder)
    })
    .await;
    running.write("coverage-1", 3).await;
    let busy = running.client_as("reader:reader-token");
    let mut held = Vec::new();
    for _ in 0..4 {
        let mut subscription = busy.subscribe_to_all(&SubscribeToAllOptions::default()).await;
        soon(subscription.next()).await.unwrap();
        held.push(subscription);
    }
    let refused = match busy.read_all(&ReadAllOptions::default()).await {
        Ok(mut events) => soon(events.next()).await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(refused.is_err(), "the fifth is one too many");
    let other = running.client_as("auditor:auditor-token");
    let mut events = other.read_all(&ReadAllOptions::default()).await.unwrap();
    assert!(soon(events.next()).await.unwrap().is_some());
    let limit = running.watch.limits().into_iter().map(|limit| limit.snapshot());
    let limit = limit.into_iter().find(|limit| limit.name == "gateway_calls_per_client").unwrap();
    assert!(limit.turned_away > 0, "{limit:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_limited_in_number_and_in_the_length_of_their_names() {
    let limits = GatewayLimits { groups: 3, ..GatewayLimits::default() };
    let running = Running::on(TempDir::new().unwrap(), limited(limits)).await;
    let client = running.client();
    let make = async |name: String| {
        client
            .create_persistent_subscription("order-1", name, &PersistentSubscriptionOptions::default())
            .await
    };
    assert!(make("n".repeat(129)).await.is_err());
    assert!(make("a\u{7}b".to_owned()).await.is_err());
    for number in 0..3 {
        make(format!("group {number}")).await.unwrap();
    }
    assert!(make("one more".to_owned()).await.is_err());
    let deleted = client
        .delete_persistent_subscription("order-1", "group 0", &DeletePersistentSubscriptionOptions::default())
        .await;
    deleted.unwrap();
    make("one more".to_owned()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn events_with_too_long_a_type_are_refused() {
    let running = Running::begin().await;
    let client = running.client();
    for kind in ["k".repeat(513), "a\nb".to_owned()] {
        let data = EventData::binary(kind, b"{}".to_vec().into()).id(Uuid::new_v4());
        let refused = client.append_to_stream("order-1", &AppendToStreamOptions::default(), data).await;
        assert!(refused.is_err(), "{refused:?}");
    }
    assert_eq!(running.log.verify().await.unwrap().events, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worst_patterns_cost_their_own_clients_an_error_and_others_nothing() {
    let running = Running::begin().await;
    for number in 0..20 {
        running.write(&format!("delivery-workmarket-0123456789abcdef0123456789abcde{number}"), 50).await;
    }
    let last = running.write("order-1", 1).await;
    let worst = r"^(?:(?=.)[\w-]|(?=.)[\w-]){19}!".to_owned();
    let mut hostile: Vec<_> = (0..4).map(|_| worst.clone()).collect();
    hostile.extend((0..6).map(|number| format!("{}{number}", "a|".repeat(1_500_000))));
    let asking: Vec<_> = hostile
        .into_iter()
        .map(|pattern| {
            let client = running.client();
            tokio::spawn(async move {
                let filter = SubscriptionFilter::on_stream_name().regex(pattern);
                let options = SubscribeToAllOptions::default().filter(filter);
                let mut subscription = client.subscribe_to_all(&options).await;
                soon(subscription.next()).await.map(|_| ())
            })
        })
        .collect();
    let filter = SubscriptionFilter::on_stream_name().regex("^(?!delivery-).*$");
    let options = SubscribeToAllOptions::default().filter(filter);
    let mut other = running.client().subscribe_to_all(&options).await;
    assert_eq!(
        super::id(&soon(other.next()).await.unwrap()),
        last[0],
        "another's pattern is matched meanwhile"
    );
    for asked in asking {
        let answer = asked.await.unwrap();
        assert!(
            matches!(answer, Err(Error::Grpc { .. } | Error::ServerError(_) | Error::IllegalStateError(_))),
            "{answer:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_opens_no_window_holds_little_and_blocks_nobody() {
    let running = Running::begin().await;
    for number in 0..30 {
        running.write(&format!("order-{number}"), 100).await;
    }
    let mut held = Vec::new();
    for _ in 0..10 {
        let mut connection = spoken(&running, 0).await;
        // a read of $all from its start, of any number of events
        let options =
            [0x12, 0x02, 0x12, 0x00, 0x18, 0x00, 0x28, 0xff, 0xff, 0x03, 0x3a, 0x00, 0x4a, 0x02, 0x12, 0x00];
        let mut message = vec![0, 0, 0, 0, u8::try_from(options.len() + 2).unwrap(), 0x0a];
        message.push(u8::try_from(options.len()).unwrap());
        message.extend(options);
        connection
            .write_all(&frame(1, 4, 1, &head("/event_store.client.streams.Streams/Read")))
            .await
            .unwrap();
        connection.write_all(&frame(0, 1, 1, &message)).await.unwrap();
        held.push(connection);
    }
    let calls = || {
        let limits = running.watch.limits().into_iter().map(|limit| limit.snapshot());
        limits.filter(|limit| limit.name == "gateway_calls").map(|limit| limit.current).sum::<u64>()
    };
    soon(async {
        while calls() < 10 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let mut events = running.client().read_all(&ReadAllOptions::default()).await.unwrap();
    assert!(calls() >= 10, "they are still under way");
    let mut read = 0;
    while soon(events.next()).await.unwrap().is_some() {
        read += 1;
    }
    assert_eq!(read, 3000);
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_whose_calls_never_end_keep_nobody_out_who_has_a_password() {
    let limits =
        GatewayLimits { connections: 4, connections_per_peer: 4, calls: 4, ..GatewayLimits::default() };
    let running = Running::on(TempDir::new().unwrap(), |folder| GatewaySettings {
        watch: GatewayWatch::new(&limits),
        ..guarded(folder)
    })
    .await;
    running.write("coverage-1", 1).await;
    // one has no room for its answer, the others do not send what they ask
    let mut strangers = Vec::new();
    for (window, body) in [(0, Some([0; 5])), (65_535, None), (65_535, None), (65_535, None)] {
        let mut stranger = spoken(&running, window).await;
        let path = "/event_store.client.server_features.ServerFeatures/GetSupportedMethods";
        stranger.write_all(&frame(1, 4, 1, &head(path))).await.unwrap();
        if let Some(body) = body {
            stranger.write_all(&frame(0, 1, 1, &body)).await.unwrap();
        }
        strangers.push(stranger);
    }
    let known = async {
        loop {
            let client = running.client_as("reader:reader-token");
            if let Ok(mut events) = client.read_all(&ReadAllOptions::default()).await
                && let Ok(Some(_)) = events.next().await
            {
                return;
            }
        }
    };
    soon(known).await;
    let limit = running.watch.limits().into_iter().map(|limit| limit.snapshot());
    let limit = limit.into_iter().find(|limit| limit.name == "gateway_connections_per_peer").unwrap();
    assert!(limit.turned_away > 0, "{limit:?}");
}

#[tokio::test]
async fn few_open_files_leave_most_of_them_to_the_program() {
    let connections = |files| rules(&GatewayLimits::default(), files).total;
    assert_eq!((connections(128), connections(1_024), connections(1 << 20)), (16, 128, 256));
    assert_eq!(
        rules(&GatewayLimits::default(), 1_024).open_files,
        1_024,
        "metrics show the limit that there is"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_takes_back_call_after_call_is_closed_and_counted() {
    let running = Running::begin().await;
    let mut connection = spoken(&running, 65_535).await;
    let head = head("/event_store.client.streams.Streams/Read");
    // a call, and its end by the client, a thousand times over
    let calls: Vec<u8> = (0..1_000_u32)
        .flat_map(|call| {
            [frame(1, 4, 2 * call + 1, &head), frame(3, 0, 2 * call + 1, &8_u32.to_be_bytes())].concat()
        })
        .collect();
    // it is closed before all of it is sent
    let _ = connection.write_all(&calls).await;
    is_closed(connection).await;
    let counted = async {
        loop {
            let limits = running.watch.limits().into_iter().map(|limit| limit.snapshot());
            let resets = limits.into_iter().find(|limit| limit.name == "gateway_resets").unwrap();
            if resets.reached == 1 {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    soon(counted).await;
}
