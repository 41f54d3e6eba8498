//! Deliveries: everything that came in, and what became of it.

use super::columns;
use crate::delivery::{Delivery, Fate};
use crate::table::{Cell, Row, Rows, Table};

/// One row for each delivery.
pub const DELIVERIES: Table = Table {
    name: "deliveries",
    version: 3,
    means: "Every delivery, and what became of it.",
    columns: columns! {
        of delivery: Text = "The vendor and the delivery's id.";
        source: Text = "Which vendor sent it.",
        event: Text = "What it says it is.",
        received: Moment = "When it was stored here.",
        state: Text = "What became of it: received, waiting, applied, nothing_new, refused, ignored or malformed.",
        reason: Text = "Why it waits, or why nothing came of it.",
        work_orders: Names = "The work orders it reached.",
        handled: Moment = "When it was dealt with.",
        position: Number = "The position of its newest event in the log.",
    },
    key: &[],
    indexed: &["position", "state, position", "event, position", "source, position"],
    rows: Rows::OfDelivery(rows),
};

fn rows(delivery: &Delivery) -> Vec<Row<'_>> {
    let (state, reason, work_orders, handled) = match &delivery.fate {
        Fate::Received => ("received", None, Cell::from(""), None),
        Fate::Waiting { reason } => ("waiting", Some(reason.as_str()), Cell::from(""), None),
        Fate::Handled { outcome, reason, work_orders, at } => {
            (*outcome, reason.as_deref(), work_orders.join(",").into(), Some(*at))
        }
    };
    vec![vec![
        delivery.id.as_str().into(),
        delivery.source.into(),
        delivery.event.as_str().into(),
        delivery.received.into(),
        state.into(),
        reason.into(),
        work_orders,
        handled.into(),
        Cell::count(delivery.position),
    ]]
}
