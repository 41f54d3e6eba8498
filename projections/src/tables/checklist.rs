//! The go-live checklist.

use super::columns;
use crate::checklist::Checklist;
use crate::table::{Cell, Row, Rows, Table};

/// One row for each item of the guide's testing checklist.
pub const CHECKLIST: Table = Table {
    name: "checklist",
    version: 2,
    means: "The guide's testing checklist, ticked by what has happened.",
    columns: columns! {
        of item: Text = "What is to be seen, in a word.";
        wanted: Text = "What is to be seen.",
        optional: Truth = "Whether the guide calls it optional.",
        done: Truth = "Whether it was seen.",
        stream: Text = "The stream it was first seen in.",
        position: Number = "The position in the log where it was first seen.",
    },
    key: &[],
    indexed: &[],
    rows: Rows::OfLog(rows),
};

fn rows(checklist: &Checklist) -> Vec<Row<'_>> {
    let row = |(item, tick): (crate::checklist::Item, Option<&'_ crate::checklist::Tick>)| {
        vec![
            item.as_str().into(),
            item.wanted().into(),
            item.is_optional().into(),
            tick.is_some().into(),
            tick.map(|tick| Cell::from(tick.stream.clone())).into(),
            tick.map(|tick| Cell::count(tick.position)).into(),
        ]
    };
    checklist.ticks().map(row).collect()
}
