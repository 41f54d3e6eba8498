use super::Views;
use crate::story::{Place, Story};
use crate::tables;
use covertrail_domain::coverage::Event;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::testkit::{History, legal_history, samples};
use covertrail_domain::time::Timestamp;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

type Stories = BTreeMap<WorkOrderId, Story>;

/// What happened to several work orders, in the order of the log.
fn log(histories: &[History], order: &[prop::sample::Index]) -> Vec<(WorkOrderId, Event)> {
    let id = |place: usize| WorkOrderId::parse(&format!("wo-{place}")).unwrap();
    let mut left: Vec<Vec<(WorkOrderId, Event)>> = histories
        .iter()
        .enumerate()
        .map(|(place, history)| history.events().rev().map(|event| (id(place), event.clone())).collect())
        .collect();
    let mut log = Vec::new();
    for next in order.iter().cycle() {
        left.retain(|events| !events.is_empty());
        if left.is_empty() {
            return log;
        }
        let place = next.index(left.len());
        log.extend(left[place].pop());
    }
    log
}

fn tell(stories: &mut Stories, position: u64, (work_order, event): &(WorkOrderId, Event)) {
    let story = stories.remove(work_order).unwrap_or_default();
    let revision = story.place.map_or(0, |place| place.revision + 1);
    let occurred = samples::hour(i64::try_from(position).unwrap());
    stories.insert(work_order.clone(), story.told(event, occurred, Place { position, revision }));
}

fn rebuilt(path: &std::path::Path, stories: &Stories, at: Timestamp, position: u64) -> Views {
    let mut views = Views::open(path).unwrap();
    for table in tables::ALL {
        views.rebuild(table, stories, at, position, || ()).unwrap();
    }
    views
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn following_the_log_in_any_steps_comes_to_the_same_rows_as_folding_it_anew(
        histories in prop::collection::vec(legal_history(), 1..4),
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
        steps in prop::collection::vec((1_usize..8, 0_i64..20), 1..20),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (log, mut stories, mut at) = (log(&histories, &order), Stories::new(), samples::hour(-80));
        let mut live = rebuilt(&folder.path().join("live"), &stories, at, 0);
        let mut position = 0;
        let mut left = &log[..];
        for (many, hours) in steps.iter().cycle() {
            if left.is_empty() {
                break;
            }
            let (batch, rest) = left.split_at((*many).min(left.len()));
            left = rest;
            let mut touched = BTreeSet::new();
            for told in batch {
                position += 1;
                tell(&mut stories, position, told);
                touched.insert(told.0.clone());
            }
            at = at.plus(hours * 3_600);
            touched.extend(live.turned(at).unwrap());
            live.follow(stories.iter().filter(|(id, _)| touched.contains(*id)), at, Some(position)).unwrap();
        }
        let anew = rebuilt(&folder.path().join("anew"), &stories, at, position);
        for table in tables::ALL {
            let (followed, folded) = (live.digest(table).unwrap(), anew.digest(table).unwrap());
            prop_assert_eq!(followed, folded, "{}", table.name);
            prop_assert_eq!(live.checkpoint(table).unwrap(), Some(position));
        }
        prop_assert_eq!(live.next_turn().unwrap(), anew.next_turn().unwrap());
    }

    #[test]
    fn no_two_rows_of_a_read_model_have_the_same_key(history in legal_history(), hours in -80_i64..80) {
        let mut stories = Stories::new();
        for (position, event) in (1..).zip(history.events()) {
            tell(&mut stories, position, &(samples::work_order(), event.clone()));
        }
        for (table, (id, story)) in tables::ALL.iter().flat_map(|table| stories.iter().map(move |s| (table, s))) {
            let key: Vec<usize> = (0..table.columns.len())
                .filter(|place| *place == 0 || table.key.contains(&table.columns[*place].name))
                .collect();
            let rows = (table.rows)(id, story, samples::hour(hours));
            let keys: BTreeSet<Vec<_>> =
                rows.iter().map(|row| key.iter().map(|place| row[*place].clone()).collect()).collect();
            prop_assert_eq!(keys.len(), rows.len(), "{}: {:?}", table.name, rows);
            prop_assert!(rows.iter().all(|row| row.len() == table.columns.len()), "{}", table.name);
        }
    }
}

#[test]
fn what_did_not_change_is_not_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut stories, at) = (Stories::new(), samples::hour(-72));
    let mut views = rebuilt(&folder.path().join("views"), &stories, at, 0);
    for (position, event) in (1..).zip(covertrail_domain::testkit::story::insured()) {
        tell(&mut stories, position, &(samples::work_order(), event));
    }
    let told: Vec<_> =
        views.follow(&stories, at, Some(9)).unwrap().iter().map(|change| change.table).collect();
    assert_eq!(told, ["board", "cover", "objects", "pay"]);
    assert_eq!(views.follow(&stories, at, Some(9)).unwrap(), []);
}

#[test]
fn a_read_model_of_another_version_is_to_be_folded_anew() {
    let folder = tempfile::tempdir().unwrap();
    let views = rebuilt(&folder.path().join("views"), &Stories::new(), samples::hour(0), 7);
    let board = tables::named("board").unwrap();
    assert_eq!(views.checkpoint(board).unwrap(), Some(7));
    let newer = crate::table::Table { version: board.version + 1, ..*board };
    assert_eq!(views.checkpoint(&newer).unwrap(), None);
}
