//! `covertrail copy`: a log moved to another engine, or another place.

use super::{Failure, print};
use crate::config::LogEngine;
use crate::copy::{Copied, Progress, copy};
use crate::engine::with_causes;
use crate::logging;
use crate::store::{Opened, named};
use clap::Args;
use covertrail_adapters::store::Position;
use covertrail_files::{Claim, overlaps};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::PathBuf;

/// Copy the event log to another engine or place, and prove that the copy is the same
#[derive(Debug, Args)]
#[command(after_help = "\
A log is a file, or a server: esdb://host:2113?tls=false, with COVERTRAIL_STORE_CREDENTIALS (name:password) where it asks \
for them. The log to copy to is empty, or an earlier copy: then what it has is compared and the rest is added, so \
that a copy that was broken off goes on. What is written to the first log meanwhile is for the next time: stop `serve` \
for the last one.\n\n\
At the end both logs are read again. The digest is SHA-256 over all events in their order: of each its stream, revision, id, \
kind, moment of recording, data and metadata, byte for byte, every one after its length (8 bytes, the lowest first).\n\n\
Examples:\n  covertrail copy --from covertrail.sqlite --to \"esdb://localhost:2113?tls=false\"\n  \
covertrail copy --from esdb+discover://cluster.example.com:2113 --ca-file ca.crt --to backup.sqlite")]
pub(crate) struct Copy {
    /// The log to copy: a file or esdb://…
    #[arg(long, value_name = "LOG")]
    from: String,
    /// Where to: a file or esdb://…
    #[arg(long, value_name = "LOG")]
    to: String,
    /// The certificate authority of the server, in PEM, where the system does not know it
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

impl Copy {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let log = |name: &str| named(name).map(|store| store.trusting(self.ca_file.as_ref()));
        let (from, to) = (log(&self.from)?, log(&self.to)?);
        if [&from, &to].iter().all(|log| log.engine == LogEngine::Embedded) {
            let claims = [Claim::new("--from", &from.path), Claim::new("--to", &to.path)];
            if let Some(overlap) = overlaps(&claims).pop() {
                return Err(Failure::Failed(overlap));
            }
        }
        let from = Opened::for_reading(&from)?;
        let head = from.store.head().await;
        let head = head.map_err(|error| Failure::Log(format!("{}: {}", from.name, with_causes(&error))))?;
        // a log that cannot be read leaves no empty one behind
        let to = Opened::for_writing(&to)?;
        let bar = bar(head);
        let copied = copy(from.store.as_ref(), to.store.as_ref(), |progress| tell(&bar, progress)).await;
        bar.finish_and_clear();
        let (here, there) = (from.name.clone(), to.name.clone());
        to.close().await;
        from.close().await;
        let Copied { events, before, digest } =
            copied.map_err(|error| Failure::Log(format!("{here} to {there}: {}", with_causes(&error))))?;
        let copied = events.saturating_sub(before);
        print(&format!(
            "{copied} events copied, {before} were there before\n{events} events are the same in both, in the same order\nsha256 {digest}"
        ))
    }
}

fn bar(head: Option<Position>) -> ProgressBar {
    let drawn = logging::standard_error_is_drawable();
    let target = if drawn { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(head.map_or(0, Position::get)), target);
    let style =
        ProgressStyle::with_template("{msg:>9} {bar:40} position {pos} of {len}  {elapsed}, {eta} to go");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn tell(bar: &ProgressBar, progress: Progress) {
    let (what, position) = match progress {
        Progress::Copying(position) => ("copying", position),
        Progress::Verifying(position) => ("verifying", position),
    };
    bar.set_message(what);
    bar.set_position(position.get());
}
