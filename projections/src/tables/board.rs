//! The board: one row for each work order, with how it stands.

use super::columns;
use crate::story::Story;
use crate::table::{Cell, Row, Rows, Table};
use covertrail_domain::cover::Line;
use covertrail_domain::coverage::Badge;
use covertrail_domain::id::{ClientId, ContractorId};
use covertrail_domain::time::{Timestamp, Window};

/// One row for each work order.
pub const BOARD: Table = Table {
    name: "board",
    version: 4,
    means: "Every work order, with how it stands.",
    columns: columns! {
        title: Text = "The work order's title.",
        category: Text = "WorkMarket's category of the work.",
        client: Text = "For whom the work is done.",
        worker: Text = "WorkMarket's id of who does it.",
        contractor: Text = "1099Policy's id of who does it.",
        stage: Text = "How far its coverage has come.",
        standing: Text = "How it stands, in a word.",
        urgency: Number = "The standing's place among all, 0 for the worst.",
        reason: Text = "Why it stands so, in one sentence.",
        changes_at: Moment = "When that next changes by the passing of time alone.",
        next_step: Text = "What Covertrail does next.",
        blocked_steps: Number = "How many steps wait for a person.",
        starts: Moment = "The beginning of the time that must be insured.",
        ends: Moment = "The end of the time that must be insured.",
        open: Truth = "Whether the work is still to be done or being done.",
        assigned: Moment = "When a worker was first assigned.",
        insured: Moment = "When every required line was first in force for this work.",
        began: Moment = "When work that must be insured began.",
        covered: Truth = "Whether every required line covers all of that work, as far as is known.",
        worked_seconds: Number = "How long was worked, once the work is over.",
        uninsured_seconds: Number = "How much of that lacked cover for a required line.",
        former_uninsured_seconds: Number = "How much of that was worked by others, before the work was reassigned.",
        round: Number = "Which attempt to bring it under cover this is.",
        revision: Number = "The number of its newest event in its stream.",
        position: Number = "The position of its newest event in the log.",
    },
    key: &[],
    indexed: &[
        "urgency",
        "changes_at",
        // all that is asked of contractors and of days, so that their groups are made without reading rows
        "contractor, urgency, worker, open, blocked_steps, standing, uninsured_seconds, former_uninsured_seconds",
        "began, covered, worked_seconds, uninsured_seconds, insured, assigned",
        "worker",
        "client, urgency",
        "stage, urgency",
    ],
    rows: Rows::OfStory(rows),
};

fn rows(story: &Story, at: Timestamp) -> Vec<Row<'_>> {
    let (Some(coverage), Some(place)) = (story.state.coverage(), story.place) else { return Vec::new() };
    let standing = story.state.standing(at);
    let window = coverage.work_window();
    let now = coverage.began().and(window);
    let began = story.stints.iter().map(|stint| stint.worked).chain(now).map(Window::start).min();
    let gaps = now.map(|_| coverage.gaps()).unwrap_or_default();
    // work that goes on beyond its schedule has no end yet to which a gap could be told
    let is_overdue = now.is_some() && standing.badge == Badge::UninsuredWorking;
    let is_covered = !is_overdue && gaps.is_empty() && story.stints.iter().all(|stint| stint.gaps.is_empty());
    let is_over = began.filter(|_| !coverage.is_open());
    let worked = story.stints.iter().map(|stint| stint.worked).chain(now);
    let worked: i64 = worked.map(Window::seconds).fold(0, i64::saturating_add);
    let formerly =
        story.stints.iter().map(|stint| uninsured_seconds(&stint.gaps)).fold(0, i64::saturating_add);
    vec![vec![
        coverage.work_order.as_str().into(),
        coverage.terms.title.as_str().into(),
        coverage.terms.category.as_str().into(),
        coverage.terms.client.as_ref().map(ClientId::as_str).into(),
        coverage.worker.as_str().into(),
        coverage.path.contractor().map(ContractorId::as_str).into(),
        coverage.stage().as_str().into(),
        standing.badge.as_str().into(),
        i64::from(standing.badge.urgency()).into(),
        standing.reason.into(),
        standing.changes_at.into(),
        story.state.next_action().map(|action| action.step().as_str()).into(),
        Cell::count(u64::try_from(coverage.blocked.len()).unwrap_or(u64::MAX)),
        window.map(Window::start).into(),
        window.map(Window::end).into(),
        coverage.is_open().into(),
        story.assigned.into(),
        story.insured.into(),
        began.into(),
        began.map(|_| i64::from(is_covered)).into(),
        is_over.map(|_| worked).into(),
        is_over.map(|_| uninsured_seconds(&gaps).saturating_add(formerly)).into(),
        is_over.map(|_| formerly).into(),
        i64::from(coverage.round.get()).into(),
        Cell::count(place.revision),
        Cell::count(place.position),
    ]]
}

/// Time that lacks several lines counts once.
fn uninsured_seconds(gaps: &[(Line, Vec<Window>)]) -> i64 {
    let mut gaps: Vec<Window> = gaps.iter().flat_map(|(_, gaps)| gaps).copied().collect();
    gaps.sort_unstable();
    let (mut seconds, mut counted) = (0_i64, None);
    for gap in gaps {
        let rest = counted.map_or(Some(gap), |end| gap.from(end));
        seconds = seconds.saturating_add(rest.map_or(0, Window::seconds));
        counted = counted.max(Some(gap.end()));
    }
    seconds
}
