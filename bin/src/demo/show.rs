//! What the demo shows: a line for each work order while it advances, and the closing table.

use super::player::{Cast, Told};
use crate::commands::print;
use crate::logging;
use crate::show::{Screen, colour, shown};
use comfy_table::{Cell, Color};
use covertrail_domain::coverage;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

/// More work orders than this are shown as one bar.
const MOST_LINES: usize = 30;

/// Where the work orders are shown.
pub(super) struct Stage {
    lines: MultiProgress,
    together: Option<ProgressBar>,
    spoken: bool,
}

/// One work order's line.
pub(super) struct Line {
    bar: ProgressBar,
    together: Option<ProgressBar>,
    name: String,
    spoken: bool,
}

impl Stage {
    pub(super) fn new(work_orders: usize, silent: bool) -> Self {
        let drawn = logging::standard_error_is_drawable() && !silent;
        let target = if drawn { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let lines = MultiProgress::with_draw_target(target);
        let total = u64::try_from(work_orders).unwrap_or(u64::MAX);
        let together = (work_orders > MOST_LINES).then(|| {
            let bar = lines.add(ProgressBar::new(total));
            bar.set_style(style("{bar:40} {pos}/{len} work orders where their scenarios end  {elapsed}"));
            bar
        });
        Self { lines, together, spoken: !drawn && !silent && work_orders <= MOST_LINES }
    }

    pub(super) fn line(&self, cast: &Cast) -> Line {
        let name = format!("{:<8} {:<22}", cast.id.as_str(), cast.scenario.title);
        let bar = if self.together.is_some() {
            ProgressBar::hidden()
        } else {
            self.lines.add(ProgressBar::new_spinner())
        };
        bar.set_style(style("{spinner} {prefix} {msg}"));
        bar.set_prefix(name.clone());
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        Line { bar, together: self.together.clone(), name, spoken: self.spoken }
    }

    pub(super) fn clear(&self) {
        // what cannot be cleared is only left on the screen
        let _ = self.lines.clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Line {
    pub(super) fn tell(&self, from: Option<coverage::Stage>, to: Option<coverage::Stage>) {
        let Some(to) = to else { return };
        let message = match from {
            Some(_) => format!("{} → {to}", self.bar.message()),
            None => to.to_string(),
        };
        self.bar.set_message(message);
        if self.spoken {
            let from = from.map_or("", coverage::Stage::as_str);
            // the table at the end says it too
            let _ = print(&format!("{} {from:>17} → {to}", self.name));
        }
    }

    pub(super) fn finish(&self, as_expected: bool) {
        let mark = if as_expected { "✓" } else { "✗" };
        self.bar.finish_with_message(format!("{} {mark}", self.bar.message()));
        if let Some(together) = &self.together {
            together.inc(1);
        }
    }
}

/// Every work order's end, for people.
pub(super) fn table(told: &[Told]) -> String {
    let screen = Screen::of_process();
    let mut table = screen.table(["", "work order", "scenario", "stage", "standing", "reason"]);
    for told in told {
        let mark = if told.problem.is_none() {
            screen.coloured("✓", Color::Green)
        } else {
            screen.coloured("✗", Color::Red)
        };
        table.add_row([
            mark,
            Cell::new(&told.work_order),
            Cell::new(told.scenario),
            Cell::new(told.stage.map_or("–", coverage::Stage::as_str)),
            screen.coloured(told.badge, colour(told.badge)),
            Cell::new(told.problem.as_deref().unwrap_or(&told.reason)),
        ]);
    }
    let ended = told.iter().filter(|told| told.problem.is_none()).count();
    format!("{}\n\n{ended} of {} work orders ended where their scenario says.\n", shown(&table), told.len())
}

/// Every work order's end, for programs.
pub(super) fn json(told: &[Told]) -> String {
    let rows: Vec<_> = told
        .iter()
        .map(|told| {
            json!({
                "work_order": told.work_order.as_str(), "scenario": told.scenario,
                "stage": told.stage.map(coverage::Stage::as_str), "standing": told.badge.as_str(),
                "reason": told.reason, "as_expected": told.problem.is_none(), "problem": told.problem,
            })
        })
        .collect();
    format!("{:#}", serde_json::Value::Array(rows))
}
