//! What the golden lines mean, written out: every event, and every form that an event can take.

use crate::schema::{Actor, Envelope, Source};
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::coverage::{
    BindOn, Cover, Decision, Event, Evidence, Failure, Key, Noticed, Post, Quote, Round, Step, Terms, Wage,
    Waiver,
};
use covertrail_domain::id::*;
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};

const START: i64 = 1_761_997_200;
const END: i64 = 1_762_083_600;

/// The events in the order of the golden lines, each with its envelope.
pub(super) fn story() -> Vec<(Event, Envelope)> {
    let clerk = Actor::Person(PersonId::parse("clerk@example.com").unwrap());
    [
        told(Actor::WorkMarket, Source::Webhook, "delivery-workmarket-evt_1001", work()),
        told(Actor::Policy, Source::Api, "WO-12345-quote-1", path()),
        told(Actor::Policy, Source::Webhook, "delivery-1099policy-evt_2002", cover_events()),
        told(Actor::Clock, Source::Clock, "deadline-1762083600", vec![ran_out(Noticed::ByClock)]),
        told(Actor::Policy, Source::Webhook, "delivery-1099policy-evt_2003", certificates()),
        told(clerk, Source::Command, "request-7f0c", people()),
        told(Actor::WorkMarket, Source::Polling, "delivery-workmarket-poll-88", changes()),
        told(Actor::Covertrail, Source::Api, "WO-12345-assignment-cancellation-an_1", blocks()),
        told(Actor::Covertrail, Source::Api, "WO-12345-certificate-cn_2-9f86d081", added()),
        with_a_reason(),
    ]
    .concat()
}

fn told(actor: Actor, source: Source, causation: &str, events: Vec<Event>) -> Vec<(Event, Envelope)> {
    let envelope = Envelope {
        actor,
        correlation: "coverage-WO-12345".into(),
        causation: causation.into(),
        occurred_at: at(START),
        recorded_at: START * 1_000_000 + 250_001,
        source,
        reason: None,
    };
    events.into_iter().map(|event| (event, envelope.clone())).collect()
}

