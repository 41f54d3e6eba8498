use std::collections::HashMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::Case;
use super::fixture::{Fixture, contents, count, event};
use crate::store::{AppendError, Appended, Expected, NewEvent, Position};

pub(super) const CASES: &[Case] =
    &[Case { name: "any script of appends ends as in the simplest model", check: |f| Box::pin(scripts(f)) }];

/// One append of a random script.
#[derive(Debug, Clone)]
struct Step {
    stream: u8,
    expected: Expected,
    /// Small numbers, so that ids are offered again.
    ids: Vec<u8>,
}

/// The simplest store there could be: a list of ids for each stream, and what was answered at each revision.
#[derive(Default)]
struct Model {
    streams: HashMap<u8, Vec<Uuid>>,
    positions: HashMap<(u8, u64), Position>,
}

/// What the model expects of a step.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Written { first: u64 },
    Repeated { first: u64 },
    Conflict { current: Option<u64> },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let expected =
        prop_oneof![Just(Expected::NoStream), (0_u64..6).prop_map(Expected::Exact), Just(Expected::Any),];
    let step = (0_u8..3, expected, prop::collection::vec(0_u8..4, 1..4));
    prop::collection::vec(step.prop_map(|(stream, expected, ids)| Step { stream, expected, ids }), 1..30)
}

async fn scripts(fixture: Fixture) {
    let runtime = Handle::current();
    let outcome = tokio::task::spawn_blocking(move || {
        let config = Config { cases: 32, failure_persistence: None, ..Config::default() };
        TestRunner::new(config).run(&steps(), |script| {
            runtime.block_on(follow(&Fixture::new(fixture.store.clone()), &script));
            Ok(())
        })
    });
    // its message shows the shortest script that fails
    outcome.await.unwrap().unwrap();
}

async fn follow(fixture: &Fixture, script: &[Step]) {
    let mut model = Model::default();
    for step in script {
        let given: Vec<NewEvent> = step
            .ids
            .iter()
            .map(|id| NewEvent { id: Uuid::from_u128(u128::from(*id) + 1), ..event("step.v1") })
            .collect();
        let answer = fixture.try_append(&fixture.stream("order", step.stream), step.expected, &given).await;
        let expected = model.answer(step, &given);
        assert_eq!(answered(&answer), expected, "{step:?}");
        if let Ok(appended) = answer {
            model.check_position(step, &appended);
        }
    }
    for (stream, ids) in model.streams {
        let found = fixture.stream_events(&fixture.stream("order", stream)).await;
        assert_eq!(contents(&found).iter().map(|event| event.id).collect::<Vec<_>>(), ids);
    }
}

fn answered(answer: &Result<Appended, AppendError>) -> Answer {
    match answer {
        Ok(Appended { repeated: true, first_revision, .. }) => Answer::Repeated { first: *first_revision },
        Ok(appended) => Answer::Written { first: appended.first_revision },
        Err(AppendError::Conflict { current, .. }) => Answer::Conflict { current: *current },
        Err(error) => panic!("{error}"),
    }
}

impl Model {
    fn answer(&mut self, step: &Step, given: &[NewEvent]) -> Answer {
        let stream = self.streams.entry(step.stream).or_default();
        let (length, offered) = (count(stream), count(given));
        let holds = match step.expected {
            Expected::NoStream => length == 0,
            Expected::Exact(revision) => length == revision + 1,
            Expected::Any => true,
        };
        let earlier = match step.expected {
            Expected::NoStream => Some(0),
            Expected::Exact(revision) => Some(revision + 1),
            Expected::Any => length.checked_sub(offered),
        };
        let stands_at = |first: &u64| {
            let stored = stream.iter().skip(usize::try_from(*first).unwrap()).take(given.len());
            stored.eq(given.iter().map(|event| &event.id))
        };
        if let Some(first) = earlier.filter(stands_at) {
            return Answer::Repeated { first };
        }
        if !holds {
            return Answer::Conflict { current: length.checked_sub(1) };
        }
        stream.extend(given.iter().map(|event| event.id));
        Answer::Written { first: length }
    }

    /// A revision keeps the position that it was first answered with.
    fn check_position(&mut self, step: &Step, appended: &Appended) {
        let key = (step.stream, appended.last_revision);
        if appended.repeated {
            // a repeat of a part of an append answers a position that was not answered before
            let known = *self.positions.entry(key).or_insert(appended.position);
            assert_eq!(known, appended.position);
        } else {
            assert!(self.positions.values().all(|earlier| *earlier < appended.position));
            self.positions.insert(key, appended.position);
        }
    }
}
