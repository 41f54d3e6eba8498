//! What is known of one work order's coverage.

use super::certificate::{Certificate, CertificateStatus};
use super::evidence::{Evidence, Grant, Holding};
use super::next::Step;
use super::terms::{Cover, Round, Terms};
use crate::cover::Line;
use crate::id::{
    AssignmentId, ContractorId, DocumentId, InvoiceId, JobId, PersonId, PolicyId, QuoteId, SessionId,
    WorkOrderId, WorkerId,
};
use crate::money::Cents;
use crate::time::{Timestamp, Window};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// One work order's coverage, as the fold over its events has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum State {
    /// Nothing has happened yet.
    #[default]
    Unheard,
    /// A worker was assigned, and cover is our business.
    Tracked(Box<Coverage>),
}

/// All that is known once a worker was assigned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Coverage {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// Who does the work.
    pub worker: WorkerId,
    /// What was agreed.
    pub terms: Terms,
    /// Which attempt at cover this is.
    pub round: Round,
    /// What became of the work itself.
    pub work: Work,
    /// How far this round's way to cover has come.
    pub path: Path,
    /// Policies and assignments, with what was reported of each.
    pub grants: Vec<Grant>,
    /// Every assignment made for the work order, in any round.
    pub assignments: Vec<Assignment>,
    /// Certificates known at the vendor.
    pub certificates: Vec<Certificate>,
    /// Documents handed in and not yet with the vendor.
    pub documents: Vec<DocumentId>,
    /// Steps that wait for a person.
    pub blocked: Vec<Blocked>,
    /// The exception that a person last made.
    pub waiver: Option<Waiver>,
    /// Quotes of earlier rounds.
    pub past_quotes: Vec<QuoteId>,
    /// Application sessions that are over, however they ended.
    pub past_sessions: Vec<SessionId>,
    /// Contractors of the work order's former workers, whose cover no longer counts.
    pub former: Vec<ContractorId>,
}

/// What became of the work itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// It has not begun.
    Scheduled,
    /// It is in progress.
    Started {
        /// Since when.
        at: Timestamp,
    },
    /// It was done.
    Completed {
        /// When it began.
        started: Timestamp,
        /// When it ended.
        at: Timestamp,
        /// What was paid for it.
        pay: Settlement,
    },
    /// It was canceled before it began.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// It was canceled after it began.
    Stopped {
        /// When it began.
        started: Timestamp,
        /// When it was canceled.
        at: Timestamp,
    },
}

/// What is known of the final pay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Settlement {
    /// Nothing yet.
    Open,
    /// It is what was agreed, so no invoice is due.
    AsAgreed(Cents),
    /// It differs from the estimate, so an invoice is due.
    Differs(Cents),
    /// The difference was recorded with the vendor.
    Invoiced {
        /// What was paid.
        pay: Cents,
        /// The vendor's invoice.
        invoice: InvoiceId,
    },
}

/// The contractor and the job that everything else at the vendor hangs on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Post {
    /// The insured person.
    pub contractor: ContractorId,
    /// The insured scope.
    pub job: JobId,
}

/// A quote as the vendor answered it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quote {
    /// The vendor's id.
    pub id: QuoteId,
    /// What was quoted.
    pub cover: Cover,
}

