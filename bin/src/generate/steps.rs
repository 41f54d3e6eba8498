//! What happens to a made-up work order: mostly all goes well, and now and then it does not.

use super::history::{Cause, History, Step};
use super::{Error, Plan};
use bytes::Bytes;
use covertrail_adapters::webhook::delivery::Delivery;
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::coverage::{
    self, BindOn, Command, Cover, Failure, Post, Quote, Reported, Round, Ruling, Terms, Verdict, Wage,
};
use covertrail_domain::id::{
    AssignmentId, CertificateId, ClientId, ContractorId, DocumentId, InvoiceId, JobId, PersonId, PolicyId,
    QuoteId, SessionId, WorkOrderId, WorkerId,
};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use rand::Rng as _;
use rand::rngs::StdRng;
use serde_json::json;

/// How far back the histories go, and how far ahead work is scheduled.
const YEAR: i64 = 365 * 86_400;
const AHEAD: i64 = 21 * 86_400;

const WORK: [(&str, &str); 6] = [
    ("Replace point-of-sale terminals", "it-networking"),
    ("Run two cable drops", "low-voltage"),
    ("Install digital signage", "audio-visual"),
    ("Survey wireless coverage", "it-networking"),
    ("Swap a failed switch", "it-networking"),
    ("Mount access points", "low-voltage"),
];

/// What is not as it mostly is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Straight,
    OwnCertificate,
    CertificateDenied,
    CanceledInTheMiddle,
    CanceledAndReinstated,
    Withdrawn,
    LateConfirmation,
    NeverApplies,
    BlockedJob,
    Waived,
}

impl Way {
    fn of(random: &mut StdRng) -> Self {
        match random.random_range(0..100) {
            0..60 => Self::Straight,
            60..70 => Self::OwnCertificate,
            70..73 => Self::CertificateDenied,
            73..76 => Self::CanceledInTheMiddle,
            76..80 => Self::CanceledAndReinstated,
            80..86 => Self::Withdrawn,
            86..91 => Self::LateConfirmation,
            91..94 => Self::NeverApplies,
            94..97 => Self::BlockedJob,
            _ => Self::Waived,
        }
    }
}

/// A work order's history, whole; what lies beyond the plan's moment is still to come. Later numbers begin later.
pub(super) fn of(plan: &Plan, number: u64, random: &mut StdRng) -> Result<History, Error> {
    let share = i128::from(number) * i128::from(YEAR + AHEAD) / i128::from(plan.work_orders.max(1));
    let day = plan.until.plus(i64::try_from(share).unwrap_or(0) - YEAR);
    let start = day.plus(random.random_range(0..86_400));
    let way = Way::of(random);
    let mut told = Telling::new(plan, number, start, random)?;
    told.tell(way, random)?;
    Ok(History { work_order: told.work_order, steps: told.steps })
}

/// A history as it is told.
struct Telling {
    work_order: WorkOrderId,
    word: String,
    start: Timestamp,
    length: i64,
    pay: i64,
    terms: Terms,
    worker: WorkerId,
    at: Timestamp,
    steps: Vec<Step>,
}

