//! `covertrail demo`: everything in one process, over real HTTP on loopback ports, with both vendors simulated.

mod player;
mod scenario;
mod show;
mod world;

use crate::commands::{Failure, interrupted, print};
use crate::config::{Log, LogFormat};
use crate::logging;
use clap::{Args, ValueEnum};
use covertrail_adapters::sandbox::FaultPlan;
use player::{Cast, Told};
use show::Stage;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use tokio::task::JoinSet;
use world::World;

/// Watch work orders become insured, expire and be flagged, with both vendors simulated
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  covertrail demo\n  covertrail demo --once\n  covertrail demo --once --work-orders 100 --faults many --seed 7\n  \
covertrail demo --data ./demo\n\nExit codes:\n  0  every work order ended where its scenario says\n  4  the event log cannot be opened or written to\n  6  at least one did not"
)]
pub(crate) struct Demo {
    /// End when every scenario has; without it the demo stays up until Ctrl-C
    #[arg(long)]
    once: bool,
    /// How many work orders; the scenarios are played in turn
    #[arg(long, value_name = "N", default_value_t = scenario::ALL.len(), value_parser = at_least_one)]
    work_orders: usize,
    /// What ids and faults are made from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How badly the vendors behave: delays, 429s, 500s, lost answers, duplicate and reordered webhooks
    #[arg(long, value_enum, default_value_t = Faults::None)]
    faults: Faults,
    /// Keep the event log and the documents in this folder; without it they go with the demo
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print the closing table as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Faults {
    None,
    Some,
    Many,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least one work order is needed".into()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

impl Faults {
    fn plan(self) -> FaultPlan {
        let (delay, failure, webhook) = match self {
            Self::None => return FaultPlan::default(),
            Self::Some => (0.2, 0.03, 0.1),
            Self::Many => (0.5, 0.12, 0.3),
        };
        FaultPlan {
            delay_ms: [5, 150],
            delay,
            too_many_requests: failure,
            server_error: failure,
            answer_lost: failure,
            duplicate_webhook: webhook,
            reorder_webhooks: webhook,
            ..FaultPlan::default()
        }
    }
}

impl Demo {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let quiet = Log { format: LogFormat::Text, filter: "off".into() };
        logging::begin(&quiet).map_err(Failure::Configuration)?;
        let casts = (0..self.work_orders).map(|number| Cast::new(number, self.work_orders));
        let casts: Vec<Cast> =
            casts.collect::<Result<_, _>>().map_err(|error| Failure::Failed(error.to_string()))?;
        let world = Arc::new(World::begin(self.data.as_deref(), self.seed, self.faults.plan()).await?);
        // listened for before anybody is told what runs
        let mut interruption = pin!(interrupted());
        if !self.json {
            print(&world.introduction())?;
        }
        let ended = tokio::select! {
            told = self.play(casts, &world) => Ok(told),
            _ = &mut interruption => {
                Err(Failure::Failed("interrupted before the scenarios had ended".into()))
            }
            trouble = world.engine.unwritable() => Err(Failure::Log(trouble)),
        };
        let told = match ended {
            Ok(told) => told,
            Err(failure) => {
                world.end().await;
                return Err(failure);
            }
        };
        let as_expected = told.iter().all(|told| told.problem.is_none());
        print(&if self.json { show::json(&told) } else { show::table(&told) })?;
        if !self.once {
            if !self.json {
                print(&world.what_to_try(&told))?;
            }
            interruption.await;
        }
        world.end().await;
        if as_expected { Ok(()) } else { Err(Failure::NotAsItShouldBe) }
    }

    /// Plays every scenario at once and answers how each ended, in their order.
    async fn play(&self, casts: Vec<Cast>, world: &Arc<World>) -> Vec<Told> {
        let stage = Stage::new(self.work_orders, self.json);
        let mut playing = JoinSet::new();
        for (number, cast) in casts.into_iter().enumerate() {
            let (world, line) = (Arc::clone(world), stage.line(&cast));
            playing.spawn(async move {
                let told = player::play(&world, &cast, &line).await;
                (number, told)
            });
        }
        let mut told = playing.join_all().await;
        told.sort_by_key(|(number, _)| *number);
        stage.clear();
        told.into_iter().map(|(_, told)| told).collect()
    }
}
