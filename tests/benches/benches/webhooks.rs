//! From a vendor's request to a durable 2xx over real HTTP, beside a handler that stores nothing.
//!
//! `cargo bench --manifest-path tests/benches/Cargo.toml --bench webhooks [-- --quick]`

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use covertrail::{assemble, http};
use covertrail_adapters::store::Embedded;
use covertrail_benches::disk::Directory;
use covertrail_benches::engine::{WEBHOOK_SECRET, config, engine, secrets};
use covertrail_benches::load::percentile;
use covertrail_benches::table::{Table, milliseconds, rate, times};
use covertrail_benches::vendor::{self, Vendor};
use covertrail_benches::{Effort, machine, median};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const ARRIVALS_A_SECOND: f64 = 2000.0;
const CONNECTIONS: usize = 64;
const CONTESTANTS: [&str; 3] = ["answers 200, stores nothing", "covertrail", "covertrail, engine at work"];

fn main() {
    let effort = Effort::asked();
    println!("webhooks: a signed delivery, durable, answered\n{}\n", machine::describe());
    let (rounds, open, closed) = effort.pick((1, 2, 1), (5, 4, 1));
    let (open, closed) = (Duration::from_secs(open), Duration::from_secs(closed));
    let mut vendor = Vendor::new(WEBHOOK_SECRET);
    let mut figures: [Figures; 3] = Default::default();
    for _ in 0..rounds {
        for (contestant, figures) in
            [Contestant::Bare, Contestant::Received, Contestant::AtWork].iter().zip(&mut figures)
        {
            let server = Server::start(*contestant);
            // the first requests open connections and make SQLite's statements
            vendor.closed_loop(server.address, CONNECTIONS, Duration::from_millis(200));
            figures.add_open(vendor.open_loop(server.address, CONNECTIONS, ARRIVALS_A_SECOND, open));
            drop(server);
            let server = Server::start(*contestant);
            figures.closed.push(vendor.closed_loop(server.address, CONNECTIONS, closed));
        }
    }
    report(&figures);
}

fn report(figures: &[Figures; 3]) {
    let mut table =
        Table::new(&["2,000 requests/s, arriving at random", "p50", "p99", "p99.9", "worst", "p99 to bare"]);
    for (name, contestant) in CONTESTANTS.iter().zip(figures) {
        let [p50, p99, p999, worst] = contestant.open.each_ref().map(|figures| median(figures.clone()));
        table.row([
            (*name).to_owned(),
            milliseconds(p50),
            milliseconds(p99),
            milliseconds(p999),
            milliseconds(worst),
            times(p99, median(figures[0].open[1].clone())),
        ]);
    }
    table.print();
    let mut table = Table::new(&["64 connections, as fast as they can", "requests/s", "of bare"]);
    for (name, contestant) in CONTESTANTS.iter().zip(figures) {
        let requests = median(contestant.closed.clone());
        table.row([(*name).to_owned(), rate(requests), times(requests, median(figures[0].closed.clone()))]);
    }
    table.print();
}

#[derive(Default)]
struct Figures {
    open: [Vec<f64>; 4],
    closed: Vec<f64>,
}

impl Figures {
    fn add_open(&mut self, mut latencies: Vec<u64>) {
        latencies.sort_unstable();
        for (figures, part) in self.open.iter_mut().zip([0.5, 0.99, 0.999, 1.0]) {
            figures.push(percentile(&latencies, part));
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Contestant {
    Bare,
    Received,
    AtWork,
}

/// A server on a runtime and a log of its own.
struct Server {
    address: SocketAddr,
    runtime: Option<Runtime>,
    store: Option<Embedded>,
    _directory: Directory,
}

impl Server {
    fn start(contestant: Contestant) -> Self {
        let directory = Directory::new("webhooks");
        let runtime = Runtime::new().expect("a runtime");
        let (address, store) = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            if contestant == Contestant::Bare {
                tokio::spawn(async move { axum::serve(listener, bare()).await });
                return (address, None);
            }
            let store = Embedded::open(directory.path().join("log.sqlite")).expect("a log");
            let engine = engine(directory.path(), Arc::new(store.clone()));
            let shared =
                assemble::shared(&config(directory.path()), &secrets(), Arc::clone(&engine), address);
            let shared = shared.expect("the handlers' part");
            tokio::spawn(http::serve(listener, shared, std::future::pending()));
            if contestant == Contestant::AtWork {
                let mut running = engine.start();
                tokio::spawn(async move { panic!("the engine stopped: {}", running.stopped().await) });
            }
            (address, Some(store))
        });
        Self { address, runtime: Some(runtime), store, _directory: directory }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        if let Some(store) = self.store.take() {
            runtime.block_on(store.close());
        }
        runtime.shutdown_timeout(Duration::from_secs(10));
    }
}

/// The least that a server of this kind can do: it reads the body and answers as Covertrail does.
fn bare() -> Router {
    async fn answer(body: Bytes) -> ([(&'static str, &'static str); 1], String) {
        assert!(!body.is_empty(), "a delivery has a body");
        let answer = r#"{"delivery":"cd8170ba800f0c4664826273879d57ba","status":"accepted"}"#.to_owned();
        ([("content-type", "application/json")], answer)
    }
    Router::new().route(vendor::PATH, post(answer))
}
