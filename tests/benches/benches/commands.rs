//! Commands a second, from the load of the state to the durable append, beside what the disk allows and beside
//! `cqrs-es`.
//!
//! `cargo bench --manifest-path tests/benches/Cargo.toml --bench commands [-- --quick]`

use bytes::Bytes;
use covertrail::engine::{Cause, Engine};
use covertrail_adapters::schema::{self, Envelope};
use covertrail_adapters::store::{Embedded, EventStore, Expected, NewEvent, StreamName, Update};
use covertrail_benches::disk::{BareFile, Directory};
use covertrail_benches::engine::engine;
use covertrail_benches::load::{self, Round, Watch};
use covertrail_benches::peer::Peer;
use covertrail_benches::story::{STRAIGHT, Story};
use covertrail_benches::table::{Table, milliseconds, rate, times};
use covertrail_benches::{Effort, machine};
use covertrail_domain::coverage::{Command, State};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;

const PRODUCERS: [usize; 3] = [1, 16, 64];
const CONTESTANTS: [&str; 5] = [
    "bare file, group fdatasync",
    "covertrail",
    "covertrail, log followed",
    "covertrail, loading each time",
    "cqrs-es 0.5 + sqlite-es, FULL",
];

fn main() {
    let effort = Effort::asked();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    println!("commands: load, decide, append durably\n{}\n", machine::describe());
    runtime.block_on(measure(effort));
}

async fn measure(effort: Effort) {
    let (rounds, time) = effort.pick((1, Duration::from_millis(400)), (9, Duration::from_millis(700)));
    let directory = Directory::new("commands");
    let history = History::of_one().await;
    println!("{history}\n");
    let mut peer = Peer::start(directory.path(), history.data_bytes(), history.metadata_bytes());
    let file = BareFile::create(&directory.path().join("bare"));
    let logs = [Way::Engine, Way::Followed, Way::Loading].map(|way| Log::open(&directory, way));
    // A log that is in use has its WAL's room on the disk; the first second only gets there.
    for log in &logs {
        log.round(64, effort.pick(time, Duration::from_secs(3))).await;
    }
    for producers in PRODUCERS {
        let mut results: [Vec<Round>; 5] = Default::default();
        for _ in 0..rounds {
            results[0].push(bare_file(&file, &history, producers, time).await);
            for (log, results) in logs.iter().zip(&mut results[1..]) {
                results.push(log.round(producers, time).await);
            }
            let (round, failed) = peer.round(producers, time);
            if failed > 0 {
                println!("cqrs-es: {failed} commands failed");
            }
            results[4].push(round);
        }
        report(producers, &history, &results);
    }
    for log in logs {
        log.close().await;
    }
}

fn report(producers: usize, history: &History, results: &[Vec<Round>; 5]) {
    let medians = results.each_ref().map(|rounds| load::medians(rounds));
    let noun = if producers == 1 { "producer" } else { "producers" };
    let mut table = Table::new(&[
        &format!("{producers} {noun}"),
        "commands/s",
        "events/s",
        "p50",
        "p99",
        "of bare file",
        "to cqrs-es",
    ]);
    for (name, round) in CONTESTANTS.iter().zip(&medians) {
        table.row([
            (*name).to_owned(),
            rate(round.rate),
            rate(round.rate * history.events_per_command()),
            milliseconds(round.p50),
            milliseconds(round.p99),
            times(round.rate, medians[0].rate),
            times(round.rate, medians[4].rate),
        ]);
    }
    table.print();
}

/// One history as it is stored: what is appended to the bare file, and how large an event is.
struct History {
    appends: Vec<Bytes>,
    events: usize,
    data: usize,
    metadata: usize,
}

impl History {
    async fn of_one() -> Self {
        let directory = Directory::new("history");
        let store = Embedded::open(directory.path().join("log.sqlite")).expect("a log");
        let engine = engine(directory.path(), Arc::new(store.clone()));
        let story = Story::straight(123_456);
        let mut history = Self { appends: Vec::new(), events: 0, data: 0, metadata: 0 };
        let mut position = None;
        for (command, cause) in (0..).map_while(|step| story.command(step)) {
            engine.execute(&story.work_order, &command, &cause).await.expect("a command of the history");
            let page = store.read_all(position, None, 100).await.expect("a log");
            position = page.last_position();
            let mut append = Vec::new();
            for event in &page {
                history.events += 1;
                history.data += event.data.len();
                history.metadata += event.metadata.len();
                append.extend_from_slice(event.stream.as_bytes());
                append.extend_from_slice(event.kind.as_bytes());
                append.extend_from_slice(event.id.as_bytes());
                append.extend_from_slice(&event.revision.to_le_bytes());
                append.extend_from_slice(&event.recorded_at.to_le_bytes());
                append.extend_from_slice(event.data);
                append.extend_from_slice(event.metadata);
            }
            history.appends.push(append.into());
        }
        drop(engine);
        store.close().await;
        history
    }

    fn events_per_command(&self) -> f64 {
        self.events as f64 / self.appends.len() as f64
    }

