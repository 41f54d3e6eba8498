//! Work that is canceled, and what is left of it at the vendor.

use crate::coverage::{BindOn, Command, Cover, Event, Quote, Rejection, Reported, Round, Stage, Step, Terms};
use crate::testkit::samples::{
    assign, assignment, assignment_made, assignment_report, contractor, cover, hour, hours, in_force, job,
    other_assignment, other_quote_id, other_worker, post, quote, quote_id, session, terms,
};
use crate::testkit::{Scenario, story};

fn cancel() -> Command {
    Command::CancelWork { at: hour(-10) }
}

fn canceled() -> Event {
    Event::WorkCanceled { at: hour(-10) }
}

/// Applied, and bound as soon as that: the assignment is asked for before work begins.
fn asked_for_an_assignment() -> Scenario {
    let round = Round::FIRST;
    Scenario::given([])
        .having(assign(Terms { bind_on: BindOn::Applied, ..terms() }))
        .having(Command::RecordContractor { round, contractor: contractor() })
        .having(Command::RecordJob { round, job: job() })
        .having(Command::RecordQuote { round, quote: quote() })
        .having(Command::RecordApplication { round, session: session(), url: "https://apply.example".into() })
        .having(Command::RecordApplicationCompleted { quote: quote_id() })
        .next_step(Step::Assignment)
}

fn declined() -> Command {
    Command::RecordAssignmentDeclined { round: Round::FIRST, reason: "the job is closed".into() }
}

#[test]
fn an_assignment_declined_after_the_cancellation_is_heard_of_twice_and_counts_once() {
    asked_for_an_assignment()
        .having(cancel())
        .when(declined())
        .then([Event::AssignmentDeclined { round: Some(Round::FIRST), reason: "the job is closed".into() }])
        .when(declined())
        .then_nothing();
}

#[test]
fn work_is_canceled_once_and_before_it_began_nothing_is_left_to_do() {
    Scenario::given(story::applied())
        .when(cancel())
        .then([canceled()])
        .stage(Stage::Canceled)
        .next_step(None)
        .when(cancel())
        .then_nothing()
        .when(Command::StartWork { at: hour(0) })
        .then_rejected(Rejection::WorkIsOver);
}

#[test]
fn an_assignment_on_its_way_at_the_cancellation_is_recorded_and_canceled_at_the_vendor() {
    let made = assignment_made(Round::FIRST, assignment(), cover());
    let late = Event::CoverageAssigned {
        round: Round::FIRST,
        assignment: assignment(),
        post: post(),
        policy: None,
        cover: cover(),
    };
    asked_for_an_assignment()
        .having(cancel())
        .when(made.clone())
        .then([late])
        .next_step(Step::AssignmentCancellation)
        .next_key(&alloc::format!("12345-assignment-cancellation-{}", assignment()))
        .when(made)
        .then_nothing()
        .when(Command::RecordAssignmentCanceled { assignment: assignment() })
        .then([Event::AssignmentCanceled { assignment: assignment() }])
        .next_step(None)
        .when(Command::RecordAssignmentCanceled { assignment: assignment() })
        .then_nothing()
        .when(Command::RecordAssignmentCanceled { assignment: other_assignment() })
        .then_rejected(Rejection::UnknownAssignment(other_assignment()));
}

#[test]
fn work_canceled_in_progress_keeps_its_assignment_for_the_time_that_was_worked() {
    Scenario::given(story::insured())
        .when(Command::CancelWork { at: hour(3) })
        .then([Event::WorkCanceled { at: hour(3) }])
        .stage(Stage::Canceled)
        .next_step(None)
        .reason(hour(4), "insured throughout");
}

#[test]
fn work_canceled_in_progress_ends_no_earlier_than_it_began() {
    Scenario::given(story::started()).when(cancel()).then([Event::WorkCanceled { at: hour(0) }]);
}

#[test]
fn work_that_was_done_is_not_canceled_any_more() {
    Scenario::given(story::insured())
        .having(Command::Complete { at: hour(24), pay: None })
        .when(cancel())
        .then_rejected(Rejection::WorkIsOver);
}

/// Bound before the work begins, and then moved to other dates.
fn moved_when_bound() -> Scenario {
    asked_for_an_assignment()
        .having(assignment_made(Round::FIRST, assignment(), cover()))
        .having(assignment_report(in_force(cover()), hour(-40)))
        .stage(Stage::Active)
        .having(Command::Reschedule { window: hours(24, 48), at: hour(-20) })
        .next_step(Step::AssignmentCancellation)
}

