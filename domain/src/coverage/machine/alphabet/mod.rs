//! The commands that the search tries: few, but each kind in every way that can tell states apart.
//!
//! Answers of the vendor are made from the state, as the vendor makes them from our call: for the round that is
//! under way, with ids of that round. Reports come at few moments: in force at 10, canceled at 20, in force again
//! at 30, expired at 40. Two schedules, of which the first quote encloses only one; two workers.

mod reports;

use crate::cover::{Line, Lines};
use crate::coverage::action::Step;
use crate::coverage::assignment::{Assignment, Fate};
use crate::coverage::attempt::Failure;
use crate::coverage::command::Command;
use crate::coverage::path::{Post, Quote};
use crate::coverage::state::{Coverage, State};
use crate::coverage::terms::{BindOn, Cover, Round, Terms, Wage};
use crate::id::{
    AssignmentId, ClientId, ContractorId, DocumentId, InvoiceId, JobId, PersonId, QuoteId, SessionId,
    WorkOrderId, WorkerId,
};
use crate::money::Cents;
use crate::time::{Timestamp, Window};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) use reports::{assignment, certificate, documents, halves, policy};

pub(super) const SCHEDULE: Window = window(100, 200);
const SHORTER: Window = window(120, 180);
const LATER: Window = window(150, 250);
const AGREED: Cents = Cents::new(32_500);

/// The commands to try, and the lines that they speak of.
pub(super) struct Commands {
    lines: Lines,
    first: Lines,
    binding: &'static [BindOn],
    all: Vec<Command>,
}

impl Commands {
    pub(super) fn new(lines: &[Line], binding: &'static [BindOn]) -> Self {
        let first = lines.iter().copied().take(1).collect();
        Self { lines: lines.iter().copied().collect(), first, binding, all: Vec::new() }
    }

    fn add<const N: usize>(&mut self, commands: [Command; N]) {
        self.all.extend(commands);
    }

    fn terms(&self, bind_on: BindOn, window: Window) -> Terms {
        Terms {
            title: String::new(),
            description: String::new(),
            category: String::new(),
            client: Some(ClientId::of_model("client")),
            wage: Wage::FlatFee(AGREED),
            region: None,
            window,
            required: self.lines,
            bind_on,
        }
    }
}

impl From<Commands> for Vec<Command> {
    fn from(commands: Commands) -> Self {
        commands.all
    }
}

/// How a work order comes to an assignment where nothing is in the way.
pub(super) fn way(state: &State, to: &mut Commands) {
    let Some(coverage) = state.coverage() else { return assign(to) };
    let round = coverage.round;
    let cover = Cover { lines: to.lines, window: coverage.terms.window };
    let contractor = ContractorId::of_model(&format!("cn_{}", coverage.worker));
    let quote = Quote { id: QuoteId::of_model(&format!("qt_{}", round.get())), cover };
    to.add([
        Command::RecordContractor { round, contractor },
        Command::RecordJob { round, job: JobId::of_model(&format!("jb_{}", round.get())) },
        Command::RecordQuote { round, quote },
        Command::RecordApplication { round, session: session(round), url: String::new() },
    ]);
    if let Some(quote) = coverage.path.quote() {
        to.add([Command::RecordApplicationCompleted { quote: quote.id.clone() }]);
    }
    if let Some(post) = coverage.path.post() {
        let asked = coverage.unanswered.iter().copied().chain([round]);
        to.all.extend(asked.map(|round| made(round, post, cover)));
    }
    let unwanted = coverage.assignments.iter().filter(|known| known.fate == Fate::ToCancel);
    let canceled = |known: &Assignment| Command::RecordAssignmentCanceled { assignment: known.id.clone() };
    to.all.extend(unwanted.map(canceled));
}

fn assign(to: &mut Commands) {
    for bind_on in to.binding {
        let (work_order, worker) = (WorkOrderId::of_model("12345"), WorkerId::of_model("wk_1"));
        to.add([Command::Assign { work_order, worker, terms: to.terms(*bind_on, SCHEDULE), at: moment(0) }]);
    }
}

