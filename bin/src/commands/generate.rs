//! `covertrail generate`: a log of made-up histories, to try everything else on.

use super::{Failure, print};
use crate::clock;
use crate::commands::until::micros;
use crate::engine::with_causes;
use crate::generate::{Plan, generate};
use clap::Args;
use covertrail_adapters::store::{Embedded, EventStore};
use covertrail_domain::time::Timestamp;
use covertrail_files::{Sharing, make_folder};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::sync::Arc;

/// Write realistic histories of made-up work orders into a new event log
#[derive(Debug, Args)]
#[command(after_help = "\
The histories end at a moment, by default now: some are over, some under way, some begin only. About 19 events each, deliveries \
included; the same seed and moment make the same log, event for event. Nothing is written to a log that has events.\n\n\
Examples:\n  covertrail generate --work-orders 1000 --seed 7 --log ./tried/covertrail.sqlite\n  \
covertrail generate --work-orders 53000 --until 2026-11-01 --log ./million.sqlite")]
pub(crate) struct Generate {
    /// How many work orders
    #[arg(long, value_name = "N")]
    work_orders: u64,
    /// What everything is made from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The moment at which the histories end [default: now]
    #[arg(long, value_name = "TIME", value_parser = micros)]
    until: Option<i64>,
    /// The event log to make
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
}

impl Generate {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        if let Some(folder) = self.log.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_folder(folder, &Sharing::OWNER_ONLY).map_err(|error| Failure::Failed(error.to_string()))?;
        }
        let store = Embedded::open(&self.log)?;
        let head = store.head().await.map_err(|error| Failure::Log(with_causes(&error)))?;
        if head.is_some() {
            let has = format!("{}: there are events in it already; name a new file", self.log.display());
            return Err(Failure::Failed(has));
        }
        let until =
            self.until.map_or_else(clock::now, |micros| Timestamp::from_unix(micros.div_euclid(1_000_000)));
        let plan = Plan { work_orders: self.work_orders, seed: self.seed, until };
        let bar = ProgressBar::new(self.work_orders);
        let form = "{bar:40} {human_pos}/{human_len} work orders  {per_sec}  {elapsed}";
        bar.set_style(ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()));
        let shared: Arc<dyn EventStore> = Arc::new(store.clone());
        let generated = generate(&shared, &plan, |work_orders| bar.inc(work_orders)).await;
        bar.finish_and_clear();
        store.close().await;
        let events = generated.map_err(|error| Failure::Failed(with_causes(&error)))?;
        print(&format!("{}: {events} events of {} work orders", self.log.display(), self.work_orders))
    }
}
