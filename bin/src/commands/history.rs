//! `covertrail history`: everything that happened to a work order, and what was refused.

use super::log::{Log, Which, Wrong};
use super::{Failure, fold, print, print_bytes};
use crate::show::{self, Screen};
use clap::Args;
use covertrail_adapters::OwnCategory;
use covertrail_adapters::schema::{self, Envelope, Refusal};
use covertrail_adapters::store::Recorded;
use covertrail_domain::id::WorkOrderId;
use serde::Serialize;
use serde_json::value::RawValue;

/// Print everything that happened to a work order and what was refused, and who or what caused it
#[derive(Debug, Args)]
#[command(after_help = "\
Without a terminal every event is one line, whole and without colours.\n\
--raw prints for each event {\"kind\":…,\"data\":…,\"metadata\":…} with the bytes as they are stored; their SHA-256 is \
the digest that `covertrail replay WORK_ORDER` prints. What was refused is not among them: it did not happen.\n\n\
Examples:\n  covertrail history 12345\n  covertrail history 12345 --json\n  \
covertrail history 12345 --raw | sha256sum\n  covertrail history WO-1001 --log ./demo/covertrail.sqlite")]
pub(crate) struct History {
    /// Which work order, by WorkMarket's id
    #[arg(value_parser = WorkOrderId::parse)]
    work_order: WorkOrderId,
    #[command(flatten)]
    which: Which,
    /// Print a JSON array, with kind, data and metadata as they are stored
    #[arg(long, conflicts_with = "raw")]
    json: bool,
    /// Print the stored lines, one for each event
    #[arg(long)]
    raw: bool,
}

impl History {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let log = self.which.open()?;
        if self.raw {
            let mut lines = Vec::new();
            log.of(&self.work_order, |recorded| {
                fold::line(recorded, |part| lines.extend_from_slice(part));
                Ok(())
            })
            .await?;
            return if lines.is_empty() { Err(unknown(&self.work_order)) } else { print_bytes(&lines) };
        }
        if self.json {
            let json = serde_json::to_string_pretty(&told(&log, &self.work_order, Entry::of).await?);
            return print(&json.map_err(|error| Failure::Failed(error.to_string()))?);
        }
        let screen = Screen::of_process();
        let rows = told(&log, &self.work_order, |recorded| readable_row(screen, recorded)).await?;
        print(&table(screen, rows))
    }
}

/// What happened and what was refused, in the order of the log.
async fn told<T>(
    log: &Log,
    work_order: &WorkOrderId,
    mut tell: impl FnMut(&Recorded<'_>) -> T,
) -> Result<Vec<T>, Failure> {
    let mut told = Vec::new();
    let mut take = |recorded: &Recorded<'_>| {
        told.push((recorded.position, tell(recorded)));
        Ok(())
    };
    log.of(work_order, &mut take).await?;
    log.refused(work_order, &mut take).await?;
    told.sort_by_key(|(position, _)| *position);
    if told.is_empty() {
        Err(unknown(work_order))
    } else {
        Ok(told.into_iter().map(|(_, told)| told).collect())
    }
}

fn unknown(work_order: &WorkOrderId) -> Failure {
    Failure::NoSuchWorkOrder(format!(
        "the log knows no work order {work_order}; `covertrail status` lists those that it knows"
    ))
}

/// An event in JSON. Its data and metadata are not read, so that those of a newer version can be looked at too.
#[derive(Serialize)]
struct Entry {
    position: u64,
    stream: String,
    revision: u64,
    id: String,
    kind: String,
    /// `null` where it is no JSON.
    data: Option<Box<RawValue>>,
    metadata: Option<Box<RawValue>>,
}

impl Entry {
    fn of(recorded: &Recorded<'_>) -> Self {
        let raw = |bytes| serde_json::from_slice(bytes).ok();
        Self {
            position: recorded.position.get(),
            stream: recorded.stream.to_owned(),
            revision: recorded.revision,
            id: recorded.id.to_string(),
            kind: recorded.kind.to_owned(),
            data: raw(recorded.data),
            metadata: raw(recorded.metadata),
        }
    }
}

/// A row of the table. A line that cannot be read is one bad row, and says why.
fn readable_row(screen: Screen, recorded: &Recorded<'_>) -> [String; 5] {
    row(screen, recorded).unwrap_or_else(|wrong| {
        [
            recorded.revision.to_string(),
            recorded.position.to_string(),
            show::recorded(recorded.recorded_at),
            show::text(format!("cannot be read ({}): {wrong}", recorded.stream)).inline(),
            "–".to_owned(),
        ]
    })
}

fn row(screen: Screen, recorded: &Recorded<'_>) -> Result<[String; 5], Wrong> {
    let (revision, what) = what(recorded)?;
    let envelope = Envelope::decode(recorded.metadata)?;
    let mut when = vec![show::recorded(recorded.recorded_at)];
    if envelope.occurred_at.unix() != recorded.recorded_at.div_euclid(1_000_000) {
        when.push(format!("of {}", envelope.occurred_at.to_string().trim_end_matches(" UTC")));
    }
    let by = format!("{} ({})", show::actor(&envelope.actor), envelope.source.as_str());
    Ok([
        revision,
        recorded.position.to_string(),
        screen.stack(&when, ", "),
        screen.stack(&what, ": "),
        screen.stack(&[by, show::text(&envelope.causation).inline()], ", "),
    ])
}

/// An event's revision and what it says. What was refused has no place in the work order's stream.
fn what(recorded: &Recorded<'_>) -> Result<(String, Vec<String>), Wrong> {
    let (revision, name, details) = if OwnCategory::of_stream(recorded.stream) == Some(OwnCategory::Refusal) {
        let Refusal { asked, about, reason } = Refusal::decode(recorded.kind, recorded.data)?;
        let asked =
            [Some(asked.replace('_', " ")), about].into_iter().flatten().collect::<Vec<_>>().join(" ");
        ("–".to_owned(), "Refused".to_owned(), show::text(format!("{asked}: {reason}")).inline())
    } else {
        let event = schema::decode(recorded.kind, recorded.data)?;
        (recorded.revision.to_string(), event.name().to_owned(), show::details(&event).inline())
    };
    Ok((revision, [name, details].into_iter().filter(|part| !part.is_empty()).collect()))
}

fn table(screen: Screen, rows: Vec<[String; 5]>) -> String {
    let mut table = screen.table(["rev", "pos", "recorded (UTC)", "what happened", "by, because of"]);
    table.add_rows(rows);
    show::keep_width(&mut table, 2, 25);
    show::shown(&table)
}
