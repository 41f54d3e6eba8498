//! Histories of work orders as they happen: the commands of one, in their order.

use covertrail::engine::Cause;
use covertrail_adapters::schema::{Actor, Source};
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::coverage::{
    BindOn, Command, Cover, Post, Quote, Reported, Round, Ruling, Terms, Verdict, Wage,
};
use covertrail_domain::id::{
    AssignmentId, CertificateId, ClientId, ContractorId, DocumentId, InvoiceId, JobId, PersonId, PolicyId,
    QuoteId, SessionId, WorkOrderId, WorkerId,
};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};

/// One work order's history. Every fourth does not go the straight way.
pub struct Story {
    number: u64,
    /// The work order.
    pub work_order: WorkOrderId,
    start: Timestamp,
    way: Way,
}

enum Way {
    Straight,
    Insured,
    CanceledAndReinstated,
    OwnCertificate,
}

/// The commands of a straight history; they make twelve events.
pub const STRAIGHT: usize = 11;

impl Story {
    /// The straight way: assigned, insured, worked, paid otherwise than agreed, invoiced.
    pub fn straight(number: u64) -> Self {
        let work_order = WorkOrderId::parse(&format!("WO-{number}")).expect("an id");
        let start = Timestamp::from_unix(1_761_997_200).plus(i64::try_from(number % 1_000_000).unwrap_or(0));
        Self { number, work_order, start, way: Way::Straight }
    }

    /// One of many: most straight, some with a policy canceled and reinstated, some with a certificate.
    pub fn any(number: u64) -> Self {
        let way = match number % 8 {
            3 => Way::CanceledAndReinstated,
            7 => Way::OwnCertificate,
            _ => Way::Straight,
        };
        Self { way, ..Self::straight(number) }
    }

    /// One that is insured and begins at a moment.
    pub fn to_begin(number: u64, start: Timestamp) -> Self {
        Self { start, way: Way::Insured, ..Self::straight(number) }
    }

    /// The command of that number, counted from 0, and its cause; none when the history is told.
    pub fn command(&self, step: usize) -> Option<(Command, Cause)> {
        match self.way {
            Way::Straight => self.on_the_straight_way(step),
            Way::Insured => match step {
                0..6 => self.on_the_straight_way(step),
                6..8 => self.on_the_straight_way(step + 1),
                _ => None,
            },
            Way::CanceledAndReinstated => match step {
                0..9 => self.on_the_straight_way(step),
                9 => Some(self.policy(Reported::Canceled { effective: self.start.plus(7200) }, 7200)),
                10 => Some(self.policy(Reported::Reinstated { from: None }, 10_800)),
                step => self.on_the_straight_way(step - 2),
            },
            Way::OwnCertificate => match step {
                0 => self.on_the_straight_way(0),
                1..5 => self.certificate(step),
                5 => self.on_the_straight_way(6),
                6 => self.on_the_straight_way(9),
                7 => self.on_the_straight_way(10),
                _ => None,
            },
        }
    }

    fn on_the_straight_way(&self, step: usize) -> Option<(Command, Cause)> {
        let round = Round::FIRST;
        let asked = |step: &str| self.by_answer(step);
        Some(match step {
            0 => (self.assign(), self.by_webhook(Actor::WorkMarket, step)),
            1 => (Command::RecordContractor { round, contractor: self.contractor() }, asked("contractor")),
            2 => (Command::RecordJob { round, job: self.job() }, asked("job")),
            3 => {
                let quote = Quote { id: self.quote(), cover: self.cover() };
                (Command::RecordQuote { round, quote }, asked("quote"))
            }
            4 => {
                let session = SessionId::parse(&self.vendors("ias")).expect("an id");
                let url =
                    format!("https://apply.1099policy.com/sessions/{session}?work_order={}", self.work_order);
                (Command::RecordApplication { round, session, url }, asked("application"))
            }
            5 => {
                let lines = Some(lines());
                self.policy(Reported::Active { lines, window: Some(self.cover().window) }, -3600)
            }
            6 => (Command::StartWork { at: self.start }, self.by_webhook(Actor::WorkMarket, step)),
            7 => {
                let (assignment, policy) = (self.assignment(), Some(self.policy_id()));
                let post = Post { contractor: self.contractor(), job: self.job() };
                let cover = self.cover();
                let command = Command::RecordAssignment { round, assignment, post, policy, cover };
                (command, asked("assignment"))
            }
            8 => {
                let change = Reported::Active { lines: None, window: None };
                let (assignment, policy, at) =
                    (self.assignment(), Some(self.policy_id()), self.start.plus(20));
                let command = Command::RecordAssignmentCover { assignment, policy, change, at };
                (command, self.by_webhook(Actor::Policy, step))
            }
            9 => {
                let command =
                    Command::Complete { at: self.start.plus(30_000), pay: Some(Cents::new(41_000)) };
                (command, self.by_webhook(Actor::WorkMarket, step))
            }
            10 => {
                let invoice = InvoiceId::parse(&self.vendors("in")).expect("an id");
                (Command::RecordInvoice { invoice, pay: Cents::new(41_000) }, asked("invoice"))
            }
            _ => return None,
        })
    }

