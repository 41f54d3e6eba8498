//! `covertrail subscribers`: who is told by webhooks, how far they are, and having them told again.

use super::ask::Ask;
use super::{Failure, print};
use clap::{Args, Subcommand};
use comfy_table::{Table, presets};
use serde_json::{Value, json};

/// List who is told of events by webhooks, or have them told again
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
The running `serve` is asked, in the name of whom the token in COVERTRAIL_TOKEN belongs to; a replay takes an admin's. \
What is told again has the webhook-id that it had before.\n\n\
Examples:\n  covertrail subscribers\n  covertrail subscribers show payroll\n  covertrail subscribers replay payroll --dead\n  \
covertrail subscribers replay payroll --from 1500"
)]
pub(crate) struct Subscribers {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    ask: Ask,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print how one of them stands, with its dead letters
    Show {
        /// Which
        name: String,
        #[command(flatten)]
        ask: Ask,
    },
    /// Have one of them told again
    Replay {
        /// Whom
        name: String,
        /// Every event that it wants from this position of the log on
        #[arg(long, value_name = "POSITION", required_unless_present = "dead")]
        from: Option<u64>,
        /// Its dead letters
        #[arg(long, conflicts_with = "from")]
        dead: bool,
        #[command(flatten)]
        ask: Ask,
    },
}

impl Subscribers {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self.what {
            None => {
                let answer = self.ask.get(&["subscribers"]).await?;
                if self.ask.json { print(&answer) } else { print(&table(&answer)) }
            }
            Some(What::Show { name, ask }) => {
                let answer = ask.get(&["subscribers", &name]).await?;
                if ask.json { print(&answer) } else { print(&letters(&answer)) }
            }
            Some(What::Replay { name, from, dead: _, ask }) => {
                let body = from.map_or_else(|| json!({ "dead": true }), |from| json!({ "from": from }));
                let answer = ask.post_json(&["subscribers", &name, "replay"], &body).await?;
                let stands: Value = serde_json::from_str(&answer).unwrap_or_default();
                if ask.json {
                    return print(&answer);
                }
                let from = format!("is told again, from position {} on", text(&stands, "position"));
                let dead = format!("{} dead letters are told again", text(&stands, "dead"));
                print(&format!("{name}: {}", if from_position(&body) { from } else { dead }))
            }
        }
    }
}

fn from_position(body: &Value) -> bool {
    body.get("from").is_some()
}

fn text(of: &Value, field: &str) -> String {
    match of.get(field) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn rows(answer: &Value, field: &str, columns: &[(&str, &str)]) -> String {
    let rows = answer.get(field).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if rows.is_empty() {
        return "none".to_owned();
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(columns.iter().map(|(_, title)| *title));
    for row in rows {
        table.add_row(columns.iter().map(|(field, _)| text(row, field)));
    }
    table.trim_fmt()
}

fn table(answer: &str) -> String {
    let answer = serde_json::from_str(answer).unwrap_or_default();
    let columns = [
        ("name", "NAME"),
        ("origin", "TOLD AT"),
        ("state", "STATE"),
        ("position", "POSITION"),
        ("waiting", "WAITING"),
        ("lag_seconds", "LAG S"),
        ("dead", "DEAD"),
        ("last_failure", "LAST FAILURE"),
        ("last_failure_at", "AT"),
    ];
    rows(&answer, "items", &columns)
}

fn letters(answer: &str) -> String {
    let stands: Value = serde_json::from_str(answer).unwrap_or_default();
    let one = json!({ "items": [stands] }).to_string();
    let columns = [
        ("position", "POSITION"),
        ("work_order", "WORK ORDER"),
        ("recorded_at", "RECORDED"),
        ("since", "TRIED SINCE"),
        ("failures", "FAILURES"),
        ("reason", "REASON"),
    ];
    format!("{}\n\nDead letters: {}", table(&one), rows(&stands, "dead_letters", &columns))
}
