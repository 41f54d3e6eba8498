//! The machine as a picture: nine stages laid out by hand, every label taken from what was found.
//!
//! Ways that all stages of a frame share are drawn once, from the frame. The table below the picture is complete.

use super::Machine;
use super::layout::{self, Arrow};
use super::ways::{name, wrapped};
use crate::coverage::stage::Stage;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;

/// The colours of a light page, and those of a dark one.
const LIGHT: Palette = [
    ("paper", "#fff"),
    ("ink", "#1d2733"),
    ("faint", "#5b6775"),
    ("line", "#8a96a3"),
    ("box", "#f3f6f9"),
    ("frame", "#d5dce4"),
    ("main", "#0b6bcb"),
    ("good", "#18794e"),
    ("good-box", "#e3f4ea"),
    ("warn", "#a15c00"),
    ("warn-box", "#fdf0dc"),
    ("bad", "#c0362c"),
    ("bad-box", "#fde8e6"),
];
const DARK: Palette = [
    ("paper", "#12181f"),
    ("ink", "#e6ebf0"),
    ("faint", "#9aa7b4"),
    ("line", "#6b7885"),
    ("box", "#1d2630"),
    ("frame", "#35414d"),
    ("main", "#62b0ff"),
    ("good", "#5fd39a"),
    ("good-box", "#143325"),
    ("warn", "#f2b457"),
    ("warn-box", "#3a2a10"),
    ("bad", "#ff8f85"),
    ("bad-box", "#40201d"),
];
type Palette = [(&'static str, &'static str); 13];

const SHAPES: &str = "svg{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',sans-serif}\
.h{font-size:20px;font-weight:600}.frame{fill:none;stroke-width:1.5;stroke-dasharray:6 5}.box,.way{stroke-width:1.5}\
.name{font-size:14px;font-weight:600;text-anchor:middle}.way{fill:none}.way.main{stroke-width:2.5}\
.label{font-size:12.5px}.to{font-weight:600}";
const COLOURS: &str = ".paper{fill:(paper)}text,.start{fill:(ink)}.s,.label{fill:(faint)}.frame,.rule{stroke:(frame)}\
.box{fill:(box);stroke:(line)}.box.good{fill:(good-box);stroke:(good)}.box.warn{fill:(warn-box);stroke:(warn)}\
.box.bad{fill:(bad-box);stroke:(bad)}.way{stroke:(line)}.way.main{stroke:(main)}.head{fill:(line)}\
.head.main,.label.main{fill:(main)}";

/// The colours are written out, since many viewers of SVG know no variables.
fn style() -> String {
    let painted = |palette: Palette| {
        palette
            .iter()
            .fold(String::from(COLOURS), |rules, (name, value)| rules.replace(&format!("({name})"), value))
    };
    format!("{SHAPES}{}@media (prefers-color-scheme:dark){{{}}}", painted(LIGHT), painted(DARK))
}

/// How many characters of stages and of events fit into a row of the table, and how high its lines are.
const STAGES: usize = 84;
const EVENTS: usize = 92;
const LINE: usize = 18;

