//! `covertrail replay`: the state as it was, and a digest to compare it by.

use super::answer::Answer;
use super::fold::{Bound, Fold};
use super::log::{Log, Which};
use super::until::Until;
use super::{Failure, print};
use crate::clock;
use crate::engine::COVERAGE;
use crate::show::Screen;
use clap::Args;
use covertrail_adapters::store::Position;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;

/// Fold the log again, up to a position or a moment, and print the state as it was known then
#[derive(Debug, Args)]
#[command(after_help = "\
The standing is judged at the moment of --until; for a position, at the moment when that event was recorded; without --until, \
when the newest was. So the same log gives the same answer to everybody.\n\n\
The digest is SHA-256, in hex, over one line for each replayed event, in the order of the log:\n  \
{\"kind\":KIND,\"data\":DATA,\"metadata\":METADATA} and a line feed,\n\
with data and metadata byte for byte as they are stored. These give the same without Covertrail's replay:\n  \
covertrail history 12345 --raw | sha256sum\n  \
sqlite3 covertrail.sqlite \"SELECT '{\\\"kind\\\":\\\"'||kind||'\\\",\\\"data\\\":'||data||',\\\"metadata\\\":'||metadata||'}' \
FROM log WHERE stream LIKE 'coverage-%' ORDER BY position\" | sha256sum\n\n\
Examples:\n  covertrail replay\n  covertrail replay 12345\n  covertrail replay 12345 --until 120\n  \
covertrail replay --until 2026-06-14T09:30:00-05:00 --json")]
pub(crate) struct Replay {
    /// Which work order, by WorkMarket's id; without it all of them
    #[arg(value_parser = WorkOrderId::parse)]
    work_order: Option<WorkOrderId>,
    /// The last position, or the last moment of recording: RFC 3339, or a day (its beginning, in UTC)
    #[arg(long, value_name = "POSITION|TIME")]
    until: Option<Until>,
    #[command(flatten)]
    which: Which,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Replay {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let log = self.which.open()?;
        let (bound, at) = bound(&log, self.until).await?;
        let mut fold = Fold::new(bound);
        match (&self.work_order, bound) {
            (Some(work_order), _) => log.of(work_order, |recorded| fold.take(recorded)).await?,
            (None, Bound::Position(upto)) => {
                log.all(Some(COVERAGE), Some(upto), |recorded| fold.take(recorded)).await?;
            }
            (None, Bound::Everything | Bound::Recorded(_)) => {
                log.all(Some(COVERAGE), None, |recorded| fold.take(recorded)).await?;
            }
        }
        let answer = Answer::of(&fold, self.work_order.as_ref(), at)?;
        if self.json {
            return print(&answer.json(&fold, at, vec![]));
        }
        let events = fold.events();
        let noun = if events == 1 { "event" } else { "events" };
        let last = fold.last().map_or_else(String::new, |last| format!(", the last at position {last}"));
        let digest = fold.digest();
        let told = answer.text(Screen::of_process());
        print(&format!("As of {at}: {events} {noun} replayed{last}\nsha256 {digest}\n\n{told}"))
    }
}

/// Which events count, and when the standing is judged.
async fn bound(log: &Log, until: Option<Until>) -> Result<(Bound, Timestamp), Failure> {
    let position = match until {
        Some(Until::Moment(micros)) => return Ok((Bound::Recorded(micros), seconds(micros))),
        Some(Until::Position(position)) => Some(position),
        None => None,
    };
    let head = log.head().await?;
    let Some(last) = position.or(head) else { return Ok((Bound::Everything, clock::now())) };
    if Some(last) > head {
        let head = head.map_or(0, Position::get);
        return Err(Failure::Failed(format!("--until {last}: the log ends at position {head}")));
    }
    let recorded = log.recorded_at(last).await?;
    Ok((Bound::Position(last), recorded.map_or_else(clock::now, seconds)))
}

fn seconds(micros: i64) -> Timestamp {
    Timestamp::from_unix(micros.div_euclid(1_000_000))
}
