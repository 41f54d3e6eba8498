//! What the vendor sees of it when strangers hold connections open, clients send costly patterns and people ask costly
//! questions. One that is not answered 200 ends the measurement.
//!
//! `cargo bench --manifest-path tests/benches/Cargo.toml --bench hostile [-- --quick]`

use covertrail_benches::attack::{Attack, Attackers};
use covertrail_benches::disk::Directory;
use covertrail_benches::engine::WEBHOOK_SECRET;
use covertrail_benches::load::percentile;
use covertrail_benches::program::{Program, main_of_program};
use covertrail_benches::table::{Table, milliseconds, times};
use covertrail_benches::vendor::Vendor;
use covertrail_benches::{Effort, log, machine, median};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Runtime;

const ARRIVALS_A_SECOND: f64 = 500.0;
const CONNECTIONS: usize = 16;
/// How long an attack goes on before it is measured.
const LEAD: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(50);

fn main() -> ExitCode {
    if let Some(ended) = main_of_program() {
        return ended;
    }
    let effort = Effort::asked();
    println!("hostile: webhooks while others do their worst\n{}\n", machine::describe());
    let (rounds, seconds, work_orders, stalled) = effort.pick((1, 3, 500, 200), (5, 20, 20_000, 1_000));
    let attacks = [
        ("(a) nothing else", Attack::None),
        ("(b) connections stall in ten ways", Attack::Stalled(stalled)),
        ("(c) the worst patterns, 8 subscribers", Attack::Patterns(8)),
        ("(d) 20 people ask about the past", Attack::Questions(20)),
    ];
    let directory = Directory::new("hostile");
    let history = directory.path().join("history.sqlite");
    let soon = covertrail::clock::now().plus(86_400);
    let runtime = Runtime::new().expect("a runtime");
    let events = runtime.block_on(log::open(&history, work_orders, soon));
    let mut figures: [Figures; 4] = Default::default();
    for round in 0..rounds {
        for ((_, attack), figures) in attacks.iter().zip(&mut figures) {
            let place = Directory::new(&format!("hostile-{round}"));
            std::fs::copy(&history, place.path().join("covertrail.sqlite")).expect("a copy");
            figures.add(&measure(*attack, place.path(), Duration::from_secs(seconds)));
        }
    }
    println!("{work_orders} work orders, {events} events; {stalled} connections stall");
    report(&attacks.map(|(name, _)| name), &figures);
    ExitCode::SUCCESS
}

/// What one attack did.
struct Measured {
    /// Microseconds to each answer.
    latencies: Vec<u64>,
    /// The most memory that the program held, in MiB.
    resident_mib: f64,
    attempts: u64,
}

fn measure(attack: Attack, directory: &Path, time: Duration) -> Measured {
    let program = Program::serve(directory);
    program.ready();
    let mut vendor = Vendor::new(WEBHOOK_SECRET);
    // the first requests open connections and make SQLite's statements
    vendor.closed_loop(program.address, CONNECTIONS, Duration::from_millis(200));
    let attackers = Attackers::begin(attack, &program);
    std::thread::sleep(LEAD);
    let over = Arc::new(AtomicBool::new(false));
    let (looked, process) = (Arc::clone(&over), program.id());
    let memory = std::thread::spawn(move || {
        let mut most = 0.0_f64;
        while !looked.load(Ordering::Relaxed) {
            most = most.max(machine::resident_mib_of(process));
            std::thread::sleep(LOOK);
        }
        most
    });
    let latencies = vendor.open_loop(program.address, CONNECTIONS, ARRIVALS_A_SECOND, time);
    over.store(true, Ordering::Relaxed);
    let resident_mib = memory.join().expect("somebody looks");
    assert!(attack == Attack::None || attackers.attempts() > 0, "{attack:?}: no attacker got through");
    Measured { latencies, resident_mib, attempts: attackers.attempts() }
}

#[derive(Default)]
struct Figures {
    p50: Vec<f64>,
    p99: Vec<f64>,
    resident_mib: Vec<f64>,
    webhooks: usize,
    attempts: u64,
}

impl Figures {
    fn add(&mut self, measured: &Measured) {
        let mut latencies = measured.latencies.clone();
        latencies.sort_unstable();
        self.p50.push(percentile(&latencies, 0.5));
        self.p99.push(percentile(&latencies, 0.99));
        self.resident_mib.push(measured.resident_mib);
        self.webhooks += latencies.len();
        self.attempts += measured.attempts;
    }
}

fn report(names: &[&str; 4], figures: &[Figures; 4]) {
    let mut table = Table::new(&[
        "webhooks while …",
        "p50",
        "p99",
        "p99 to (a)",
        "all answered 200",
        "MiB above (a)",
        "attempts",
    ]);
    let [calm, ..] = figures;
    for (name, of) in names.iter().zip(figures) {
        let p99 = median(of.p99.clone());
        table.row([
            (*name).to_owned(),
            milliseconds(median(of.p50.clone())),
            milliseconds(p99),
            times(p99, median(calm.p99.clone())),
            of.webhooks.to_string(),
            format!("{:.0}", median(of.resident_mib.clone()) - median(calm.resident_mib.clone())),
            of.attempts.to_string(),
        ]);
    }
    table.print();
}
