use super::*;
use crate::coverage::{
    Blocked, Command, Cover, Event, Failure, Machine, Reported, Round, Stage, State, Step, Verdict,
};
use crate::testkit::samples::hour;
use alloc::collections::BTreeSet;
use alloc::string::ToString;
use alloc::vec::Vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

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

/// Reports about two policies, an assignment and a certificate, among them every pair that can contradict
/// each other.
fn reports() -> Vec<Command> {
    let active = || samples::in_force(samples::cover());
    let shorter = samples::in_force(Cover { window: samples::hours(0, 12), ..samples::cover() });
    let other = |change, at| {
        let (policy, quote, contractor) = (samples::other_policy(), None, None);
        Command::RecordPolicy { policy, quote, contractor, change, at: hour(at) }
    };
    let canceled = |effective| Reported::Canceled { effective: hour(effective) };
    Vec::from([
        samples::policy_report(active(), hour(-5)),
        samples::policy_report(canceled(6), hour(2)),
        samples::policy_report(canceled(0), hour(3)),
        samples::policy_report(Reported::Reinstated { from: None }, hour(4)),
        samples::policy_report(Reported::Reinstated { from: Some(hour(8)) }, hour(5)),
        samples::policy_report(Reported::Expired { on: hour(24) }, hour(24)),
        samples::policy_report(shorter, hour(7)),
        other(active(), 1),
        other(canceled(9), 9),
        samples::assignment_report(active(), hour(-1)),
        samples::assignment_report(canceled(3), hour(3)),
        samples::judged(Verdict::Validated(Some(samples::cover())), hour(1)),
        samples::judged(Verdict::Flagged { rules: "limits".into(), cover: None }, hour(2)),
        samples::judged(Verdict::Denied { reason: "expired".into() }, hour(3)),
    ])
}

/// A report of each place in the order, the second one twice.
fn arrivals<const N: usize>(chosen: &[&Command], order: [usize; N]) -> Arrivals {
    let mut arrivals: Vec<Command> = order.iter().map(|place| chosen[*place].clone()).collect();
    arrivals.push(chosen[order[1]].clone());
    Arrivals(arrivals)
}

#[test]
fn any_three_reports_come_to_the_same_cover_in_all_of_their_orders() {
    let stories = [story::scoped(), story::applying(), story::applied(), story::started(), story::bound()];
    let reports = reports();
    let mut broken = Vec::new();
    for told in stories {
        let state = State::replay(&told);
        for (first, a) in reports.iter().enumerate() {
            for (second, b) in reports.iter().enumerate().skip(first + 1) {
                for c in reports.iter().skip(second + 1) {
                    let in_turn = arrivals(&[a, b, c], [0, 1, 2]);
                    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
                        let other = arrivals(&[a, b, c], order);
                        broken.extend(laws::same_cover_in_any_order(&state, &in_turn, &other).err());
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "{} times {}", broken.len(), broken[0]);
}

#[test]
#[should_panic(expected = "    when StartWork { at: Timestamp(1761997200) }
    then WorkStarted { at: Timestamp(1761997200) }
expected stage Some(Active)
     got stage Some(Applied)")]
fn a_check_that_fails_tells_the_story_a_line_for_each_part() {
    let began = Event::WorkStarted { at: hour(0) };
    Scenario::given(story::applied())
        .when(Command::StartWork { at: hour(0) })
        .then([began])
        .stage(Stage::Active);
}

#[test]
#[should_panic(expected = "expected outcome Ok([])\n     got outcome Err(NotAssigned)")]
fn a_refusal_is_not_taken_for_what_holds_already() {
    Scenario::given([]).when(Command::StartWork { at: hour(0) }).then_nothing();
}

#[test]
fn a_law_that_is_broken_says_what_holds_instead() {
    let State::Tracked(mut coverage) = State::replay(&story::insured()) else { unreachable!() };
    coverage.blocked.push(Blocked {
        step: Step::Job,
        document: None,
        failure: Failure::Refused,
        reason: "left behind".into(),
    });
    let broken = laws::of_state(&State::Tracked(coverage)).unwrap_err().to_string();
    let expected = "broken: blocked steps are due\ninstead: job is blocked, and not due in ";
    assert!(broken.starts_with(expected), "{broken}");
}

#[test]
fn what_comes_too_early_is_delivered_when_its_time_has_come() {
    let way = [
        samples::assignment_report(samples::in_force(samples::cover()), hour(1)),
        samples::assignment_made(Round::FIRST, samples::assignment(), samples::cover()),
    ];
    let state = Arrivals(way.into()).delivered_to(State::replay(&story::started()));
    assert_eq!(state.stage(), Some(Stage::Active));
}

#[test]
fn the_histories_reach_every_stage_and_every_event() {
    let mut runner = TestRunner::deterministic();
    let histories = legal_history();
    let (mut stages, mut events) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..3_000 {
        let history = histories.new_tree(&mut runner).unwrap().current();
        stages.extend(history.states().filter_map(|state| state.stage()));
        events.extend(history.events().map(Event::name));
    }
    assert_eq!(stages, BTreeSet::from(Stage::ALL));
    assert_eq!(events, Event::NAMES.iter().copied().collect());
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
    fn the_laws_hold_however_badly_a_history_is_delivered(
        (arrivals, draft) in (legal_history().prop_flat_map(|history| hostile(&history)), any_command()),
    ) {
        let state = arrivals.delivered_to(State::default());
        held(laws::of_state(&state))?;
        held(laws::of_command(&state, &draft.command(&state)))?;
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
