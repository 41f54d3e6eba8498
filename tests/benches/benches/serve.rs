//! `serve` as a process: how long it takes to be ready, what memory it holds, and a thousand who follow it at once.
//!
//! `cargo bench --manifest-path tests/benches/Cargo.toml --bench serve [-- --quick]`

use covertrail::clock;
use covertrail_benches::disk::Directory;
use covertrail_benches::engine::WEBHOOK_SECRET;
use covertrail_benches::load::percentile;
use covertrail_benches::log;
use covertrail_benches::program::{Program, TOKEN, main_of_program};
use covertrail_benches::story::Story;
use covertrail_benches::table::{Table, milliseconds, rate};
use covertrail_benches::vendor::{Connection, Signer};
use covertrail_benches::{Effort, machine};
use memchr::memmem;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio::task::JoinSet;

const EVENTS_A_SECOND: u32 = 500;
const WORK_ORDERS: usize = 2_000;
/// Of the vendor who tells of them.
const CONNECTIONS: usize = 16;
/// How many of those who follow do not read.
const DEAF: usize = 20;
/// Of one in so many it is measured how long each event took; the others are only counted.
const LOOKED_AT: usize = 25;

fn main() -> ExitCode {
    if let Some(ended) = main_of_program() {
        return ended;
    }
    let effort = Effort::asked();
    println!("serve: started, and followed\n{}\n", machine::describe());
    let runtime = Runtime::new().expect("a runtime");
    starts(&runtime, effort);
    runtime.block_on(followed(effort));
    ExitCode::SUCCESS
}

fn starts(runtime: &Runtime, effort: Effort) {
    let mut table = Table::new(&["serve", "at work after", "read models too", "MiB then"]);
    let mut row = |name: String, program: &Program| {
        let (works, all) = program.ready();
        let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
        table.row([name, seconds(works), seconds(all), format!("{:.0}", program.resident_mib())]);
    };
    let directory = Directory::new("serve-empty");
    let program = Program::serve(directory.path());
    row("with an empty log".to_owned(), &program);
    program.end();
    let directory = Directory::new("serve-full");
    let (work_orders, soon) = (effort.pick(2_000, 112_000), clock::now().plus(86_400));
    let events = runtime.block_on(log::open(&directory.path().join("covertrail.sqlite"), work_orders, soon));
    for name in ["for the first time", "once more"] {
        let program = Program::serve(directory.path());
        row(format!("with {work_orders} open work orders, {events} events, {name}"), &program);
        program.end();
    }
    table.print();
}

async fn followed(effort: Effort) {
    let directory = Directory::new("serve-followed");
    let (followers, seconds) = effort.pick((100_usize, 4), (1_000, 20));
    let (work_orders, soon) = (WORK_ORDERS, clock::now().plus(86_400));
    let rounds = usize::try_from(EVENTS_A_SECOND * seconds).expect("not so many") / work_orders;
    let number = u64::try_from(work_orders).expect("not so many");
    log::open(&directory.path().join("covertrail.sqlite"), number, soon).await;
    let stories = (0..number).map(|number| Story::to_begin(number, soon)).collect();
    let program = Program::serve(directory.path());
    program.ready();
    let before = program.resident_mib();
    let begun = Instant::now();
    let ready = Arc::new(Semaphore::new(0));
    let mut following = JoinSet::new();
    for number in 0..followers {
        let (way, looked_at) = (Way::ALL[number % 2], number % LOOKED_AT < 2);
        let stream = follow(program.address, way).await;
        following.spawn(listen(
            stream,
            way,
            Arc::clone(&ready),
            (work_orders, rounds),
            looked_at.then_some(begun),
        ));
    }
    let all = u32::try_from(followers).expect("not so many");
    ready.acquire_many(all).await.expect("it is open").forget();
    let idle = program.resident_mib();
    let mut deaf = Vec::new();
    for _ in 0..DEAF {
        deaf.push(follow(program.address, Way::Events).await);
    }
    let start = Instant::now();
    let sent = deliver(program.address, stories, EVENTS_A_SECOND * seconds, begun).await;
    let offered = start.elapsed().as_secs_f64();
    let (mut delays, mut told) = (Vec::new(), 0);
    while let Some(heard) = following.join_next().await {
        let heard = heard.expect("whoever follows hears all");
        assert!(heard.of.iter().all(|times| *times == rounds), "every event is heard once");
        told += sent.len();
        let delay = |(number, at): &(usize, Duration)| {
            u64::try_from(at.saturating_sub(sent[*number]).as_micros()).unwrap_or(u64::MAX)
        };
        delays.extend(heard.at.iter().map(delay));
    }
    let took = start.elapsed().as_secs_f64();
    let after = program.resident_mib();
    assert!(after < 3.0 * idle + 256.0, "memory is bounded: {before:.0}, {idle:.0}, {after:.0} MiB");
    delays.sort_unstable();
    let mut table = Table::new(&[
        "followed by",
        "events/s",
        "told a second",
        "p50",
        "p99",
        "MiB before",
        "idle",
        "after",
    ]);
    table.row([
        format!("{followers}, half events, half rows; {DEAF} more do not read"),
        rate(sent.len() as f64 / offered),
        rate(told as f64 / took),
        milliseconds(percentile(&delays, 0.5)),
        milliseconds(percentile(&delays, 0.99)),
        format!("{before:.0}"),
        format!("{idle:.0}"),
        format!("{after:.0}"),
    ]);
    table.print();
    drop(deaf);
    program.end();
}

