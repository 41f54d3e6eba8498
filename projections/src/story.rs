//! One work order as read models see it: the aggregate's state, and what only the course of its events tells.

use covertrail_domain::coverage::{Event, Stage, State};
use covertrail_domain::time::Timestamp;

/// One work order's events so far, folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Story {
    /// What the aggregate knows.
    pub state: State,
    /// Where it stands in the log; nothing before its first event.
    pub place: Option<Place>,
    /// The last moment in the world that an event named.
    pub heard: Option<Timestamp>,
    /// When a worker was first assigned, in the world.
    pub assigned: Option<Timestamp>,
    /// When every required line was first in force for this work: the moment of the report that made it so.
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
    /// Goes on with one more event.
    pub fn tell(&mut self, event: &Event, place: Place) {
        self.state = std::mem::take(&mut self.state).evolve(event);
        self.place = Some(place);
        self.heard = event.at().or(self.heard);
        self.assigned = self.assigned.or(self.heard);
        if self.insured.is_none() && self.state.stage() == Some(Stage::Active) {
            self.insured = self.heard;
        }
    }
}
