//! Events and states to show in tests.

use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::coverage::{
    BindOn, Cover, Decision, Event, Evidence, Failure, Post, Quote, Round, State, Step, Terms, Wage, Waiver,
};
use covertrail_domain::id::{
    AssignmentId, CertificateId, ClientId, ContractorId, DocumentId, JobId, PersonId, PolicyId, QuoteId,
    SessionId, WorkOrderId, WorkerId,
};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};

/// 2025-11-01 11:40:00 UTC, the guide's.
pub(crate) const START: i64 = 1_761_997_200;
const DAY: i64 = 86_400;

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_unix(START + second)
}

fn window() -> Window {
    Window::new(at(0), at(DAY)).unwrap()
}

fn cover() -> Cover {
    Cover { lines: Lines::from_iter([Line::General]), window: window() }
}

/// The beginning of a work order.
pub(crate) fn assigned(work_order: &str) -> Event {
    Event::Assigned {
        work_order: WorkOrderId::parse(work_order).unwrap(),
        worker: WorkerId::parse("wk_421").unwrap(),
        terms: Terms {
            title: "Install drops".into(),
            description: "Third floor".into(),
            category: "cabling".into(),
            client: Some(ClientId::parse("cl_7").unwrap()),
            wage: Wage::FlatFee(Cents::new(32_500)),
            region: None,
            window: window(),
            required: Lines::from_iter([Line::General, Line::WorkersComp]),
            bind_on: BindOn::InProgress,
        },
        at: at(-DAY),
    }
}

fn post() -> Post {
    Post { contractor: ContractorId::parse("cn_1").unwrap(), job: JobId::parse("jb_1").unwrap() }
}

/// Until the contractor can apply.
pub(crate) fn applying() -> Vec<Event> {
    vec![
        assigned("12345"),
        Event::ContractorCreated { contractor: post().contractor },
        Event::JobCreated { job: post().job },
        Event::Quoted { quote: Quote { id: QuoteId::parse("qt_1").unwrap(), cover: cover() } },
        Event::ApplicationOpened {
            session: SessionId::parse("ias_1").unwrap(),
            url: "https://apply.example/ias_1".into(),
        },
    ]
}

/// Until general liability is in force and workers' compensation waits for a reviewer's certificate.
pub(crate) fn covered() -> Vec<Event> {
    let assignment = AssignmentId::parse("an_1").unwrap();
    let certificate = CertificateId::parse("ci_1").unwrap();
    let document = DocumentId::parse(&"d0c".repeat(22)[..64]).unwrap();
    let compensation = Cover { lines: Lines::from_iter([Line::WorkersComp]), window: window() };
    let mut events = applying();
    events.extend([
        Event::ApplicationCompleted {},
        Event::WorkStarted { at: at(0) },
        Event::CoverageAssigned {
            round: Round::FIRST,
            assignment: assignment.clone(),
            post: post(),
            policy: Some(PolicyId::parse("pl_1").unwrap()),
            cover: cover(),
        },
        Event::CoverageActivated {
            evidence: Evidence::Assignment(assignment),
            policy: Some(PolicyId::parse("pl_1").unwrap()),
            cover: cover(),
            at: at(60),
        },
        Event::CertificateSubmitted { document: document.clone() },
        Event::CertificateUploaded { document, certificate: certificate.clone() },
        Event::CertificateFlagged {
            certificate: certificate.clone(),
            rules: "holder\u{1b}[2J differs".into(),
            cover: Some(compensation),
            at: at(120),
        },
        Event::CertificateReviewed {
            certificate,
            by: PersonId::parse("riley").unwrap(),
            decision: Decision::Approved(compensation),
            reason: "it is the parent's".into(),
            at: at(180),
        },
    ]);
    events
}

/// Blocked at its first step, with an exception.
pub(crate) fn blocked() -> Vec<Event> {
    vec![
        assigned("777"),
        Event::StepBlocked {
            step: Step::Contractor,
            document: None,
            failure: Failure::Refused,
            reason: "no email".into(),
        },
        Event::Waived {
            waiver: Waiver {
                by: PersonId::parse("ana").unwrap(),
                reason: "the client insures".into(),
                until: at(DAY),
            },
            at: at(0),
        },
    ]
}

pub(crate) fn state(events: &[Event]) -> State {
    events.iter().fold(State::default(), State::evolve)
}
