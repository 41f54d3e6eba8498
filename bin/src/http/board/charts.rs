//! Charts drawn as SVG, in shares of whatever width there is; the same figures stand below as a table.

use maud::{Markup, html};

/// How high a chart is, in pixels.
const HEIGHT: i64 = 112;

/// One bar.
pub(super) struct Bar {
    /// What it is of.
    pub(super) of: String,
    /// How high it is, of the chart's most; nothing where nothing is known.
    pub(super) value: Option<i64>,
    /// The value in words.
    pub(super) told: String,
}

/// A share of a whole as SVG has it, to the hundredth of a percent.
pub(super) fn percent(part: i64, whole: i64) -> String {
    let share = part.saturating_mul(10_000).checked_div(whole).unwrap_or(0).clamp(0, 10_000);
    format!("{}.{:02}%", share / 100, share % 100)
}

/// What a chart is of.
pub(super) struct Chart {
    pub(super) title: &'static str,
    /// Where its figures are as a list.
    pub(super) link: &'static str,
    pub(super) unit: &'static str,
    /// The value of the highest bar there can be, and the same in words.
    pub(super) most: i64,
    pub(super) told: String,
    /// Its colour, as the stylesheet names it.
    pub(super) kind: &'static str,
}

/// Bars side by side, the oldest first.
pub(super) fn bars(chart: &Chart, bars: &[Bar]) -> Markup {
    let count = i64::try_from(bars.len()).unwrap_or(1).max(1);
    let ends = bars.first().zip(bars.last());
    html! {
        figure.chart {
            figcaption { h3 { a href=(chart.link) { (chart.title) } } span.hint { "up to " (chart.told) } }
            svg class=(chart.kind) width="100%" height=(HEIGHT) role="img" aria-label={ (chart.title) ": the table below has the figures" } {
                @for line in [1, HEIGHT / 2, HEIGHT - 1] { line.grid x1="0" x2="100%" y1=(line) y2=(line) {} }
                @for (place, bar) in (0_i64..).zip(bars) {
                    @if let Some(value) = bar.value {
                        @let high = value.saturating_mul(HEIGHT).checked_div(chart.most).unwrap_or(0).clamp(2, HEIGHT);
                        rect x=(percent(place * 10 + 1, count * 10)) width=(percent(8, count * 10)) y=(HEIGHT - high) height=(high) rx="2" {
                            title { (bar.of) ": " (bar.told) }
                        }
                    }
                }
            }
            @if let Some((first, last)) = ends { p.axis aria-hidden="true" { span { (first.of) } span { (last.of) } } }
            details {
                summary { "As a table" }
                table { thead { tr { th scope="col" { "Day" } th.number scope="col" { (chart.unit) } } }
                    tbody { @for bar in bars.iter().rev().filter(|bar| bar.value.is_some()) { tr { td { (bar.of) } td.number { (bar.told) } } } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_stay_within_the_whole() {
        for (part, whole, told) in [
            (1, 3, "33.33%"),
            (0, 5, "0.00%"),
            (9, 5, "100.00%"),
            (-1, 5, "0.00%"),
            (1, 0, "0.00%"),
            (i64::MAX, 1, "100.00%"),
        ] {
            assert_eq!(percent(part, whole), told);
        }
    }
}