fn reported_canceled() -> Command {
    assignment_report(Reported::Canceled { effective: hour(-15) }, hour(-15))
}

fn assignment_is_canceled() -> Event {
    Event::AssignmentCanceled { assignment: assignment() }
}

#[test]
fn the_vendors_own_report_of_a_wanted_cancellation_is_its_answer() {
    moved_when_bound()
        .when(reported_canceled())
        .then([assignment_is_canceled()])
        .next_key("12345-quote-2")
        .when(reported_canceled())
        .then_nothing()
        .when(Command::RecordAssignmentCanceled { assignment: assignment() })
        .then_nothing();
}

#[test]
fn a_report_of_a_wanted_cancellation_counts_after_a_reassignment_and_after_the_end_too() {
    let made = assignment_made(Round::FIRST, assignment(), cover());
    let given_away = Command::Reassign { worker: other_worker(), terms: terms(), at: hour(-20) };
    for end in [given_away, cancel()] {
        asked_for_an_assignment()
            .having(made.clone())
            .having(end)
            .next_step(Step::AssignmentCancellation)
            .when(reported_canceled())
            .then([assignment_is_canceled()])
            .when(reported_canceled())
            .then_nothing();
    }
}

#[test]
fn what_the_vendor_canceled_by_itself_need_not_be_canceled_when_it_is_no_longer_wanted() {
    asked_for_an_assignment()
        .having(assignment_made(Round::FIRST, assignment(), cover()))
        .having(assignment_report(in_force(cover()), hour(-40)))
        .having(reported_canceled())
        .stage(Stage::Expired)
        .having(Command::Reschedule { window: hours(24, 48), at: hour(-10) })
        .next_step(Step::Quote);
}

#[test]
fn a_cancellation_that_was_taken_back_is_not_the_answer_to_ours() {
    let reinstated = assignment_report(Reported::Reinstated { from: None }, hour(-14));
    asked_for_an_assignment()
        .having(assignment_made(Round::FIRST, assignment(), cover()))
        .having(reported_canceled())
        .having(reinstated)
        .having(cancel())
        .next_step(Step::AssignmentCancellation)
        .when(reported_canceled())
        .then_nothing()
        .next_step(Step::AssignmentCancellation);
}

#[test]
fn a_blocked_cancellation_holds_back_another_assignment_on_its_job() {
    let next = Round::FIRST.next();
    let failure = crate::coverage::Failure::Refused;
    let quote = Quote { id: other_quote_id(), cover: Cover { window: hours(24, 48), ..cover() } };
    moved_when_bound()
        .having(Command::Block {
            step: Step::AssignmentCancellation,
            document: None,
            failure,
            reason: "it is locked".into(),
        })
        .having(Command::RecordQuote { round: next, quote })
        .having(Command::RecordApplicationCompleted { quote: other_quote_id() })
        .next_step(None)
        .having(reported_canceled())
        .next_key("12345-assignment-2");
}

#[test]
fn an_assignment_canceled_because_it_was_not_wanted_is_no_lapse() {
    moved_when_bound()
        .having(Command::RecordAssignmentCanceled { assignment: assignment() })
        .stage(Stage::Assigned)
        .reason(hour(-19), "No cover for general, workers-comp at the start")
        .reason(hour(-19), ": no quote is made yet.");
}

#[test]
fn an_older_rounds_assignment_that_is_declined_after_the_end_leaves_nothing_open() {
    let declined = |round| Command::RecordAssignmentDeclined { round, reason: "the job is closed".into() };
    let scenario = asked_for_an_assignment()
        .having(Command::Reschedule { window: hours(24, 48), at: hour(-20) })
        .having(cancel());
    assert!(!scenario.state().is_terminal());
    let scenario = scenario
        .when(declined(Round::FIRST))
        .then([Event::AssignmentDeclined { round: Some(Round::FIRST), reason: "the job is closed".into() }]);
    assert!(scenario.state().is_terminal());
    scenario.when(declined(Round::FIRST)).then_nothing();
}

#[test]
fn an_older_rounds_assignment_that_is_declined_leaves_the_present_round_as_it_is() {
    asked_for_an_assignment()
        .having(Command::Reschedule { window: hours(2, 20), at: hour(-20) })
        .next_key("12345-assignment-2")
        .having(declined())
        .next_key("12345-assignment-2");
}
