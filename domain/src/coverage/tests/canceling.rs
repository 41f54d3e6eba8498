//! Work that is canceled, and what is left of it at the vendor.

use crate::coverage::{BindOn, Command, Event, Rejection, Round, Stage, Step, Terms};
use crate::testkit::samples::{
    assign, assignment, assignment_made, contractor, cover, hour, job, other_assignment, post, quote,
    quote_id, session, terms,
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
        .then([Event::AssignmentDeclined { reason: "the job is closed".into() }])
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
