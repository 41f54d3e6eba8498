//! Where the picture's stages, frames and arrows lie.

use crate::coverage::stage::Stage;
use alloc::format;
use alloc::string::String;

/// The picture's width.
pub(super) const WIDTH: usize = 1_720;
/// Where the drawing ends and the table begins.
pub(super) const PICTURE_HEIGHT: usize = 840;
/// The middle of the dot with which everything begins.
pub(super) const START: (usize, usize) = (48, 232);

const BOX: (usize, usize) = (164, 52);

/// One stage, or those of a frame; none before a worker was assigned.
type Stages = &'static [Option<Stage>];

/// An arrow; what it says is what was found between its ends.
pub(super) struct Arrow {
    pub(super) from: Stages,
    pub(super) to: Stages,
    pub(super) line: &'static str,
    pub(super) label_at: (usize, usize),
    pub(super) anchor: &'static str,
    pub(super) main: bool,
}

const fn main_way(from: Stages, to: Stages, line: &'static str, label_at: (usize, usize)) -> Arrow {
    Arrow { from, to, line, label_at, anchor: "middle", main: true }
}

const fn side_way(
    from: Stages,
    to: Stages,
    line: &'static str,
    label_at: (usize, usize),
    anchor: &'static str,
) -> Arrow {
    Arrow { from, to, line, label_at, anchor, main: false }
}

const NONE: Stages = &[None];
const ASSIGNED: Stages = &[Some(Stage::Assigned)];
const QUOTED: Stages = &[Some(Stage::Quoted)];
const APPLIED: Stages = &[Some(Stage::Applied)];
const BOUND: Stages = &[Some(Stage::AssignedCoverage)];
const ACTIVE: Stages = &[Some(Stage::Active)];
const EXPIRED: Stages = &[Some(Stage::Expired)];
const FLAGGED: Stages = &[Some(Stage::Flagged)];
const CANCELED: Stages = &[Some(Stage::Canceled)];
const COMPLETED: Stages = &[Some(Stage::Completed)];

/// The stages in which no certificate waits for a person.
const CLEAR: Stages = &[
    Some(Stage::Assigned),
    Some(Stage::Quoted),
    Some(Stage::Applied),
    Some(Stage::AssignedCoverage),
    Some(Stage::Active),
    Some(Stage::Expired),
];
/// The stages of work that is not over.
const OPEN: Stages = &[
    Some(Stage::Assigned),
    Some(Stage::Quoted),
    Some(Stage::Applied),
    Some(Stage::AssignedCoverage),
    Some(Stage::Active),
    Some(Stage::Expired),
    Some(Stage::Flagged),
];
/// The stages on the way to cover that new dates bring back to its beginning.
const ARRANGED: Stages = &[Some(Stage::Quoted), Some(Stage::Applied), Some(Stage::AssignedCoverage)];

pub(super) const ARROWS: [Arrow; 13] = [
    main_way(NONE, ASSIGNED, "M56 232H136", (94, 220)),
    main_way(ASSIGNED, QUOTED, "M302 232H446", (373, 220)),
    main_way(QUOTED, APPLIED, "M612 232H756", (683, 220)),
    main_way(APPLIED, BOUND, "M922 232H1066", (993, 220)),
    main_way(BOUND, ACTIVE, "M1232 232H1376", (1_303, 172)),
    side_way(ASSIGNED, APPLIED, "M240 206C280 130 760 130 810 204", (530, 141), "middle"),
    side_way(ACTIVE, EXPIRED, "M1420 258V442", (1_408, 290), "end"),
    side_way(EXPIRED, ACTIVE, "M1500 444V260", (1_512, 330), "start"),
    side_way(
        ARRANGED,
        ASSIGNED,
        "M1150 258V350M840 258V350M560 258V350M1150 350H240Q220 350 220 330V260",
        (365, 368),
        "middle",
    ),
    side_way(OPEN, CANCELED, "M1150 670V724", (1_162, 702), "start"),
    side_way(OPEN, COMPLETED, "M530 670V724", (542, 702), "start"),
    side_way(CLEAR, FLAGGED, "M800 520V582", (788, 556), "end"),
    side_way(FLAGGED, CLEAR, "M880 584V522", (892, 540), "start"),
];

/// A dashed line around stages that have a way in common.
pub(super) struct Frame {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    title: &'static str,
}

pub(super) const FRAMES: [Frame; 2] = [
    Frame { x: 20, y: 70, width: 1_680, height: 600, title: "work is open" },
    Frame { x: 112, y: 108, width: 1_568, height: 412, title: "no certificate waits for a person" },
];

impl Frame {
    pub(super) fn draw(&self) -> String {
        let Self { x, y, width, height, title } = self;
        let (text_x, text_y) = (x.saturating_add(14), y.saturating_add(22));
        format!(
            "<rect class=\"frame\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"14\"/>\n\
             <text class=\"s\" x=\"{text_x}\" y=\"{text_y}\">{title}</text>\n"
        )
    }
}

/// The middle of a stage's box, and the class that says how good it is to be there.
const fn place(stage: Stage) -> (usize, usize, &'static str) {
    match stage {
        Stage::Assigned => (220, 232, "box"),
        Stage::Quoted => (530, 232, "box"),
        Stage::Applied => (840, 232, "box"),
        Stage::AssignedCoverage => (1_150, 232, "box"),
        Stage::Active => (1_460, 232, "box good"),
        Stage::Expired => (1_460, 470, "box bad"),
        Stage::Flagged => (840, 610, "box warn"),
        Stage::Canceled => (1_150, 752, "box"),
        Stage::Completed => (530, 752, "box"),
    }
}

/// A stage's box; one that nothing leads out of has a double rim. A note stands below the name.
pub(super) fn draw(stage: Stage, last: bool, note: Option<&str>) -> String {
    let ((x, y, class), (width, height)) = (place(stage), BOX);
    let corner = |inset: usize| {
        let (half_width, half_height) = (width / 2, height / 2);
        let (left, top) = (x.saturating_sub(half_width), y.saturating_sub(half_height));
        let (wide, high) =
            (width.saturating_sub(inset.saturating_mul(2)), height.saturating_sub(inset.saturating_mul(2)));
        let (left, top) = (left.saturating_add(inset), top.saturating_add(inset));
        format!(
            "<rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"{wide}\" height=\"{high}\" rx=\"10\"/>\n"
        )
    };
    let rims = if last { format!("{}{}", corner(0), corner(4)) } else { corner(0) };
    let line = |class: &str, y: usize, text: &str| {
        format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>\n")
    };
    let (name_at, below) =
        (if note.is_some() { y.saturating_sub(3) } else { y.saturating_add(5) }, y.saturating_add(19));
    let (name, note) = (
        line("name", name_at, stage.as_str()),
        note.map(|note| line("note", below, note)).unwrap_or_default(),
    );
    format!("{rims}{name}{note}")
}
