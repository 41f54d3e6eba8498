//! Events a second that are read, decoded and folded into states, and how long the program takes to start.
//!
//! `cargo bench --manifest-path tests/benches/Cargo.toml --bench replay [-- --quick]`

use covertrail_adapters::schema;
use covertrail_adapters::store::{Batch, Embedded, EventStore, Recorded, Update};
use covertrail_benches::disk::Directory;
use covertrail_benches::engine::engine;
use covertrail_benches::table::{Table, milliseconds, rate, times};
use covertrail_benches::{Effort, log, machine, median};
use covertrail_domain::coverage::State;
use foldhash::HashMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

/// As many events a page as the program's commands read.
const PAGE: usize = 4096;

/// What is asked of the program's own copy that measures a start.
const START: &str = "--start";

const CONTESTANTS: [&str; 6] = [
    "memory: every byte of the events",
    "read",
    "read, decode",
    "read, decode, fold",
    "read with envelopes, decode, fold",
    "read ahead | decode, fold (two threads)",
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(file) = arguments.iter().position(|argument| argument == START) {
        return started(Path::new(&arguments[file + 1]));
    }
    let effort = Effort::asked();
    println!("replay: stored events to states\n{}\n", machine::describe());
    let directory = Directory::new("replay");
    let file = directory.path().join("log.sqlite");
    let start = Instant::now();
    let wanted = effort.pick(60_000, 1_000_000);
    let events = Runtime::new().expect("a runtime").block_on(log::grow(&file, wanted));
    println!("a log of {events} events, grown in {:.1} s\n", start.elapsed().as_secs_f64());
    replays(&file, events, effort.pick(2, 7));
    starts(&file, effort.pick(1, 3));
}

fn replays(file: &Path, events: u64, rounds: usize) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let store = Embedded::open_read_only(file).expect("a log");
    let held = runtime.block_on(pages(&store));
    let bytes: usize = held.iter().map(weight).sum();
    let mut seconds: [Vec<f64>; 6] = Default::default();
    for _ in 0..rounds {
        seconds[0].push(memory(&held));
        seconds[1].push(runtime.block_on(reading(&store, events, &mut |event| {
            black_box(event);
        })));
        seconds[2].push(runtime.block_on(reading(&store, events, &mut |event| {
            black_box(schema::decode(event.kind, event.data).expect("an event"));
        })));
        let mut states = States::default();
        seconds[3].push(runtime.block_on(reading(&store, events, &mut |event| states.fold(&event))));
        let expected = states.check();
        let mut states = States::default();
        seconds[4].push(runtime.block_on(whole(&store, events, &mut |event| states.fold(&event))));
        assert_eq!(states.check(), expected, "the envelopes change nothing");
        let mut states = States::default();
        seconds[5].push(runtime.block_on(following(&store, events, &mut states)));
        assert_eq!(states.check(), expected, "both ways lead to the same states");
    }
    let mut table = Table::new(&["one log, warm", "events/s", "an event", "bytes/s", "of read"]);
    let [_, read, ..] = seconds.each_ref().map(|seconds| median(seconds.clone()));
    for (name, seconds) in CONTESTANTS.iter().zip(seconds) {
        let seconds = median(seconds);
        table.row([
            (*name).to_owned(),
            rate(events as f64 / seconds),
            format!("{:.0} ns", seconds * 1e9 / events as f64),
            format!("{:.2} GB", bytes as f64 / seconds / 1e9),
            times(read, seconds),
        ]);
    }
    table.print();
    println!("an event: {} bytes of texts, data and metadata\n", bytes as u64 / events);
}

/// The states of all work orders, as a read model or an audit folds them.
#[derive(Default)]
struct States {
    states: HashMap<Box<str>, State>,
}

impl States {
    fn fold(&mut self, recorded: &Recorded<'_>) {
        let event = schema::decode(recorded.kind, recorded.data).expect("an event");
        if let Some(state) = self.states.get_mut(recorded.stream) {
            *state = std::mem::take(state).evolve(&event);
        } else {
            self.states.insert(recorded.stream.into(), State::default().evolve(&event));
        }
    }

