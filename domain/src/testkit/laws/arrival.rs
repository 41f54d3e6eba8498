//! The order in which reports arrive.

use super::cover::moments;
use super::{Broken, holds};
use crate::cover::{Line, union};
use crate::coverage::{Badge, Coverage, Event, Evidence, Stage, State};
use crate::testkit::history::History;
use crate::testkit::hostile::{Arrivals, is_report};
use crate::time::{Timestamp, Window};
use alloc::format;
use alloc::vec::Vec;

/// What is seen of a work order's cover, without how it is being arranged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    cover: Vec<(Line, Vec<Window>)>,
    gaps: Vec<(Line, Vec<Window>)>,
    in_force: bool,
    /// None while cover is being arranged: a loss that was seen on the way has begun a new round, and one
    /// that was already made good when it was heard of has not.
    stage: Option<Stage>,
    standings: Vec<(Timestamp, Badge, Vec<Evidence>)>,
}

impl Sight {
    /// What is seen of the state.
    pub fn of(state: &State) -> Self {
        let coverage = state.coverage();
        let lines = coverage.map(|coverage| coverage.terms.required).unwrap_or_default();
        let covered = |line| coverage.map_or_else(Vec::new, |coverage| union(coverage.cover_of(line)));
        let standings = coverage.map_or_else(Vec::new, moments).into_iter().map(|at| {
            let standing = state.standing(at);
            let mut rests_on = standing.rests_on;
            rests_on.sort_unstable();
            (at, standing.badge, rests_on)
        });
        Self {
            cover: lines.iter().map(|line| (line, covered(line))).collect(),
            gaps: coverage.map(Coverage::gaps).unwrap_or_default(),
            in_force: coverage.is_some_and(Coverage::is_in_force),
            stage: state.stage().filter(|stage| !is_on_the_way(*stage)),
            standings: standings.collect(),
        }
    }

    /// What is seen of the cover alone, for work orders that came to it by different ways.
    pub fn of_cover(state: &State) -> Self {
        Self { stage: None, ..Self::of(state) }
    }
}

/// Two deliveries of the same reports, each as often as it likes, come to the same cover.
pub fn same_cover_in_any_order(state: &State, one: &Arrivals, other: &Arrivals) -> Result<(), Broken> {
    let (first, second) = (one.delivered_to(state.clone()), other.delivered_to(state.clone()));
    let (seen, seen_too) = (Sight::of(&first), Sight::of(&second));
    holds("reports come to the same cover in any order", seen == seen_too, || {
        format!("{seen:?}\n  after {one:?}\n  but {seen_too:?}\n  after {other:?}\n  in {state:?}")
    })
}

/// A report that was taken once adds nothing for the rest of the history, unless another worker had the work
/// in between: then what was known of the first one's cover is gone, and is news when they return.
pub fn a_report_heard_again_adds_nothing(history: &History) -> Result<(), Broken> {
    if history.events().any(|event| matches!(event, Event::Reassigned { .. })) {
        return Ok(());
    }
    let state = history.state();
    for report in history.moments().iter().map(|moment| &moment.command).filter(|command| is_report(command))
    {
        let again = state.decide(report).unwrap_or_default();
        holds("a report heard again later adds nothing", again.is_empty(), || {
            format!("{report:?}\n  came again to {again:?}\n  in {state:?}")
        })?;
    }
    Ok(())
}

fn is_on_the_way(stage: Stage) -> bool {
    match stage {
        Stage::Assigned | Stage::Quoted | Stage::Applied | Stage::AssignedCoverage => true,
        Stage::Active | Stage::Expired | Stage::Flagged | Stage::Canceled | Stage::Completed => false,
    }
}
