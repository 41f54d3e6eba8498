//! 1099Policy: typed requests that borrow the domain's values, typed answers, and the client that sends them.
//!
//! The vendor describes its API twice, and the two disagree: requests are written in the configured [`Wire`] form;
//! answers are read in either.
//!
//! Every create carries an idempotency key chosen by the caller; the same call with the same key may be
//! made again as often as needed.

mod answer;
mod assignment;
mod client;
mod contractor;
mod error;
mod event;
mod multipart;
mod quote;
mod reads;
mod record;
mod redact;
mod request;
mod session;
#[cfg(test)]
mod tests;
mod wire;

pub use crate::http::{Limits, Misconfigured, Settings};
pub use assignment::{Assignment, AssignmentAnswer, Verdict};
pub use client::Client;
pub use error::Error;
pub use event::PastEvent;
pub use quote::QuoteAnswer;
pub use record::{Certificate, CertificateStatus, PolicyOnFile, PolicyStatus};
pub use request::{
    NewAssignment, NewCertificate, NewContractor, NewInvoice, NewJob, NewQuote, NewSession, WageType,
};
pub use session::{Session, SessionAnswer, SessionState};
pub use wire::{Environment, Wire};
