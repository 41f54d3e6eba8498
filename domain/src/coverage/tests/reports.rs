//! Whose policy a report is about, and for what dates, where it does not say.

use crate::cover::Line;
use crate::coverage::{Command, Cover, Event, Evidence, Rejection, Reported, Round, Stage};
use crate::id::{PolicyId, QuoteId};
use crate::testkit::samples::{
    assignment, assignment_made, contractor, cover, hour, hours, in_force, other_contractor, other_policy,
    other_worker, policy, policy_report, post, quote_id, terms, worker,
};
use crate::testkit::{Scenario, story};

const FIRST: Round = Round::FIRST;

fn reassigned_to(worker: crate::id::WorkerId) -> Command {
    Command::Reassign { worker, terms: terms(), at: hour(-20) }
}

fn active(policy: PolicyId, quote: Option<QuoteId>) -> Command {
    let change = Reported::Active { lines: None, window: None };
    Command::RecordPolicy { policy, quote, contractor: None, change, at: hour(-1) }
}

#[test]
fn after_a_reassignment_a_policy_of_nobody_by_name_waits_though_the_first_worker_was_never_enrolled() {
    let report = policy_report(in_force(cover()), hour(-1));
    let unknown = Rejection::UnknownPolicy(policy());
    assert!(unknown.is_premature());
    let second = FIRST.next();
    Scenario::given(story::assigned())
        .having(reassigned_to(other_worker()))
        .when(report.clone())
        .then_rejected(unknown.clone())
        .having(Command::RecordContractor { round: second, contractor: other_contractor() })
        .when(report.clone())
        .then_rejected(unknown.clone())
        .having(reassigned_to(worker()))
        .having(Command::RecordContractor { round: second.next(), contractor: contractor() })
        .when(report)
        .then_rejected(unknown);
}

#[test]
fn an_assignment_that_stands_on_it_tells_whose_policy_it_is() {
    let made = |round, contractor, policy| Command::RecordAssignment {
        round,
        assignment: assignment(),
        post: crate::coverage::Post { contractor, ..post() },
        policy: Some(policy),
        cover: cover(),
    };
    let report = policy_report(in_force(cover()), hour(-1));
    Scenario::given(story::started())
        .having(made(FIRST, contractor(), policy()))
        .having(reassigned_to(other_worker()))
        .having(Command::RecordContractor { round: FIRST.next(), contractor: other_contractor() })
        .when(report.clone())
        .then_rejected(Rejection::AnotherContractor(contractor()));
    Scenario::given(story::assigned())
        .having(reassigned_to(other_worker()))
        .having(Command::RecordContractor { round: FIRST.next(), contractor: other_contractor() })
        .having(made(FIRST, other_contractor(), policy()))
        .having(report)
        .gaps(Line::General, &[]);
}

#[test]
fn a_policy_without_dates_has_those_of_its_quote_whatever_the_schedule_became() {
    let activated = Event::CoverageActivated {
        evidence: Evidence::Policy(policy()),
        policy: None,
        cover: cover(),
        at: hour(-1),
    };
    Scenario::given(story::applied())
        .having(Command::Reschedule { window: hours(24, 48), at: hour(-20) })
        .when(active(policy(), None))
        .then_rejected(Rejection::CoverUnknown(Evidence::Policy(policy())))
        .when(active(policy(), Some(quote_id())))
        .then([activated])
        .gaps(Line::General, &[hours(24, 48)]);
}

#[test]
fn a_policy_without_dates_and_without_a_quote_has_those_of_the_assignment_on_it_or_none() {
    let unknown = Rejection::CoverUnknown(Evidence::Policy(policy()));
    assert!(unknown.is_premature());
    let shorter = Cover { window: hours(0, 12), ..cover() };
    let made = Command::RecordAssignment {
        round: FIRST,
        assignment: assignment(),
        post: post(),
        policy: Some(policy()),
        cover: shorter,
    };
    Scenario::given(story::started())
        .when(active(policy(), None))
        .then_rejected(unknown)
        .having(made)
        .having(active(policy(), None))
        .stage(Stage::Active)
        .gaps(Line::General, &[hours(12, 24)])
        .when(active(other_policy(), None))
        .then_rejected(Rejection::CoverUnknown(Evidence::Policy(other_policy())));
}

#[test]
fn dates_without_lines_or_lines_without_dates_are_not_filled_in_from_the_terms() {
    let dates = Reported::Active { lines: None, window: Some(hours(0, 24)) };
    let lines = Reported::Active { lines: Some(cover().lines), window: None };
    for change in [dates, lines] {
        Scenario::given(story::started())
            .having(assignment_made(FIRST, assignment(), cover()))
            .when(policy_report(change, hour(-1)))
            .then_rejected(Rejection::CoverUnknown(Evidence::Policy(policy())));
    }
}
