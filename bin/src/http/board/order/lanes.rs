//! Coverage lanes: for each line, when the work is covered by what, and the gaps, hatched.

use super::super::charts::percent;
use super::super::time;
use super::super::words::plain;
use covertrail_domain::cover::{Line, gaps};
use covertrail_domain::coverage::Coverage;
use covertrail_domain::time::{Timestamp, Window};
use maud::{Markup, html};

/// The lanes, drawn and in words.
pub(super) fn lanes(coverage: &Coverage, at: Timestamp) -> Markup {
    let Some(work) = coverage.work_window() else {
        return html! { p.hint { "The work was called off before it began: no time of it has to be insured." } };
    };
    let margin = (work.seconds() / 8).max(1_800);
    let Some(shown) = Window::new(work.start().plus(-margin), work.end().plus(margin)) else {
        return html! {};
    };
    let lines: Vec<Lane> = Line::ALL.into_iter().filter_map(|line| Lane::of(coverage, line, work)).collect();
    html! {
        svg.patterns width="0" height="0" aria-hidden="true" { defs {
            pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                rect.under width="8" height="8" {} rect.stripe width="3" height="8" {}
            }
        } }
        table.lanes {
            caption.visually-hidden { "Cover of each line against the work" }
            thead { tr { th scope="col" { "Line" } th scope="col" { span.ends { span { "Work starts " (time::at(work.start())) } span { "ends " (time::at(work.end())) } } } } }
            tbody { @for lane in &lines { tr {
                th scope="row" { (plain(lane.line.as_str())) span.hint { @if lane.required { "required" } @else { "not required" } } }
                td { (lane.draw(work, shown, at)) (lane.words()) }
            } } }
        }
        p.legend {
            @for (key, name) in [("cover", "covered"), ("gap", "gap"), ("work", "work")] { span { span class={ "key " (key) } {} (name) } }
            @if shown.contains(at) { span { span.key.now {} "the moment looked at" } }
        }
    }
}

struct Lane {
    line: Line,
    required: bool,
    cover: Vec<(String, Window)>,
    gaps: Vec<Window>,
}

impl Lane {
    /// A line that is required or covered.
    fn of(coverage: &Coverage, line: Line, work: Window) -> Option<Self> {
        let required = coverage.terms.required.contains(line);
        let holdings = coverage.holdings().filter(|(_, holding)| holding.lines.contains(line));
        let cover: Vec<_> = holdings
            .flat_map(|(evidence, holding)| {
                let evidence = evidence.to_string();
                holding.windows.into_iter().map(move |window| (evidence.clone(), window))
            })
            .collect();
        let gaps = if required { gaps(work, coverage.cover_of(line)) } else { Vec::new() };
        (required || !cover.is_empty()).then_some(Self { line, required, cover, gaps })
    }

    fn draw(&self, work: Window, shown: Window, at: Timestamp) -> Markup {
        let place = |moment: Timestamp| percent(moment.unix() - shown.start().unix(), shown.seconds());
        let width = |window: Window| percent(window.seconds(), shown.seconds());
        let told = if self.gaps.is_empty() { "covered throughout" } else { "with gaps, told below" };
        html! {
            svg.lane width="100%" height="30" role="img" aria-label={ (plain(self.line.as_str())) ": " (told) } {
                rect.track x="0" y="12" width="100%" height="6" rx="3" {}
                @for (evidence, window) in &self.cover {
                    @if let Some(seen) = window.intersection(shown) {
                        rect.cover x=(place(seen.start())) y="7" width=(width(seen)) height="16" rx="3" { title { (evidence) ": " (window.start()) " to " (window.end()) } }
                    }
                }
                @for gap in &self.gaps {
                    rect.gap x=(place(gap.start())) y="7" width=(width(*gap)) height="16" rx="3" fill="url(#hatch)" { title { "gap: " (gap.start()) " to " (gap.end()) } }
                }
                rect.work x=(place(work.start())) y="3" width=(width(work)) height="24" rx="5" {}
                @if shown.contains(at) { line.now x1=(place(at)) x2=(place(at)) y1="0" y2="30" {} }
            }
        }
    }

    fn words(&self) -> Markup {
        html! {
            ul.windows {
                @for (evidence, window) in &self.cover { li { "By " (evidence) ": " (time::span(*window)) } }
                @for gap in &self.gaps { li.gap { "Gap of " (time::length(gap.seconds())) ": " (time::span(*gap)) } }
                @if self.cover.is_empty() && self.gaps.is_empty() { li { "No cover" } }
            }
        }
    }
}
