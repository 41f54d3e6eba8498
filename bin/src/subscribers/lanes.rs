//! What waits to be told to one subscriber: in order for each work order, none of which waits for another.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An event that waits. What it says is read from the log when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Letter {
    /// When it was recorded, in microseconds.
    pub(super) recorded_at: i64,
    /// How often it was not taken, and since when.
    pub(super) failures: u32,
    pub(super) since: Option<i64>,
    /// Not before this moment is it sent.
    due: i64,
}

impl Letter {
    pub(super) const fn new(recorded_at: i64, failures: u32, since: Option<i64>) -> Self {
        Self { recorded_at, failures, since, due: 0 }
    }
}

/// Everything that waits, by work order.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    of_orders: BTreeMap<Arc<str>, Lane>,
    /// The first of each lane that has none under way.
    due: BTreeSet<(i64, u64, Arc<str>)>,
    waiting: usize,
}

#[derive(Debug, Default)]
struct Lane {
    letters: BTreeMap<u64, Letter>,
    under_way: Option<u64>,
    listed: Option<(i64, u64)>,
}

impl Lanes {
    /// How many wait or are under way.
    pub(super) const fn len(&self) -> usize {
        self.waiting
    }

    /// Lines an event up. One that waits already goes on waiting as it does.
    pub(super) fn add(&mut self, work_order: &str, position: u64, letter: Letter) {
        let lane: Arc<str> = work_order.into();
        let letters = &mut self.of_orders.entry(Arc::clone(&lane)).or_default().letters;
        if let Entry::Vacant(place) = letters.entry(position) {
            place.insert(letter);
            self.waiting = self.waiting.saturating_add(1);
        }
        self.list(&lane);
    }

    /// The next that may be sent now; it is under way from then on.
    pub(super) fn take(&mut self, now: i64) -> Option<(Arc<str>, u64)> {
        let (due, position, work_order) = self.due.first().cloned()?;
        if due > now {
            return None;
        }
        if let Some(lane) = self.of_orders.get_mut(&work_order) {
            lane.under_way = Some(position);
        }
        self.list(&work_order);
        Some((work_order, position))
    }

    /// When the next may be sent.
    pub(super) fn next_due(&self) -> Option<i64> {
        self.due.first().map(|(due, _, _)| *due)
    }

    /// It was taken, or given up.
    pub(super) fn remove(&mut self, work_order: &Arc<str>, position: u64) {
        if let Some(lane) = self.of_orders.get_mut(work_order) {
            lane.under_way = None;
            if lane.letters.remove(&position).is_some() {
                self.waiting = self.waiting.saturating_sub(1);
            }
        }
        self.list(work_order);
        if self.of_orders.get(work_order).is_some_and(|lane| lane.letters.is_empty()) {
            self.of_orders.remove(work_order);
        }
    }

    /// It was not taken; answers how often now, and since when.
    pub(super) fn failed(&mut self, work_order: &Arc<str>, position: u64, now: i64) -> Letter {
        let mut failed = Letter::new(now, 1, Some(now));
        if let Some(lane) = self.of_orders.get_mut(work_order) {
            lane.under_way = None;
            if let Some(letter) = lane.letters.get_mut(&position) {
                letter.failures = letter.failures.saturating_add(1);
                letter.since.get_or_insert(now);
                failed = *letter;
            }
        }
        self.list(work_order);
        failed
    }

    /// It is sent again at that moment and not before.
    pub(super) fn put_off(&mut self, work_order: &Arc<str>, position: u64, until: i64) {
        let lane = self.of_orders.get_mut(work_order);
        if let Some(letter) = lane.and_then(|lane| lane.letters.get_mut(&position)) {
            letter.due = until;
        }
        self.list(work_order);
    }

    /// Everything may be sent now.
    pub(super) fn hurry(&mut self) {
        self.each(|_, letter| letter.due = 0);
    }

    /// Everything from a position on is as if it had never been tried.
    pub(super) fn forgive(&mut self, from: u64) {
        self.each(|position, letter| {
            if position >= from {
                *letter = Letter::new(letter.recorded_at, 0, None);
            }
        });
    }

