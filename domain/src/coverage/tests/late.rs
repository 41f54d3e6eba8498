//! Work that was heard of too late to be insured from its beginning.

use crate::cover::Line;
use crate::coverage::{Badge, Call, Command, Cover, Event, Quote, Rejection, Round, Step};
use crate::testkit::samples::{cover, hour, hours, in_force, policy_report, quote, quote_id};
use crate::testkit::{Scenario, story};
use crate::time::Window;

fn delay(round: Round, hours: i64) -> Command {
    Command::DelayCover { round, from: hour(hours) }
}

fn delayed(hours: i64) -> Event {
    Event::CoverDelayed { from: hour(hours) }
}

fn asked(scenario: &Scenario) -> Option<Window> {
    let call = scenario.state().next_action()?.call;
    if let Call::CreateQuote { cover, .. } = call { Some(cover.window) } else { None }
}

#[test]
fn the_dates_of_a_late_quote_are_stored_and_each_has_a_key_of_its_own() {
    let (first, second) = (Round::FIRST, Round::FIRST.next());
    let scenario = Scenario::given(story::scoped());
    assert_eq!(asked(&scenario), Some(hours(0, 24)));
    let scenario =
        scenario.when(delay(first, 6)).then([delayed(6)]).next_key("12345-quote-2").when(delay(first, 6));
    let scenario = scenario.then_nothing();
    assert_eq!(asked(&scenario), Some(hours(6, 24)));
    let scenario = scenario
        .when(delay(first, 7))
        .then_rejected(Rejection::RoundIsOver { asked: first, current: second })
        .when(delay(second, 7))
        .then([delayed(7)])
        .next_key("12345-quote-3");
    assert_eq!(asked(&scenario), Some(hours(7, 24)));
}

#[test]
fn cover_is_not_delayed_before_the_start_or_once_it_is_quoted() {
    Scenario::given(story::scoped()).when(delay(Round::FIRST, 0)).then_nothing();
    for told in [story::enrolled(), story::quoted(), story::insured()] {
        Scenario::given(told).when(delay(Round::FIRST, 6)).then_rejected(Rejection::OutOfTurn(Step::Quote));
    }
}

#[test]
fn the_time_before_late_cover_is_a_gap_for_good() {
    let late = Cover { window: hours(6, 24), ..cover() };
    let round = Round::FIRST.next();
    Scenario::given(story::then(story::scoped(), Event::WorkStarted { at: hour(0) }))
        .having(delay(Round::FIRST, 6))
        .badge(hour(1), Badge::UninsuredWorking)
        .having(Command::RecordQuote { round, quote: Quote { cover: late, ..quote() } })
        .having(Command::RecordApplicationCompleted { quote: quote_id() })
        .next_step(Step::Assignment)
        .having(policy_report(in_force(late), hour(3)))
        .gaps(Line::General, &[hours(0, 6)])
        .badge(hour(7), Badge::Insured)
        .reason(hour(7), "which no later cover mends")
        .having(Command::Complete { at: hour(24), pay: None })
        .gaps(Line::WorkersComp, &[hours(0, 6)])
        .reason(hour(30), "6 h 0 min uninsured");
}
