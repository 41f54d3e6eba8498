//! The gateway: who gets in, what clients may write and read, what hostile ones cost others, and what junk in the
//! program's own streams does.

use crate::stories::Story;
use crate::world::{PATIENCE, Plan, Program, REVIEWER_TOKEN, World};
use axum::http::StatusCode;
use covertrail_adapters::OwnCategory;
use covertrail_adapters::store::{Embedded, EventStore as _, Expected, NewEvent, StreamName};
use eventstore::{
    AppendToStreamOptions, Client, DeletePersistentSubscriptionOptions, Error, EventData,
    PersistentSubscriptionOptions, ReadAllOptions, SubscribeToAllOptions, SubscriptionFilter,
};
use reqwest::Method;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

/// Who may use the gateway: each has a password of its name and `_token_0123456789`.
const USERS: [&str; 4] = ["reader", "auditor", "writer", "admin"];

fn password(user: &str) -> String {
    format!("{user}_token_0123456789")
}

/// A gateway with a user of each role.
fn gateway(more: &str) -> String {
    let mut text = format!("\n[gateway]\nlisten = \"127.0.0.1:0\"\n{more}\n");
    for user in USERS {
        let hash = Sha256::digest(password(user)).iter().fold(String::new(), |mut hash, byte| {
            write!(hash, "{byte:02x}").unwrap();
            hash
        });
        writeln!(text, "[[gateway.users]]\nname = \"{user}\"\nrole = \"{user}\"\nsha256 = \"{hash}\"")
            .unwrap();
    }
    text
}

/// Where the program serves the gateway, as it says itself.
fn port(world: &World) -> u16 {
    let printed = world.printed();
    let mut lines = printed.lines().rev().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let served = lines.find(|line| line["message"] == "serving EventStoreDB's protocol").unwrap();
    served["address"].as_str().unwrap().rsplit_once(':').unwrap().1.parse().unwrap()
}

fn client(world: &World, user: Option<&str>) -> Client {
    let login = user.map(|user| format!("{user}:{}@", password(user))).unwrap_or_default();
    let port = port(world);
    let settings =
        format!("esdb://{login}127.0.0.1:{port}?tls=false&discoveryInterval=50&maxDiscoverAttempts=10");
    Client::new(settings.parse().unwrap()).unwrap()
}

async fn append(client: &Client, stream: &str, kind: &str, data: &str) -> Result<(), Error> {
    let event = EventData::binary(kind, data.as_bytes().to_vec().into()).id(Uuid::new_v4());
    client.append_to_stream(stream, &AppendToStreamOptions::default(), event).await.map(|_| ())
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it does not come")
}