    /// Everything that waits, by position within its work order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, u64, &Letter)> {
        self.of_orders.iter().flat_map(|(work_order, lane)| {
            lane.letters.iter().map(move |(position, letter)| (&**work_order, *position, letter))
        })
    }

    fn each(&mut self, mut change: impl FnMut(u64, &mut Letter)) {
        for lane in self.of_orders.values_mut() {
            lane.letters.iter_mut().for_each(|(position, letter)| change(*position, letter));
        }
        let all: Vec<_> = self.of_orders.keys().cloned().collect();
        for work_order in &all {
            self.list(work_order);
        }
    }

    /// Lists the first of a lane, if none of it is under way.
    fn list(&mut self, work_order: &Arc<str>) {
        let Some(lane) = self.of_orders.get_mut(work_order) else { return };
        let first = lane.letters.first_key_value().map(|(position, letter)| (letter.due, *position));
        let first = if lane.under_way.is_some() { None } else { first };
        if lane.listed == first {
            return;
        }
        if let Some((due, position)) = lane.listed {
            self.due.remove(&(due, position, Arc::clone(work_order)));
        }
        lane.listed = first;
        if let Some((due, position)) = first {
            self.due.insert((due, position, Arc::clone(work_order)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lanes(letters: &[(&str, u64)]) -> Lanes {
        let mut lanes = Lanes::default();
        for (work_order, position) in letters {
            lanes.add(work_order, *position, Letter::new(0, 0, None));
        }
        lanes
    }

    fn take(lanes: &mut Lanes, now: i64) -> Option<(String, u64)> {
        lanes.take(now).map(|(work_order, position)| (work_order.to_string(), position))
    }

    #[test]
    fn one_of_each_work_order_is_under_way_and_the_next_waits_for_it() {
        let mut lanes = lanes(&[("a", 1), ("b", 2), ("a", 3)]);
        assert_eq!(take(&mut lanes, 0), Some(("a".into(), 1)));
        assert_eq!(take(&mut lanes, 0), Some(("b".into(), 2)));
        assert_eq!(take(&mut lanes, 0), None);
        lanes.remove(&"a".into(), 1);
        assert_eq!(take(&mut lanes, 0), Some(("a".into(), 3)));
        assert_eq!(lanes.len(), 2);
    }

    #[test]
    fn what_failed_is_put_off_and_holds_back_its_own_work_order_alone() {
        let mut lanes = lanes(&[("a", 1), ("a", 2), ("b", 3)]);
        let (a, _) = lanes.take(5).unwrap();
        let failed = lanes.failed(&a, 1, 5);
        assert_eq!((failed.failures, failed.since), (1, Some(5)));
        lanes.put_off(&a, 1, 10);
        assert_eq!(take(&mut lanes, 9), Some(("b".into(), 3)));
        assert_eq!(take(&mut lanes, 9), None);
        assert_eq!(lanes.next_due(), Some(10));
        assert_eq!(take(&mut lanes, 10), Some(("a".into(), 1)));
        let again = lanes.failed(&a, 1, 11);
        assert_eq!((again.failures, again.since), (2, Some(5)));
    }

    #[test]
    fn what_waits_is_hurried_and_forgiven() {
        let mut lanes = lanes(&[("a", 1), ("b", 2)]);
        for _ in 0..2 {
            let (work_order, position) = lanes.take(0).unwrap();
            lanes.failed(&work_order, position, 0);
            lanes.put_off(&work_order, position, 1_000);
        }
        assert_eq!(take(&mut lanes, 1), None);
        lanes.hurry();
        lanes.forgive(2);
        let failures: Vec<_> =
            lanes.iter().map(|(_, position, letter)| (position, letter.failures)).collect();
        assert_eq!(failures, [(1, 1), (2, 0)]);
        assert_eq!(take(&mut lanes, 1), Some(("a".into(), 1)));
    }

    proptest! {
        #[test]
        fn everything_is_taken_once_and_in_order_whatever_fails(
            orders in prop::collection::vec(0_u8..4, 1..40),
            luck in prop::collection::vec((any::<bool>(), 0_i64..20), 0..200),
        ) {
            let mut lanes = Lanes::default();
            for (position, order) in (1..).zip(&orders) {
                lanes.add(&order.to_string(), position, Letter::new(0, 0, None));
            }
            let (mut told, mut luck, mut now) = (Vec::new(), luck.into_iter(), 0_i64);
            while lanes.len() > 0 {
                now += 1;
                let Some((work_order, position)) = lanes.take(now) else { continue };
                if let Some((false, pause)) = luck.next() {
                    lanes.failed(&work_order, position, now);
                    lanes.put_off(&work_order, position, now + pause);
                } else {
                    lanes.remove(&work_order, position);
                    told.push((work_order.to_string(), position));
                }
            }
            prop_assert_eq!(told.len(), orders.len());
            for order in 0..4_u8 {
                let order = order.to_string();
                let positions: Vec<_> =
                    told.iter().filter(|(of, _)| *of == order).map(|(_, position)| *position).collect();
                prop_assert!(positions.is_sorted());
            }
            prop_assert!(lanes.of_orders.is_empty() && lanes.due.is_empty());
        }
    }
}
