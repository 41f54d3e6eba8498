//! Work that begins, ends and is paid for.

use crate::coverage::{Badge, Command, Event, Rejection, Stage, Step, Terms, Wage};
use crate::money::Cents;
use crate::testkit::samples::{PAY, hour, invoice, terms};
use crate::testkit::{Scenario, story};

const MORE: Cents = Cents::new(40_000);

fn complete(pay: Option<Cents>) -> Command {
    Command::Complete { at: hour(24), pay }
}

fn completed(pay: Option<Cents>) -> Event {
    Event::WorkCompleted { at: hour(24), pay }
}

#[test]
fn work_is_done_once_and_its_account_says_that_it_was_insured() {
    Scenario::given(story::insured())
        .when(complete(None))
        .then([completed(None)])
        .stage(Stage::Completed)
        .badge(hour(100), Badge::Done)
        .reason(hour(100), "insured throughout")
        .next_step(None)
        .deadline(None)
        .when(complete(None))
        .then_nothing();
}

#[test]
fn work_that_nobody_saw_begin_is_taken_to_have_begun_as_scheduled() {
    Scenario::given(story::applied())
        .when(complete(None))
        .then([Event::WorkStarted { at: hour(0) }, completed(None)])
        .stage(Stage::Completed)
        .when(Command::StartWork { at: hour(2) })
        .then_nothing();
    Scenario::given(story::applied())
        .when(Command::Complete { at: hour(-5), pay: None })
        .then([Event::WorkStarted { at: hour(-5) }, Event::WorkCompleted { at: hour(-5), pay: None }]);
}

#[test]
fn before_it_began_work_was_not_uninsured_and_working() {
    let late = story::then(story::applied(), Event::WorkStarted { at: hour(30) });
    for (told, began) in [(story::started(), 0), (late, 30)] {
        Scenario::given(told)
            .badge(hour(began - 49), Badge::Arranging)
            .badge(hour(began - 1), Badge::AtRisk)
            .badge(hour(began), Badge::UninsuredWorking);
    }
}

#[test]
fn work_that_was_canceled_is_not_done() {
    Scenario::given(story::insured())
        .having(Command::CancelWork { at: hour(3) })
        .when(complete(None))
        .then_rejected(Rejection::WorkIsOver);
}

#[test]
fn pay_as_agreed_needs_no_invoice() {
    Scenario::given(story::insured())
        .when(complete(Some(PAY)))
        .then([completed(Some(PAY))])
        .next_step(None)
        .when(Command::RecordInvoice { invoice: invoice(), pay: PAY })
        .then_rejected(Rejection::OutOfTurn(Step::Invoice));
}

#[test]
fn final_pay_that_differs_and_comes_later_is_invoiced_once() {
    let invoiced = Command::RecordInvoice { invoice: invoice(), pay: MORE };
    Scenario::given(story::insured())
        .having(complete(None))
        .when(complete(Some(MORE)))
        .then([Event::PaySettled { pay: MORE }])
        .next_key("12345-invoice-40000")
        .when(complete(Some(MORE)))
        .then_nothing()
        .when(Command::RecordInvoice { invoice: invoice(), pay: PAY })
        .then_rejected(Rejection::OutOfTurn(Step::Invoice))
        .when(invoiced.clone())
        .then([Event::InvoiceRecorded { invoice: invoice(), pay: MORE }])
        .next_step(None)
        .when(invoiced)
        .then_nothing()
        .when(complete(Some(PAY)))
        .then_rejected(Rejection::AlreadyInvoiced(MORE));
}

#[test]
fn pay_corrected_before_the_invoice_is_invoiced_as_corrected() {
    Scenario::given(story::insured())
        .having(complete(Some(MORE)))
        .next_key("12345-invoice-40000")
        .when(complete(Some(Cents::new(41_000))))
        .then([Event::PaySettled { pay: Cents::new(41_000) }])
        .next_key("12345-invoice-41000")
        .having(complete(Some(PAY)))
        .next_step(None);
}

#[test]
fn hourly_pay_is_always_invoiced() {
    let mut hourly = story::assigned_on(Terms { wage: Wage::Hourly(Cents::new(4_850)), ..terms() });
    hourly.extend(story::insured().into_iter().skip(1));
    Scenario::given(hourly).having(complete(Some(PAY))).next_key("12345-invoice-32500");
}

#[test]
fn work_without_cover_is_shown_as_such_when_it_is_over() {
    Scenario::given(story::started())
        .badge(hour(1), Badge::UninsuredWorking)
        .having(complete(None))
        .badge(hour(30), Badge::Done)
        .reason(hour(30), "1 d 0 h uninsured, first general");
}
