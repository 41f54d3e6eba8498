//! Read models folded anew, beside the replay of queries of `cqrs-es`, and how long a page of the board takes.
//!
//! `cargo bench --manifest-path tests/benches/Cargo.toml --bench views [-- --quick]`

use covertrail::generate::{Plan, generate};
use covertrail::views::{Question, fold, rebuild};
use covertrail_adapters::store::{Embedded, EventStore, Position};
use covertrail_benches::disk::Directory;
use covertrail_benches::peer::Peer;
use covertrail_benches::table::{Table, milliseconds, rate, times};
use covertrail_benches::{Effort, machine, median};
use covertrail_domain::coverage::Badge;
use covertrail_domain::time::Timestamp;
use covertrail_projections::{Cell, Checkpoint, Query, Reader, Table as ReadModel, Views, Where, tables};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tokio::runtime::Runtime;

/// The moment at which the made-up histories end.
const UNTIL: i64 = 1_780_000_000;

fn main() {
    let effort = Effort::asked();
    println!("read models: folded anew, and asked\n{}\n", machine::describe());
    let directory = Directory::new("views");
    let runtime = Runtime::new().expect("a runtime");
    // a log that is there already is only folded
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(place) = arguments.iter().position(|argument| argument == "--log") {
        let store: Arc<dyn EventStore> =
            Arc::new(Embedded::open_read_only(&arguments[place + 1]).expect("a log"));
        let events = runtime.block_on(store.head()).expect("a log").map_or(0, Position::get);
        return rebuilds(&runtime, &directory, effort, &store, events);
    }
    let (store, events) = grown(&runtime, &directory.path().join("log.sqlite"), effort.pick(3_000, 54_500));
    rebuilds(&runtime, &directory, effort, &store, events);
    pages(&runtime, &directory, effort);
}

/// A log of made-up histories; about 19 events a work order.
fn grown(runtime: &Runtime, file: &Path, work_orders: u64) -> (Arc<dyn EventStore>, u64) {
    let store: Arc<dyn EventStore> = Arc::new(Embedded::open(file).expect("a log"));
    let plan = Plan { work_orders, seed: 1, until: Timestamp::from_unix(UNTIL) };
    let start = Instant::now();
    let events = runtime.block_on(generate(&store, &plan, |_| ())).expect("a log");
    let seconds = start.elapsed().as_secs_f64();
    println!("a log of {events} events of {work_orders} work orders, written in {seconds:.1} s\n");
    (store, events)
}

fn at_end(events: u64) -> Checkpoint {
    Checkpoint { position: events, at: Timestamp::from_unix(UNTIL) }
}

fn rebuilds(
    runtime: &Runtime,
    directory: &Directory,
    effort: Effort,
    store: &Arc<dyn EventStore>,
    events: u64,
) {
    let (mut folded, mut whole, mut peers) = (Vec::new(), Vec::new(), Vec::new());
    // an event of the log has 120 bytes of data and 220 of metadata on average
    let mut peer = Peer::start(directory.path(), 120, 220);
    let mut digests: Vec<[u8; 32]> = Vec::new();
    for round in 0..effort.pick(1, 5) {
        let start = Instant::now();
        runtime.block_on(fold(store, &tables::STORED, Question::NOW, events, |_| (), drop)).expect("a log");
        folded.push(start.elapsed().as_secs_f64());
        let path = directory.path().join(format!("views-{round}.sqlite"));
        let start = Instant::now();
        let views = Views::open(&path).expect("a file");
        let which = tables::STORED.to_vec();
        let rebuilt =
            runtime.block_on(rebuild(store, views, which, (Question::NOW, at_end(events)), |_| (), |_| ()));
        let (views, rebuilt) = rebuilt.expect("a log");
        whole.push(start.elapsed().as_secs_f64());
        rebuilt.expect("nobody else writes");
        let now: Vec<_> = tables::STORED.map(|table| views.digest(table).expect("a file")).into();
        assert!(digests.is_empty() || digests == now, "the same log leads to the same rows");
        digests = now;
        let (replayed, seconds) = peer.replay(effort.pick(100, 2_000));
        peers.push(events as f64 * seconds / replayed);
    }
    let mut table = Table::new(&["one log, warm, two threads", "events/s", "seconds", "to cqrs-es"]);
    let peer = median(peers);
    for (name, seconds) in [
        ("read, decode, fold", median(folded)),
        ("every read model, stored, with checkpoint", median(whole)),
        ("cqrs-es 0.5 with sqlite-es: replay to one view", peer),
    ] {
        let rate = rate(events as f64 / seconds);
        table.row([name.to_owned(), rate, format!("{seconds:.2}"), times(peer, seconds)]);
    }
    table.print();
}

fn pages(runtime: &Runtime, directory: &Directory, effort: Effort) {
    let file = directory.path().join("large.sqlite");
    let work_orders = effort.pick(2_000, 105_000);
    let (store, events) = grown(runtime, &file, work_orders);
    let path = directory.path().join("large.views.sqlite");
    let views = Views::open(&path).expect("a file");
    let which: Vec<&'static ReadModel> = tables::STORED.to_vec();
    let rebuilt =
        runtime.block_on(rebuild(&store, views, which, (Question::NOW, at_end(events)), |_| (), |_| ()));
    drop(rebuilt.expect("a log"));
    let reader = Reader::open(&path).expect("a file");
    let text = |text: &'static str| Cell::from(text);
    let asked: [(&str, &ReadModel, Vec<Where<'_>>, &[&str]); 8] = [
        ("board, the worst first", &tables::BOARD, vec![], &["urgency"]),
        (
            "board, by standing",
            &tables::BOARD,
            vec![Where::Is("urgency", Cell::Number(Badge::NeedsReview.urgency().into()))],
            &["urgency"],
        ),
        ("board, by stage", &tables::BOARD, vec![Where::Is("stage", text("completed"))], &["urgency"]),
        ("board, by client", &tables::BOARD, vec![Where::Is("client", text("cl_42"))], &["urgency"]),
        ("board, by worker", &tables::BOARD, vec![Where::Is("worker", text("wk_42"))], &["urgency"]),
        (
            "board, words that few have",
            &tables::BOARD,
            vec![Where::Says(&["work_order", "title"], "WO-9999")],
            &["urgency"],
        ),
        ("contractors", &tables::CONTRACTORS, vec![], &[]),
        ("figures of a year", &tables::FIGURES, vec![], &[]),
    ];
    let mut table = Table::new(&["100 rows, one reader", "rows", "p50", "p99"]);
    for (name, model, wheres, order) in asked {
        let query = Query { wheres, order, limit: 101, ..Query::default() };
        let mut taken = Vec::new();
        let mut rows = 0;
        for _ in 0..effort.pick(20, 400) {
            let start = Instant::now();
            rows = reader.query(model, &query).expect("a file").len();
            taken.push(start.elapsed().as_secs_f64() * 1e6);
        }
        taken.sort_by(f64::total_cmp);
        let at = |share: usize| milliseconds(taken[(taken.len() * share / 100).min(taken.len() - 1)]);
        table.row([name.to_owned(), rows.to_string(), at(50), at(99)]);
    }
    table.print();
}