    fn data_bytes(&self) -> usize {
        self.data / self.events
    }

    fn metadata_bytes(&self) -> usize {
        self.metadata / self.events
    }
}

impl std::fmt::Display for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes: usize = self.appends.iter().map(Bytes::len).sum();
        let (commands, events) = (self.appends.len(), self.events);
        let (all, data, metadata) = (bytes / events, self.data_bytes(), self.metadata_bytes());
        write!(f, "a history: {commands} commands, {events} events; an event: {all} bytes")?;
        write!(f, " (data {data}, metadata {metadata})")
    }
}

async fn bare_file(file: &BareFile, history: &History, producers: usize, time: Duration) -> Round {
    load::closed(producers, time, |_, mut watch| {
        let (file, appends) = (file.clone(), history.appends.clone());
        async move {
            for append in appends.iter().cycle() {
                if watch.is_over() {
                    break;
                }
                watch.time(file.append(append.to_vec())).await;
            }
            watch
        }
    })
    .await
}

/// How a command comes to its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// The engine keeps the states of its work orders, checked by the expected revision.
    Engine,
    /// The same, while a subscriber reads all that is written.
    Followed,
    /// The stream is read and folded for each command, as it would be without an engine that keeps states.
    Loading,
}

/// Covertrail over a log of its own, which all rounds write to.
struct Log {
    way: Way,
    store: Embedded,
    engine: Arc<Engine>,
    follower: Option<JoinHandle<()>>,
    stories: AtomicU64,
}

impl Log {
    fn open(directory: &Directory, way: Way) -> Self {
        let store = Embedded::open(directory.path().join(format!("{way:?}.sqlite"))).expect("a log");
        let engine = engine(directory.path(), Arc::new(store.clone()));
        let follower = (way == Way::Followed).then(|| tokio::spawn(follow(store.clone())));
        Self { way, store, engine, follower, stories: AtomicU64::new(0) }
    }

    async fn round(&self, producers: usize, time: Duration) -> Round {
        load::closed(producers, time, |_, watch| {
            // more work orders than one producer comes to in a round
            let first = self.stories.fetch_add(1_000_000, Ordering::Relaxed);
            let (way, engine, store) = (self.way, Arc::clone(&self.engine), self.store.clone());
            async move {
                match way {
                    Way::Engine | Way::Followed => by_the_engine(&engine, first, watch).await,
                    Way::Loading => by_loading(&store, first, watch).await,
                }
            }
        })
        .await
    }

    async fn close(self) {
        if let Some(follower) = self.follower {
            follower.abort();
        }
        drop(self.engine);
        self.store.close().await;
    }
}

async fn follow(store: Embedded) {
    let mut subscription = store.subscribe(None, None).await.expect("a log");
    loop {
        if let Update::Events(batch) = subscription.next().await.expect("a log") {
            std::hint::black_box(batch.len());
        }
    }
}

async fn by_the_engine(engine: &Engine, first: u64, mut watch: Watch) -> Watch {
    for story in (first..).map(Story::straight) {
        for step in 0..STRAIGHT {
            if watch.is_over() {
                return watch;
            }
            let (command, cause) = story.command(step).expect("a straight history");
            let executed = watch.time(engine.execute(&story.work_order, &command, &cause)).await;
            executed.expect("a command of the history");
        }
    }
    watch
}

async fn by_loading(store: &Embedded, first: u64, mut watch: Watch) -> Watch {
    for story in (first..).map(Story::straight) {
        for step in 0..STRAIGHT {
            if watch.is_over() {
                return watch;
            }
            let (command, cause) = story.command(step).expect("a straight history");
            watch.time(load_decide_append(store, &story, &command, &cause)).await;
        }
    }
    watch
}

async fn load_decide_append(store: &Embedded, story: &Story, command: &Command, cause: &Cause) {
    let name = schema::correlation(&story.work_order);
    let stream = StreamName::parse(&name).expect("a name");
    let page = store.read_stream(&stream, 0, 512).await.expect("a log");
    let state = page.iter().fold(State::default(), |state, recorded| {
        state.evolve(&schema::decode(recorded.kind, recorded.data).expect("an event"))
    });
    let expected = page.last_revision().map_or(Expected::NoStream, Expected::Exact);
    let recorded_at = covertrail::clock::now_micros();
    let events = state.decide(command).expect("a command of the history");
    let events = (0..).zip(&events).map(|(index, event)| {
        let stored = schema::encode(event);
        let envelope = Envelope {
            actor: cause.actor.clone(),
            correlation: name.clone(),
            causation: cause.causation.clone(),
            occurred_at: covertrail::clock::now(),
            recorded_at,
            source: cause.source,
            reason: None,
        };
        NewEvent {
            id: schema::event_id(&format!("{name}/{}", cause.causation), index),
            kind: stored.kind.to_owned(),
            data: stored.data,
            metadata: envelope.encode(),
            recorded_at,
        }
    });
    store.append(&stream, expected, events.collect()).await.expect("a log");
}
