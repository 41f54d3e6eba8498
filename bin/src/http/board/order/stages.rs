//! The lifecycle, with where the work order stands in it.

use super::super::words::{icon, stage};
use covertrail_domain::coverage::{Coverage, Path, Stage};
use covertrail_projections::Story;
use maud::{Markup, html};

/// The way to cover, in order.
const WAY: [Stage; 5] =
    [Stage::Assigned, Stage::Quoted, Stage::Applied, Stage::AssignedCoverage, Stage::Active];

/// The way to cover and what lies off it.
pub(super) fn stages(story: &Story, coverage: &Coverage) -> Markup {
    let now = coverage.stage();
    let reached = if story.insured.is_some() { WAY.len() - 1 } else { reached(&coverage.path) };
    let is_off = !WAY.contains(&now);
    html! {
        ol.stages aria-label="Lifecycle" {
            @for (place, each) in WAY.iter().enumerate() {
                @let is_here = *each == now;
                li class=[(is_here || place <= reached && (is_off || place < here(now))).then_some(if is_here { "here" } else { "past" })] aria-current=[is_here.then_some("step")] {
                    @if !is_here && place <= reached && (is_off || place < here(now)) { (icon("done")) }
                    a href={ "/board?stage=" (each.as_str()) } { (stage(*each)) }
                }
            }
            @if is_off { li class={ "here " (now.as_str()) } aria-current="step" { a href={ "/board?stage=" (now.as_str()) } { (stage(now)) } } }
        }
    }
}

fn here(now: Stage) -> usize {
    WAY.iter().position(|stage| *stage == now).unwrap_or(WAY.len())
}

const fn reached(path: &Path) -> usize {
    match path {
        Path::Assigned | Path::Enrolled { .. } | Path::Scoped(_) | Path::Declined { .. } => 0,
        Path::Quoted { .. } | Path::Applying { .. } | Path::Ineligible { .. } => 1,
        Path::Applied { .. } | Path::Unassignable { .. } => 2,
        Path::Bound { .. } => 3,
    }
}
