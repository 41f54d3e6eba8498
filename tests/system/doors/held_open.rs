//! Connections that stall, flood or speak the wrong protocol hold nobody up.

use crate::world::{PATIENCE, Plan, REVIEWER_TOKEN, World, now, standard};
use covertrail_adapters::front::raise_open_files;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const WEBHOOK: &str = "/webhooks/1099policy";
const MIB: usize = 1 << 20;

/// A world whose server has these lines.
async fn world(server: &str) -> Arc<World> {
    raise_open_files();
    World::begin(Plan { server: server.to_owned(), ..Plan::default() }).await
}

async fn connect(world: &World, sent: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(world.address()).await.unwrap();
    // the server may have closed it meanwhile
    let _ = stream.write_all(sent).await;
    stream
}

/// What is answered until the connection is closed.
async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // a reset ends it too
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the connection is closed");
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status that is answered, whether or not the connection stays open.
async fn status(stream: &mut TcpStream) -> String {
    let mut head = [0; 12];
    timeout(PATIENCE, stream.read_exact(&mut head)).await.expect("it is answered").unwrap();
    String::from_utf8_lossy(&head).into_owned()
}

/// A head that nobody can refuse before the body has come.
fn head(length: &str) -> String {
    let signature = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    format!(
        "POST {WEBHOOK} HTTP/1.1\r\nhost: a\r\nwebhook-id: ev\r\nwebhook-timestamp: {}\r\n\
         webhook-signature: {signature}\r\n{length}\r\n\r\n",
        now()
    )
}

/// The beginning of a body of 1 MiB that never ends.
fn part_of_a_body(bytes: usize) -> Vec<u8> {
    let mut sent = head(&format!("content-length: {MIB}")).into_bytes();
    sent.resize(sent.len() + bytes, b'x');
    sent
}