/// What is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Events,
    Board,
}

impl Way {
    const ALL: [Self; 2] = [Self::Events, Self::Board];

    const fn path(self) -> &'static str {
        match self {
            Self::Events => "/v1/events",
            Self::Board => "/v1/subscriptions/board",
        }
    }

    /// What is said when what comes from now on will be heard.
    const fn is_ready(self) -> &'static [u8] {
        match self {
            Self::Events => b":\n\n",
            Self::Board => b"event: ready",
        }
    }

    /// What stands before the number of a work order, once for each event or change.
    const fn before_work_order(self) -> &'static [u8] {
        match self {
            Self::Events => b"\"subject\":\"WO-",
            Self::Board => b"],\"work_order\":\"WO-",
        }
    }
}

async fn follow(address: SocketAddr, way: Way) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let path = way.path();
    let request = format!("GET {path} HTTP/1.1\r\nhost: covertrail\r\nauthorization: Bearer {TOKEN}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it listens");
    stream
}

/// What one of those who follow heard.
struct Heard {
    /// How much, of each work order by its number.
    of: Vec<usize>,
    /// When, since everything began, where that is looked at: the number of the delivery that it follows from.
    at: Vec<(usize, Duration)>,
}

/// Listens until so many events, or the rows that they change, were heard of each work order.
async fn listen(
    mut stream: TcpStream,
    way: Way,
    ready: Arc<Semaphore>,
    (work_orders, rounds): (usize, usize),
    looked_at: Option<Instant>,
) -> Heard {
    let mut said = Vec::with_capacity(1 << 14);
    while memmem::find(&said, way.is_ready()).is_none() {
        // what was looked at is not looked at again, but for what may be half of the word
        said.drain(..said.len().saturating_sub(64));
        assert!(stream.read_buf(&mut said).await.expect("it speaks") > 0, "it hung up");
    }
    said.clear();
    ready.add_permits(1);
    let (mut heard, mut count) = (Heard { of: vec![0; work_orders], at: Vec::new() }, 0);
    while count < work_orders * rounds {
        assert!(stream.read_buf(&mut said).await.expect("it speaks") > 0, "it hung up");
        let whole = memmem::rfind(&said, b"\n\n").map_or(0, |end| end + 2);
        for found in memmem::find_iter(&said[..whole], way.before_work_order()) {
            let digits = said[found + way.before_work_order().len()..].iter();
            let digits = digits.take_while(|byte| byte.is_ascii_digit());
            let work_order = digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
            heard.at.extend(
                looked_at.map(|begun| (heard.of[work_order] * work_orders + work_order, begun.elapsed())),
            );
            heard.of[work_order] += 1;
            count += 1;
        }
        said.drain(..whole);
    }
    heard
}

/// Has the vendor tell, at their times, that policies were extended; when each was due, since everything began.
async fn deliver(address: SocketAddr, stories: Vec<Story>, count: u32, begun: Instant) -> Vec<Duration> {
    let (due, waiting) = mpsc::unbounded_channel();
    let waiting = Arc::new(Mutex::new(waiting));
    let (stories, signer) = (Arc::new(stories), Arc::new(Signer::new(WEBHOOK_SECRET)));
    let mut delivering = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (waiting, stories, signer) = (Arc::clone(&waiting), Arc::clone(&stories), Arc::clone(&signer));
        let mut connection = Connection::open(address).await;
        delivering.spawn(async move {
            while let Some(number) = waiting.lock().await.recv().await {
                let story: &Story = &stories[usize::try_from(number).expect("a number") % stories.len()];
                let until = clock::now().plus(400 * 86_400 + i64::from(number));
                connection.deliver(&signer.policy_active(story, until)).await;
            }
        });
    }
    let start = Instant::now();
    let mut sent = Vec::new();
    for number in 0..count {
        let at = start + Duration::from_secs(1) * number / EVENTS_A_SECOND;
        tokio::time::sleep_until(at.into()).await;
        sent.push(at - begun);
        due.send(number).expect("somebody delivers");
    }
    drop(due);
    delivering.join_all().await;
    sent
}
