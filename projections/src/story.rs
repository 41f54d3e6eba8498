//! One work order as read models see it: the aggregate's state, and what only the course of its events tells.

#[cfg(test)]
mod tests;

use covertrail_domain::cover::Line;
use covertrail_domain::coverage::{Certificate, Event, Round, Stage, State};
use covertrail_domain::id::{CertificateId, WorkerId};
use covertrail_domain::time::{Timestamp, Window};

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
    /// What others did before the worker who has the work now.
    pub stints: Vec<Stint>,
    /// When each certificate was handed to 1099Policy.
    pub handed_in: Vec<(CertificateId, Timestamp)>,
}

/// What somebody worked until another had the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stint {
    /// Who.
    pub worker: WorkerId,
    /// In which round it ended.
    pub round: Round,
    /// When.
    pub worked: Window,
    /// When required lines did not cover that.
    pub gaps: Vec<(Line, Vec<Window>)>,
}

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its position in the whole log.
    pub position: u64,
    /// Its number in the work order's stream, from 0.
    pub revision: u64,
    /// When it was recorded.
    pub recorded: Timestamp,
}

impl Story {
    /// When 1099Policy was handed a certificate, where that was done here.
    pub fn handed_in(&self, certificate: &Certificate) -> Option<Timestamp> {
        self.handed_in.iter().find(|(id, _)| *id == certificate.id).map(|(_, at)| *at)
    }

    /// Goes on with one more event.
    pub fn tell(&mut self, event: &Event, place: Place) {
        if let Event::Reassigned { at, .. } = event {
            self.stints.extend(stint(&self.state, *at));
        }
        if let Event::CertificateUploaded { certificate, .. } = event {
            self.handed_in.push((certificate.clone(), place.recorded));
        }
        self.state = std::mem::take(&mut self.state).evolve(event);
        self.place = Some(place);
        self.heard = event.at().or(self.heard);
        self.assigned = self.assigned.or(self.heard);
        if self.insured.is_none() && self.state.stage() == Some(Stage::Active) {
            self.insured = self.heard;
        }
    }
}

/// What is worked by a moment, if anything is: as if the work ended there.
fn stint(state: &State, at: Timestamp) -> Option<Stint> {
    let began = state.coverage()?.began()?;
    let stopped = state.clone().evolve(&Event::WorkCanceled { at: at.max(began) });
    let coverage = stopped.coverage()?;
    let (worker, round) = (coverage.worker.clone(), coverage.round);
    Some(Stint { worker, round, worked: coverage.work_window()?, gaps: coverage.gaps() })
}
