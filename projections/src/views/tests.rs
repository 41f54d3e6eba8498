mod naive;
mod world;

use super::{Checkpoint, Journal, Moved, Part, Told, Views};
use crate::table::Rows;
use crate::tables;
use covertrail_domain::testkit::samples;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use world::{Happened, World, any_log};

/// The rows of a JSON array, sorted.
fn in_order(rows: &str) -> Vec<&str> {
    let inner = rows.trim_start_matches(['[', '{']).trim_end_matches([']', '}']);
    let mut rows: Vec<_> = inner.split("},{").collect();
    rows.sort_unstable();
    rows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn following_the_log_in_any_steps_comes_to_the_same_rows_as_folding_it_anew(
        log in any_log(),
        steps in prop::collection::vec((1_usize..8, 0_i64..20), 1..20),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (mut world, mut at) = (World::default(), samples::hour(-80));
        let mut live = world.rebuild(&folder.path().join("live"), at);
        let mut left = &log[..];
        for (many, hours) in steps.iter().cycle() {
            if left.is_empty() {
                break;
            }
            let (batch, rest) = left.split_at((*many).min(left.len()));
            left = rest;
            let from = world.position;
            world.tell_all(batch);
            at = at.plus(hours * 3_600);
            world.follow(&mut live, from, at);
        }
        let anew = world.rebuild(&folder.path().join("anew"), at);
        for table in tables::STORED {
            let (followed, folded) = (live.digest(table).unwrap(), anew.digest(table).unwrap());
            prop_assert_eq!(followed, folded, "{}", table.name);
            prop_assert_eq!(live.checkpoint(table).unwrap(), Some(world.reached(at)));
        }
        prop_assert_eq!(live.next_turn().unwrap(), anew.next_turn().unwrap());
        prop_assert_eq!(live.checklist().unwrap(), world.checklist);
    }

    #[test]
    fn the_journal_tells_every_change_once_and_in_order_and_so_leads_to_the_same_rows(
        log in any_log(),
        many in 1_usize..9,
        page in 1_usize..5,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (mut world, at) = (World::default(), samples::hour(-80));
        let mut live = world.rebuild(&folder.path().join("live"), at);
        let begun = live.newest_change().unwrap();
        let (mut heard, mut after) = (BTreeMap::new(), begun);
        for (step, batch) in (1..).zip(log.chunks(many)) {
            let from = world.position;
            world.tell_all(batch);
            let changes = world.follow(&mut live, from, at.plus(step * 3_600));
            let mut told: Vec<_> = Vec::new();
            // a subscriber who comes back now and then, and reads a page at a time
            while let Journal::Entries(entries) = live.changes_after(after, page).unwrap() {
                let Some(last) = entries.last() else { break };
                after = last.sequence;
                told.extend(entries);
            }
            let sequences: Vec<_> = told.iter().map(|entry| entry.sequence).collect();
            prop_assert_eq!(&sequences, &changes.iter().map(|change| change.sequence).collect::<Vec<_>>());
            heard.extend(told.into_iter().map(|entry| ((entry.table, entry.subject.unwrap()), entry.rows)));
        }
        for table in tables::STORED {
            let query = super::Query { limit: usize::MAX >> 1, ..super::Query::default() };
            let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for row in live.query(table, &query).unwrap() {
                let crate::table::Cell::Text(subject) = &row[0] else { panic!("{row:?}") };
                rows.entry(subject.to_string()).or_default().push(crate::json::row(table, &row));
            }
            for (subject, rows) in rows {
                let told = heard.get(&(table.name.to_owned(), subject.clone()));
                let unchanged = table.name == "checklist" && told.is_none();
                // the journal has a subject's rows as the fold makes them, a query by their key
                let told = told.map(|told| in_order(told));
                let rows = rows.join(",");
                let rows = in_order(&rows);
                prop_assert!(unchanged || told.as_ref() == Some(&rows), "{}: {told:?}", table.name);
            }
        }
    }

    #[test]
    fn no_two_rows_of_a_read_model_have_the_same_key(log in any_log(), hours in -80_i64..80) {
        let world = World::of(&log);
        for table in tables::STORED {
            let mut rows = Vec::new();
            match table.rows {
                Rows::OfStory(of) => {
                    rows.extend(world.stories.values().flat_map(|story| of(story, samples::hour(hours))));
                }
                Rows::OfDelivery(of) => rows.extend(world.deliveries.values().flat_map(of)),
                Rows::OfLog(of) => rows.extend(of(&world.checklist)),
                Rows::OfBoard { .. } => {}
            }
            let is_key = |place: usize| place == 0 || table.key.contains(&table.columns[place].name);
            let key = |row: &[_]| -> Vec<_> {
                (0..row.len()).filter(|place| is_key(*place)).map(|place| format!("{:?}", row[place])).collect()
            };
            let keys: BTreeSet<Vec<_>> = rows.iter().map(|row| key(row)).collect();
            prop_assert_eq!(keys.len(), rows.len(), "{}", table.name);
            prop_assert!(rows.iter().all(|row| row.len() == table.columns.len()), "{}", table.name);
        }
    }
}

