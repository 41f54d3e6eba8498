//! What may happen at 1099Policy to a work order that has come so far: as messages, and as it stands in the end.

use crate::clock;
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::coverage::{BindOn, Cover, Event, Post, Quote, Round, Terms, Wage};
use covertrail_domain::id::{
    AssignmentId, CertificateId, ContractorId, DocumentId, JobId, PolicyId, QuoteId, SessionId, WorkOrderId,
    WorkerId,
};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use proptest::prelude::*;
use serde_json::{Value, json};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// What happens, hour by hour, a day ago.
#[derive(Debug, Clone)]
pub(super) struct Life {
    pub(super) number: usize,
    /// Whether the contractor still had to apply, or the work is begun and assigned.
    applying: bool,
    happens: Vec<What>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Applied,
    Issued,
    Assigned,
    Canceled,
    Reactivated,
    Expired,
    Flagged,
    Denied,
    Validated,
}

/// The ways of a policy, each from its issue on.
fn any_policy() -> impl Strategy<Value = Vec<What>> {
    let ups_and_downs = prop::collection::vec(Just([What::Canceled, What::Reactivated]), 0..3);
    let last = prop::option::of(prop_oneof![Just(What::Canceled), Just(What::Expired)]);
    (ups_and_downs, last).prop_map(|(ups_and_downs, last)| {
        [What::Issued].into_iter().chain(ups_and_downs.into_iter().flatten()).chain(last).collect()
    })
}

fn any_certificate() -> impl Strategy<Value = Vec<What>> {
    let verdict = prop_oneof![Just(What::Validated), Just(What::Denied), Just(What::Flagged)];
    (any::<bool>(), verdict).prop_map(|(flagged, verdict)| {
        let flagged = flagged && verdict != What::Flagged;
        flagged.then_some(What::Flagged).into_iter().chain([verdict]).collect()
    })
}

pub(super) fn any_life() -> impl Strategy<Value = Life> {
    let applied = prop::option::of(any_policy()).prop_map(|policy| {
        (true, [What::Applied].into_iter().chain(policy.into_iter().flatten()).collect::<Vec<_>>())
    });
    let assigned = (prop::option::of(any_policy()), prop::option::of(any_certificate()), any::<bool>());
    let assigned = assigned.prop_map(|(policy, certificate, is_confirmed)| {
        let confirmed = (policy.is_some() && is_confirmed).then_some(What::Assigned);
        let mut happens: Vec<_> = policy.into_iter().flatten().collect();
        happens.splice(happens.len().min(1)..happens.len().min(1), confirmed);
        happens.extend(certificate.into_iter().flatten());
        (false, happens)
    });
    prop_oneof![applied, assigned].prop_map(|(applying, happens)| Life { number: 0, applying, happens })
}

/// Of yesterday's beginning of the day: the same for all that one run of the tests does.
fn start() -> i64 {
    static START: std::sync::OnceLock<i64> = std::sync::OnceLock::new();
    *START.get_or_init(|| clock::now().unix() / DAY * DAY - DAY)
}

fn window() -> Window {
    Window::new(Timestamp::from_unix(start()), Timestamp::from_unix(start() + 30 * DAY)).unwrap()
}

impl Life {
    pub(super) fn work_order(&self) -> WorkOrderId {
        WorkOrderId::parse(&format!("wo_{}", self.number)).unwrap()
    }

    fn id(&self, prefix: &str) -> String {
        format!("{prefix}_{}", self.number)
    }

    /// How it came to where it begins.
    pub(super) fn history(&self) -> Vec<Event> {
        let lines = Lines::from_iter([Line::General]);
        let cover = Cover { lines, window: window() };
        let post = Post {
            contractor: ContractorId::parse(&self.id("cn")).unwrap(),
            job: JobId::parse(&self.id("jb")).unwrap(),
        };
        let terms = Terms {
            title: "Install drops".into(),
            description: "Third floor".into(),
            category: "cabling".into(),
            client: None,
            wage: Wage::FlatFee(Cents::new(32_500)),
            region: None,
            window: window(),
            required: lines,
            bind_on: BindOn::InProgress,
        };
        let at = Timestamp::from_unix(start() - DAY);
        let worker = WorkerId::parse(&self.id("wk")).unwrap();
        let mut history = vec![
            Event::Assigned { work_order: self.work_order(), worker, terms, at },
            Event::ContractorCreated { contractor: post.contractor.clone() },
            Event::JobCreated { job: post.job.clone() },
            Event::Quoted { quote: Quote { id: QuoteId::parse(&self.id("qt")).unwrap(), cover } },
            Event::ApplicationOpened {
                session: SessionId::parse(&self.id("ias")).unwrap(),
                url: "https://apply.example/1".into(),
            },
        ];
        if !self.applying {
            let document = DocumentId::parse(&format!("{:064x}", self.number)).unwrap();
            let certificate = CertificateId::parse(&self.id("ci")).unwrap();
            history.extend([
                Event::ApplicationCompleted {},
                Event::WorkStarted { at: window().start() },
                Event::CoverageAssigned {
                    round: Round::FIRST,
                    assignment: AssignmentId::parse(&self.id("an")).unwrap(),
                    post,
                    policy: Some(PolicyId::parse(&self.id("pl")).unwrap()),
                    cover,
                },
                Event::CertificateSubmitted { document: document.clone() },
                Event::CertificateUploaded { document, certificate },
            ]);
        }
        history
    }

