//! What is said of a contractor's policies and certificates, and work orders for them to do.

use covertrail_adapters::webhook::policy::{Certificate, Kind, Notice, Policy, References, Texts};
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::coverage::{Command, Cover, Post, Quote, Round, Ruling, Terms};
use covertrail_domain::id::{
    AssignmentId, CertificateId, ContractorId, JobId, PolicyId, QuoteId, SessionId, WorkOrderId, WorkerId,
};
use covertrail_domain::testkit::samples;
use covertrail_domain::time::{Timestamp, Window};
use proptest::prelude::*;

/// What is heard: from the vendor, or from a person who reviews a certificate.
#[derive(Debug, Clone)]
pub(super) enum Fact {
    Notice(Box<Notice>),
    Review(CertificateId, Box<Command>),
}

#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) number: usize,
    pub(super) contractor: ContractorId,
    pub(super) wanted: Cover,
    start: Timestamp,
}

/// What is said of one policy or one certificate, in the order in which it came to be.
#[derive(Debug, Clone)]
pub(super) struct Story {
    is_policy: bool,
    number: usize,
    /// The work order that it was made for, whose cover is what is said of it first; nobody's where it is the
    /// contractor's own.
    source: Option<Order>,
    says: Vec<Said>,
}

#[derive(Debug, Clone)]
struct Said {
    what: What,
    cover: Cover,
    by: By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Good,
    Over,
    Doubtful,
    GoodAgain,
}

/// By what a notice finds the work order that its subject was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Contractor,
    Quote,
    Both,
    /// The quote, with nothing said of lines and dates where that quote has them.
    QuoteAlone,
    WorkOrder,
}

impl Order {
    /// One of the sample contractor for those days, that begins as scheduled.
    pub(super) fn of_days(number: usize, from: i64, until: i64) -> Self {
        let window = samples::hours(24 * from, 24 * until);
        let wanted = Cover { lines: samples::lines(), window };
        Self { number, contractor: samples::contractor(), wanted, start: window.start() }
    }

    pub(super) fn id(&self) -> WorkOrderId {
        WorkOrderId::parse(&format!("wo_{}", self.number)).unwrap()
    }

    fn quote(&self) -> QuoteId {
        QuoteId::parse(&format!("qt_{}", self.number)).unwrap()
    }

    /// All that it is asked for itself, from its assignment on.
    pub(super) fn path(&self) -> Vec<Command> {
        let (round, number) = (Round::FIRST, self.number);
        let job = JobId::parse(&format!("jb_{number}")).unwrap();
        let post = Post { contractor: self.contractor.clone(), job: job.clone() };
        let terms = Terms { window: self.wanted.window, required: self.wanted.lines, ..samples::terms() };
        let worker = WorkerId::parse(&format!("wk_{}", self.contractor)).unwrap();
        vec![
            Command::Assign { work_order: self.id(), worker, terms, at: samples::hour(-72) },
            Command::RecordContractor { round, contractor: self.contractor.clone() },
            Command::RecordJob { round, job },
            Command::RecordQuote { round, quote: Quote { id: self.quote(), cover: self.wanted } },
            Command::RecordApplication {
                round,
                session: SessionId::parse(&format!("ias_{number}")).unwrap(),
                url: "https://apply.example/1".into(),
            },
            Command::RecordApplicationCompleted { quote: self.quote() },
            Command::StartWork { at: self.start },
            Command::RecordAssignment {
                round,
                assignment: AssignmentId::parse(&format!("an_{number}")).unwrap(),
                post,
                policy: None,
                cover: self.wanted,
            },
        ]
    }
}

impl Said {
    fn good(from: i64, until: i64) -> Self {
        let cover = Cover { lines: samples::lines(), window: samples::hours(24 * from, 24 * until) };
        Self { what: What::Good, cover, by: By::WorkOrder }
    }
}

impl Story {
    /// A policy that is in force for those days.
    pub(super) fn policy(from: i64, until: i64) -> Self {
        Self { is_policy: true, number: 0, source: None, says: vec![Said::good(from, until)] }
    }

    /// A certificate that is approved for each of those days in turn.
    pub(super) fn certificate(days: &[(i64, i64)]) -> Self {
        let says = days.iter().map(|(from, until)| Said::good(*from, *until)).collect();
        Self { is_policy: false, number: 0, source: None, says }
    }

    /// Its notices name the work order it was made for, and nothing else.
    pub(super) fn made_for(mut self, order: &Order) -> Self {
        self.source = Some(order.clone());
        self
    }

    /// As it is heard.
    pub(super) fn facts(&self) -> Vec<Fact> {
        (0..).zip(&self.says).map(|(place, said)| self.fact(place, said, said.by)).collect()
    }

    /// As it would be heard if each notice named the contractor and said all there is to say; what makes the
    /// certificate known comes first.
    pub(super) fn in_full(&self) -> Vec<Fact> {
        let all = (0..).zip(&self.says).map(|(place, said)| self.fact(place, said, By::Contractor));
        let (notices, reviews): (Vec<_>, Vec<_>) = all.partition(|fact| matches!(fact, Fact::Notice(_)));
        notices.into_iter().chain(reviews).collect()
    }