/// What a person did and said why: the reason stands in the envelope, and came later than it.
fn with_a_reason() -> Vec<(Event, Envelope)> {
    let by = PersonId::parse("clerk@example.com").unwrap();
    let retried = vec![Event::StepRetried { step: Step::Quote, by: by.clone(), key: Key::New }];
    let mut told = told(Actor::Person(by), Source::Command, "request-7f0d", retried);
    for (_, envelope) in &mut told {
        envelope.reason = Some("1099Policy is back".into());
    }
    told
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

fn window() -> Window {
    Window::new(at(START), at(END)).unwrap()
}

fn cover() -> Cover {
    Cover { lines: Lines::from_iter([Line::General, Line::WorkersComp]), window: window() }
}

fn evidence() -> Evidence {
    Evidence::Assignment(AssignmentId::parse("an_1").unwrap())
}

fn policy() -> PolicyId {
    PolicyId::parse("pl_9").unwrap()
}

fn certificate() -> CertificateId {
    CertificateId::parse("ci_5").unwrap()
}

fn document() -> DocumentId {
    DocumentId::parse("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08").unwrap()
}

fn terms() -> Terms {
    Terms {
        title: "Install \"Wi-Fi\"".into(),
        description: "Two access points,\nthird floor".into(),
        category: "it-networking".into(),
        client: Some(ClientId::parse("cl_7").unwrap()),
        wage: Wage::FlatFee(Cents::new(32_500)),
        region: Some("CA".into()),
        window: window(),
        required: Lines::from_iter([Line::General, Line::WorkersComp]),
        bind_on: BindOn::InProgress,
    }
}

fn work() -> Vec<Event> {
    let (work_order, worker) = (WorkOrderId::parse("WO-12345").unwrap(), WorkerId::parse("wk_421").unwrap());
    vec![
        Event::Assigned { work_order, worker, terms: terms(), at: at(START) },
        Event::WorkStarted { at: at(START) },
        Event::WorkCompleted { at: at(END), pay: Some(Cents::new(35_000)) },
        Event::WorkCompleted { at: at(END), pay: None },
        Event::PaySettled { pay: Cents::new(-1_205) },
    ]
}

fn path() -> Vec<Event> {
    let (contractor, job) = (ContractorId::parse("cn_2").unwrap(), JobId::parse("jb_3").unwrap());
    let session = SessionId::parse("ias_4").unwrap();
    let assigned = |policy| Event::CoverageAssigned {
        round: Round::FIRST,
        assignment: AssignmentId::parse("an_1").unwrap(),
        post: Post { contractor: contractor.clone(), job: job.clone() },
        policy,
        cover: cover(),
    };
    vec![
        Event::ContractorCreated { contractor: contractor.clone() },
        Event::JobCreated { job: job.clone() },
        Event::Quoted { quote: Quote { id: QuoteId::parse("qt_6").unwrap(), cover: cover() } },
        Event::QuoteDeclined { reason: "category is not insurable".into() },
        Event::PolicyMatched { policy: Some(policy()) },
        Event::PolicyMatched { policy: None },
        Event::ApplicationOpened { session: session.clone(), url: "https://apply.example.com/ias_4".into() },
        Event::ApplicationCompleted {},
        Event::ApplicationExpired { session: session.clone() },
        Event::ApplicationIneligible { session, reason: "prior claims".into() },
        assigned(Some(policy())),
        assigned(None),
        Event::AssignmentDeclined { round: None, reason: "no policy in force".into() },
        Event::AssignmentCanceled { assignment: AssignmentId::parse("an_1").unwrap() },
        Event::InvoiceRecorded { invoice: InvoiceId::parse("in_8").unwrap(), pay: Cents::new(35_000) },
    ]
}

fn cover_events() -> Vec<Event> {
    let activated =
        |evidence, policy| Event::CoverageActivated { evidence, policy, cover: cover(), at: at(START) };
    let reinstated = |from| Event::CoverageReinstated { evidence: evidence(), from, at: at(START + 60) };
    vec![
        activated(evidence(), Some(policy())),
        activated(Evidence::Policy(policy()), None),
        activated(Evidence::Certificate(certificate()), None),
        Event::CoverageCanceled { evidence: evidence(), effective: at(START - 60), at: at(START) },
        reinstated(Some(at(START))),
        reinstated(None),
        ran_out(Noticed::ByVendor(at(END + 5))),
    ]
}

fn ran_out(noticed: Noticed) -> Event {
    Event::CoverageExpired { evidence: evidence(), on: at(END), noticed }
}

fn certificates() -> Vec<Event> {
    let (certificate, at) = (certificate(), at(START));
    let validated = |cover| Event::CertificateValidated { certificate: certificate.clone(), cover, at };
    let flagged = |cover| Event::CertificateFlagged {
        certificate: certificate.clone(),
        rules: "limit_below_minimum".into(),
        cover,
        at,
    };
    vec![
        Event::CertificateUploaded { document: document(), certificate: certificate.clone() },
        validated(Some(cover())),
        validated(None),
        flagged(Some(Cover { lines: Lines::NONE, window: window() })),
        flagged(None),
        Event::CertificateDenied { certificate: certificate.clone(), reason: "unreadable".into(), at },
    ]
}

fn people() -> Vec<Event> {
    let by = PersonId::parse("clerk@example.com").unwrap();
    let reviewed = |decision| Event::CertificateReviewed {
        certificate: certificate(),
        by: by.clone(),
        decision,
        reason: "read the endorsement".into(),
        at: at(START),
    };
    let waiver = Waiver { by: by.clone(), reason: "client accepts the risk".into(), until: at(END) };
    vec![
        Event::CertificateSubmitted { document: document() },
        reviewed(Decision::Approved(cover())),
        reviewed(Decision::Denied),
        Event::Waived { waiver, at: at(START) },
        Event::StepRetried { step: Step::Quote, by, key: Key::Same },
    ]
}

fn changes() -> Vec<Event> {
    let all = Lines::from_iter(Line::ALL);
    let wage = Wage::Hourly(Cents::new(4_850));
    let terms =
        Terms { client: None, region: None, wage, required: all, bind_on: BindOn::Applied, ..terms() };
    let paid = |wage| Event::Reassigned {
        worker: WorkerId::parse("wk_423").unwrap(),
        terms: Terms { wage, ..self::terms() },
        at: at(START),
    };
    vec![
        Event::Rescheduled { window: window(), at: at(START) },
        Event::Reassigned { worker: WorkerId::parse("wk_422").unwrap(), terms, at: at(START) },
        Event::WorkCanceled { at: at(START) },
        paid(Wage::Unit(Cents::new(1_200))),
        paid(Wage::Blended(Cents::new(4_850))),
    ]
}

fn blocks() -> Vec<Event> {
    let reason = "refused with status 422";
    let blocked = |step| Event::StepBlocked {
        step,
        document: None,
        failure: Failure::Unsettled,
        reason: reason.into(),
    };
    Step::ALL.map(blocked).into()
}

/// What was added to the vocabulary later: fields that the lines before do without, and events.
fn added() -> Vec<Event> {
    let by = PersonId::parse("clerk@example.com").unwrap();
    let (step, failure, reason) = (Step::Certificate, Failure::Refused, "invalid_file_type".into());
    vec![
        Event::StepBlocked { step, document: Some(document()), failure, reason },
        Event::StepRetried { step: Step::Quote, by, key: Key::New },
        Event::AssignmentDeclined { round: Some(Round::new(2)), reason: "no policy in force".into() },
        Event::CoverDelayed { from: at(START + 600) },
        Event::StatusChanged { unknown: Some("On Hold".into()), at: at(START) },
        Event::StatusChanged { unknown: None, at: at(START) },
        Event::CoverNotNeeded { reason: "its pricing is internal".into(), at: at(START) },
        Event::CoverNeeded { at: at(START) },
    ]
}
