//! What is reported of cover, and what it comes to.

use crate::cover::Line;
use crate::coverage::{Badge, Command, Cover, Event, Evidence, Rejection, Reported, Stage};
use crate::testkit::samples::{
    WINDOW, assignment, assignment_report, cover, hour, hours, in_force, other_contractor, other_policy,
    other_quote_id, policy, policy_report, quote_id,
};
use crate::testkit::{Scenario, story};
use crate::time::Timestamp;

fn evidence() -> Evidence {
    Evidence::Policy(policy())
}

fn activated(at: Timestamp) -> Event {
    Event::CoverageActivated { evidence: evidence(), policy: None, cover: cover(), at }
}

fn canceled(effective: Timestamp, at: Timestamp) -> Command {
    policy_report(Reported::Canceled { effective }, at)
}

fn reinstated(from: Option<Timestamp>, at: Timestamp) -> Command {
    policy_report(Reported::Reinstated { from }, at)
}

#[test]
fn a_policy_in_force_insures_and_is_heard_of_once() {
    let report = policy_report(in_force(cover()), hour(-1));
    Scenario::given(story::bound())
        .when(report.clone())
        .then([activated(hour(-1))])
        .stage(Stage::Active)
        .badge(hour(1), Badge::Insured)
        .deadline(WINDOW.end())
        .when(report)
        .then_nothing();
}

#[test]
fn a_report_that_names_no_lines_or_dates_takes_those_of_the_quote() {
    let silent = Command::RecordPolicy {
        policy: policy(),
        quote: Some(quote_id()),
        contractor: None,
        change: Reported::Active { lines: None, window: None },
        at: hour(-1),
    };
    Scenario::given(story::bound()).when(silent).then([activated(hour(-1))]);
}

#[test]
fn a_report_about_somebody_elses_policy_is_refused() {
    let report = |quote, contractor| Command::RecordPolicy {
        policy: policy(),
        quote,
        contractor,
        change: in_force(cover()),
        at: hour(-1),
    };
    Scenario::given(story::bound())
        .when(report(None, Some(other_contractor())))
        .then_rejected(Rejection::AnotherContractor(other_contractor()))
        .when(report(Some(other_quote_id()), None))
        .then_rejected(Rejection::UnknownQuote(other_quote_id()))
        .when(report(Some(quote_id()), None))
        .then([activated(hour(-1))]);
    Scenario::given(story::assigned())
        .when(report(None, Some(other_contractor())))
        .then_rejected(Rejection::UnknownContractor(other_contractor()));
}

#[test]
fn an_assignment_in_force_insures_too_and_an_unknown_one_is_refused() {
    let report = assignment_report(in_force(cover()), hour(0));
    let active = Event::CoverageActivated {
        evidence: Evidence::Assignment(assignment()),
        policy: None,
        cover: cover(),
        at: hour(0),
    };
    Scenario::given(story::started())
        .when(report.clone())
        .then_rejected(Rejection::UnknownAssignment(assignment()));
    Scenario::given(story::bound())
        .when(report.clone())
        .then([active])
        .badge(hour(1), Badge::Insured)
        .when(report)
        .then_nothing();
}

#[test]
fn an_assignment_ends_with_the_policy_that_it_stands_on() {
    let on_policy = Command::RecordAssignmentCover {
        assignment: assignment(),
        policy: Some(policy()),
        change: in_force(cover()),
        at: hour(0),
    };
    let other_canceled = Command::RecordPolicy {
        policy: other_policy(),
        quote: None,
        contractor: None,
        change: Reported::Canceled { effective: hour(3) },
        at: hour(3),
    };
    Scenario::given(story::insured())
        .having(on_policy)
        .having(other_canceled)
        .badge(hour(4), Badge::Insured)
        .having(canceled(hour(6), hour(6)))
        .stage(Stage::Expired)
        .gaps(Line::General, &[hours(6, 24)])
        .having(reinstated(None, hour(8)))
        .stage(Stage::Active)
        .gaps(Line::General, &[]);
}

#[test]
fn one_line_without_cover_is_not_insured() {
    let general = Cover { lines: [Line::General].into_iter().collect(), ..cover() };
    Scenario::given(story::bound())
        .having(policy_report(in_force(general), hour(-1)))
        .stage(Stage::AssignedCoverage)
        .badge(hour(1), Badge::UninsuredWorking)
        .gaps(Line::General, &[])
        .gaps(Line::WorkersComp, &[WINDOW]);
}

#[test]
fn a_late_start_of_cover_leaves_a_gap_that_is_shown_as_long_as_the_work_lasts() {
    let late = Cover { window: hours(2, 24), ..cover() };
    Scenario::given(story::bound())
        .having(policy_report(in_force(late), hour(2)))
        .badge(hour(1), Badge::UninsuredWorking)
        .badge(hour(2), Badge::Insured)
        .reason(hour(3), "Uninsured from 2025-11-01 11:40:00 UTC until 2025-11-01 13:40:00 UTC")
        .gaps(Line::General, &[hours(0, 2)])
        .having(Command::Complete { at: hour(24), pay: None })
        .reason(hour(30), "2 h 0 min uninsured");
}

#[test]
fn cover_for_the_guides_window_lasts_through_the_end_of_daylight_saving() {
    // 2025-11-02 06:00 UTC: clocks go from 02:00 daylight time back to 01:00 in New York
    let change = Timestamp::from_unix(1_762_063_200);
    Scenario::given(story::insured())
        .gaps(Line::General, &[])
        .badge(change.plus(-1), Badge::Insured)
        .badge(change, Badge::Insured)
        .badge(change.plus(3_600), Badge::Insured)
        .badge(Timestamp::from_unix(1_762_083_599), Badge::Insured)
        .badge(Timestamp::from_unix(1_762_083_600), Badge::UninsuredWorking)
        .reason(hour(1), "until 2025-11-02 11:40:00 UTC");
}
