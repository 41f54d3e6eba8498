//! Work that WorkMarket calls by a word of its own, and work that needs no cover.

use crate::cover::Line;
use crate::coverage::{Badge, BindOn, Command, Event, Rejection, Round, Stage, Step, Terms};
use crate::testkit::samples::{WINDOW, assignment, assignment_made, cover, hour, terms};
use crate::testkit::{Scenario, story};
use alloc::vec::Vec;

fn status(unknown: Option<&str>) -> Command {
    Command::RecordStatus { unknown: unknown.map(Into::into), at: hour(-30) }
}

fn excuse(reason: &str) -> Command {
    Command::RecordNoCoverNeeded { reason: reason.into(), at: hour(-30) }
}

fn require() -> Command {
    Command::RecordCoverNeeded { at: hour(-25) }
}

/// Applied on terms that have the assignment made before work begins.
fn early() -> Vec<Event> {
    let mut told = story::assigned_on(Terms { bind_on: BindOn::Applied, ..terms() });
    told.extend(story::applied().into_iter().skip(1));
    told
}

#[test]
fn a_status_that_is_not_known_is_kept_as_it_was_sent_and_shown_until_a_known_one_comes() {
    let changed =
        |unknown: Option<&str>| Event::StatusChanged { unknown: unknown.map(Into::into), at: hour(-30) };
    Scenario::given(story::quoted())
        .when(status(None))
        .then_nothing()
        .when(status(Some("On Hold")))
        .then([changed(Some("On Hold"))])
        .stage(Stage::Quoted)
        .next_step(Step::Application)
        .badge(hour(-60), Badge::NeedsReview)
        .reason(hour(-60), "WorkMarket calls the work order \"On Hold\"")
        .badge(hour(-1), Badge::AtRisk)
        .reason(hour(-1), "\"On Hold\"")
        .when(status(Some("On Hold")))
        .then_nothing()
        .when(status(None))
        .then([changed(None)])
        .badge(hour(-60), Badge::Arranging);
    Scenario::given(story::insured())
        .having(status(Some("exception")))
        .badge(hour(1), Badge::NeedsReview)
        .reason(hour(1), "Insured, but WorkMarket calls the work order \"exception\"");
}

#[test]
fn work_that_needs_no_cover_is_neither_arranged_nor_called_insured() {
    Scenario::given(story::assigned())
        .when(excuse("its pricing is internal"))
        .then([Event::CoverNotNeeded { reason: "its pricing is internal".into(), at: hour(-30) }])
        .stage(Stage::Assigned)
        .next_step(None)
        .gaps(Line::General, &[])
        .badge(hour(-1), Badge::Exempt)
        .reason(hour(-1), "Needs no cover: its pricing is internal")
        .when(excuse("its pricing is internal"))
        .then_nothing()
        .having(Command::StartWork { at: hour(0) })
        .badge(hour(1), Badge::Exempt)
        .having(Command::Complete { at: hour(24), pay: None })
        .badge(hour(30), Badge::Done)
        .reason(hour(30), "needed no cover: its pricing is internal")
        .when(require())
        .then_rejected(Rejection::WorkIsOver);
}

#[test]
fn work_that_needs_cover_after_all_goes_on_where_it_was() {
    Scenario::given(story::scoped())
        .when(require())
        .then_nothing()
        .having(excuse("its pricing is internal"))
        .when(require())
        .then([Event::CoverNeeded { at: hour(-25) }])
        .next_key("12345-quote-1")
        .gaps(Line::General, &[WINDOW])
        .badge(hour(-1), Badge::AtRisk);
}

#[test]
fn an_assignment_made_for_work_that_needs_no_cover_is_canceled_and_made_anew_where_it_does_after_all() {
    let canceled = Command::RecordAssignmentCanceled { assignment: assignment() };
    let made = assignment_made(Round::FIRST, assignment(), cover());
    for told in [
        Scenario::given(early()).having(made.clone()).having(excuse("internal")),
        Scenario::given(early()).having(excuse("internal")).having(made),
    ] {
        told.next_step(Step::AssignmentCancellation)
            .having(canceled.clone())
            .next_step(None)
            .having(require())
            .next_key("12345-quote-2");
    }
}