    /// Whether it is ever said to be for some of the time of the work order's schedule.
    pub(super) fn is_for(&self, order: &Order) -> bool {
        let dated = |said: &&Said| match (self.is_policy, said.what) {
            (true, What::Over | What::Doubtful | What::GoodAgain) | (false, What::Over) => false,
            (_, What::Good) | (false, What::Doubtful | What::GoodAgain) => true,
        };
        let mut covers = self.says.iter().filter(dated).map(|said| said.cover.window);
        covers.any(|window| window.intersection(order.wanted.window).is_some())
    }

    fn fact(&self, place: i64, said: &Said, by: By) -> Fact {
        let at = samples::hour(36 * place - 24);
        let certificate = CertificateId::parse(&format!("ci_{}", self.number)).unwrap();
        let kind = match (self.is_policy, said.what) {
            (true, What::Good) => Kind::Policy(Policy::Active),
            (true, What::Over) => Kind::Policy(Policy::Expired),
            (true, What::Doubtful) => Kind::Policy(Policy::Canceled),
            (true, What::GoodAgain) => Kind::Policy(Policy::Reactivated),
            (false, What::Good) => Kind::Certificate(Certificate::Approved),
            (false, What::Over) => Kind::Certificate(Certificate::Denied),
            (false, What::Doubtful) => Kind::Certificate(Certificate::Flagged),
            (false, What::GoodAgain) => {
                let review = Command::Review {
                    certificate: certificate.clone(),
                    by: samples::clerk(),
                    decision: Ruling::Approve { cover: Some(said.cover) },
                    reason: format!("seen on {at}"),
                    at,
                };
                return Fact::Review(certificate, Box::new(review));
            }
        };
        let source = self.source.as_ref().filter(|_| by != By::Contractor);
        let names_quote = matches!(by, By::Quote | By::Both | By::QuoteAlone);
        let by_quote = source.filter(|_| names_quote).map(Order::quote);
        let names_contractor = source.is_none() || by == By::Both;
        let has_cover = match (self.is_policy, said.what) {
            (true, What::Good) => {
                by != By::QuoteAlone || source.is_none_or(|source| source.wanted != said.cover)
            }
            (true, What::Over | What::Doubtful | What::GoodAgain) => true,
            (false, what) => what != What::Over,
        };
        let cover = Some(said.cover).filter(|_| has_cover);
        Fact::Notice(Box::new(Notice {
            id: None,
            kind,
            created: Some(at),
            refs: References {
                work_order: source.filter(|_| by == By::WorkOrder).map(Order::id),
                contractor: names_contractor.then(samples::contractor),
                quote: by_quote,
                policy: self.is_policy.then(|| PolicyId::parse(&format!("pl_{}", self.number)).unwrap()),
                certificate: (!self.is_policy).then_some(certificate),
                ..References::default()
            },
            lines: cover.map(|cover| cover.lines),
            unknown_lines: Texts::default(),
            effective: cover.map(|cover| cover.window.start()),
            expires: cover.map(|cover| cover.window.end()),
            canceled: Some(said.cover.window.start()),
            reasons: Texts::default(),
        }))
    }
}

fn any_window() -> impl Strategy<Value = Window> {
    (0..7_i64, 1..4_i64).prop_map(|(day, days)| samples::hours(24 * day, 24 * (day + days)))
}

fn any_cover() -> impl Strategy<Value = Cover> {
    let lines: [Lines; 2] = [samples::lines(), [Line::General].into_iter().collect()];
    (prop::sample::select(lines.to_vec()), any_window()).prop_map(|(lines, window)| Cover { lines, window })
}

/// Work orders of one contractor, and one of another at the time of the first.
pub(super) fn any_orders() -> impl Strategy<Value = Vec<Order>> {
    let order = (any_cover(), -1..=1_i64);
    prop::collection::vec(order, 2..=5).prop_map(|orders| {
        let made = |(number, (wanted, early)): (usize, (Cover, i64))| Order {
            number,
            contractor: samples::contractor(),
            wanted,
            start: wanted.window.start().plus(early * 12 * 3_600),
        };
        let mut orders: Vec<Order> = orders.into_iter().enumerate().map(made).collect();
        let contractor = samples::other_contractor();
        orders.push(Order { number: orders.len(), contractor, ..orders[0].clone() });
        orders
    })
}

/// Policies and certificates of the first contractor: of each, one that was made for a work order, and one that was
/// not.
pub(super) fn any_stories(orders: &[Order]) -> impl Strategy<Value = Vec<Story>> + use<> {
    let (one, other) = (orders[0].clone(), orders[1].clone());
    let story = |is_policy: bool, number: usize, order: Order, is_made_for: bool| {
        any_says().prop_map(move |mut says| {
            if let Some(first) = says.first_mut().filter(|_| is_made_for || !is_policy) {
                (first.what, first.cover) = (What::Good, order.wanted);
            }
            Story { is_policy, number, source: is_made_for.then(|| order.clone()), says }
        })
    };
    let stories = (
        story(true, 0, one.clone(), true),
        story(true, 1, other.clone(), false),
        story(false, 0, other, true),
        story(false, 1, one, false),
    );
    stories.prop_map(|(a, b, c, d)| vec![a, b, c, d])
}

fn any_says() -> impl Strategy<Value = Vec<Said>> {
    let what = prop::sample::select(vec![What::Good, What::Over, What::Doubtful, What::GoodAgain]);
    let by = vec![By::Contractor, By::Quote, By::Both, By::QuoteAlone, By::WorkOrder];
    let said = (what, any_cover(), prop::sample::select(by));
    prop::collection::vec(said.prop_map(|(what, cover, by)| Said { what, cover, by }), 0..6)
}