/// How far a round's way to cover has come.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    /// The contractor is to be created.
    Assigned,
    /// The job is to be created.
    Enrolled {
        /// The insured person.
        contractor: ContractorId,
    },
    /// A quote is to be made.
    Scoped(Post),
    /// The vendor will not quote: a person's turn.
    Declined {
        /// What the quote was for.
        post: Post,
        /// Why, in the vendor's words.
        reason: String,
    },
    /// An application session is to be opened.
    Quoted {
        /// What the quote is for.
        post: Post,
        /// The quote.
        quote: Quote,
    },
    /// The contractor's turn.
    Applying {
        /// What the quote is for.
        post: Post,
        /// The quote.
        quote: Quote,
        /// The open session.
        session: SessionId,
        /// Where the contractor applies.
        url: String,
    },
    /// The contractor cannot be insured: a person's turn.
    Ineligible {
        /// What the quote was for.
        post: Post,
        /// The quote.
        quote: Quote,
        /// The session that ended so.
        session: SessionId,
        /// Why, in the vendor's words.
        reason: String,
    },
    /// Ready to be bound.
    Applied {
        /// What is to be bound.
        post: Post,
        /// Why it can be.
        basis: Basis,
    },
    /// The vendor refused the assignment: a person's turn.
    Unassignable {
        /// What was to be bound.
        post: Post,
        /// Why it could be.
        basis: Basis,
        /// Why it was not, in the vendor's words.
        reason: String,
    },
    /// The vendor made the assignment; cover waits for a binding fact.
    Bound {
        /// What is bound.
        post: Post,
        /// Why it could be.
        basis: Basis,
        /// By which assignment.
        assignment: AssignmentId,
    },
}

/// Why an assignment can be made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The contractor applied on this quote.
    Application(Quote),
    /// The vendor has a matching policy on file, so no application is needed.
    PolicyOnFile(Option<PolicyId>),
}

/// An assignment made at the vendor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    /// The vendor's id.
    pub id: AssignmentId,
    /// The contractor and the job that it ties.
    pub post: Post,
    /// The policy it stands on, where the vendor names it.
    pub policy: Option<PolicyId>,
    /// What it is to cover.
    pub cover: Cover,
    /// What is to become of it.
    pub fate: Fate,
}

/// What is to become of an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is the one that counts.
    Current,
    /// It is no longer wanted and has not begun, so it is to be canceled.
    ToCancel,
    /// It is no longer wanted, but work under it had begun, so the vendor will not cancel it.
    Kept,
    /// The vendor canceled it.
    Canceled,
}

/// A step that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blocked {
    /// Which step.
    pub step: Step,
    /// Why, in words for a person.
    pub reason: String,
}

/// Compliant by exception; never insured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiver {
    /// Who made the exception.
    pub by: PersonId,
    /// Why.
    pub reason: String,
    /// The first moment at which it no longer holds.
    pub until: Timestamp,
}

impl State {
    /// What is known, once a worker was assigned.
    pub fn coverage(&self) -> Option<&Coverage> {
        match self {
            Self::Unheard => None,
            Self::Tracked(coverage) => Some(coverage),
        }
    }

    /// Whether nothing can happen to it any more: the work was canceled before it began, and nothing made for
    /// it is left at the vendor or on the way there.
    pub fn is_terminal(&self) -> bool {
        self.coverage().is_some_and(|coverage| {
            matches!(coverage.work, Work::Withdrawn { .. })
                && !matches!(coverage.path, Path::Applied { .. })
                && coverage.assignments.iter().all(|assignment| assignment.fate != Fate::ToCancel)
        })
    }
}

impl Path {
    /// The contractor, once created.
    pub fn contractor(&self) -> Option<&ContractorId> {
        match self {
            Self::Assigned => None,
            Self::Enrolled { contractor } => Some(contractor),
            Self::Scoped(_)
            | Self::Declined { .. }
            | Self::Quoted { .. }
            | Self::Applying { .. }
            | Self::Ineligible { .. }
            | Self::Applied { .. }
            | Self::Unassignable { .. }
            | Self::Bound { .. } => self.post().map(|post| &post.contractor),
        }
    }

    /// The contractor and the job, once both are created.
    pub fn post(&self) -> Option<&Post> {
        match self {
            Self::Assigned | Self::Enrolled { .. } => None,
            Self::Scoped(post)
            | Self::Declined { post, .. }
            | Self::Quoted { post, .. }
            | Self::Applying { post, .. }
            | Self::Ineligible { post, .. }
            | Self::Applied { post, .. }
            | Self::Unassignable { post, .. }
            | Self::Bound { post, .. } => Some(post),
        }
    }

