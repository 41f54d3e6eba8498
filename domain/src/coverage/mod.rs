//! One work order's coverage lifecycle: the aggregate, and all the rules there are.
//!
//! A work order is assigned in WorkMarket; from then on it has one [`State`], folded from its [`Event`]s.
//! Four functions of it are all that anybody else needs:
//!
//! - [`decide`](State::decide): what a [`Command`] leads to. It happens (events), it holds already (no events), or it
//!   is refused (a [`Rejection`], of which some [are premature](Rejection::is_premature): keep those and try again).
//! - [`evolve`](State::evolve): the state after an event.
//! - [`next_action`](State::next_action) and [`deadline`](State::deadline): which call at 1099Policy is due now, and when
//!   [`Expire`](Command::Expire) is. An action goes out, a command comes back; doing either twice is harmless.
//! - [`standing`](State::standing): is the work insured at a moment, why, and on what evidence.
//!
//! # How to read it
//!
//! What happens to a work order happens on four threads that know little of each other, and the files follow them:
//!
//! - the **path** to an assignment (`path.rs`): contractor, job, quote, application, assignment, one step after
//!   another. Lost cover, new dates, another worker or another try begin a new [`Round`], whose calls have
//!   idempotency keys of their own;
//! - **cover** (`evidence.rs`, `grant.rs`, `holdings.rs`): what the vendor reports of policies and assignments. Reports
//!   come late, twice and out of order, so they are kept sorted and folded anew: the order of arrival changes nothing.
//!   Only they, and approved certificates, ever make cover; our own calls never do;
//! - **certificates** (`certificate.rs`): papers that a contractor hands in, and what vendor and people think of them;
//! - the **work** itself (`work.rs`): scheduled, started, completed, canceled.
//!
//! The [`Stage`] is one word for all four: what became of the work first, then whether a certificate waits for a person,
//! then whether every required line has something in force, then how far the path has come. So a stage can follow
//! almost any other; the main path is the first drawing, and below it is every change that there is.
//! [`Machine::found`] searches the aggregate for them, and a test keeps this block as it prints it.
//!
//! ```text
//! ○ ── Assigned ──▶ assigned ── Quoted ──▶ quoted ── ApplicationCompleted ──▶ applied
//!                       │                                                     ▲  │
//!                       └─────────────────── PolicyMatched ───────────────────┘  │ CoverageAssigned
//!                                                                                ▼
//! expired ◀── CoverageExpired, …Canceled ── active ◀── CoverageActivated ── assigned-coverage
//!    │                                        ▲
//!    └── CoverageReinstated ──────────────────┘
//!
//! Every change of stage there is:
//!
//! ○                                       Assigned                                      ──▶ assigned
//! quoted                                  StepRetried                                   ──▶ assigned
//! quoted, applied, assigned-coverage,     Rescheduled                                   ──▶ assigned
//! active, expired
//! quoted, applied, assigned-coverage,     Reassigned                                    ──▶ assigned
//! active, expired, flagged
//! assigned-coverage                       CoverNeeded                                   ──▶ assigned
//! active, expired, flagged                CertificateDenied, CertificateReviewed,       ──▶ assigned
//!                                         CertificateValidated
//! expired                                 AssignmentCanceled, CoverageActivated,        ──▶ assigned
//!                                         CoverageReinstated
//! assigned                                Quoted                                        ──▶ quoted
//! active, expired, flagged                CertificateDenied, CertificateReviewed,       ──▶ quoted
//!                                         CertificateValidated
//! expired                                 AssignmentCanceled, CoverageActivated,        ──▶ quoted
//!                                         CoverageReinstated
//! assigned                                PolicyMatched                                 ──▶ applied
//! quoted                                  ApplicationCompleted                          ──▶ applied
//! active, expired, flagged                CertificateDenied, CertificateReviewed,       ──▶ applied
//!                                         CertificateValidated
//! expired                                 AssignmentCanceled, CoverageActivated,        ──▶ applied
//!                                         CoverageReinstated
//! applied, expired                        CoverageAssigned                              ──▶ assigned-coverage
//! active, expired                         AssignmentCanceled, CoverageActivated         ──▶ assigned-coverage
//! active, expired, flagged                CertificateDenied, CertificateReviewed,       ──▶ assigned-coverage
//!                                         CertificateValidated
//! expired                                 CoverageReinstated                            ──▶ assigned-coverage
//! assigned, quoted, applied,              CoverageActivated                             ──▶ active
//! assigned-coverage, expired
//! assigned, quoted, applied,              CertificateReviewed, CertificateValidated     ──▶ active
//! assigned-coverage, expired, flagged
//! applied                                 CoverageAssigned                              ──▶ active
//! expired                                 CoverageReinstated                            ──▶ active
//! flagged                                 CertificateDenied                             ──▶ active
//! assigned, quoted, applied,              CoverageActivated, CoverageCanceled,          ──▶ expired
//! assigned-coverage, active               CoverageExpired
//! assigned, quoted, applied,              CertificateReviewed                           ──▶ expired
//! assigned-coverage, active, flagged
//! active                                  AssignmentCanceled                            ──▶ expired
//! active, flagged                         CertificateDenied, CertificateValidated       ──▶ expired
//! assigned, quoted, applied,              CertificateFlagged                            ──▶ flagged
//! assigned-coverage, active, expired
//! assigned, quoted, applied,              WorkCanceled                                  ──▶ canceled
//! assigned-coverage, active, expired,
//! flagged
//! assigned, quoted, applied,              WorkCompleted                                 ──▶ completed
//! assigned-coverage, active, expired,
//! flagged
//! ```

mod action;
mod assignment;
mod attempt;
mod badge;
mod certificate;
mod command;
mod decide;
mod event;
mod evidence;
mod evolve;
mod grant;
mod holdings;
mod judge;
mod machine;
mod next;
mod path;
mod rejection;
mod stage;
mod standing;
mod state;
mod terms;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_reviewed;
mod work;

pub use action::{Action, Call, Step};
pub use assignment::{Assignment, Fate};
pub use attempt::{Blocked, Failure, Key};
pub use badge::Badge;
pub use certificate::{Certificate, CertificateStatus, Decision, Opinion, Verdict, View};
pub use command::{Command, Reported, Ruling};
pub use event::{Event, Noticed};
pub use evidence::{Change, Evidence, Report};
pub use grant::{Grant, Holding};
pub use machine::{Edge, Machine};
pub use path::{Basis, PastQuote, Path, Post, Quote};
pub use rejection::Rejection;
pub use stage::Stage;
pub use standing::Standing;
pub use state::{Coverage, State, Waiver};
pub use terms::{BindOn, Cover, Round, Terms, Wage};
pub use work::{Settlement, Work};