    fn certificate(&self, step: usize) -> Option<(Command, Cause)> {
        let certificate = CertificateId::parse(&self.vendors("ci")).expect("an id");
        let document =
            DocumentId::parse(&format!("{:064x}", u128::from(self.number) << 64 | 0x5eed)).expect("an id");
        let by = PersonId::parse("clerk").expect("an id");
        let person = Cause {
            actor: Actor::Person(by.clone()),
            source: Source::Command,
            causation: format!("request-{:032x}", self.number),
            reason: None,
        };
        let at = self.start.plus(-7200);
        Some(match step {
            1 => (Command::SubmitCertificate { document }, person),
            2 => {
                (Command::RecordCertificateUploaded { document, certificate }, self.by_answer("certificate"))
            }
            3 => {
                let rules = "the general aggregate is below the limit that the client requires".to_owned();
                let verdict = Verdict::Flagged { rules, cover: Some(self.cover()) };
                let command = Command::RecordVerdict { certificate, contractor: None, verdict, at };
                (command, self.by_webhook(Actor::Policy, step))
            }
            4 => {
                let reason = "the client accepts the lower aggregate in writing".to_owned();
                let decision = Ruling::Approve { cover: None };
                let at = at.plus(600);
                (Command::Review { certificate, by, decision, reason, at }, person)
            }
            _ => return None,
        })
    }

    fn assign(&self) -> Command {
        let terms = Terms {
            title: "Replace point-of-sale terminals".to_owned(),
            description:
                "Swap four terminals, run two cable drops from the back office, test every lane with \
                          the store's manager and send the old units back in the boxes provided."
                    .to_owned(),
            category: "it-networking".to_owned(),
            client: ClientId::parse(&format!("cl_{}", self.number % 97)).ok(),
            wage: Wage::FlatFee(Cents::new(32_500)),
            region: Some("CA".to_owned()),
            window: Window::new(self.start, self.start.plus(28_800)).expect("a window"),
            required: lines(),
            bind_on: BindOn::InProgress,
        };
        let worker = WorkerId::parse(&format!("wk_{}", self.number % 50_000)).expect("an id");
        Command::Assign { work_order: self.work_order.clone(), worker, terms, at: self.start.plus(-86_400) }
    }

    fn policy(&self, change: Reported, after: i64) -> (Command, Cause) {
        let (policy, quote, contractor) = (self.policy_id(), Some(self.quote()), Some(self.contractor()));
        let at = self.start.plus(after);
        let command = Command::RecordPolicy { policy, quote, contractor, change, at };
        (command, self.by_webhook(Actor::Policy, usize::try_from(after.abs()).unwrap_or(0)))
    }

    fn cover(&self) -> Cover {
        let window = Window::new(self.start.plus(-3600), self.start.plus(172_800)).expect("a window");
        Cover { lines: lines(), window }
    }

    fn by_webhook(&self, actor: Actor, step: usize) -> Cause {
        let source = if actor == Actor::Policy { "policy" } else { "workmarket" };
        let delivery = u128::from(self.number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let delivery = delivery.wrapping_add(u128::try_from(step).unwrap_or(0));
        Cause {
            actor,
            source: Source::Webhook,
            causation: format!("delivery-{source}-{delivery:032x}"),
            reason: None,
        }
    }

    fn by_answer(&self, step: &str) -> Cause {
        let causation = format!("{}-{step}-1", self.work_order);
        Cause { actor: Actor::Policy, source: Source::Api, causation, reason: None }
    }

    fn vendors(&self, prefix: &str) -> String {
        format!("{prefix}_{:016x}", self.number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn contractor(&self) -> ContractorId {
        ContractorId::parse(&self.vendors("cn")).expect("an id")
    }

    fn job(&self) -> JobId {
        JobId::parse(&self.vendors("jb")).expect("an id")
    }

    fn quote(&self) -> QuoteId {
        QuoteId::parse(&self.vendors("qt")).expect("an id")
    }

    fn policy_id(&self) -> PolicyId {
        PolicyId::parse(&self.vendors("pl")).expect("an id")
    }

    fn assignment(&self) -> AssignmentId {
        AssignmentId::parse(&self.vendors("an")).expect("an id")
    }
}

fn lines() -> Lines {
    [Line::General, Line::WorkersComp].into_iter().collect()
}
