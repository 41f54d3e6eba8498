//! One work order as read models see it: the aggregate's state, and what only the events' own moments tell.

use covertrail_domain::coverage::{Event, Stage, State};
use covertrail_domain::time::Timestamp;

/// One work order's events so far, folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Story {
    /// What the aggregate knows.
    pub state: State,
    /// Where it stands in the log; nothing before its first event.
    pub place: Option<Place>,
    /// When a worker was first assigned, in the world.
    pub assigned: Option<Timestamp>,
    /// When every required line was first in force for this work, in the world.
    pub insured: Option<Timestamp>,
}

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its position in the whole log.
    pub position: u64,
    /// Its number in the work order's stream, from 0.
    pub revision: u64,
}

impl Story {
    /// The story with one more event, that happened at a moment in the world.
    #[must_use]
    pub fn told(self, event: &Event, occurred: Timestamp, place: Place) -> Self {
        let state = self.state.evolve(event);
        let is_insured = self.insured.is_none() && state.stage() == Some(Stage::Active);
        Self {
            state,
            place: Some(place),
            assigned: self.assigned.or(Some(occurred)),
            insured: if is_insured { Some(occurred) } else { self.insured },
        }
    }
}
