//! What a person has tried again, and under which key.

use crate::coverage::{BindOn, Command, Event, Failure, Key, Rejection, Round, Step, Terms};
use crate::testkit::samples::{
    assignment, assignment_made, clerk, cover, hour, hours, job, quote, session, terms,
};
use crate::testkit::{Scenario, story};

const EITHER: [Failure; 2] = [Failure::Refused, Failure::Unsettled];

fn blocked(step: Step, failure: Failure) -> Command {
    Command::Block { step, document: None, failure, reason: "it answers 500".into() }
}

fn retry() -> Command {
    Command::Retry { by: clerk() }
}

fn retried(step: Step, key: Key) -> Event {
    Event::StepRetried { step, by: clerk(), key }
}

#[test]
fn a_quote_or_an_application_is_asked_for_under_another_key_however_it_failed() {
    for failure in EITHER {
        Scenario::given(story::scoped())
            .having(blocked(Step::Quote, failure))
            .when(retry())
            .then([retried(Step::Quote, Key::New)])
            .next_key("12345-quote-2")
            .when(Command::RecordQuote { round: Round::FIRST, quote: quote() })
            .then_rejected(Rejection::RoundIsOver { asked: Round::FIRST, current: Round::FIRST.next() });
        Scenario::given(story::quoted())
            .having(blocked(Step::Application, failure))
            .when(retry())
            .then([retried(Step::Application, Key::New)])
            .next_key("12345-application-2")
            .having(Command::RecordApplication {
                round: Round::FIRST.next(),
                session: session(),
                url: "https://apply.example".into(),
            })
            .next_step(None);
    }
}

#[test]
fn a_job_or_an_assignment_has_another_key_only_where_the_vendor_refused_it() {
    for (failure, key, round) in
        [(Failure::Refused, Key::New, Round::FIRST.next()), (Failure::Unsettled, Key::Same, Round::FIRST)]
    {
        Scenario::given(story::enrolled())
            .having(blocked(Step::Job, failure))
            .when(retry())
            .then([retried(Step::Job, key)])
            .next_key(&alloc::format!("12345-job-{}", round.get()))
            .having(Command::RecordJob { round, job: job() })
            .next_key(&alloc::format!("12345-quote-{}", round.get()));
        Scenario::given(story::started())
            .having(blocked(Step::Assignment, failure))
            .when(retry())
            .then([retried(Step::Assignment, key)])
            .next_key(&alloc::format!("12345-assignment-{}", round.get()))
            .having(assignment_made(round, assignment(), cover()))
            .next_step(None);
    }
}

#[test]
fn the_contractor_and_the_invoice_keep_their_keys() {
    for failure in EITHER {
        Scenario::given(story::assigned())
            .having(blocked(Step::Contractor, failure))
            .when(retry())
            .then([retried(Step::Contractor, Key::Same)])
            .next_key("workmarket-worker-wk_421");
        let pay = Some(crate::money::Cents::new(40_000));
        Scenario::given(story::insured())
            .having(Command::Complete { at: hour(24), pay })
            .having(blocked(Step::Invoice, failure))
            .when(retry())
            .then([retried(Step::Invoice, Key::Same)])
            .next_key("12345-invoice-40000");
    }
}

#[test]
fn an_assignment_is_canceled_under_another_key_and_the_path_keeps_its_own() {
    let mut early = story::assigned_on(Terms { bind_on: BindOn::Applied, ..terms() });
    early.extend(story::applied().into_iter().skip(1));
    let unwanted = alloc::format!("12345-assignment-cancellation-{}", assignment());
    Scenario::given(early)
        .having(assignment_made(Round::FIRST, assignment(), cover()))
        .having(Command::Reschedule { window: hours(24, 48), at: hour(-20) })
        .next_key(&unwanted)
        .having(blocked(Step::AssignmentCancellation, Failure::Unsettled))
        .next_key("12345-quote-2")
        .when(retry())
        .then([retried(Step::AssignmentCancellation, Key::New)])
        .next_key(&alloc::format!("{unwanted}-1"))
        .having(Command::RecordAssignmentCanceled { assignment: assignment() })
        .next_key("12345-quote-2");
}

#[test]
fn an_older_line_of_a_retry_means_what_it_meant() {
    let (step, reason) = (Step::Quote, alloc::string::String::from("it answers 500"));
    let mut told = story::scoped();
    told.push(Event::StepBlocked { step, document: None, failure: Failure::Unsettled, reason });
    told.push(retried(step, Key::Same));
    Scenario::given(told).next_key("12345-quote-1");
    let declined = story::then(story::scoped(), Event::QuoteDeclined { reason: "no".into() });
    Scenario::given(story::then(declined, retried(step, Key::Same))).next_key("12345-quote-2");
}
