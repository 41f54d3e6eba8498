//! Made-up logs, and what they come to, event by event.

use super::super::{Checkpoint, Entry, Part, Told, Views};
use crate::checklist::Checklist;
use crate::delivery::{Delivery, Fate};
use crate::story::{Place, Story};
use crate::tables;
use covertrail_domain::coverage::Event;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::testkit::{History, legal_history, samples};
use covertrail_domain::time::Timestamp;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What happened, in the order of the log: positions count from 1.
pub(super) type Log = Vec<Happened>;

#[derive(Debug, Clone)]
pub(super) enum Happened {
    Event(WorkOrderId, Event),
    Delivery(Delivery),
}

/// Several histories at once, and now and then a delivery.
fn log(histories: &[History], order: &[prop::sample::Index]) -> Log {
    let mut left: Vec<Vec<(WorkOrderId, Event)>> = histories
        .iter()
        .enumerate()
        .map(|(place, history)| history.events().rev().map(|event| renamed(place, event)).collect())
        .collect();
    let mut log = Log::new();
    for next in order.iter().cycle() {
        left.retain(|events| !events.is_empty());
        if left.is_empty() {
            return log;
        }
        if next.index(5) == 0 {
            log.push(Happened::Delivery(delivery(next.index(7), log.len())));
        }
        let place = next.index(left.len());
        log.extend(left[place].pop().map(|(id, event)| Happened::Event(id, event)));
    }
    log
}

/// The histories are all of one work order: here each has its own.
fn renamed(place: usize, event: &Event) -> (WorkOrderId, Event) {
    let id = WorkOrderId::parse(&format!("wo-{place}")).unwrap();
    let mut event = event.clone();
    if let Event::Assigned { work_order, .. } = &mut event {
        *work_order = id.clone();
    }
    (id, event)
}

fn delivery(number: usize, before: usize) -> Delivery {
    let fate = match number % 3 {
        0 => Fate::Received,
        1 => Fate::Waiting { reason: "no work order is known".to_owned() },
        _ => Fate::Handled {
            outcome: "applied",
            reason: None,
            work_orders: vec!["wo-0".to_owned(), "wo-1".to_owned()],
            at: samples::hour(1),
        },
    };
    let source = if number.is_multiple_of(2) { "policy" } else { "workmarket" };
    Delivery {
        id: format!("{source}-{number}"),
        source,
        event: "policy.active".to_owned(),
        received: samples::hour(0),
        fate,
        position: u64::try_from(before).unwrap() + 1,
    }
}

/// What a log comes to, folded event by event.
#[derive(Default)]
pub(super) struct World {
    pub(super) position: u64,
    pub(super) stories: BTreeMap<WorkOrderId, Story>,
    pub(super) deliveries: BTreeMap<String, Delivery>,
    pub(super) checklist: Checklist,
    touched: BTreeSet<String>,
}

impl World {
    pub(super) fn of(log: &Log) -> Self {
        let mut world = Self::default();
        world.tell_all(log);
        world
    }

    pub(super) fn tell_all(&mut self, log: &[Happened]) {
        for happened in log {
            self.tell(happened);
        }
    }

    pub(super) fn tell(&mut self, happened: &Happened) {
        self.position += 1;
        match happened {
            Happened::Event(work_order, event) => {
                let story = self.stories.entry(work_order.clone()).or_default();
                let revision = story.place.map_or(0, |place| place.revision + 1);
                let place = Place { position: self.position, revision, recorded: samples::hour(0) };
                story.tell(event, place);
                self.checklist.see(story, event, place);
                self.touched.insert(work_order.as_str().to_owned());
            }
            Happened::Delivery(delivery) => {
                if delivery.source == "policy" {
                    self.checklist.see_webhook(self.position, &delivery.id);
                }
                self.deliveries.insert(delivery.id.clone(), delivery.clone());
                self.touched.insert(delivery.id.clone());
            }
        }
    }

    pub(super) fn reached(&self, at: Timestamp) -> Checkpoint {
        Checkpoint { position: self.position, at }
    }

    pub(super) fn rebuild(&self, path: &Path, at: Timestamp) -> Views {
        let mut views = Views::open(path).unwrap();
        let parts = [
            Part::Deliveries(self.deliveries.values().cloned().collect()),
            Part::Stories(self.stories.values().cloned().collect()),
            Part::Checklist(self.checklist.clone()),
        ];
        views.rebuild(&tables::STORED, parts, self.reached(at), |_| ()).unwrap().unwrap();
        views
    }

    /// Brings the read models up to here from a position.
    pub(super) fn follow(&mut self, views: &mut Views, from: u64, at: Timestamp) -> Vec<Entry> {
        let mut touched = std::mem::take(&mut self.touched);
        touched.extend(views.turned(at).unwrap().iter().map(|id| id.as_str().to_owned()));
        let stories = self.stories.iter().filter(|(id, _)| touched.contains(id.as_str()));
        let stories: Vec<_> = stories.map(|(_, story)| story.clone()).collect();
        let deliveries = self.deliveries.values().filter(|delivery| touched.contains(&delivery.id));
        let deliveries: Vec<_> = deliveries.cloned().collect();
        let told = Told { stories: &stories, deliveries: &deliveries, checklist: &self.checklist };
        views.follow(from, told, self.reached(at)).unwrap().unwrap()
    }
}

pub(super) fn any_log() -> impl Strategy<Value = Log> {
    let histories = prop::collection::vec(legal_history(), 1..4);
    let order = prop::collection::vec(any::<prop::sample::Index>(), 1..20);
    (histories, order).prop_map(|(histories, order)| log(&histories, &order))
}