/// The stream and the data of everything that a client reads.
async fn read_all(client: &Client) -> Result<Vec<(String, String)>, Error> {
    let mut events = client.read_all(&ReadAllOptions::default()).await?;
    let mut read = Vec::new();
    while let Some(resolved) = soon(events.next()).await? {
        let event = resolved.event.unwrap();
        read.push((event.stream_id.clone(), String::from_utf8_lossy(&event.data).into_owned()));
    }
    Ok(read)
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_write_only_where_the_configuration_says_and_never_what_is_the_programs_own() {
    let world = World::begin(Plan { more: gateway("append = [\"notes\"]"), ..Plan::default() }).await;
    Story::StraightThrough.play(&world, "WO-1").await;
    let forged = r#"{"asked":"waive","reason":"forged"}"#;
    for (user, is_writer) in [
        (None, false),
        (Some("reader"), false),
        (Some("auditor"), false),
        (Some("writer"), true),
        (Some("admin"), true),
    ] {
        let client = client(&world, user);
        for (stream, kind, data) in [
            ("refusal-WO-1", "refusal.given.v1", forged),
            ("refusal-WO-1", "junk", "junk"),
            ("subscriber-payroll", "subscriber.reached.v1", r#"{"after":1000000000}"#),
            ("poll-workmarket", "poll.advanced.v1", r#"{"until":9999999999}"#),
            ("catchup-policy", "catchup.reached.v1", r#"{"event":"none"}"#),
            ("coverage-WO-1", "coverage.waived.v1", "{}"),
            ("delivery-policy-1", "delivery.received.v1", "{}"),
            ("ｒｅｆｕｓａｌ-WO-1", "refusal.given.v1", forged),
            ("Refusal-WO-1", "refusal.given.v1", forged),
            ("refusal\u{200b}-WO-1", "refusal.given.v1", forged),
            ("del\u{131}very-policy-1", "delivery.received.v1", "{}"),
            ("$ce-coverage", "x", "{}"),
            ("$$coverage-WO-1", "x", "{}"),
            ("other-1", "x", "{}"),
        ] {
            let refused = append(&client, stream, kind, data).await;
            assert!(matches!(refused, Err(Error::AccessDenied)), "{user:?} {stream}: {refused:?}");
        }
        for kind in ["coverage.waived.v1", "Coverage.waived.v1", "delivery.received.v1"] {
            let refused = append(&client, "notes-WO-1", kind, "{}").await;
            assert!(matches!(refused, Err(Error::AccessDenied)), "{user:?} {kind}: {refused:?}");
        }
        let noted = append(&client, "notes-WO-1", "note.taken.v1", "{}").await;
        assert_eq!(noted.is_ok(), is_writer, "{user:?}: {noted:?}");
    }
    let log = read_all(&client(&world, Some("admin"))).await.unwrap();
    let categories: BTreeSet<_> =
        log.iter().map(|(stream, _)| stream.split_once('-').unwrap().0.to_owned()).collect();
    let own: BTreeSet<_> = OwnCategory::ALL.iter().map(|own| own.as_str().to_owned()).collect();
    let others: Vec<_> = categories.difference(&own).collect();
    assert_eq!(others, ["notes"], "what the program writes is on the list of its own categories");
    assert!(!log.iter().any(|(_, data)| data.contains("forged")));
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_deliveries_and_links_are_for_roles_that_may_and_strangers_are_counted() {
    let world = World::begin(Plan { more: gateway(""), contractors_apply: false, ..Plan::default() }).await;
    let order = crate::world::Order::assigned(&world, "WO-1").await;
    let opened = order.event("application_opened").await;
    let link = opened["url"].as_str().unwrap();
    for user in USERS {
        let read = read_all(&client(&world, Some(user))).await.unwrap();
        let sees = matches!(user, "auditor" | "admin");
        assert!(read.iter().any(|(stream, _)| stream == "coverage-WO-1"), "{user}");
        assert_eq!(read.iter().any(|(stream, _)| stream.starts_with("delivery-")), sees, "{user}");
        assert_eq!(read.iter().any(|(_, data)| data.contains(link)), sees, "{user}");
    }
    assert!(matches!(read_all(&client(&world, None)).await, Err(Error::AccessDenied)));
    let said = "a client of the gateway was refused";
    world.until("a line with the peer", |_| world.printed().contains(said).then_some(())).await;
    let printed = world.printed();
    let refused: Vec<_> = printed.lines().filter(|printed| printed.contains(said)).collect();
    assert!(refused.iter().all(|line| line.contains("127.0.0.1")), "{refused:?}");
    assert!(!printed.contains("_token_"));
    let metrics = world.metrics().await;
    let counted = metrics.lines().find(|line| line.starts_with("covertrail_gateway_refused_total ")).unwrap();
    assert_ne!(counted, "covertrail_gateway_refused_total 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_may_read_where_somebody_wrote_that() {
    let world = World::begin(Plan { more: gateway("anonymous = \"reader\""), ..Plan::default() }).await;
    Story::StraightThrough.play(&world, "WO-1").await;
    let client = client(&world, None);
    let read = read_all(&client).await.unwrap();
    assert!(!read.is_empty() && read.iter().all(|(stream, _)| !stream.starts_with("delivery-")));
    let made = client
        .create_persistent_subscription("coverage-WO-1", "g", &PersistentSubscriptionOptions::default())
        .await;
    assert!(matches!(made, Err(Error::AccessDenied)), "{made:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_a_password_is_never_sent_in_clear() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/src/store/eventstoredb/tests/tls");
    let files = format!(
        "certificate = {:?}\nkey = {:?}",
        folder.join("node.pem").display().to_string(),
        folder.join("node.key").display().to_string()
    );
    let world = World::begin(Plan { more: gateway(&files), ..Plan::default() }).await;
    Story::StraightThrough.play(&world, "WO-1").await;
    let (port, ca) = (port(&world), folder.join("ca.pem"));
    let over_tls = |login: &str| {
        let settings = format!(
            "esdb://{login}localhost:{port}?tlsCaFile={}&discoveryInterval=50&maxDiscoverAttempts=10",
            ca.display()
        );
        Client::new(settings.parse().unwrap()).unwrap()
    };
    let login = format!("reader:{}@", password("reader"));
    assert!(!read_all(&over_tls(&login)).await.unwrap().is_empty());
    assert!(matches!(read_all(&over_tls("")).await, Err(Error::AccessDenied)));
    assert!(read_all(&client(&world, Some("reader"))).await.is_err(), "in clear nothing is answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_patterns_and_groups_hold_up_neither_webhooks_nor_other_clients() {
    let world = World::begin(Plan { more: gateway(""), ..Plan::default() }).await;
    Story::StraightThrough.play(&world, "WO-1").await;
    let worst = r"^(?:(?=.)[\w-]|(?=.)[\w-]){19}!".to_owned();
    let mut patterns: Vec<_> = (0..4).map(|_| worst.clone()).collect();
    patterns.extend((0..6).map(|number| format!("{}{number}", "a|".repeat(1_500_000))));
    let refusals = Arc::new(AtomicUsize::new(0));
    let mut hostile: Vec<_> = patterns
        .into_iter()
        .map(|pattern| {
            let (client, refusals) = (client(&world, Some("auditor")), Arc::clone(&refusals));
            tokio::spawn(async move {
                // as one that tries again and again
                loop {
                    let filter = SubscriptionFilter::on_stream_name().regex(pattern.clone());
                    let options = SubscribeToAllOptions::default().filter(filter);
                    let mut subscription = client.subscribe_to_all(&options).await;
                    assert!(soon(subscription.next()).await.is_err(), "it is never decided");
                    refusals.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    let groups = client(&world, Some("reader"));
    hostile.push(tokio::spawn(async move {
        loop {
            let options = PersistentSubscriptionOptions::default();
            let made = groups.create_persistent_subscription("coverage-WO-1", "g", &options).await;
            assert!(matches!(made, Err(Error::AccessDenied)), "{made:?}");
            let options = DeletePersistentSubscriptionOptions::default();
            let deleted = groups.delete_persistent_subscription("coverage-WO-1", "g", &options).await;
            assert!(matches!(deleted, Err(Error::AccessDenied)), "{deleted:?}");
        }
    }));
    // all of it goes on meanwhile
    Story::StraightThrough.play(&world, "WO-2").await;
    let other = client(&world, Some("reader"));
    let filter = SubscriptionFilter::on_stream_name().regex("^(?!delivery-)coverage-WO-2$");
    let mut found = other.subscribe_to_all(&SubscribeToAllOptions::default().filter(filter)).await;
    assert_eq!(soon(found.next()).await.unwrap().event.unwrap().stream_id, "coverage-WO-2");
    let refused = async {
        while refusals.load(Ordering::Relaxed) < 10 {
            tokio::task::yield_now().await;
        }
    };
    soon(refused).await;
    for asking in hostile {
        assert!(!asking.is_finished(), "each is refused and goes on");
        asking.abort();
    }
    world.settles().await;
}

/// Junk as the last line of a stream of the program's own.
async fn put(log: &Embedded, stream: &str, kind: &str, data: &[u8]) {
    let event = NewEvent {
        id: Uuid::new_v4(),
        kind: kind.to_owned(),
        data: data.to_vec(),
        metadata: b"{}".to_vec(),
        recorded_at: crate::world::now() * 1_000_000,
    };
    log.append(&StreamName::parse(stream).unwrap(), Expected::Any, vec![event]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn junk_in_a_stream_of_the_program_is_one_bad_line() {
    let (told, receiver) = receiver().await;
    let subscriber = format!(
        "\n[[subscribers]]\nname = \"payroll\"\nurl = \"{receiver}\"\nevents = \"*\"\nfrom = \"start\"\n"
    );
    let mut plan = Plan { more: subscriber, api: "employer-v1", poll_seconds: Some(120), ..Plan::default() };
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
    plan.secrets.more = vec![("COVERTRAIL_SUBSCRIBER_PAYROLL_SECRET", secret)];
    let world = World::begin(plan).await;
    Story::StraightThrough.play(&world, "WO-1").await;
    soon(async {
        while told.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    world.end("TERM").await;
    let log = Embedded::open(world.path("covertrail.sqlite")).unwrap();
    let (enormous, deep) = (vec![b'['; 900_000], "[".repeat(5000) + &"]".repeat(5000));
    for (stream, kind, last) in [
        ("refusal-WO-1", "refusal.given.v1", r#"{"asked":7}"#),
        ("subscriber-payroll", "subscriber.reached.v1", r#"{"after":1000000000}"#),
        ("poll-workmarket", "poll.advanced.v1", r#"{"until":99999999999}"#),
        ("catchup-policy", "catchup.reached.v1", r#"{"event":7}"#),
    ] {
        for data in [&b"junk"[..], b"", b"{}", b"null", &enormous, deep.as_bytes(), last.as_bytes()] {
            put(&log, stream, kind, data).await;
        }
        put(&log, stream, "coverage.waived.v1", b"{}").await;
        put(&log, stream, "nonsense", last.as_bytes()).await;
    }
    log.close().await;
    world.start().await;
    // what is read of it says so, and shows the rest
    let history = world.request(Method::GET, "/v1/work-orders/WO-1/history", &[], Vec::new());
    let history = world.send(history.bearer_auth(REVIEWER_TOKEN)).await.unwrap();
    assert_eq!(history.status, 200);
    let items = history.json()["items"].as_array().unwrap().clone();
    assert_eq!(
        items.iter().filter(|item| item["unreadable"].is_string()).count(),
        9,
        "each bad line says so"
    );
    assert!(items.iter().filter(|item| item["unreadable"].is_null()).count() > 5);
    let page = board(&world, "/work-orders/WO-1").await;
    assert_eq!(page.matches("A line of the log cannot be read").count(), 9);
    assert!(page.contains("Assigned"));
    let config = world.path("covertrail.toml");
    for (command, expected) in [
        (&["history", "WO-1"][..], "cannot be read"),
        (&["history", "WO-1", "--json"], "coverage.assigned"),
        (&["status", "WO-1"], "WO-1"),
        (&["status"], "WO-1"),
    ] {
        let arguments: Vec<_> =
            command.iter().copied().chain(["--config", config.to_str().unwrap()]).collect();
        let ended = Program::run(&arguments, &[]).await;
        assert_eq!(ended.code, Some(0), "{command:?}: {}", ended.stderr);
        assert!(ended.stdout.contains(expected), "{command:?}: {}", ended.stdout);
    }
    // and nothing stands still: the subscriber is told what comes
    let before = told.load(Ordering::Relaxed);
    Story::StraightThrough.play(&world, "WO-2").await;
    soon(async {
        while told.load(Ordering::Relaxed) <= before {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let printed = world.printed();
    for stream in ["subscriber-payroll", "poll-workmarket", "catchup-policy"] {
        let says = |line: &&str| line.contains("wrong and passed over") && line.contains(stream);
        assert!(printed.lines().filter(says).count() >= 9, "{stream}: {printed}");
    }
}

/// A receiver that takes everything, how much it took, and where it is.
async fn receiver() -> (Arc<AtomicUsize>, String) {
    let listener = crate::world::loopback().await;
    let (told, url) =
        (Arc::new(AtomicUsize::new(0)), format!("http://{}/hook", listener.local_addr().unwrap()));
    let counted = Arc::clone(&told);
    let take = move || {
        counted.fetch_add(1, Ordering::Relaxed);
        std::future::ready(StatusCode::OK)
    };
    let router = axum::Router::new().route("/hook", axum::routing::post(take));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (told, url)
}

/// A page of the board, as the reviewer sees it.
async fn board(world: &World, path: &str) -> String {
    let form = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
    let asked =
        world.request(Method::POST, "/sign-in", &form, format!("token={REVIEWER_TOKEN}").into_bytes());
    let answer = asked.send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page = world.request(Method::GET, path, &[("cookie", &cookie)], Vec::new());
    let page = world.send(page).await.unwrap();
    assert_eq!(page.status, 200, "{}", page.text);
    page.text
}
