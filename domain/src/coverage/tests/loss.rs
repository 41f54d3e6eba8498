//! Cover that is lost, and what gives it back.

use crate::cover::Line;
use crate::coverage::{
    Badge, Command, Cover, Event, Evidence, Noticed, Rejection, Reported, Round, Stage, Step,
};
use crate::id::JobId;
use crate::testkit::samples::{WINDOW, cover, hour, hours, in_force, policy, policy_report};
use crate::testkit::{Scenario, story};
use crate::time::Timestamp;

fn evidence() -> Evidence {
    Evidence::Policy(policy())
}

fn canceled(effective: Timestamp, at: Timestamp) -> Command {
    policy_report(Reported::Canceled { effective }, at)
}

fn reinstated(from: Option<Timestamp>, at: Timestamp) -> Command {
    policy_report(Reported::Reinstated { from }, at)
}

#[test]
fn a_cancellation_may_take_effect_before_its_notice() {
    let event = Event::CoverageCanceled { evidence: evidence(), effective: hour(6), at: hour(10) };
    Scenario::given(story::insured())
        .when(canceled(hour(6), hour(10)))
        .then([event])
        .stage(Stage::Expired)
        .badge(hour(5), Badge::ExpiresBeforeWorkEnds)
        .badge(hour(6), Badge::UninsuredWorking)
        .gaps(Line::General, &[hours(6, 24)])
        .next_key("12345-quote-2")
        .when(canceled(hour(6), hour(10)))
        .then_nothing();
}

#[test]
fn a_cancellation_to_come_leaves_the_cover_until_then() {
    Scenario::given(story::insured())
        .having(canceled(hour(12), hour(2)))
        .stage(Stage::Active)
        .badge(hour(3), Badge::ExpiresBeforeWorkEnds)
        .badge(hour(12), Badge::UninsuredWorking)
        .deadline(hour(12))
        .when(Command::Expire { at: hour(12) })
        .then([Event::CoverageExpired { evidence: evidence(), on: hour(12), noticed: Noticed::ByClock }])
        .stage(Stage::Expired)
        .next_step(Step::Quote)
        .deadline(None);
}

#[test]
fn a_flat_cancellation_leaves_nothing_covered() {
    Scenario::given(story::insured())
        .having(canceled(hour(0), hour(3)))
        .stage(Stage::Expired)
        .gaps(Line::General, &[WINDOW])
        .gaps(Line::WorkersComp, &[WINDOW])
        .reason(hour(4), "was canceled from its beginning");
}

#[test]
fn a_second_cancellation_only_moves_the_end_earlier() {
    Scenario::given(story::insured())
        .having(canceled(hour(12), hour(1)))
        .having(canceled(hour(18), hour(2)))
        .gaps(Line::General, &[hours(12, 24)])
        .having(canceled(hour(6), hour(3)))
        .gaps(Line::General, &[hours(6, 24)]);
}

#[test]
fn a_reinstatement_restores_from_the_cancellation_unless_it_names_a_later_start() {
    let canceled_at_six = || Scenario::given(story::insured()).having(canceled(hour(6), hour(7)));
    let event = |from| Event::CoverageReinstated { evidence: evidence(), from, at: hour(9) };
    canceled_at_six()
        .when(reinstated(None, hour(9)))
        .then([event(None)])
        .stage(Stage::Active)
        .gaps(Line::General, &[])
        .when(reinstated(None, hour(9)))
        .then_nothing();
    canceled_at_six()
        .when(reinstated(Some(hour(8)), hour(9)))
        .then([event(Some(hour(8)))])
        .stage(Stage::Active)
        .gaps(Line::General, &[hours(6, 8)])
        .badge(hour(7), Badge::UninsuredWorking)
        .reason(hour(9), "which no later cover mends");
}

#[test]
fn an_end_that_the_clock_noticed_is_taken_back_when_the_vendor_says_otherwise() {
    let longer = Cover { window: hours(0, 72), ..cover() };
    Scenario::given(story::insured())
        .deadline(WINDOW.end())
        .when(Command::Expire { at: hour(23) })
        .then_nothing()
        .when(Command::Expire { at: hour(25) })
        .then([Event::CoverageExpired { evidence: evidence(), on: WINDOW.end(), noticed: Noticed::ByClock }])
        .stage(Stage::Expired)
        .badge(hour(25), Badge::UninsuredWorking)
        .deadline(None)
        .when(Command::Expire { at: hour(25) })
        .then_nothing()
        .having(policy_report(in_force(longer), hour(20)))
        .stage(Stage::Active)
        .badge(hour(25), Badge::Expiring)
        .deadline(hour(72));
}

#[test]
fn an_expiry_that_the_vendor_reports_is_heard_of_once() {
    let expired = policy_report(Reported::Expired { on: hour(20) }, hour(21));
    let event =
        Event::CoverageExpired { evidence: evidence(), on: hour(20), noticed: Noticed::ByVendor(hour(21)) };
    Scenario::given(story::insured())
        .when(expired.clone())
        .then([event])
        .stage(Stage::Expired)
        .gaps(Line::General, &[hours(20, 24)])
        .when(expired)
        .then_nothing();
}

#[test]
fn a_cancellation_that_arrives_before_the_activation_it_ends_still_ends_it() {
    Scenario::given(story::bound())
        .having(canceled(hour(6), hour(7)))
        .having(policy_report(in_force(cover()), hour(-1)))
        .stage(Stage::Expired)
        .gaps(Line::General, &[hours(6, 24)])
        .badge(hour(7), Badge::UninsuredWorking)
        .next_key("12345-quote-2");
}

#[test]
fn a_lost_round_is_begun_anew_and_late_answers_of_the_old_one_are_told_apart() {
    let stale = Command::RecordJob { round: Round::FIRST, job: JobId::parse("jb_other").unwrap() };
    Scenario::given(story::insured())
        .having(canceled(hour(6), hour(7)))
        .next_key("12345-quote-2")
        .when(stale)
        .then_rejected(Rejection::RoundIsOver { asked: Round::FIRST, current: Round::FIRST.next() });
}
