//! `covertrail rebuild`: read models folded anew, or only compared with what a fold comes to.

use super::log::{ReadModelsFile, Which};
use super::{Failure, print};
use crate::clock;
use crate::engine::with_causes;
use crate::show::{Screen, shown};
use crate::views::{Question, Trouble, rebuild};
use clap::Args;
use covertrail_adapters::store::{EventStore, Position};
use covertrail_projections::{Checkpoint, Reader, Table, Views, tables};
use indicatif::{ProgressBar, ProgressStyle};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// Fold read models anew from the log, or verify that they say what the log does
#[derive(Debug, Args)]
#[command(after_help = "\
It can be used beside `serve`, whose readers see the old rows until the new ones take their place, all at once. `serve` does \
the same by itself for a read model that is missing or of another version.\n\n\
--verify changes nothing: it folds the log up to where the read models are, and compares the SHA-256 of all rows.\n\n\
Exit codes:\n  0  folded anew; with --verify, all rows are what the log says\n  1  it failed\n  4  the event log cannot be read\n  \
6  with --verify, some read model is not what the log says\n\n\
Examples:\n  covertrail rebuild\n  covertrail rebuild --projection board\n  covertrail rebuild --verify --log ./demo/covertrail.sqlite")]
pub(crate) struct Rebuild {
    /// Only this read model
    #[arg(long, value_name = "NAME", value_parser = named)]
    projection: Option<&'static Table>,
    /// Compare with a fold of the log, and change nothing
    #[arg(long)]
    verify: bool,
    #[command(flatten)]
    which: Which,
}

fn named(name: &str) -> Result<&'static Table, String> {
    let known = || tables::STORED.map(|table| table.name).join(", ");
    tables::named(name).ok_or_else(|| format!("there is no read model {name}; there are {}", known()))
}

impl Rebuild {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let which = self.projection.map_or_else(|| tables::STORED.to_vec(), |table| vec![table]);
        let models = self.which.read_models()?;
        let store: Arc<dyn EventStore> = self.which.open()?.store();
        if self.verify {
            verify(&store, &models.path, which).await
        } else {
            anew(&store, &models, which).await
        }
    }
}

async fn anew(
    store: &Arc<dyn EventStore>,
    ReadModelsFile { path, sharing }: &ReadModelsFile,
    which: Vec<&'static Table>,
) -> Result<(), Failure> {
    let is_part = which.len() < tables::STORED.len();
    loop {
        let views = Views::open_shared(path, sharing).map_err(|error| failed(&error.into()))?;
        let head = store.head().await.map_err(|error| failed(&error.into()))?.map_or(0, Position::get);
        // all read models are always at one place: a part of them comes to where the others are
        let others = others(&views, &which).map_err(|error| failed(&error))?.filter(|_| is_part);
        let reached = others.unwrap_or(Checkpoint { position: head, at: clock::now() });
        let progress = bar(reached.position);
        let told = progress.clone();
        let done = move |events| told.inc(u64::try_from(events).unwrap_or(0));
        let told = progress.clone();
        let written = move |table: &'static Table| told.set_message(format!("{} written", table.name));
        let rebuilt = rebuild(store, views, which.clone(), (Question::NOW, reached), done, written).await;
        progress.finish_and_clear();
        if let (_, Ok(rebuilt)) = rebuilt.map_err(|trouble| failed(&trouble))? {
            let names: Vec<_> = which.iter().map(|table| table.name).collect();
            return print(&format!(
                "Folded anew up to position {} in {}: {}\n{} work orders, {} deliveries",
                reached.position,
                path.display(),
                names.join(", "),
                rebuilt.work_orders,
                rebuilt.deliveries
            ));
        }
        // `serve` has gone on meanwhile
    }
}

fn others(views: &Reader, which: &[&'static Table]) -> Result<Option<Checkpoint>, Trouble> {
    let others = tables::STORED.iter().filter(|table| which.iter().all(|asked| asked.name != table.name));
    for table in others {
        if let Some(reached) = views.checkpoint(table)? {
            return Ok(Some(reached));
        }
    }
    Ok(None)
}

async fn verify(store: &Arc<dyn EventStore>, path: &Path, which: Vec<&'static Table>) -> Result<(), Failure> {
    let (reached, live) = live(path, &which)?;
    let progress = bar(reached.position);
    let told = progress.clone();
    let done = move |events| told.inc(u64::try_from(events).unwrap_or(0));
    let place = covertrail_files::private_folder()
        .map_err(|error| Failure::Failed(format!("no folder to fold in: {error}")))?;
    let anew = async {
        let views = Views::open(place.path().join("views.sqlite"))?;
        // nobody else knows of them
        let now = (Question::NOW, reached);
        let (views, _) = rebuild(store, views, which.clone(), now, done, |_| ()).await?;
        Ok(which.iter().map(|table| views.digest(table)).collect::<Result<Vec<_>, _>>()?)
    };
    let anew = anew.await.map_err(|trouble: Trouble| failed(&trouble))?;
    progress.finish_and_clear();
    let mut all_same = true;
    let mut table = Screen::of_process().table(["read model", "sha256 of all rows", "verdict"]);
    for ((name, live), anew) in which.iter().map(|table| table.name).zip(live).zip(anew) {
        let same = live == anew;
        all_same &= same;
        let verdict =
            if same { "is what the log says".to_owned() } else { format!("the log says {}", hex(anew)) };
        table.add_row([name.to_owned(), hex(live), verdict]);
    }
    print(&format!("Up to position {}, as of {}\n\n{}", reached.position, reached.at, shown(&table)))?;
    if all_same { Ok(()) } else { Err(Failure::NotAsItShouldBe) }
}

/// Where the read models are and what they say, at one moment.
fn live(path: &Path, which: &[&'static Table]) -> Result<(Checkpoint, Vec<[u8; 32]>), Failure> {
    let read = || {
        Reader::open(path)?.snapshot(|views| {
            let mut reached = None;
            let mut digests = Vec::new();
            for table in which {
                let Some(at) = views.checkpoint(table)? else { return Ok(Err(table.name)) };
                reached = Some(at);
                digests.push(views.digest(table)?);
            }
            Ok(Ok(reached.map(|reached| (reached, digests))))
        })
    };
    match read().map_err(|error| failed(&error.into()))? {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(Failure::Failed("there is no read model to verify".into())),
        Err(name) => Err(Failure::Failed(format!(
            "{}: {name} is not there in this version; fold it anew",
            path.display()
        ))),
    }
}

fn hex(digest: [u8; 32]) -> String {
    digest.iter().fold(String::new(), |mut hex, byte| {
        // writing to a string cannot fail
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A bar on the terminal, where there is one.
pub(super) fn bar(events: u64) -> ProgressBar {
    let bar = ProgressBar::new(events);
    let form = "{bar:40} {human_pos}/{human_len} events  {per_sec}  {elapsed}  {msg}";
    bar.set_style(ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn failed(trouble: &Trouble) -> Failure {
    match trouble {
        Trouble::Log(_) | Trouble::Malformed { .. } => Failure::Log(with_causes(trouble)),
        Trouble::Views(_) | Trouble::Gone | Trouble::Ending => Failure::Failed(with_causes(trouble)),
    }
}
