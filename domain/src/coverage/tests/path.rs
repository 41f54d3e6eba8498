//! The vendor's answers on the way to an assignment.

use crate::cover::Lines;
use crate::coverage::{Badge, BindOn, Command, Event, Key, Quote, Rejection, Round, Stage, Step, Terms};
use crate::testkit::samples::{
    assign, assignment, assignment_made, clerk, contractor, cover, hour, job, other_assignment,
    other_contractor, other_quote_id, policy, post, quote, quote_id, session, terms, work_order, worker,
};
use crate::testkit::{Scenario, story};

const FIRST: Round = Round::FIRST;

fn because() -> alloc::string::String {
    "not in this state".into()
}

#[test]
fn a_work_order_begins_with_its_first_worker_and_only_once() {
    Scenario::given([])
        .next_step(None)
        .badge(hour(0), Badge::Unknown)
        .when(assign(terms()))
        .then([Event::Assigned { work_order: work_order(), worker: worker(), terms: terms(), at: hour(-72) }])
        .stage(Stage::Assigned)
        .next_key("workmarket-worker-wk_421")
        .when(assign(terms()))
        .then_nothing();
}

#[test]
fn nothing_is_recorded_of_a_work_order_that_was_never_assigned() {
    Scenario::given([])
        .when(Command::StartWork { at: hour(0) })
        .then_rejected(Rejection::NotAssigned)
        .when(assign(Terms { required: Lines::NONE, ..terms() }))
        .then_rejected(Rejection::NothingRequired);
}

#[test]
fn the_contractor_is_recorded_once_and_is_not_exchanged() {
    let answer = Command::RecordContractor { round: FIRST, contractor: contractor() };
    Scenario::given(story::assigned())
        .when(Command::RecordContractor { round: FIRST.next(), contractor: contractor() })
        .then_rejected(Rejection::OutOfTurn(Step::Contractor))
        .when(answer.clone())
        .then([Event::ContractorCreated { contractor: contractor() }])
        .next_key("12345-job-1")
        .when(answer)
        .then_nothing()
        .when(Command::RecordContractor { round: FIRST, contractor: other_contractor() })
        .then_rejected(Rejection::AnotherContractor(other_contractor()));
}

#[test]
fn the_job_is_recorded_once_after_its_contractor() {
    let answer = Command::RecordJob { round: FIRST, job: job() };
    Scenario::given(story::assigned()).when(answer.clone()).then_rejected(Rejection::OutOfTurn(Step::Job));
    Scenario::given(story::enrolled())
        .when(answer.clone())
        .then([Event::JobCreated { job: job() }])
        .next_key("12345-quote-1")
        .when(answer)
        .then_nothing();
}

#[test]
fn the_quote_is_recorded_once_and_opens_the_application() {
    let answer = Command::RecordQuote { round: FIRST, quote: quote() };
    let other = Quote { id: other_quote_id(), cover: cover() };
    Scenario::given(story::enrolled()).when(answer.clone()).then_rejected(Rejection::OutOfTurn(Step::Quote));
    Scenario::given(story::scoped())
        .when(answer.clone())
        .then([Event::Quoted { quote: quote() }])
        .stage(Stage::Quoted)
        .next_key("12345-application-1")
        .when(answer)
        .then_nothing()
        .when(Command::RecordQuote { round: FIRST, quote: other })
        .then_rejected(Rejection::OutOfTurn(Step::Quote));
}

#[test]
fn a_declined_quote_waits_for_a_person_who_has_it_asked_for_again_under_another_key() {
    let declined = Command::RecordQuoteDeclined { round: FIRST, reason: because() };
    Scenario::given(story::scoped())
        .when(declined.clone())
        .then([Event::QuoteDeclined { reason: because() }])
        .stage(Stage::Assigned)
        .badge(hour(-72), Badge::NeedsReview)
        .reason(hour(-72), "1099Policy declined to quote: not in this state")
        .next_step(None)
        .when(declined.clone())
        .then_nothing()
        .when(Command::Retry { by: clerk() })
        .then([Event::StepRetried { step: Step::Quote, by: clerk(), key: Key::New }])
        .next_key("12345-quote-2")
        .when(declined)
        .then_rejected(Rejection::RoundIsOver { asked: FIRST, current: FIRST.next() });
}

#[test]
fn a_policy_on_file_skips_the_application() {
    let on_file = Command::RecordPolicyOnFile { round: FIRST, policy: Some(policy()) };
    Scenario::given(story::scoped())
        .when(on_file.clone())
        .then([Event::PolicyMatched { policy: Some(policy()) }])
        .stage(Stage::Applied)
        .when(on_file.clone())
        .then_nothing()
        .badge(hour(0), Badge::AtRisk);
    Scenario::given(story::quoted()).when(on_file).then_rejected(Rejection::OutOfTurn(Step::Quote));
}

