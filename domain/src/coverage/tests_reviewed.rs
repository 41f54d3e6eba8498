//! Histories that once came out wrong, each with what it is to come to.

use super::{BindOn, Quote};
use super::{Command, Cover, Rejection, Reported, Round, Stage, State, Step, Terms, Verdict, Wage};
use crate::cover::{Line, Lines};
use crate::id::{CertificateId, ContractorId, JobId, PolicyId, QuoteId, WorkOrderId, WorkerId};
use crate::money::Cents;
use crate::time::{Timestamp, Window};
use alloc::string::String;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

fn window(from: i64, until: i64) -> Window {
    Window::new(at(from), at(until)).unwrap()
}

fn general() -> Lines {
    [Line::General].into_iter().collect()
}

fn wanted() -> Cover {
    Cover { lines: general(), window: window(100, 200) }
}

/// The state after every command, each of which has to be accepted.
fn after(state: State, commands: impl IntoIterator<Item = Command>) -> State {
    commands.into_iter().fold(state, |state, command| {
        let events = state.decide(&command).unwrap();
        events.iter().fold(state, State::evolve)
    })
}

fn assigned() -> State {
    let terms = Terms {
        title: String::new(),
        description: String::new(),
        category: String::new(),
        client: None,
        wage: Wage::FlatFee(Cents::new(1_000)),
        region: None,
        window: window(100, 200),
        required: general(),
        bind_on: BindOn::Applied,
    };
    let (work_order, worker) = (WorkOrderId::of_model("12345"), WorkerId::of_model("wk_1"));
    after(State::default(), [Command::Assign { work_order, worker, terms, at: at(0) }])
}

fn scoped() -> State {
    let round = Round::FIRST;
    let contractor = ContractorId::of_model("cn_1");
    after(
        assigned(),
        [
            Command::RecordContractor { round, contractor },
            Command::RecordJob { round, job: JobId::of_model("jb_1") },
        ],
    )
}

fn quoted() -> State {
    let quote = Quote { id: QuoteId::of_model("qt_1"), cover: wanted() };
    after(scoped(), [Command::RecordQuote { round: Round::FIRST, quote }])
}

fn applied() -> State {
    after(quoted(), [Command::RecordApplicationCompleted { quote: QuoteId::of_model("qt_1") }])
}

fn due(state: &State) -> Option<Step> {
    state.next_action().map(|action| action.step())
}

fn validated(window: Window) -> Command {
    let verdict = Verdict::Validated(Some(Cover { lines: general(), window }));
    let certificate = CertificateId::of_model("ci_1");
    Command::RecordVerdict { certificate, contractor: None, verdict, at: at(20) }
}

fn policy(lines: Option<Lines>, window: Option<Window>) -> Command {
    Command::RecordPolicy {
        policy: PolicyId::of_model("pl_1"),
        quote: Some(QuoteId::of_model("qt_1")),
        contractor: None,
        change: Reported::Active { lines, window },
        at: at(10),
    }
}

#[test]
fn a_policy_for_no_line_that_is_known_covers_nothing() {
    for window in [Some(wanted().window), None] {
        assert_eq!(quoted().decide(&policy(Some(Lines::NONE), window)), Err(Rejection::NothingCovered));
    }
    assert!(after(quoted(), [policy(None, None)]).coverage().unwrap().is_covered_through());
}

#[test]
fn a_certificate_for_another_time_or_not_to_the_end_leaves_the_assignment_due() {
    let late = after(applied(), [validated(window(300, 400))]);
    assert_eq!((late.stage(), due(&late)), (Some(Stage::Applied), Some(Step::Assignment)));
    assert!(!late.coverage().unwrap().is_self_insured());
    let short = after(applied(), [validated(window(50, 150))]);
    assert_eq!((short.stage(), due(&short)), (Some(Stage::Active), Some(Step::Assignment)));
    let whole = after(applied(), [validated(window(50, 200))]);
    assert_eq!((whole.stage(), due(&whole)), (Some(Stage::Active), None));
}
