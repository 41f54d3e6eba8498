use super::*;
use crate::coverage::{Machine, State};
use alloc::string::ToString;
use alloc::vec::Vec;
use proptest::prelude::*;

fn held(outcome: Result<(), Broken>) -> Result<(), TestCaseError> {
    outcome.map_err(|broken| TestCaseError::fail(broken.to_string()))
}

#[test]
fn the_laws_hold_in_every_state_that_a_search_reaches() {
    let machine = Machine::watched(|state, commands| {
        let laws = laws::of_state(state);
        assert!(laws.is_ok(), "{}", laws.unwrap_err());
        for command in commands {
            let laws = laws::of_command(state, command);
            assert!(laws.is_ok(), "{}", laws.unwrap_err());
        }
    });
    assert!(machine.states > 1_000, "{} states", machine.states);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn the_laws_of_histories_hold(history in legal_history()) {
        held(laws::of_history(&history))?;
    }

    #[test]
    fn any_command_on_any_state_keeps_the_laws(history in legal_history(), draft in any_command()) {
        let state = history.state();
        held(laws::of_state(&state))?;
        held(laws::of_command(&state, &draft.command(&state)))?;
        let mut before = State::default();
        for moment in history.moments() {
            held(laws::of_command(&before, &moment.command))?;
            before = moment.after.clone();
        }
    }

    #[test]
    fn reports_come_to_the_same_cover_in_any_order(
        history in legal_history(),
        drafts in prop::collection::vec(any_report(), 1..6),
        seed in any::<[prop::sample::Index; 8]>(),
    ) {
        let state = history.state();
        let reports: Vec<_> = drafts.iter().map(|draft| draft.command(&state)).collect();
        let mut other = reports.clone();
        for index in seed {
            let moved = other.remove(index.index(other.len()));
            other.insert(index.index(other.len() + 1), moved);
        }
        other.push(other[0].clone());
        held(laws::same_cover_in_any_order(&state, &Arrivals(reports), &Arrivals(other)))?;
    }
}
