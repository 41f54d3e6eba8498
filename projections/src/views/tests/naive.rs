//! What read models made by SQL, or by a clever fold, come to when it is counted by hand.

use super::world::{Happened, World, any_log};
use crate::checklist::Item;
use crate::table::Cell;
use crate::tables::{BOARD, CONTRACTORS, FIGURES};
use crate::views::Query;
use covertrail_domain::coverage::{Badge, Event, Work};
use covertrail_domain::testkit::samples;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn number(cell: &Cell<'_>) -> i64 {
    match cell {
        Cell::Number(number) => *number,
        Cell::Nothing | Cell::Text(_) => panic!("{cell:?} is no number"),
    }
}

fn all() -> Query<'static> {
    Query { limit: 1_000, ..Query::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn contractors_and_figures_are_what_counting_by_hand_comes_to(log in any_log(), hours in -80_i64..80) {
        let folder = tempfile::tempdir().unwrap();
        let (world, at) = (World::of(&log), samples::hour(hours));
        let views = world.rebuild(&folder.path().join("views"), at);
        let (mut contractors, mut days) = (BTreeMap::<_, [i64; 3]>::new(), BTreeMap::<_, [i64; 3]>::new());
        for story in world.stories.values() {
            let coverage = story.state.coverage().unwrap();
            if let Some(contractor) = coverage.path.contractor() {
                let [orders, open, urgency] = contractors.entry(contractor.to_string()).or_insert([0, 0, i64::MAX]);
                *orders += 1;
                *open += i64::from(coverage.is_open());
                *urgency = (*urgency).min(story.state.standing(at).badge.urgency().into());
            }
            // whoever worked, one after another: when, and when a line was missing
            let mut stints: Vec<_> = story.stints.iter().map(|stint| (stint.worked, stint.gaps.clone())).collect();
            let now = coverage.work_window().filter(|_| !matches!(coverage.work, Work::Scheduled));
            stints.extend(now.map(|window| (window, coverage.gaps())));
            let Some(began) = stints.iter().map(|(window, _)| window.start().unix()).min() else { continue };
            let [orders, insured, minutes] = days.entry(began.div_euclid(86_400) * 86_400).or_default();
            let mut uninsured = 0;
            for (window, gaps) in &stints {
                // second by second would take too long; minute by minute is as good here
                let missing = |second: &i64| {
                    gaps.iter().flat_map(|(_, gaps)| gaps).any(|gap| (gap.start().unix()..gap.end().unix()).contains(second))
                };
                let all = (window.start().unix()..window.end().unix()).step_by(60);
                uninsured += i64::try_from(all.filter(missing).count()).unwrap();
                let whole = window.seconds() % 60 == 0 && window.start().unix() % 60 == 0;
                *minutes += if whole { 0 } else { i64::MIN >> 8 };
            }
            let overdue = now.is_some() && coverage.is_open() && story.state.standing(at).badge == Badge::UninsuredWorking;
            *orders += 1;
            *insured += i64::from(uninsured == 0 && !overdue);
            // how long it was is known when it is over
            *minutes += if coverage.is_open() { 0 } else { uninsured };
        }
        let found: BTreeMap<_, _> = views.query(&CONTRACTORS, &all()).unwrap().into_iter().map(|row| {
            let Cell::Text(contractor) = &row[0] else { panic!("{row:?}") };
            (contractor.to_string(), [number(&row[2]), number(&row[3]), number(&row[6])])
        }).collect();
        prop_assert_eq!(found, contractors);
        let figures = views.query(&FIGURES, &all()).unwrap();
        prop_assert_eq!(figures.len(), days.len());
        for row in &figures {
            let [orders, insured, minutes] = days[&number(&row[0])];
            prop_assert_eq!((number(&row[1]), number(&row[2])), (orders, insured));
            prop_assert!(minutes < 0 || number(&row[5]) == minutes * 60, "{:?} {}", row, minutes);
        }
    }

    #[test]
    fn the_checklist_names_the_first_event_of_each_sort(log in any_log()) {
        let world = World::of(&log);
        for (item, tick) in world.checklist.ticks() {
            let mut seen = (1_u64..).zip(&log).filter(|(_, happened)| match (item, happened) {
                (Item::Contractor, Happened::Event(_, Event::ContractorCreated { .. }))
                | (Item::Job, Happened::Event(_, Event::JobCreated { .. }))
                | (Item::Quote, Happened::Event(_, Event::Quoted { .. }))
                | (Item::Application, Happened::Event(_, Event::ApplicationOpened { .. }))
                | (Item::Cover, Happened::Event(_, Event::CoverageActivated { .. }))
                | (Item::Certificate, Happened::Event(_, Event::CertificateValidated { .. }))
                | (Item::Invoice, Happened::Event(_, Event::InvoiceRecorded { .. })) => true,
                (Item::Webhook, Happened::Delivery(delivery)) => delivery.source == "policy",
                _ => false,
            });
            if item != Item::Assignment {
                prop_assert_eq!(tick.map(|tick| tick.position), seen.next().map(|(position, _)| position));
            }
        }
    }

    #[test]
    fn pages_of_any_size_and_order_give_every_row_once(log in any_log(), size in 1_usize..4, descending: bool) {
        let folder = tempfile::tempdir().unwrap();
        let views = World::of(&log).rebuild(&folder.path().join("views"), samples::hour(0));
        let order = ["urgency"];
        let whole = Query { order: &order, descending, limit: 1_000, ..Query::default() };
        let whole = views.query(&BOARD, &whole).unwrap();
        let (mut paged, mut after) = (Vec::new(), None);
        loop {
            let page = Query { order: &order, descending, after, limit: size, ..Query::default() };
            let rows = views.query(&BOARD, &page).unwrap();
            let Some(last) = rows.last() else { break };
            let places: Vec<_> = page.places(&BOARD).map(|place| BOARD.columns.iter().position(|c| c.name == place).unwrap()).collect();
            after = Some(places.iter().map(|place| last[*place].clone()).collect());
            paged.extend(rows);
        }
        prop_assert_eq!(paged, whole);
    }
}
