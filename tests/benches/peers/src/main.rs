//! `cqrs-es` on `sqlite-es`, durable, with an aggregate like Covertrail's: a child process that is told on
//! standard input what to run (`<producers> <milliseconds>`, or `replay <work orders>`) and answers each line with one
//! of JSON.
//!
//! Arguments: a directory to work in, and the bytes of data and of metadata that an event has on average.

mod aggregate;
mod replay;

use aggregate::{Coverage, Record};
use serde_json::json;
use sqlite_es::{SqliteCqrs, sqlite_cqrs};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Pool, Sqlite};
use std::collections::HashMap;
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many events each command of a history makes; the same as in Covertrail's own.
const EVENTS: [usize; 11] = [1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1];

/// The two tables of sqlite-es's migration that it writes to.
const SCHEMA: &str = "CREATE TABLE events (
    aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence integer CHECK (sequence >= 0) NOT NULL,
    event_type text NOT NULL, event_version text NOT NULL, payload text NOT NULL, metadata text NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id, sequence)) STRICT;
  CREATE TABLE snapshots (
    aggregate_type text NOT NULL, aggregate_id text NOT NULL,
    last_sequence integer CHECK (last_sequence >= 0) NOT NULL,
    current_snapshot integer CHECK (current_snapshot >= 0) NOT NULL, payload text NOT NULL,
    PRIMARY KEY (aggregate_type, aggregate_id, last_sequence)) STRICT;";

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().expect("a directory"));
    let data_bytes = arguments.next().expect("bytes of data").parse().expect("a number");
    let metadata_bytes = arguments.next().expect("bytes of metadata").parse().expect("a number");
    let pool = open(&directory.join("peer.sqlite"), SqliteSynchronous::Full).await;
    let cqrs = Arc::new(sqlite_cqrs(pool.clone(), Vec::new(), ()));
    for (round, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line.expect("a line");
        if let Some(work_orders) = line.strip_prefix("replay ") {
            // as its own pool has it: a view can be made again
            let file = directory.join(format!("replay-{round}.sqlite"));
            let pool = open(&file, SqliteSynchronous::Normal).await;
            let work_orders = work_orders.parse().expect("a number");
            let metadata = |id: &str| serde_json::to_string(&metadata(id, metadata_bytes)).expect("JSON");
            println!("{}", replay::run(&pool, work_orders, data_bytes, metadata).await);
            continue;
        }
        let (producers, milliseconds) = line.split_once(' ').expect("producers and milliseconds");
        let time = Duration::from_millis(milliseconds.parse().expect("milliseconds"));
        let producers = producers.parse().expect("producers");
        println!("{}", run(&cqrs, round, producers, time, data_bytes, metadata_bytes).await);
    }
}

/// What `sqlite_es::default_sqlite_pool` opens, but for `synchronous`, which is always `NORMAL` there: an answered
/// command could be lost.
async fn open(file: &Path, synchronous: SqliteSynchronous) -> Pool<Sqlite> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true);
    let pool = SqlitePoolOptions::new().max_connections(10).connect_with(options).await.expect("a database");
    sqlx::raw_sql(SCHEMA).execute(&pool).await.expect("its tables");
    pool
}

async fn run(
    cqrs: &Arc<SqliteCqrs<Coverage>>,
    round: usize,
    producers: usize,
    time: Duration,
    data_bytes: usize,
    metadata_bytes: usize,
) -> serde_json::Value {
    let start = Instant::now();
    let tasks: Vec<_> = (0..producers)
        .map(|producer| {
            let cqrs = Arc::clone(cqrs);
            tokio::spawn(async move {
                let mut latencies_us = Vec::new();
                let mut failed = 0_u64;
                for number in 0_u64.. {
                    let id = format!("coverage-WO-{round}-{producer}-{number}");
                    for (step, events) in EVENTS.iter().enumerate() {
                        if start.elapsed() >= time {
                            return (latencies_us, failed);
                        }
                        let command = Record { step, events: *events, data_bytes };
                        let began = Instant::now();
                        match cqrs.execute_with_metadata(&id, command, metadata(&id, metadata_bytes)).await {
                            Ok(()) => {
                                latencies_us
                                    .push(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
                            }
                            Err(_) => failed += 1,
                        }
                    }
                }
                unreachable!("the numbers do not end")
            })
        })
        .collect();
    let (mut latencies_us, mut failed) = (Vec::new(), 0);
    for task in tasks {
        let (some, more) = task.await.expect("a producer");
        latencies_us.extend(some);
        failed += more;
    }
    let seconds = start.elapsed().as_secs_f64();
    latencies_us.sort_unstable();
    let at = |part: usize| latencies_us.get((latencies_us.len() * part / 100).saturating_sub(1)).copied();
    json!({
        "commands": latencies_us.len(), "failed": failed, "seconds": seconds,
        "p50_us": at(50).unwrap_or(0), "p99_us": at(99).unwrap_or(0),
    })
}

/// The same six texts as Covertrail's envelope, filled up to the same size.
fn metadata(id: &str, bytes: usize) -> HashMap<String, String> {
    let mut metadata: HashMap<String, String> = [
        ("actor", "1099policy"),
        ("$correlationId", id),
        ("occurred_at", "2025-11-01T11:40:00Z"),
        ("recorded_at", "2025-11-01T11:40:00.250001Z"),
        ("source", "webhook"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into();
    let so_far = serde_json::to_string(&metadata).map_or(0, |text| text.len());
    let filling = bytes.saturating_sub(so_far + r#","$causationId":"""#.len());
    metadata.insert("$causationId".to_owned(), "d".repeat(filling));
    metadata
}
