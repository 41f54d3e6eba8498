//! Exceptions, and steps that wait for a person.

use crate::coverage::{Badge, Command, Event, Failure, Key, Rejection, Round, Stage, Step, Waiver};
use crate::testkit::samples::{clerk, contractor, cover, hour, in_force, policy_report};
use crate::testkit::{Scenario, story};
use alloc::string::String;

fn waive(until: i64) -> Command {
    Command::Waive { by: clerk(), reason: "a known hand".into(), until: hour(until), at: hour(-10) }
}

fn waiver(until: i64) -> Waiver {
    Waiver { by: clerk(), reason: "a known hand".into(), until: hour(until) }
}

fn block(step: Step) -> Command {
    Command::Block { step, document: None, failure: Failure::Unsettled, reason: "it answers 500".into() }
}

fn blocked(step: Step) -> Event {
    Event::StepBlocked { step, document: None, failure: Failure::Unsettled, reason: "it answers 500".into() }
}

#[test]
fn an_exception_excuses_until_its_end_and_never_insures() {
    Scenario::given(story::started())
        .when(waive(12))
        .then([Event::Waived { waiver: waiver(12), at: hour(-10) }])
        .stage(Stage::Applied)
        .badge(hour(11), Badge::Waived)
        .reason(hour(11), "Not insured for general, workers-comp; clerk made an exception")
        .badge(hour(12), Badge::UninsuredWorking)
        .when(waive(12))
        .then_nothing()
        .when(waive(20))
        .then([Event::Waived { waiver: waiver(20), at: hour(-10) }])
        .badge(hour(12), Badge::Waived);
}

#[test]
fn an_exception_that_would_be_over_already_is_refused() {
    Scenario::given(story::started())
        .when(waive(-10))
        .then_rejected(Rejection::WaiverInThePast { until: hour(-10), at: hour(-10) });
}

#[test]
fn an_exception_does_not_hide_cover() {
    Scenario::given(story::bound())
        .having(waive(12))
        .having(policy_report(in_force(cover()), hour(-1)))
        .badge(hour(1), Badge::Insured);
}

#[test]
fn a_step_that_is_blocked_is_shown_and_not_called_until_a_person_retries_it() {
    Scenario::given(story::scoped())
        .when(block(Step::Job))
        .then_rejected(Rejection::OutOfTurn(Step::Job))
        .when(block(Step::Quote))
        .then([blocked(Step::Quote)])
        .next_step(None)
        .badge(hour(-72), Badge::NeedsReview)
        .reason(hour(-72), "the step quote is blocked: it answers 500")
        .when(block(Step::Quote))
        .then_nothing()
        .when(Command::Retry { by: clerk() })
        .then([Event::StepRetried { step: Step::Quote, by: clerk(), key: Key::New }])
        .badge(hour(-72), Badge::Arranging)
        .next_key("12345-quote-2")
        .when(Command::Retry { by: clerk() })
        .then_nothing();
}

#[test]
fn a_blocked_step_that_is_answered_after_all_waits_for_nobody() {
    Scenario::given(story::assigned())
        .having(block(Step::Contractor))
        .having(Command::RecordContractor { round: Round::FIRST, contractor: contractor() })
        .next_step(Step::Job)
        .badge(hour(-72), Badge::Arranging)
        .when(Command::Retry { by: clerk() })
        .then_nothing();
}

#[test]
fn nothing_is_retried_before_anything_is_known() {
    Scenario::given([])
        .when(Command::Retry { by: clerk() })
        .then_rejected(Rejection::NotAssigned)
        .when(Command::Waive { by: clerk(), reason: String::new(), until: hour(1), at: hour(0) })
        .then_rejected(Rejection::NotAssigned);
}