impl Telling {
    fn new(plan: &Plan, number: u64, start: Timestamp, random: &mut StdRng) -> Result<Self, Error> {
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

    fn tell(&mut self, way: Way, random: &mut StdRng) -> Result<(), Error> {
        let assign = Command::Assign {
            work_order: self.work_order.clone(),
            worker: self.worker.clone(),
            terms: self.terms.clone(),
            at: self.at,
        };
        self.by_workmarket("assigned", assign);
        if way == Way::Withdrawn {
            self.wait(random.random_range(3_600..86_400));
            self.by_workmarket("canceled", Command::CancelWork { at: self.at });
            return Ok(());
        }
        self.arrange(way)?;
        match way {
            Way::OwnCertificate | Way::CertificateDenied => self.hand_in(way)?,
            Way::NeverApplies | Way::BlockedJob | Way::Withdrawn => {}
            Way::Waived => {
                let until = self.start.plus(self.length + 86_400);
                let reason = "the client accepts the risk in writing".to_owned();
                self.wait(600);
                self.by_person(Command::Waive { by: person()?, reason, until, at: self.at })?;
            }
            Way::Straight | Way::CanceledInTheMiddle | Way::CanceledAndReinstated | Way::LateConfirmation => {
                self.wait(random.random_range(600..40_000));
                let window = Some(self.cover().window);
                self.policy("policy.active", Reported::Active { lines: Some(lines()), window })?;
            }
        }
        self.work(way, random)
    }

    /// Contractor, job, quote and application.
    fn arrange(&mut self, way: Way) -> Result<(), Error> {
        let round = Round::FIRST;
        self.answered("contractor", Command::RecordContractor { round, contractor: self.contractor()? });
        if way == Way::BlockedJob {
            let reason = "no category code is configured for the work's category".to_owned();
            let (step, failure) = (coverage::Step::Job, Failure::Refused);
            self.answered("job", Command::Block { step, document: None, failure, reason });
            return Ok(());
        }
        self.answered("job", Command::RecordJob { round, job: self.job()? });
        let quote = Quote { id: self.quote()?, cover: self.cover() };
        self.answered("quote", Command::RecordQuote { round, quote });
        let session = id(SessionId::parse(&format!("ias_{}", self.word)))?;
        let url = format!("https://apply.1099policy.com/sessions/{session}");
        self.answered("application", Command::RecordApplication { round, session, url });
        Ok(())
    }

    /// A certificate of their own, flagged and decided on by a person.
    fn hand_in(&mut self, way: Way) -> Result<(), Error> {
        let certificate = id(CertificateId::parse(&format!("ci_{}", self.word)))?;
        let document = id(DocumentId::parse(&format!("{:0>64}", self.word)))?;
        self.wait(7_200);
        self.by_person(Command::SubmitCertificate { document: document.clone() })?;
        self.answered(
            "certificate",
            Command::RecordCertificateUploaded { document, certificate: certificate.clone() },
        );
        self.wait(1_800);
        let rules = "the general aggregate is below the limit that the client requires".to_owned();
        let verdict = Verdict::Flagged { rules, cover: Some(self.cover()) };
        let contractor = Some(self.contractor()?);
        let flagged =
            Command::RecordVerdict { certificate: certificate.clone(), contractor, verdict, at: self.at };
        self.by_policy("certificate.flagged", flagged);
        self.wait(20_000);
        let (decision, reason) = if way == Way::CertificateDenied {
            (Ruling::Deny, "the limit is half of what is needed")
        } else {
            (Ruling::Approve { cover: None }, "the client accepts the lower aggregate in writing")
        };
        let reason = reason.to_owned();
        self.by_person(Command::Review { certificate, by: person()?, decision, reason, at: self.at })
    }

    fn work(&mut self, way: Way, random: &mut StdRng) -> Result<(), Error> {
        self.at = self.at.max(self.start.plus(random.random_range(-900..1_800)));
        self.by_workmarket("in_progress", Command::StartWork { at: self.at });
        if matches!(
            way,
            Way::Straight | Way::CanceledInTheMiddle | Way::CanceledAndReinstated | Way::LateConfirmation
        ) {
            self.bind(way)?;
        }
        match way {
            Way::CanceledInTheMiddle => {
                self.wait(1_800);
                self.policy("policy.cancelled", Reported::Canceled { effective: self.at })?;
            }
            Way::CanceledAndReinstated => {
                self.wait(1_800);
                self.policy("policy.cancelled", Reported::Canceled { effective: self.at })?;
                self.wait(1_200);
                self.policy("policy.reactivated", Reported::Reinstated { from: None })?;
            }
            Way::Straight
            | Way::OwnCertificate
            | Way::CertificateDenied
            | Way::Withdrawn
            | Way::LateConfirmation
            | Way::NeverApplies
            | Way::BlockedJob
            | Way::Waived => {}
        }
        self.at = self.at.max(self.start.plus(self.length));
        let paid = if random.random_range(0..3) == 0 { self.pay + 5_000 } else { self.pay };
        self.by_workmarket("completed", Command::Complete { at: self.at, pay: Some(Cents::new(paid)) });
        if paid != self.pay {
            let invoice = id(InvoiceId::parse(&format!("in_{}", self.word)))?;
            self.answered("invoice", Command::RecordInvoice { invoice, pay: Cents::new(paid) });
        }
        Ok(())
    }

    fn bind(&mut self, way: Way) -> Result<(), Error> {
        let assignment = id(AssignmentId::parse(&format!("an_{}", self.word)))?;
        let post = Post { contractor: self.contractor()?, job: self.job()? };
        let (round, policy, cover) = (Round::FIRST, Some(self.policy_id()?), self.cover());
        let assigned = Command::RecordAssignment {
            round,
            assignment: assignment.clone(),
            post,
            policy: policy.clone(),
            cover,
        };
        self.answered("assignment", assigned);
        self.wait(if way == Way::LateConfirmation { 5_400 } else { 20 });
        let change = Reported::Active { lines: None, window: None };
        let active = Command::RecordAssignmentCover { assignment, policy, change, at: self.at };
        self.by_policy("assignment.active", active);
        Ok(())
    }

    fn policy(&mut self, event: &str, change: Reported) -> Result<(), Error> {
        let (policy, quote, contractor) = (self.policy_id()?, Some(self.quote()?), Some(self.contractor()?));
        self.by_policy(event, Command::RecordPolicy { policy, quote, contractor, change, at: self.at });
        Ok(())
    }

    fn cover(&self) -> Cover {
        let window = self.terms.window;
        let around = Window::new(window.start().plus(-3_600), window.end().plus(60 * 86_400));
        Cover { lines: lines(), window: around.unwrap_or(window) }
    }

    fn wait(&mut self, seconds: i64) {
        self.at = self.at.plus(seconds);
    }

    fn step(&mut self, command: Command, cause: Cause) {
        self.steps.push(Step { at: self.at, command, cause });
    }

    fn answered(&mut self, step: &str, command: Command) {
        self.wait(1);
        let key = format!("{}-{step}-1", self.work_order);
        self.step(command, Cause::Answered(key));
    }

    fn by_person(&mut self, command: Command) -> Result<(), Error> {
        self.step(command, Cause::Person(person()?));
        Ok(())
    }

    fn by_workmarket(&mut self, event: &str, command: Command) {
        let body = json!({ "work_order_id": self.work_order.as_str(), "sent": self.at.unix() }).to_string();
        let delivery = Delivery::from_workmarket(event, Bytes::from(body));
        self.step(command, Cause::Delivered(Box::new(delivery)));
    }

    fn by_policy(&mut self, event: &str, command: Command) {
        let body = json!({
            "id": format!("evt_{}_{}", self.word, self.steps.len()), "type": event, "created": self.at.unix(),
            "data": { "object": { "quote": format!("qt_{}", self.word), "contractor": format!("cn_{}", self.word) } },
        });
        let delivery = Delivery::from_policy(None, Bytes::from(body.to_string()));
        self.step(command, Cause::Delivered(Box::new(delivery)));
    }

    fn contractor(&self) -> Result<ContractorId, Error> {
        id(ContractorId::parse(&format!("cn_{}", self.worker)))
    }

    fn job(&self) -> Result<JobId, Error> {
        id(JobId::parse(&format!("jb_{}", self.word)))
    }

    fn quote(&self) -> Result<QuoteId, Error> {
        id(QuoteId::parse(&format!("qt_{}", self.word)))
    }

    fn policy_id(&self) -> Result<PolicyId, Error> {
        id(PolicyId::parse(&format!("pl_{}", self.word)))
    }
}

fn lines() -> Lines {
    [Line::General, Line::WorkersComp].into_iter().collect()
}

fn person() -> Result<PersonId, Error> {
    id(PersonId::parse("riley"))
}

fn id<T, E: std::fmt::Display>(parsed: Result<T, E>) -> Result<T, Error> {
    parsed.map_err(|error| Error::Id(error.to_string()))
}
