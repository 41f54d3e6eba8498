use super::AsOf;
use crate::story::{Place, Story};
use covertrail_domain::coverage::{Badge, Event, Evidence, Work};
use covertrail_domain::id::PolicyId;
use covertrail_domain::testkit::{legal_history, samples, story};
use covertrail_domain::time::Timestamp;
use proptest::prelude::*;

/// Events are recorded one an hour; they were so when they say, or then.
fn as_of<'a>(at: Timestamp, events: impl IntoIterator<Item = &'a Event>) -> Story {
    let mut as_of = AsOf::new(at);
    for (revision, event) in (0..).zip(events) {
        let recorded = samples::hour(i64::try_from(revision).unwrap() - 90);
        as_of.hear(
            event,
            event.at().unwrap_or(recorded),
            Place { position: revision + 1, revision, recorded },
        );
    }
    as_of.into_story()
}

proptest! {
    #[test]
    fn once_everything_has_happened_it_is_the_fold_of_everything(history in legal_history()) {
        let events: Vec<_> = history.events().collect();
        let told = as_of(samples::hour(1_000_000), events.iter().copied());
        prop_assert_eq!(told.state, history.state());
    }

    #[test]
    fn work_that_was_not_begun_yet_has_not_begun(history in legal_history(), hours in -80_i64..80) {
        let at = samples::hour(hours);
        let told = as_of(at, history.events());
        if let Some(coverage) = told.state.coverage() {
            match coverage.work {
                Work::Scheduled => {}
                Work::Started { at: began } => prop_assert!(began <= at),
                Work::Completed { at: ended, .. } | Work::Withdrawn { at: ended } | Work::Stopped { at: ended, .. } => {
                    prop_assert!(ended <= at);
                }
            }
        }
    }
}

#[test]
fn work_that_was_heard_of_late_was_under_way_all_the_same() {
    let (began, heard) = (samples::WINDOW.start(), samples::WINDOW.start().plus(7_200));
    let mut events: Vec<Event> = story::insured().into_iter().take(1).collect();
    let Event::Assigned { at, .. } = &mut events[0] else { panic!("it begins so") };
    *at = heard;
    events.push(Event::WorkStarted { at: began });
    assert_eq!(as_of(began.plus(-1), &events).state.coverage(), None, "nobody worked or was to");
    let during = as_of(began.plus(60), &events);
    assert_eq!(during.state.standing(began.plus(60)).badge, Badge::UninsuredWorking);
}

#[test]
fn a_cancellation_that_is_told_late_changes_what_was_so_but_not_what_was_known() {
    let during = samples::WINDOW.start().plus(3_600);
    let mut events: Vec<Event> = story::insured().into_iter().collect();
    events.push(Event::WorkStarted { at: samples::WINDOW.start() });
    let told = as_of(during, &events);
    assert_eq!(told.state.standing(during).badge, Badge::Insured);
    let holdings = told.state.coverage().unwrap().holdings();
    let evidence: Vec<Evidence> = holdings.map(|(evidence, _)| evidence).collect();
    assert!(!evidence.is_empty());
    events.extend(evidence.into_iter().map(|evidence| Event::CoverageCanceled {
        evidence,
        effective: samples::WINDOW.start(),
        at: samples::WINDOW.end().plus(86_400),
    }));
    let known_later = as_of(during, &events);
    assert_eq!(known_later.state.standing(during).badge, Badge::UninsuredWorking);
}

#[test]
fn cover_of_the_next_worker_is_not_the_first_ones() {
    let during = samples::WINDOW.start();
    let mut events: Vec<Event> = story::insured().into_iter().take(1).collect();
    let Event::Assigned { terms, .. } = events[0].clone() else { panic!("it begins so") };
    let worker = covertrail_domain::id::WorkerId::parse("another").unwrap();
    let cover = covertrail_domain::coverage::Cover { lines: terms.required, window: terms.window };
    let (at, policy) = (during.plus(7_200), PolicyId::parse("pl_next").unwrap());
    events.push(Event::Reassigned { worker, terms, at });
    events.push(Event::CoverageActivated { evidence: Evidence::Policy(policy), policy: None, cover, at });
    let told = as_of(during, &events);
    assert_eq!(told.state.coverage().unwrap().holdings().count(), 0);
}