/// Ten ways in which a connection stalls: what is sent.
fn stalls() -> [Vec<u8>; 10] {
    let page = "GET /livez HTTP/1.1\r\nhost: a\r\n\r\n";
    [
        Vec::new(),
        b"P".to_vec(),
        format!("POST {WEBHOOK} HTTP/1.1\r\nhost: a\r\nx-").into_bytes(),
        part_of_a_body(0),
        part_of_a_body(MIB / 2),
        [head("transfer-encoding: chunked").as_bytes(), b"400\r\nhalf a chu"].concat(),
        format!("{page}GET /li").into_bytes(),
        page.repeat(2_000).into_bytes(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        head("expect: 100-continue\r\ncontent-length: 9").into_bytes(),
    ]
}

/// A connection that goes on sending a byte at a time until it is closed.
fn trickle(mut stream: TcpStream) -> JoinHandle<()> {
    tokio::spawn(async move {
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
}

/// So many connections that stall; every eleventh trickles instead.
async fn flood(world: &World, count: usize) -> (Vec<TcpStream>, Vec<JoinHandle<()>>) {
    let ways = stalls();
    let (mut stalled, mut trickling) = (Vec::new(), Vec::new());
    for number in 0..count {
        if number % 11 == 10 {
            trickling.push(trickle(connect(world, &part_of_a_body(1)).await));
        } else {
            let mut stream = TcpStream::connect(world.address()).await.unwrap();
            // what the server does not read stays here: nobody waits for it
            let _ = timeout(Duration::from_millis(200), stream.write_all(&ways[number % ways.len()])).await;
            stalled.push(stream);
        }
    }
    (stalled, trickling)
}

/// Webhooks come in, each over a connection of its own.
async fn webhooks_come_in(world: &Arc<World>, name: &str) {
    for number in 0..20 {
        let notice = json!({
            "id": format!("ev_{name}_{number}"), "type": "job_category.created", "created": now(), "data": {}
        });
        assert_eq!(world.policy_says(&notice).await.status, 200, "{name} {number}");
    }
}

async fn metric(world: &World, name: &str) -> u64 {
    let text = world.metrics().await;
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("covertrail_{name} ")));
    line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().unwrap()
}

/// The log lines about a limit.
fn lines(world: &World, limit: &str, message: &str) -> usize {
    let (limit, message) = (format!("\"limit\":\"{limit}\""), format!("\"{message}\""));
    world.printed().lines().filter(|line| line.contains(&limit) && line.contains(&message)).count()
}

async fn says_once(world: &World, limit: &str, message: &str) {
    let said = async {
        while lines(world, limit, message) == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, said).await.unwrap_or_else(|_| panic!("{limit}: never said that {message}"));
    assert_eq!(lines(world, limit, message), 1, "{limit}: {message}");
}

#[tokio::test]
async fn a_thousand_connections_that_stall_in_ten_ways_keep_no_webhook_out() {
    let world =
        world("max_connections = 300\nmax_connections_per_peer = 200\nbody_budget_bytes = 8388608").await;
    webhooks_come_in(&world, "before").await;
    let before = world.memory();
    let (stalled, trickling) = flood(&world, 1_000).await;
    webhooks_come_in(&world, "during").await;
    assert!(metric(&world, "limit_current{limit=\"http_connections\"}").await <= 200);
    assert!(metric(&world, "limit_current{limit=\"http_body_bytes\"}").await <= 8 << 20);
    assert_eq!(metric(&world, "limit_reached_total{limit=\"http_connections_per_peer\"}").await, 1);
    let grown = world.memory().saturating_sub(before);
    assert!(grown <= 64 << 20, "{} MiB more", grown >> 20);
    says_once(&world, "http_connections_per_peer", "a limit is reached").await;
    drop(stalled);
    trickling.iter().for_each(JoinHandle::abort);
    says_once(&world, "http_connections_per_peer", "a limit is no longer reached").await;
    webhooks_come_in(&world, "after").await;
    assert_eq!(lines(&world, "http_connections_per_peer", "a limit is reached"), 1);
}

#[tokio::test]
async fn whatever_stalls_is_closed_when_its_time_is_over() {
    let world = world("header_seconds = 1\nidle_seconds = 1\nbody_seconds = 1\nwrite_seconds = 1").await;
    let (stalled, trickling) = flood(&world, 44).await;
    for stream in stalled {
        rest(stream).await;
    }
    for trickle in trickling {
        timeout(PATIENCE, trickle).await.expect("a trickle is closed").unwrap();
    }
}

#[tokio::test]
async fn webhooks_come_in_when_there_are_no_file_descriptors_left() {
    let world = world("").await;
    webhooks_come_in(&world, "before").await;
    // fewer than the connections that were derived from the limit at its start
    world.open_files(96);
    let (stalled, trickling) = flood(&world, 400).await;
    webhooks_come_in(&world, "during").await;
    says_once(&world, "http_open_files", "a limit is reached").await;
    drop(stalled);
    trickling.iter().for_each(JoinHandle::abort);
    says_once(&world, "http_open_files", "a limit is no longer reached").await;
    assert!(metric(&world, "limit_reached_total{limit=\"http_open_files\"}").await >= 1);
}

#[tokio::test]
async fn a_full_budget_closes_the_slowest_bodies_and_webhooks_come_in() {
    let world = world("body_budget_bytes = 2097152").await;
    let mut stalled = Vec::new();
    for _ in 0..40 {
        stalled.push(connect(&world, &part_of_a_body(MIB / 2)).await);
    }
    // four of them have room
    let closed = async {
        while metric(&world, "limit_turned_away_total{limit=\"http_body_bytes\"}").await < 36 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, closed).await.expect("the slowest are closed");
    let padded = json!({
        "id": "ev_large", "type": "job_category.created", "created": now(), "data": {},
        "padding": "x".repeat(MIB - 1000)
    });
    assert_eq!(world.policy_says(&padded).await.status, 200);
    assert!(metric(&world, "limit_current{limit=\"http_body_bytes\"}").await <= 2 << 20);
    says_once(&world, "http_body_bytes", "a limit is reached").await;
    drop(stalled);
    says_once(&world, "http_body_bytes", "a limit is no longer reached").await;
}

#[tokio::test]
async fn connections_of_a_trusted_proxy_are_not_one_peers() {
    for (proxies, open) in [("", 4), ("trusted_proxies = [\"127.0.0.1\"]", 20)] {
        let world = world(&format!("max_connections_per_peer = 4\n{proxies}")).await;
        let mut idle = Vec::new();
        for number in 0..20 {
            let page =
                format!("GET /livez HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 198.51.100.{number}\r\n\r\n");
            let mut stream = connect(&world, page.as_bytes()).await;
            assert_eq!(status(&mut stream).await, "HTTP/1.1 200");
            idle.push(stream);
        }
        // the one that asks is one of them
        let counted = metric(&world, "limit_current{limit=\"http_connections\"}").await;
        assert!((open..=open + 1).contains(&counted), "{proxies}: {counted}");
    }
}

#[tokio::test]
async fn http_2_is_not_spoken_on_the_public_port() {
    let world = world("").await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    assert_eq!(rest(connect(&world, preface).await).await, "");
    let upgrade = "GET /livez HTTP/1.1\r\nhost: a\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\n\
                   http2-settings: AAMAAABkAAQAAP__\r\n\r\n";
    assert_eq!(status(&mut connect(&world, upgrade.as_bytes()).await).await, "HTTP/1.1 200");
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_taken_and_one_byte_more_is_not() {
    let world = world("").await;
    // quotes take two bytes in the log where they are stored as text
    for filler in ["x", "\\\""] {
        let notice = |padding: usize| {
            let id = format!("ev_{}", filler.len());
            let begins = format!(
                "{{\"id\":\"{id}\",\"type\":\"job_category.created\",\"created\":{},\"data\":{{}},\"p\":\"",
                now()
            );
            let fits = MIB.saturating_sub(begins.len() + 2);
            let text = begins + &filler.repeat(fits / filler.len()) + "\"}";
            let length = text.len();
            (id, text + &" ".repeat(MIB - length + padding))
        };
        for (padding, expected) in [(1, 413), (0, 200)] {
            let (id, body) = notice(padding);
            let secret = world.plan.lock().unwrap().secrets.policy_webhook.clone();
            let signed = standard(&secret, &id, now(), body.as_bytes());
            assert_eq!(world.deliver(WEBHOOK, &signed, body).await.status, expected, "{filler} {padding}");
        }
    }
}

#[tokio::test]
async fn what_the_headers_refuse_is_answered_before_the_body_comes() {
    let viewer = "token-of-a-viewer-for-the-doors";
    let sha256 = Sha256::digest(viewer).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let more = format!("[[access]]\nname = \"viewer\"\nrole = \"viewer\"\nsha256 = \"{sha256}\"\n");
    let world = World::begin(Plan { more, ..Plan::default() }).await;
    let viewer = format!("authorization: Bearer {viewer}\r\n");
    let act = "/v1/work-orders/WO-1/retry";
    let stale = now() - 1_000;
    let signed = format!("webhook-id: e\r\nwebhook-timestamp: {stale}\r\nwebhook-signature: v1,AAAA\r\n");
    for (path, headers, length, expected) in [
        (WEBHOOK, "", "1000", "401"),
        (
            WEBHOOK,
            "webhook-id: e\r\nwebhook-timestamp: soon\r\nwebhook-signature: v1,AAAA\r\n",
            "1000",
            "401",
        ),
        (WEBHOOK, signed.as_str(), "1000", "401"),
        ("/webhooks/workmarket/assigned", "authorization: Bearer somebody\r\n", "1000", "401"),
        (act, "", "1000", "401"),
        (act, "authorization: Bearer somebody\r\n", "1000", "401"),
        (act, viewer.as_str(), "1000", "403"),
        ("/v1/subscribers/payroll/replay", viewer.as_str(), "1000", "403"),
        ("/work-orders/WO-1/retry", "sec-fetch-site: same-origin\r\n", "1000", "303"),
    ] {
        for expect in ["", "expect: 100-continue\r\n"] {
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: a\r\n{headers}{expect}content-length: {length}\r\n\r\n"
            );
            let answer = rest(connect(&world, head.as_bytes()).await).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{path} {headers}: {answer}");
            assert!(answer.contains("connection: close"), "{path}: {answer}");
        }
    }
    let large = head(&format!("content-length: {}", MIB + 1));
    assert!(rest(connect(&world, large.as_bytes()).await).await.starts_with("HTTP/1.1 413"));
    let endless =
        head("transfer-encoding: chunked") + &format!("{:x}\r\n{}\r\n", 2 * MIB, "x".repeat(2 * MIB));
    assert!(rest(connect(&world, endless.as_bytes()).await).await.starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn many_questions_about_the_past_are_limited_for_each_person() {
    let world = world("costly_questions_waiting = 0").await;
    webhooks_come_in(&world, "first").await;
    let ask = |number: usize| {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let path = format!("/v1/work-orders?known_at={number}");
            let headers = [("authorization", &*format!("Bearer {REVIEWER_TOKEN}"))];
            let request = world.request(reqwest::Method::GET, &path, &headers, Vec::new());
            request.send().await.unwrap()
        })
    };
    let asked: Vec<_> = (1..=60).map(ask).collect();
    let (mut answered, mut refused) = (0, 0);
    for answer in asked {
        let answer = answer.await.unwrap();
        match answer.status().as_u16() {
            200 => answered += 1,
            429 => {
                assert!(answer.headers().contains_key("retry-after"));
                refused += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert!(answered > 0 && refused > 0, "{answered} answered, {refused} refused");
    assert_eq!(world.as_reviewer("/v1/work-orders/WO-1/retry", "").await.status, 404, "others go on");
}