fn made(round: Round, post: &Post, cover: Cover) -> Command {
    let assignment = AssignmentId::of_model(&format!("an_{}", round.get()));
    Command::RecordAssignment { round, assignment, post: post.clone(), policy: None, cover }
}

/// Everything that the vendor can answer on the way to an assignment.
pub(super) fn path(state: &State, to: &mut Commands) {
    way(state, to);
    let Some(coverage) = state.coverage() else { return };
    let (round, session, reason) = (coverage.round, session(coverage.round), String::new);
    to.add([
        Command::RecordQuoteDeclined { round, reason: reason() },
        Command::RecordPolicyOnFile { round, policy: None },
        Command::RecordApplicationExpired { session: session.clone() },
        Command::RecordApplicationIneligible { session, reason: reason() },
        Command::RecordAssignmentDeclined { round, reason: reason() },
    ]);
}

/// What can befall a work order from outside and move its stage.
pub(super) fn moves(state: &State, to: &mut Commands) {
    if let Some(coverage) = state.coverage() {
        to.add([
            Command::Complete { at: moment(190), pay: None },
            Command::CancelWork { at: moment(190) },
            Command::Retry { by: person() },
            Command::Reschedule { window: LATER, at: moment(1) },
            reassigned(coverage, to),
        ]);
    }
}

/// The beginning of work, and dates that the first quote holds for.
pub(super) fn start(state: &State, to: &mut Commands) {
    if state.coverage().is_some() {
        to.add([
            Command::StartWork { at: moment(110) },
            Command::Reschedule { window: SHORTER, at: moment(1) },
        ]);
    }
}

/// How work ends, and what is paid for it.
pub(super) fn end(_: &State, to: &mut Commands) {
    to.add([
        Command::StartWork { at: moment(110) },
        Command::Complete { at: moment(190), pay: None },
        Command::Complete { at: moment(190), pay: Some(AGREED) },
        Command::Complete { at: moment(190), pay: Some(Cents::new(40_000)) },
        Command::RecordInvoice { invoice: InvoiceId::of_model("in_1"), pay: Cents::new(40_000) },
        Command::CancelWork { at: moment(190) },
    ]);
}

fn reassigned(coverage: &Coverage, to: &Commands) -> Command {
    let terms = to.terms(coverage.terms.bind_on, coverage.terms.window);
    Command::Reassign { worker: WorkerId::of_model("wk_2"), terms, at: moment(2) }
}

/// What people do about a step that does not go on.
pub(super) fn people(state: &State, to: &mut Commands) {
    if let Some(due) = state.next_action() {
        let (step, document) = (due.step(), due.document().cloned());
        // how they failed tells only these two apart
        let refused = matches!(step, Step::Job | Step::Assignment).then_some(Failure::Refused);
        let failures = refused.into_iter().chain([Failure::Unsettled]);
        to.all.extend(failures.map(|failure| blocked(step, document.clone(), failure)));
    }
    to.add([blocked(Step::Invoice, None, Failure::Unsettled), Command::Retry { by: person() }]);
}

fn blocked(step: Step, document: Option<DocumentId>, failure: Failure) -> Command {
    Command::Block { step, document, failure, reason: String::new() }
}

/// What is said of a work order beside its way.
pub(super) fn asides(state: &State, to: &mut Commands) {
    let Some(coverage) = state.coverage() else { return };
    let (round, at) = (coverage.round, moment(1));
    to.add([
        Command::DelayCover { round, from: moment(130) },
        Command::RecordStatus { unknown: Some(String::from("onhold")), at },
        Command::RecordStatus { unknown: None, at },
        Command::RecordNoCoverNeeded { reason: String::from("internal"), at },
        Command::RecordCoverNeeded { at },
    ]);
}

fn session(round: Round) -> SessionId {
    SessionId::of_model(&format!("ias_{}", round.get()))
}

fn person() -> PersonId {
    PersonId::of_model("clerk")
}

const fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

const fn window(from: i64, until: i64) -> Window {
    match Window::new(moment(from), moment(until)) {
        Some(window) => window,
        None => Window::ALWAYS,
    }
}