#[test]
fn the_application_is_opened_once_and_only_on_a_quote() {
    let url = "https://apply.example/2Rk7Vt";
    let opened = Command::RecordApplication { round: FIRST, session: session(), url: url.into() };
    Scenario::given(story::scoped())
        .when(opened.clone())
        .then_rejected(Rejection::OutOfTurn(Step::Application));
    Scenario::given(story::quoted())
        .when(opened.clone())
        .then([Event::ApplicationOpened { session: session(), url: url.into() }])
        .next_step(None)
        .when(opened)
        .then_nothing();
}

#[test]
fn an_application_that_was_completed_before_its_opening_was_heard_of_stays_completed() {
    let opened =
        Command::RecordApplication { round: FIRST, session: session(), url: "https://a.example".into() };
    Scenario::given(story::quoted())
        .when(Command::RecordApplicationCompleted { quote: quote_id() })
        .then([Event::ApplicationCompleted {}])
        .when(opened)
        .then_nothing()
        .stage(Stage::Applied);
}

#[test]
fn the_application_is_completed_once_and_only_on_a_quote_that_is_known() {
    let completed = Command::RecordApplicationCompleted { quote: quote_id() };
    let unknown = Command::RecordApplicationCompleted { quote: other_quote_id() };
    Scenario::given(story::scoped())
        .when(completed.clone())
        .then_rejected(Rejection::UnknownQuote(quote_id()));
    Scenario::given(story::applying())
        .when(completed.clone())
        .then([Event::ApplicationCompleted {}])
        .stage(Stage::Applied)
        .when(completed)
        .then_nothing()
        .when(unknown)
        .then_rejected(Rejection::UnknownQuote(other_quote_id()));
}

#[test]
fn a_session_that_ran_out_is_opened_again_on_the_same_quote_under_another_key() {
    let expired = Command::RecordApplicationExpired { session: session() };
    Scenario::given(story::quoted())
        .when(expired.clone())
        .then_rejected(Rejection::UnknownSession(session()));
    Scenario::given(story::applying())
        .when(expired.clone())
        .then([Event::ApplicationExpired { session: session() }])
        .stage(Stage::Quoted)
        .next_key("12345-application-2")
        .when(expired)
        .then_nothing();
}

#[test]
fn a_contractor_who_cannot_be_insured_waits_for_a_person() {
    let ineligible = Command::RecordApplicationIneligible { session: session(), reason: because() };
    Scenario::given(story::applying())
        .when(ineligible.clone())
        .then([Event::ApplicationIneligible { session: session(), reason: because() }])
        .next_step(None)
        .reason(hour(-72), "the contractor is not eligible: not in this state")
        .when(ineligible)
        .then_nothing()
        .when(Command::Retry { by: clerk() })
        .then([Event::StepRetried { step: Step::Quote, by: clerk(), key: Key::New }])
        .next_key("12345-quote-2")
        .when(Command::RecordApplicationIneligible { session: session(), reason: because() })
        .then_nothing();
}

#[test]
fn the_assignment_is_due_when_work_is_in_progress_or_earlier_where_the_terms_say_so() {
    Scenario::given(story::applied())
        .next_step(None)
        .when(Command::StartWork { at: hour(0) })
        .then([Event::WorkStarted { at: hour(0) }])
        .next_key("12345-assignment-1")
        .when(Command::StartWork { at: hour(1) })
        .then_nothing();
    let mut early = story::assigned_on(Terms { bind_on: BindOn::Applied, ..terms() });
    early.extend(story::applied().into_iter().skip(1));
    Scenario::given(early).next_key("12345-assignment-1");
}

#[test]
fn an_assignment_is_recorded_once_and_is_not_cover() {
    let made = assignment_made(FIRST, assignment(), cover());
    let event = Event::CoverageAssigned {
        round: FIRST,
        assignment: assignment(),
        post: post(),
        policy: None,
        cover: cover(),
    };
    Scenario::given(story::quoted()).when(made.clone()).then_rejected(Rejection::OutOfTurn(Step::Assignment));
    Scenario::given(story::started())
        .when(made.clone())
        .then([event])
        .stage(Stage::AssignedCoverage)
        .badge(hour(1), Badge::UninsuredWorking)
        .next_step(None)
        .when(made)
        .then_nothing()
        .when(assignment_made(FIRST, other_assignment(), cover()))
        .then_rejected(Rejection::OutOfTurn(Step::Assignment));
}

#[test]
fn a_declined_assignment_waits_for_a_person_who_has_it_made_again_under_another_key() {
    let declined = Command::RecordAssignmentDeclined { round: FIRST, reason: because() };
    Scenario::given(story::quoted())
        .when(declined.clone())
        .then_rejected(Rejection::OutOfTurn(Step::Assignment));
    Scenario::given(story::started())
        .when(declined.clone())
        .then([Event::AssignmentDeclined { round: Some(FIRST), reason: because() }])
        .stage(Stage::Applied)
        .next_step(None)
        .when(declined)
        .then_nothing()
        .when(Command::Retry { by: clerk() })
        .then([Event::StepRetried { step: Step::Assignment, by: clerk(), key: Key::New }])
        .next_key("12345-assignment-2");
}