    /// What the vendor tells, in its order.
    pub(super) fn messages(&self) -> Vec<Value> {
        let told = self.happens.iter().enumerate();
        told.map(|(index, what)| {
            let (kind, object) = match what {
                What::Applied => ("application.complete", self.session("application_complete")),
                What::Issued => ("policy.active", self.policy(index)),
                What::Assigned => ("assignment.active", self.assignment(index)),
                What::Canceled => ("policy.canceled", self.policy(index)),
                What::Reactivated => ("policy.reactivated", self.policy(index)),
                What::Expired => ("policy.expired", self.policy(index)),
                What::Flagged => ("certificate.flagged", self.certificate(index)),
                What::Denied => ("certificate.denied", self.certificate(index)),
                What::Validated => ("certificate.validated", self.certificate(index)),
            };
            let id = format!("ev_{}_{index}", self.number);
            json!({ "id": id, "type": kind, "created": when(index), "data": object })
        })
        .collect()
    }

    /// How everything stands in the end: where to ask, and the answer.
    pub(super) fn objects(&self) -> Vec<(String, Value)> {
        let all = self.happens.len();
        let policies: Vec<_> =
            self.happens.contains(&What::Issued).then(|| self.policy(all)).into_iter().collect();
        let step = if self.happens.contains(&What::Applied) { "application_complete" } else { "verify_info" };
        vec![
            (format!("contractors/{}/policies", self.id("cn")), json!(policies)),
            (format!("apply/sessions/{}", self.id("ias")), self.session(step)),
            (format!("assignments/{}", self.id("an")), self.assignment(all)),
            (format!("files/certificates/{}", self.id("ci")), self.certificate(all)),
        ]
    }

    fn session(&self, step: &str) -> Value {
        let (id, quote, contractor) = (self.id("ias"), self.id("qt"), self.id("cn"));
        json!({ "id": id, "object": "session", "quote": quote, "contractor": contractor, "step": step })
    }

    /// The policy as it was when that happened.
    fn policy(&self, index: usize) -> Value {
        let said = self.last(index, &[What::Issued, What::Canceled, What::Reactivated, What::Expired]);
        let (status, end, canceled) = match said {
            Some((when, What::Canceled)) => ("cancelled", window().end().unix(), Some(when)),
            Some((when, What::Expired)) => ("expired", when, None),
            _ => ("active", window().end().unix(), None),
        };
        json!({
            "id": self.id("pl"), "object": "policy", "status": status, "quote": self.id("qt"),
            "contractor": self.id("cn"), "coverage_type": ["general"], "effective_date": window().start().unix(),
            "expiration_date": end, "cancelled_at": canceled,
        })
    }

    fn assignment(&self, index: usize) -> Value {
        let status = if self.last(index, &[What::Assigned]).is_some() { "active" } else { "pending" };
        json!({
            "id": self.id("an"), "object": "assignment", "status": status, "policy": self.id("pl"),
            "contractor": self.id("cn"), "job": self.id("jb"), "coverage_type": ["general"],
            "effective_date": window().start().unix(), "end_date": window().end().unix(),
        })
    }

    fn certificate(&self, index: usize) -> Value {
        let status = match self.last(index, &[What::Flagged, What::Denied, What::Validated]) {
            Some((_, What::Flagged)) => "flagged",
            Some((_, What::Denied)) => "denied",
            Some((_, What::Validated)) => "approved",
            _ => "processing",
        };
        json!({
            "id": self.id("ci"), "object": "certificate", "status": status, "contractor": self.id("cn"),
            "coverage_type": ["general"], "effective_date": window().start().unix(),
            "expiration_date": window().end().unix(), "failed_rules": ["the holder differs"],
        })
    }

    /// The last of these up to and with that one, and when.
    fn last(&self, index: usize, of: &[What]) -> Option<(i64, What)> {
        let mut told = self.happens.iter().enumerate().take(index.saturating_add(1));
        told.rfind(|(_, what)| of.contains(what)).map(|(index, what)| (when(index), *what))
    }
}

fn when(index: usize) -> i64 {
    start() + HOUR + HOUR * i64::try_from(index).unwrap()
}