#[test]
fn what_did_not_change_is_not_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut world, at) = (World::default(), samples::hour(-72));
    let mut views = world.rebuild(&folder.path().join("views"), at);
    for event in covertrail_domain::testkit::story::insured() {
        world.tell(&Happened::Event(samples::work_order(), event));
    }
    let told: Vec<_> = world.follow(&mut views, 0, at).iter().map(|change| change.table.clone()).collect();
    for name in ["board", "cover", "objects", "reconciliation", "checklist"] {
        assert!(told.iter().any(|table| table == name), "{name}: {told:?}");
    }
    let (from, stories) = (world.position, world.stories.values().cloned().collect::<Vec<_>>());
    let again = Told { stories: &stories, deliveries: &[], checklist: &world.checklist };
    assert!(views.follow(from, again, world.reached(at)).unwrap().unwrap().is_empty());
}

#[test]
fn who_believes_the_read_models_elsewhere_is_told_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (world, at) = (World::default(), samples::hour(-72));
    let mut views = world.rebuild(&folder.path().join("views"), at);
    let told = Told { stories: &[], deliveries: &[], checklist: &world.checklist };
    let reached = Checkpoint { position: 9, at };
    assert!(views.follow(5, told, reached).unwrap().is_err());
    assert!(views.rebuild(&[&tables::GAPS], [Part::Stories(Vec::new())], reached, |_| ()).unwrap().is_err());
    assert_eq!(views.checkpoint(&tables::GAPS).unwrap(), Some(Checkpoint { position: 0, at }));
    assert_eq!(views.checkpoint(&tables::BOARD).unwrap(), Some(Checkpoint { position: 0, at }));
}

#[test]
fn a_fold_that_ends_early_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("views");
    let mut views = Views::open(&path).unwrap();
    let reached = Checkpoint { position: 7, at: samples::hour(0) };
    for parts in [vec![], vec![Part::Stories(Vec::new())]] {
        assert_eq!(views.rebuild(&tables::STORED, parts, reached, |_| ()).unwrap(), Err(Moved));
        assert_eq!(views.stale().unwrap().len(), tables::STORED.len());
    }
}

#[test]
fn a_fold_of_another_version_is_stale_until_it_is_folded_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("views");
    assert_eq!(Views::open(&path).unwrap().stale().unwrap().len(), tables::STORED.len());
    let world = World::default();
    assert!(world.rebuild(&path, samples::hour(0)).stale().unwrap().is_empty());
    let raise = "UPDATE checkpoints SET version = version + 1 WHERE name = 'gaps'";
    rusqlite::Connection::open(&path).unwrap().execute(raise, []).unwrap();
    let stale: Vec<_> = Views::open(&path).unwrap().stale().unwrap().iter().map(|table| table.name).collect();
    assert_eq!(stale, ["gaps"]);
}

#[test]
fn a_row_that_was_changed_by_hand_is_found_by_the_digest_of_its_read_model() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::default();
    for event in covertrail_domain::testkit::story::insured() {
        world.tell(&Happened::Event(samples::work_order(), event));
    }
    let path = folder.path().join("views");
    let views = world.rebuild(&path, samples::hour(0));
    let before = tables::STORED.map(|table| views.digest(table).unwrap());
    let change = "UPDATE board SET standing = 'insured', reason = 'trust me'";
    rusqlite::Connection::open(&path).unwrap().execute(change, []).unwrap();
    let after = tables::STORED.map(|table| views.digest(table).unwrap());
    assert_ne!(before[0], after[0]);
    assert_eq!(before[1..], after[1..]);
}

#[test]
fn what_is_folded_anew_is_told_to_those_who_follow_it() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::default();
    let views = world.rebuild(&folder.path().join("views"), samples::hour(0));
    let Journal::Entries(entries) = views.changes_after(0, 100).unwrap() else { panic!("it is all kept") };
    assert_eq!(entries.len(), tables::STORED.len());
    assert!(entries.iter().all(|entry| entry.subject.is_none()));
    assert_eq!(views.changes_after(99, 100).unwrap(), Journal::Gone, "nobody was ever told that number");
}

#[test]
fn who_was_passed_by_a_fold_to_the_very_same_position_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (world, at) = (World::default(), samples::hour(-72));
    let mut views = world.rebuild(&folder.path().join("views"), at);
    let told = Told { stories: &[], deliveries: &[], checklist: &world.checklist };
    assert!(views.follow(world.position, told, world.reached(at)).unwrap().is_ok());
    let mut others = Views::open(folder.path().join("views")).unwrap();
    others
        .rebuild(&[&tables::GAPS], [Part::Stories(Vec::new())], world.reached(at), |_| ())
        .unwrap()
        .unwrap();
    assert!(views.follow(world.position, told, world.reached(at)).unwrap().is_err());
    views.take_up().unwrap();
    assert!(views.follow(world.position, told, world.reached(at)).unwrap().is_ok());
}