    /// How many work orders there are, and how many of them are done: nothing is due on them.
    fn check(&self) -> (usize, usize) {
        let done = self.states.values().filter(|state| state.next_action().is_none()).count();
        assert_eq!(done, self.states.len(), "every history is told to its end");
        (self.states.len(), done)
    }
}

async fn pages(store: &Embedded) -> Vec<Batch> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = store.read_all(after, None, PAGE).await.expect("a log");
        if page.is_empty() {
            return pages;
        }
        after = page.last_position();
        pages.push(page);
    }
}

fn weight(page: &Batch) -> usize {
    page.iter().map(|event| event.stream.len() + event.kind.len()).sum::<usize>() + page.weight()
}

/// The least that looking at every byte can cost.
fn memory(pages: &[Batch]) -> f64 {
    let sum = |bytes: &[u8]| bytes.iter().fold(0_u64, |sum, byte| sum.wrapping_add(u64::from(*byte)));
    let start = Instant::now();
    for event in pages.iter().flatten() {
        let texts = sum(event.stream.as_bytes()) ^ sum(event.kind.as_bytes());
        black_box(texts ^ sum(event.data) ^ sum(event.metadata));
    }
    start.elapsed().as_secs_f64()
}

/// Page after page, each read and then worked through: never two things at once.
async fn reading(store: &Embedded, events: u64, work: &mut dyn FnMut(Recorded<'_>)) -> f64 {
    let start = Instant::now();
    let (mut after, mut seen) = (None, 0);
    loop {
        let page = store.read_for_fold(after, None, PAGE).await.expect("a log");
        if page.is_empty() {
            break;
        }
        page.iter().for_each(&mut *work);
        after = page.last_position();
        seen += page.len();
    }
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(seen as u64, events);
    seconds
}

/// The same with all that is stored of each event, as the program's commands read.
async fn whole(store: &Embedded, events: u64, work: &mut dyn FnMut(Recorded<'_>)) -> f64 {
    let start = Instant::now();
    let (mut after, mut seen) = (None, 0);
    loop {
        let page = store.read_all(after, None, PAGE).await.expect("a log");
        if page.is_empty() {
            break;
        }
        page.iter().for_each(&mut *work);
        after = page.last_position();
        seen += page.len();
    }
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(seen as u64, events);
    seconds
}

/// As the engine catches up: the subscription reads the next page while this one is worked through.
async fn following(store: &Embedded, events: u64, states: &mut States) -> f64 {
    let start = Instant::now();
    let mut subscription = store.subscribe(None, None).await.expect("a log");
    let mut seen = 0;
    while let Update::Events(batch) = subscription.next().await.expect("a log") {
        batch.iter().for_each(|event| states.fold(&event));
        seen += batch.len();
    }
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(seen as u64, events);
    seconds
}

fn starts(file: &Path, rounds: usize) {
    let program: PathBuf = std::env::current_exe().expect("this program");
    let mut figures: [Vec<f64>; 3] = Default::default();
    for _ in 0..rounds {
        let output = Command::new(&program).arg(START).arg(file).output().expect("this program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("figures");
        for (figures, figure) in figures.iter_mut().zip(text.split_whitespace()) {
            figures.push(figure.parse().expect("a figure"));
        }
    }
    let [opened, caught_up, resident] = figures.map(median);
    let mut table = Table::new(&["start of the engine on this log", "opened", "caught up", "resident"]);
    let after = "from the start of the process".to_owned();
    table.row([after, milliseconds(opened), milliseconds(caught_up), format!("{resident:.0} MiB")]);
    table.print();
}

/// The program's start, in a process of its own: opens the log, starts the engine, waits until it has caught up.
fn started(file: &Path) {
    let start = Instant::now();
    Runtime::new().expect("a runtime").block_on(async {
        let store = Embedded::open(file).expect("a log");
        let opened = start.elapsed();
        let engine = engine(file.parent().expect("a directory"), Arc::new(store));
        let _running = engine.start();
        while !engine.is_caught_up() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let (caught_up, resident) = (start.elapsed(), machine::resident_mib());
        println!("{} {} {resident}", opened.as_micros(), caught_up.as_micros());
    });
}
