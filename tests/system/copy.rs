//! `covertrail copy` between the engines: killed on its way and begun again, and the copy is the same.

use crate::world::{PATIENCE, Program, Served};
use covertrail_adapters::store::{
    Batch, Embedded, EventStore, Expected, NewEvent, Position, Recorded, StreamName,
};
use std::path::Path;
use std::time::Duration;

const EVENTS: u64 = 3_000;
const STREAMS: u64 = 7;

/// A log with events of all kinds in several streams by turns: JSON and not, with and without metadata.
async fn fill(log: &Embedded) {
    for number in 0..EVENTS {
        let data = match number % 4 {
            0 => format!("{{\"number\":{number}}}").into_bytes(),
            1 => format!("{{ \"number\" : {number}, \"spaced\": true }}\n").into_bytes(),
            2 => [&number.to_le_bytes()[..], &[0xff, 0, 0xfe]].concat(),
            _ => Vec::new(),
        };
        let metadata = match number % 3 {
            0 => b"{}".to_vec(),
            1 => b"{\"$correlationId\":\"order-1\"}".to_vec(),
            _ => Vec::new(),
        };
        let event = NewEvent {
            id: covertrail_adapters::schema::event_id(&number.to_string(), 0),
            kind: format!("thing.happened.v{}", number % 5),
            data,
            metadata,
            recorded_at: 1_795_305_600_000_000 + i64::try_from(number).unwrap(),
        };
        let expected = (number / STREAMS).checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
        let stream = StreamName::parse(&format!("order-{}", number % STREAMS)).unwrap();
        log.append(&stream, expected, vec![event]).await.unwrap();
    }
}

fn arguments<'a>(from: &'a str, to: &'a str) -> [&'a str; 5] {
    ["copy", "--from", from, "--to", to]
}

/// Begins a copy and kills it when the target has more than so many events.
async fn break_off(from: &str, to: &str, has: impl AsyncFn() -> u64, more_than: u64) {
    let mut copying = Program::spawn(&arguments(from, to), &[]);
    let on_its_way = async {
        while has().await <= more_than {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(PATIENCE, on_its_way).await.expect("it copies");
    copying.kill();
    assert!(has().await < EVENTS, "it was killed on its way");
}

/// Copies what is left, and once more.
async fn finish(from: &str, to: &str) {
    let ended = Program::run(&arguments(from, to), &[]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains(&format!("\n{EVENTS} events are the same in both")), "{ended:?}");
    assert!(!ended.stdout.contains(" 0 were there before"), "{ended:?}");
    let again = Program::run(&arguments(from, to), &[]).await;
    assert!(again.stdout.starts_with(&format!("0 events copied, {EVENTS} were there before")), "{again:?}");
    let digest = |told: &str| told.lines().last().map(str::to_owned);
    assert_eq!(digest(&again.stdout), digest(&ended.stdout));
}

async fn head(log: &Path) -> u64 {
    let Ok(log) = Embedded::open_read_only(log) else { return 0 };
    log.head().await.ok().flatten().map_or(0, Position::get)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_goes_to_a_server_and_back_whatever_breaks_it_off() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let [from, middle, back] = &folders;
    let (from, back) = (from.path().join("log.sqlite"), back.path().join("log.sqlite"));
    let log = Embedded::open(&from).unwrap();
    fill(&log).await;
    let served = Served::begin(middle.path()).await;
    let (from, url, to) = (from.to_str().unwrap(), served.url.as_str(), back.to_str().unwrap());
    for more_than in [0, 300, 900] {
        break_off(from, url, async || head(&middle.path().join("covertrail.sqlite")).await, more_than).await;
    }
    finish(from, url).await;
    // a page is one step here: it is killed between two of them, or in one
    break_off(url, to, async || head(&back).await, 0).await;
    finish(url, to).await;
    let (mut after, mut read) = (None, 0);
    let copy = Embedded::open_read_only(&back).unwrap();
    loop {
        let pages =
            [log.read_all(after, None, 500).await.unwrap(), copy.read_all(after, None, 500).await.unwrap()];
        let [one, other] = pages.each_ref().map(contents);
        assert_eq!(one, other);
        if one.is_empty() {
            break;
        }
        read += one.len();
        after = pages[0].last_position();
    }
    assert_eq!(u64::try_from(read).unwrap(), EVENTS);
}

type Contents = (u64, String, u64, NewEvent);

fn contents(page: &Batch) -> Vec<Contents> {
    let content = |event: Recorded<'_>| {
        let new = NewEvent {
            id: event.id,
            kind: event.kind.to_owned(),
            data: event.data.to_vec(),
            metadata: event.metadata.to_vec(),
            recorded_at: event.recorded_at,
        };
        (event.position.get(), event.stream.to_owned(), event.revision, new)
    };
    page.iter().map(content).collect()
}

#[tokio::test]
async fn what_cannot_be_copied_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (one, other) = (at("one.sqlite"), at("other.sqlite"));
    let missing = Program::run(&arguments(&one, &other), &[]).await;
    assert!(missing.code == Some(4) && missing.stderr.contains("there is no log at"), "{missing:?}");
    let shown = Program::run(&arguments(&one, "esdb://admin:changeit@localhost"), &[]).await;
    assert!(shown.code == Some(3) && shown.stderr.contains("COVERTRAIL_STORE_CREDENTIALS"), "{shown:?}");
    assert!(!shown.stderr.contains("changeit"), "{shown:?}");
    for (path, seed) in [(&one, "one"), (&other, "other")] {
        let log = Embedded::open(path).unwrap();
        let event = NewEvent {
            id: covertrail_adapters::schema::event_id(seed, 0),
            kind: "thing.happened.v1".to_owned(),
            data: seed.into(),
            metadata: Vec::new(),
            recorded_at: 1,
        };
        log.append(&StreamName::parse("order-1").unwrap(), Expected::NoStream, vec![event]).await.unwrap();
        log.close().await;
    }
    let different = Program::run(&arguments(&one, &other), &[]).await;
    assert!(different.code == Some(4) && different.stderr.contains("is no copy of it"), "{different:?}");
}
