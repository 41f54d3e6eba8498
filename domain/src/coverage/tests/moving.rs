//! Work that is moved to other dates or given to another worker.

use crate::cover::{Line, Lines};
use crate::coverage::{Badge, BindOn, Command, Event, Rejection, Round, Stage, Step, Terms};
use crate::testkit::samples::{
    WINDOW, assignment, assignment_made, contractor, cover, hour, hours, in_force, other_contractor,
    other_worker, policy, policy_report, quote_id, terms, worker,
};
use crate::testkit::{Scenario, story};
use crate::time::Window;
use alloc::vec::Vec;

const FIRST: Round = Round::FIRST;

fn to(window: Window) -> Command {
    Command::Reschedule { window, at: hour(-20) }
}

fn reassign() -> Command {
    Command::Reassign { worker: other_worker(), terms: terms(), at: hour(-20) }
}

fn reassigned() -> Event {
    Event::Reassigned { worker: other_worker(), terms: terms(), at: hour(-20) }
}

/// Applied on terms that have the assignment made before work begins.
fn asked_for_early() -> Vec<Event> {
    let mut told = story::assigned_on(Terms { bind_on: BindOn::Applied, ..terms() });
    told.extend(story::applied().into_iter().skip(1));
    told
}

#[test]
fn new_dates_are_taken_once_and_not_after_the_work() {
    let later = hours(24, 48);
    Scenario::given(story::assigned())
        .when(to(WINDOW))
        .then_nothing()
        .when(to(later))
        .then([Event::Rescheduled { window: later, at: hour(-20) }])
        .when(to(later))
        .then_nothing();
    Scenario::given(story::insured())
        .having(Command::Complete { at: hour(24), pay: None })
        .when(to(later))
        .then_rejected(Rejection::WorkIsOver);
}

#[test]
fn later_dates_have_everything_that_was_dated_asked_for_again() {
    let later = hours(24, 48);
    let after: [(Vec<Event>, &str); 9] = [
        (story::assigned(), "workmarket-worker-wk_421"),
        (story::enrolled(), "12345-job-1"),
        (story::scoped(), "12345-quote-2"),
        (story::quoted(), "12345-quote-2"),
        (story::applying(), "12345-quote-2"),
        (story::applied(), "12345-quote-2"),
        (story::started(), "12345-quote-2"),
        (story::bound(), "12345-quote-2"),
        (story::insured(), "12345-quote-2"),
    ];
    for (told, key) in after {
        Scenario::given(told).having(to(later)).next_key(key);
    }
}

#[test]
fn dates_within_those_quoted_go_on_where_they_were() {
    let shorter = hours(2, 20);
    Scenario::given(story::quoted()).having(to(shorter)).next_key("12345-application-1");
    Scenario::given(story::applying()).having(to(shorter)).stage(Stage::Quoted).next_step(None);
    Scenario::given(story::applied()).having(to(shorter)).stage(Stage::Applied);
    Scenario::given(story::bound()).having(to(shorter)).stage(Stage::AssignedCoverage).next_step(None);
    Scenario::given(story::insured()).having(to(shorter)).stage(Stage::Active).badge(hour(3), Badge::Insured);
    // an assignment for the old dates may be on its way, so this one is asked for under a key of its own
    Scenario::given(story::started()).having(to(shorter)).next_key("12345-assignment-2");
}

#[test]
fn cover_that_ends_before_the_new_dates_is_not_enough() {
    Scenario::given(story::insured())
        .having(to(hours(0, 30)))
        .badge(hour(1), Badge::ExpiresBeforeWorkEnds)
        .gaps(Line::General, &[hours(24, 30)])
        .next_key("12345-quote-2");
}

#[test]
fn an_assignment_for_the_old_dates_that_had_not_begun_is_canceled() {
    Scenario::given(asked_for_early())
        .having(assignment_made(FIRST, assignment(), cover()))
        .having(to(hours(24, 48)))
        .next_key(&alloc::format!("12345-assignment-cancellation-{}", assignment()))
        .having(Command::RecordAssignmentCanceled { assignment: assignment() })
        .next_key("12345-quote-2");
}

#[test]
fn another_worker_begins_anew_and_inherits_no_cover() {
    Scenario::given(story::insured())
        .badge(hour(-1), Badge::Insured)
        .when(reassign())
        .then([reassigned()])
        .stage(Stage::Assigned)
        .badge(hour(-1), Badge::AtRisk)
        .gaps(Line::General, &[WINDOW])
        .next_key("workmarket-worker-wk_422")
        .when(reassign())
        .then_nothing()
        .having(Command::RecordContractor { round: FIRST.next(), contractor: other_contractor() })
        .next_key("12345-job-2");
}

#[test]
fn what_is_said_of_the_former_worker_does_not_count_for_the_next() {
    let report = policy_report(in_force(cover()), hour(-1));
    let from_old_quote = Command::RecordPolicy {
        policy: policy(),
        quote: Some(quote_id()),
        contractor: None,
        change: in_force(cover()),
        at: hour(-1),
    };
    Scenario::given(story::applied())
        .having(reassign())
        .when(report)
        .then_rejected(Rejection::UnknownPolicy(policy()))
        .having(Command::RecordContractor { round: FIRST.next(), contractor: other_contractor() })
        .when(from_old_quote)
        .then_rejected(Rejection::AnotherContractor(contractor()));
}

#[test]
fn the_former_workers_assignment_is_canceled_when_its_answer_comes_late() {
    Scenario::given(asked_for_early())
        .next_step(Step::Assignment)
        .having(reassign())
        .next_step(Step::Contractor)
        .having(assignment_made(FIRST, assignment(), cover()))
        .next_step(Step::AssignmentCancellation)
        .having(Command::RecordAssignmentCanceled { assignment: assignment() })
        .next_step(Step::Contractor);
}

#[test]
fn work_is_not_given_to_the_same_worker_without_lines_or_after_its_end() {
    let same = Command::Reassign { worker: worker(), terms: terms(), at: hour(-20) };
    let bare = Terms { required: Lines::NONE, ..terms() };
    Scenario::given(story::applied())
        .when(same)
        .then_nothing()
        .when(Command::Reassign { worker: other_worker(), terms: bare, at: hour(-20) })
        .then_rejected(Rejection::NothingRequired)
        .having(Command::CancelWork { at: hour(-10) })
        .when(reassign())
        .then_rejected(Rejection::WorkIsOver);
}