impl Machine {
    /// A picture of the machine (SVG), for light and dark pages.
    pub fn to_svg(&self) -> String {
        let (table, height) = self.table(layout::PICTURE_HEIGHT);
        let (width, style) = (layout::WIDTH, style());
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"machine-title machine-desc\">\n\
             <title id=\"machine-title\">The stages of a work order's coverage</title>\n\
             <desc id=\"machine-desc\">From assigned by way of quoted, applied and assigned-coverage to active, and from \
             there to expired; from any of these to flagged and back; and to completed or canceled. \
             Below, a table of every event that changes the stage.</desc>\n<style>{style}</style>\n{MARKERS}\n\
             <rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n\
             <text class=\"h\" x=\"40\" y=\"44\">The stages of a work order’s coverage</text>\n"
        );
        svg.push_str(&self.ways_drawn());
        svg.extend(self.stages.iter().map(|stage| layout::draw(*stage, self.is_last(*stage), None)));
        svg.push_str(&table);
        svg.push_str("</svg>\n");
        svg
    }

    /// The picture alone, for a page that brings the colours and the table itself: each stage leads somewhere and has a note,
    /// such as how many stand there.
    pub fn to_live_svg(&self, link_and_note: impl Fn(Stage) -> (String, String)) -> String {
        let (width, height) = (layout::WIDTH, layout::PICTURE_HEIGHT.saturating_sub(44));
        let mut svg = format!(
            "<svg viewBox=\"0 50 {width} {}\" role=\"group\" aria-label=\"The stages of a work order's coverage\">{MARKERS}\n",
            height.saturating_sub(50)
        );
        svg.push_str(&self.ways_drawn());
        for stage in &self.stages {
            let (link, note) = link_and_note(*stage);
            let drawn = layout::draw(*stage, self.is_last(*stage), Some(&note));
            svg.extend([format!(
                "<a href=\"{link}\" aria-label=\"{}: {note}\">{drawn}</a>\n",
                stage.as_str()
            )]);
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn ways_drawn(&self) -> String {
        let (x, y) = layout::START;
        let mut svg: String = layout::FRAMES.iter().map(layout::Frame::draw).collect();
        svg.extend([format!("<circle class=\"start\" cx=\"{x}\" cy=\"{y}\" r=\"8\"/>\n")]);
        svg.extend(layout::ARROWS.iter().map(|arrow| self.draw(arrow)));
        svg
    }

    fn draw(&self, arrow: &Arrow) -> String {
        let (kind, head) = if arrow.main { (" main", "main-head") } else { ("", "head") };
        let (x, y) = arrow.label_at;
        let anchor = arrow.anchor;
        let mut svg =
            format!("<path class=\"way{kind}\" d=\"{}\" marker-end=\"url(#{head})\"/>\n", arrow.line);
        for (line, event) in self.label(arrow).iter().enumerate() {
            let y = y.saturating_add(line.saturating_mul(16));
            svg.extend([format!(
                "<text class=\"label{kind}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{event}</text>\n"
            )]);
        }
        svg
    }

    /// The events of all edges that the arrow stands for.
    pub(super) fn label(&self, arrow: &Arrow) -> BTreeSet<&'static str> {
        let mut pairs = arrow.from.iter().flat_map(|from| arrow.to.iter().map(move |to| (from, to)));
        let events = |(from, to): (&Option<Stage>, &Option<Stage>)| {
            to.filter(|to| *from != Some(*to)).map(|to| self.events(*from, to))
        };
        let shared = pairs.find_map(events).unwrap_or_default();
        pairs.filter_map(events).fold(shared, |shared, more| shared.intersection(&more).copied().collect())
    }

    /// Every edge in rows, and the height of the picture that ends with them.
    fn table(&self, top: usize) -> (String, usize) {
        let mut y = top;
        let mut svg = format!("<text class=\"h\" x=\"40\" y=\"{y}\">Every change of stage</text>\n");
        y = y.saturating_add(14);
        for way in self.ways() {
            let stages = wrapped(way.from.iter().map(|stage| name(*stage)), STAGES);
            let events = wrapped(way.events.iter().copied(), EVENTS);
            svg.extend([format!(
                "<path class=\"rule\" d=\"M40 {y}H{}\"/>\n",
                layout::WIDTH.saturating_sub(40)
            )]);
            let baseline = |line: usize| y.saturating_add(line.saturating_add(1).saturating_mul(LINE));
            for (x, lines) in [(40, &stages), (640, &events)] {
                for (line, text) in lines.iter().enumerate() {
                    svg.extend([format!("<text x=\"{x}\" y=\"{}\">{text}</text>\n", baseline(line))]);
                }
            }
            let to = way.to.as_str();
            svg.extend([format!("<text class=\"to\" x=\"1500\" y=\"{}\">→ {to}</text>\n", baseline(0))]);
            y = baseline(stages.len().max(events.len()).saturating_sub(1)).saturating_add(7);
        }
        (svg, y.saturating_add(30))
    }
}

const MARKERS: &str = "<defs><marker id=\"head\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" \
markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head\" d=\"M0 0L10 5L0 10z\"/></marker>\
<marker id=\"main-head\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"12\" markerHeight=\"12\" \
markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head main\" d=\"M0 0L10 5L0 10z\"/></marker></defs>";
