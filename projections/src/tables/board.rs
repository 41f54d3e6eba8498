//! The board: one row for each work order, with how it stands.

use super::columns;
use crate::story::Story;
use crate::table::{Cell, Row, Table};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::{Timestamp, Window};

/// One row for each work order.
pub(super) const BOARD: Table = Table {
    name: "board",
    version: 1,
    columns: columns! {
        title: Text = "The work order's title.",
        category: Text = "WorkMarket's category of the work.",
        client: Text = "For whom the work is done.",
        worker: Text = "WorkMarket's id of who does it.",
        contractor: Text = "1099Policy's id of who does it.",
        stage: Text = "How far its coverage has come.",
        badge: Text = "How it stands, in a word.",
        urgency: Number = "The badge's place among all, 0 for the worst.",
        reason: Text = "Why it stands so, in one sentence.",
        changes_at: Moment = "When that next changes by the passing of time alone.",
        next_step: Text = "What Covertrail does next.",
        blocked: Number = "How many steps wait for a person.",
        starts: Moment = "The beginning of the time that must be insured.",
        ends: Moment = "The end of the time that must be insured.",
        open: Truth = "Whether the work is still to be done or being done.",
        assigned: Moment = "When a worker was first assigned.",
        insured: Moment = "When every required line was first in force for this work.",
        round: Number = "Which attempt to bring it under cover this is.",
        revision: Number = "The number of its newest event in its stream.",
        position: Number = "The position of its newest event in the log.",
    },
    key: &[],
    indexed: &["urgency", "changes_at", "contractor", "worker", "client", "stage"],
    rows,
};

fn rows(work_order: &WorkOrderId, story: &Story, at: Timestamp) -> Vec<Row> {
    let (Some(coverage), Some(place)) = (story.state.coverage(), story.place) else { return Vec::new() };
    let standing = story.state.standing(at);
    let window = coverage.work_window();
    vec![vec![
        Cell::shown(work_order),
        coverage.terms.title.as_str().into(),
        coverage.terms.category.as_str().into(),
        coverage.terms.client.as_ref().map(Cell::shown).into(),
        Cell::shown(&coverage.worker),
        coverage.path.contractor().map(Cell::shown).into(),
        coverage.stage().as_str().into(),
        standing.badge.as_str().into(),
        i64::from(standing.badge.urgency()).into(),
        standing.reason.as_str().into(),
        standing.changes_at.into(),
        story.state.next_action().map(|action| Cell::shown(action.step())).into(),
        Cell::count(u64::try_from(coverage.blocked.len()).unwrap_or(u64::MAX)),
        window.map(Window::start).into(),
        window.map(Window::end).into(),
        coverage.is_open().into(),
        story.assigned.into(),
        story.insured.into(),
        i64::from(coverage.round.get()).into(),
        Cell::count(place.revision),
        Cell::count(place.position),
    ]]
}
