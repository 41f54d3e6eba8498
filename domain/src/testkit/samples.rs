//! The guide's sample work order, and what the vendor and people say about it.

use crate::cover::{Line, Lines};
use crate::coverage::{BindOn, Command, Cover, Post, Quote, Reported, Round, Ruling, Terms, Verdict, Wage};
use crate::id::{
    AssignmentId, CertificateId, ClientId, ContractorId, DocumentId, InvoiceId, JobId, PersonId, PolicyId,
    QuoteId, SessionId, WorkOrderId, WorkerId,
};
use crate::money::Cents;
use crate::time::{Timestamp, Window};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident: $type:ident = $text:literal;)+) => {$(
        $(#[$doc])*
        pub fn $name() -> $type {
            $type::of_model($text)
        }
    )+};
}

ids! {
    /// The guide's work order.
    work_order: WorkOrderId = "12345";
    /// The guide's worker.
    worker: WorkerId = "wk_421";
    /// Who takes the work over.
    other_worker: WorkerId = "wk_422";
    /// For whom the guide's work is done.
    client: ClientId = "client_7";
    /// The guide's contractor.
    contractor: ContractorId = "cn_Ehb3bYa";
    /// The contractor of the one who takes over.
    other_contractor: ContractorId = "cn_ti8eXviE4A";
    /// The guide's job.
    job: JobId = "jb_jsb9KEcTpc";
    /// The guide's quote.
    quote_id: QuoteId = "qt_5DciVga8Kt";
    /// The quote of a second round.
    other_quote_id: QuoteId = "qt_8KtciVga5D";
    /// The application session on the quote.
    session: SessionId = "ias_2Rk7Vt";
    /// The policy that comes of the application.
    policy: PolicyId = "pl_9Xw3Qa";
    /// A policy after it.
    other_policy: PolicyId = "pl_4Mb6Zc";
    /// The assignment.
    assignment: AssignmentId = "an_7Hd5Jk";
    /// An assignment after it.
    other_assignment: AssignmentId = "an_1Lp8Sn";
    /// The contractor's own certificate.
    certificate: CertificateId = "ci_3Fg2Ty";
    /// The document that the certificate was made from.
    document: DocumentId = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    /// The invoice over the final pay.
    invoice: InvoiceId = "in_6Vb4Nm";
    /// Who reviews, waives and retries.
    clerk: PersonId = "clerk";
}

/// The guide's window, 1761997200 until 1762083600: one day across the end of daylight saving.
pub const WINDOW: Window = span(1_761_997_200, 1_762_083_600);
/// The guide's flat fee, 325 dollars.
pub const PAY: Cents = Cents::new(32_500);

/// A window by its Unix seconds; all the time there is, where it would be empty.
pub const fn span(from: i64, until: i64) -> Window {
    match Window::new(Timestamp::from_unix(from), Timestamp::from_unix(until)) {
        Some(window) => window,
        None => Window::ALWAYS,
    }
}

/// So many hours after the scheduled start; before it when negative.
pub fn hour(hours: i64) -> Timestamp {
    WINDOW.start().plus(hours.saturating_mul(3_600))
}

/// A window by hours after the scheduled start.
pub fn hours(from: i64, until: i64) -> Window {
    span(hour(from).unix(), hour(until).unix())
}

/// The guide's lines: general liability and workers' compensation.
pub fn lines() -> Lines {
    [Line::General, Line::WorkersComp].into_iter().collect()
}

/// The guide's lines for the guide's window.
pub fn cover() -> Cover {
    Cover { lines: lines(), window: WINDOW }
}

/// The guide's terms: bound when work is in progress.
pub fn terms() -> Terms {
    Terms {
        title: "WO 12345 — Low Voltage Cabling".into(),
        description: "Install Cat6 and test drops at client site".into(),
        category: "low-voltage-cabling".into(),
        client: Some(client()),
        wage: Wage::FlatFee(PAY),
        region: Some("CA".into()),
        window: WINDOW,
        required: lines(),
        bind_on: BindOn::InProgress,
    }
}

/// The guide's contractor and job.
pub fn post() -> Post {
    Post { contractor: contractor(), job: job() }
}

/// The guide's quote.
pub fn quote() -> Quote {
    Quote { id: quote_id(), cover: cover() }
}

/// The guide's work order is assigned, three days before it begins.
pub fn assign(terms: Terms) -> Command {
    Command::Assign { work_order: work_order(), worker: worker(), terms, at: hour(-72) }
}

/// 1099Policy answers with the assignment that was asked for in a round.
pub fn assignment_made(round: Round, id: AssignmentId, cover: Cover) -> Command {
    Command::RecordAssignment { round, assignment: id, post: post(), policy: None, cover }
}

/// 1099Policy says that something is in force for those lines and dates.
pub fn in_force(cover: Cover) -> Reported {
    Reported::Active { lines: Some(cover.lines), window: Some(cover.window) }
}

/// 1099Policy speaks of the sample policy, without naming quote or contractor.
pub fn policy_report(change: Reported, at: Timestamp) -> Command {
    Command::RecordPolicy { policy: policy(), quote: None, contractor: None, change, at }
}

/// 1099Policy speaks of the cover of the sample assignment.
pub fn assignment_report(change: Reported, at: Timestamp) -> Command {
    Command::RecordAssignmentCover { assignment: assignment(), policy: None, change, at }
}

/// 1099Policy judges the sample certificate.
pub fn judged(verdict: Verdict, at: Timestamp) -> Command {
    Command::RecordVerdict { certificate: certificate(), contractor: None, verdict, at }
}

/// The clerk decides about the sample certificate.
pub fn review(decision: Ruling, at: Timestamp) -> Command {
    Command::Review { certificate: certificate(), by: clerk(), decision, reason: "seen".into(), at }
}
