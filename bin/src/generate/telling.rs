//! A made-up history as it is told: who and what it is about, and how each step comes.

use super::history::{Cause, Step};
use super::{Error, Plan};
use bytes::Bytes;
use covertrail_adapters::webhook::delivery::Delivery;
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::coverage::{BindOn, Command, Cover, Terms, Wage};
use covertrail_domain::id::{
    ClientId, ContractorId, JobId, PersonId, PolicyId, QuoteId, WorkOrderId, WorkerId,
};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use rand::Rng as _;
use rand::rngs::StdRng;
use serde_json::json;

const WORK: [(&str, &str); 6] = [
    ("Replace point-of-sale terminals", "it-networking"),
    ("Run two cable drops", "low-voltage"),
    ("Install digital signage", "audio-visual"),
    ("Survey wireless coverage", "it-networking"),
    ("Swap a failed switch", "it-networking"),
    ("Mount access points", "low-voltage"),
];

/// A history as it is told.
pub(super) struct Telling {
    pub(super) work_order: WorkOrderId,
    pub(super) word: String,
    pub(super) start: Timestamp,
    pub(super) length: i64,
    pub(super) pay: i64,
    pub(super) terms: Terms,
    pub(super) worker: WorkerId,
    pub(super) at: Timestamp,
    pub(super) steps: Vec<Step>,
}

impl Telling {
    pub(super) fn new(
        plan: &Plan,
        number: u64,
        start: Timestamp,
        random: &mut StdRng,
    ) -> Result<Self, Error> {
        let word = format!("{:x}{number:08x}", plan.seed);
        let length = random.random_range(1..10) * 3_600;
        let pay = random.random_range(80..900) * 100;
        let (title, category) = WORK.get(random.random_range(0..WORK.len())).copied().unwrap_or_default();
        let window = Window::new(start, start.plus(length)).ok_or_else(|| Error::Id("a window".into()))?;
        let terms = Terms {
            title: title.to_owned(),
            description: format!("{title}; test with the store's manager and send the old parts back."),
            category: category.to_owned(),
            client: Some(id(ClientId::parse(&format!("cl_{}", random.random_range(0..97))))?),
            wage: Wage::FlatFee(Cents::new(pay)),
            region: Some("CA".to_owned()),
            window,
            required: lines(),
            bind_on: BindOn::InProgress,
        };
        Ok(Self {
            work_order: id(WorkOrderId::parse(&format!("WO-{number}")))?,
            worker: id(WorkerId::parse(&format!("wk_{}", random.random_range(0..5_000))))?,
            word,
            start,
            length,
            pay,
            terms,
            at: start.plus(-random.random_range(1..8) * 86_400),
            steps: Vec::new(),
        })
    }

    pub(super) fn cover(&self) -> Cover {
        let window = self.terms.window;
        let around = Window::new(window.start().plus(-3_600), window.end().plus(60 * 86_400));
        Cover { lines: lines(), window: around.unwrap_or(window) }
    }

    pub(super) fn wait(&mut self, seconds: i64) {
        self.at = self.at.plus(seconds);
    }

    pub(super) fn step(&mut self, command: Command, cause: Cause) {
        self.steps.push(Step { at: self.at, command, cause });
    }

    pub(super) fn answered(&mut self, step: &str, command: Command) {
        self.wait(1);
        let key = format!("{}-{step}-1", self.work_order);
        self.step(command, Cause::Answered(key));
    }

    pub(super) fn by_person(&mut self, command: Command) -> Result<(), Error> {
        self.step(command, Cause::Person(person()?));
        Ok(())
    }

    pub(super) fn by_workmarket(&mut self, event: &str, command: Command) {
        let body = json!({ "work_order_id": self.work_order.as_str(), "sent": self.at.unix() }).to_string();
        let delivery = Delivery::from_workmarket(event, Bytes::from(body));
        self.step(command, Cause::Delivered(Box::new(delivery)));
    }

    pub(super) fn by_policy(&mut self, event: &str, command: Command) {
        let body = json!({
            "id": format!("evt_{}_{}", self.word, self.steps.len()), "type": event, "created": self.at.unix(),
            "data": { "object": { "quote": format!("qt_{}", self.word), "contractor": format!("cn_{}", self.word) } },
        });
        let delivery = Delivery::from_policy(None, Bytes::from(body.to_string()));
        self.step(command, Cause::Delivered(Box::new(delivery)));
    }

    pub(super) fn contractor(&self) -> Result<ContractorId, Error> {
        id(ContractorId::parse(&format!("cn_{}", self.worker)))
    }

    pub(super) fn job(&self) -> Result<JobId, Error> {
        id(JobId::parse(&format!("jb_{}", self.word)))
    }

    pub(super) fn quote(&self) -> Result<QuoteId, Error> {
        id(QuoteId::parse(&format!("qt_{}", self.word)))
    }

    pub(super) fn policy_id(&self) -> Result<PolicyId, Error> {
        id(PolicyId::parse(&format!("pl_{}", self.word)))
    }
}

pub(super) fn lines() -> Lines {
    [Line::General, Line::WorkersComp].into_iter().collect()
}

pub(super) fn person() -> Result<PersonId, Error> {
    id(PersonId::parse("riley"))
}

pub(super) fn id<T, E: std::fmt::Display>(parsed: Result<T, E>) -> Result<T, Error> {
    parsed.map_err(|error| Error::Id(error.to_string()))
}
