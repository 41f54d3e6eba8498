//! Appends and subscriptions on the embedded log, and on the same log behind EventStoreDB's protocol: what the
//! adapter, the network stack and the gateway cost together.
//!
//! `cargo bench --manifest-path tests/benches/Cargo.toml --bench engines [-- --quick]`

use covertrail_adapters::store::{Embedded, EventStore, Expected, NewEvent, Position, StreamName, Update};
use covertrail_benches::disk::Directory;
use covertrail_benches::load::{Round, Watch, closed, medians};
use covertrail_benches::served::Served;
use covertrail_benches::table::{Table, milliseconds, rate, times};
use covertrail_benches::{Effort, machine, median};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const PRODUCERS: [usize; 2] = [1, 64];
const CONTESTANTS: [&str; 2] = ["embedded", "adapter on the gateway"];

fn main() {
    let effort = Effort::asked();
    println!("engines: two events of 300 bytes an append, durable\n{}\n", machine::describe());
    let (rounds, time, events) = effort.pick((1, 300, 2_000), (5, 3_000, 100_000));
    let time = Duration::from_millis(time);
    let mut figures: [Figures; 2] = Default::default();
    for _ in 0..rounds {
        for (contestant, figures) in [Contestant::Embedded, Contestant::Gateway].into_iter().zip(&mut figures)
        {
            contestant.measure(time, events, figures);
        }
    }
    report(&figures);
}

/// One figure for each round.
#[derive(Default)]
struct Figures {
    appends: [Vec<Round>; 2],
    caught_up: Vec<f64>,
    live: Vec<f64>,
}

#[derive(Clone, Copy)]
enum Contestant {
    Embedded,
    Gateway,
}

impl Contestant {
    /// On a new log for each measurement.
    fn measure(self, time: Duration, events: u64, figures: &mut Figures) {
        for (producers, rounds) in PRODUCERS.into_iter().zip(&mut figures.appends) {
            rounds.push(self.over_a_log(async |store| append(&store, producers, time).await));
        }
        figures.caught_up.push(self.over_a_log(async |store| catch_up(store.as_ref(), events).await));
        figures.live.push(self.over_a_log(async |store| live(store.as_ref()).await));
    }

    fn over_a_log<T>(self, measure: impl AsyncFnOnce(Arc<dyn EventStore>) -> T) -> T {
        let directory = Directory::new("engines");
        Runtime::new().expect("a runtime").block_on(async {
            match self {
                Self::Embedded => {
                    let log = Embedded::open(directory.path().join("log.sqlite")).expect("a log");
                    let measured = measure(Arc::new(log.clone())).await;
                    log.close().await;
                    measured
                }
                Self::Gateway => {
                    let served = Served::begin(directory.path()).await;
                    let measured = measure(Arc::new(served.store.clone())).await;
                    served.end().await;
                    measured
                }
            }
        })
    }
}

fn events(count: usize) -> Vec<NewEvent> {
    let event = |number: usize| NewEvent {
        id: covertrail_adapters::schema::event_id(
            &format!("{:?}", Instant::now()),
            u32::try_from(number).unwrap_or(0),
        ),
        kind: "thing.happened.v1".to_owned(),
        data: format!("{{\"what\":\"{}\"}}", "x".repeat(180)).into_bytes(),
        metadata: format!("{{\"actor\":\"{}\"}}", "y".repeat(90)).into_bytes(),
        recorded_at: 0,
    };
    (0..count).map(event).collect()
}

/// Each producer has streams of its own, of one append each.
async fn append(store: &Arc<dyn EventStore>, producers: usize, time: Duration) -> Round {
    // the first connects, and makes SQLite's statements
    write(store.as_ref(), "warm-1", 2).await;
    closed(producers, time, |producer, mut watch: Watch| {
        let store = Arc::clone(store);
        async move {
            let mut number = 0_u64;
            while !watch.is_over() {
                number += 1;
                watch.time(write(store.as_ref(), &format!("order-{producer}-{number}"), 2)).await;
            }
            watch
        }
    })
    .await
}

async fn write(store: &dyn EventStore, stream: &str, count: usize) -> Position {
    let stream = StreamName::parse(stream).expect("a name");
    store.append(&stream, Expected::NoStream, events(count)).await.expect("an append").position
}

/// Events a second, from the start of a log of so many.
async fn catch_up(store: &dyn EventStore, count: u64) -> f64 {
    for number in 0..count / 200 {
        write(store, &format!("order-{number}"), 200).await;
    }
    let start = Instant::now();
    let (mut subscription, mut heard) = (store.subscribe(None, None).await.expect("a subscription"), 0);
    while let Update::Events(batch) = subscription.next().await.expect("events") {
        heard += batch.len();
    }
    heard as f64 / start.elapsed().as_secs_f64()
}

/// Microseconds from the beginning of an append to its event being heard, the median of many.
async fn live(store: &dyn EventStore) -> f64 {
    let mut subscription = store.subscribe(None, None).await.expect("a subscription");
    while !matches!(subscription.next().await.expect("an update"), Update::CaughtUp) {}
    let mut waits = Vec::new();
    for number in 0..200 {
        let start = Instant::now();
        let position = write(store, &format!("order-{number}"), 1).await;
        let mut heard = None;
        while heard < Some(position) {
            if let Update::Events(batch) = subscription.next().await.expect("events") {
                heard = batch.last_position();
            }
        }
        waits.push(start.elapsed().as_secs_f64() * 1e6);
    }
    median(waits)
}

fn report(figures: &[Figures; 2]) {
    for (place, producers) in PRODUCERS.into_iter().enumerate() {
        let heading = format!("{producers} at once");
        let mut table = Table::new(&[&heading, "appends/s", "p50", "p99", "of embedded"]);
        let embedded = medians(&figures[0].appends[place]);
        for (name, figures) in CONTESTANTS.iter().zip(figures) {
            let round = medians(&figures.appends[place]);
            let cells = [rate(round.rate), milliseconds(round.p50), milliseconds(round.p99)];
            table.row(
                [vec![(*name).to_owned()], cells.into(), vec![times(round.rate, embedded.rate)]].concat(),
            );
        }
        table.print();
    }
    let mut table =
        Table::new(&["subscription", "events/s caught up", "of embedded", "append to heard", "of embedded"]);
    let of = |figures: &Figures| (median(figures.caught_up.clone()), median(figures.live.clone()));
    let embedded = of(&figures[0]);
    for (name, (caught_up, live)) in CONTESTANTS.iter().zip(figures.each_ref().map(of)) {
        let ratios = [times(caught_up, embedded.0), times(live, embedded.1)];
        let [of_rate, of_wait] = ratios;
        table.row([(*name).to_owned(), rate(caught_up), of_rate, milliseconds(live), of_wait]);
    }
    table.print();
}