    /// The quote that this round stands on.
    pub fn quote(&self) -> Option<&Quote> {
        match self {
            Self::Quoted { quote, .. } | Self::Applying { quote, .. } | Self::Ineligible { quote, .. } => {
                Some(quote)
            }
            Self::Applied { basis, .. } | Self::Unassignable { basis, .. } | Self::Bound { basis, .. } => {
                match basis {
                    Basis::Application(quote) => Some(quote),
                    Basis::PolicyOnFile(_) => None,
                }
            }
            Self::Assigned | Self::Enrolled { .. } | Self::Scoped(_) | Self::Declined { .. } => None,
        }
    }
}

impl Coverage {
    /// Whether the work is still to be done or being done.
    pub fn is_open(&self) -> bool {
        match self.work {
            Work::Scheduled | Work::Started { .. } => true,
            Work::Completed { .. } | Work::Withdrawn { .. } | Work::Stopped { .. } => false,
        }
    }

    /// The time that must be insured: the schedule, until check-in and check-out say what was worked.
    /// Nothing where no work was done.
    pub fn work_window(&self) -> Option<Window> {
        let schedule = self.terms.window;
        match self.work {
            Work::Scheduled => Some(schedule),
            Work::Started { at } => Window::new(at, schedule.end().max(at.plus(1))),
            Work::Completed { started, at, .. } | Work::Stopped { started, at } => {
                Window::new(started, at.max(started.plus(1)))
            }
            Work::Withdrawn { .. } => None,
        }
    }

    /// Everything that makes or made cover, with what it comes to.
    pub fn holdings(&self) -> impl Iterator<Item = (Evidence, Holding)> {
        let issued = self.grants.iter().map(|grant| (grant.evidence.clone(), grant.holding(&self.grants)));
        let certified = self.certificates.iter().filter_map(|certificate| {
            let cover = certificate.cover()?;
            let windows = Vec::from([cover.window]);
            let holding = Holding { lines: cover.lines, windows, ended: certificate.ended() };
            Some((Evidence::Certificate(certificate.id.clone()), holding))
        });
        issued.chain(certified)
    }

    /// When a line is covered, whatever by; unjoined.
    pub fn cover_of(&self, line: Line) -> Vec<Window> {
        self.holdings()
            .filter(|(_, holding)| holding.lines.contains(line))
            .flat_map(|(_, h)| h.windows)
            .collect()
    }

    /// Whether every required line has something in force, as far as the vendor and the clock have said.
    pub fn is_in_force(&self) -> bool {
        let holdings: Vec<Holding> =
            self.holdings().map(|(_, holding)| holding).filter(|h| !h.ended).collect();
        self.terms.required.iter().all(|line| holdings.iter().any(|holding| holding.lines.contains(line)))
    }

    /// Whether something that made cover is over.
    pub fn has_lapsed(&self) -> bool {
        self.holdings().any(|(_, holding)| holding.ended && !holding.lines.is_empty())
    }

    /// Whether every required line is covered up to the work's end.
    pub fn is_covered_through(&self) -> bool {
        let end = self.terms.window.end();
        self.terms.required.iter().all(|line| self.cover_of(line).iter().any(|window| window.end() >= end))
    }

    /// Whether approved certificates alone have every required line in force, so that nothing need be bought.
    pub fn is_self_insured(&self) -> bool {
        let lines = self
            .certificates
            .iter()
            .filter(|certificate| !certificate.ended())
            .filter_map(Certificate::cover);
        let lines: Vec<_> = lines.map(|cover| cover.lines).collect();
        self.terms.required.iter().all(|line| lines.iter().any(|covered| covered.contains(line)))
    }

    /// The certificates that wait for a person.
    pub fn certificates_to_review(&self) -> impl Iterator<Item = &Certificate> {
        self.certificates.iter().filter(|certificate| match certificate.status() {
            CertificateStatus::Flagged | CertificateStatus::ApprovedWithoutDates => true,
            CertificateStatus::Processing | CertificateStatus::Approved(_) | CertificateStatus::Denied => {
                false
            }
        })
    }
}
