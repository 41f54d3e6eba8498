//! 1099Policy, in the wire form of its WorkMarket guide: typed requests that borrow the domain's values,
//! typed answers, and the client that sends them.
//!
//! Every create carries an idempotency key chosen by the caller; the same call with the same key may be
//! made again as often as needed.

mod answer;
mod client;
mod error;
mod multipart;
mod record;
mod redact;
mod request;
#[cfg(test)]
mod tests;

pub use crate::http::{Limits, Misconfigured, Settings};
pub use answer::{AssignmentAnswer, QuoteAnswer, Session, SessionState, Verdict};
pub use client::Client;
pub use error::Error;
pub use record::{Certificate, CertificateStatus, PolicyOnFile, PolicyStatus};
pub use request::{
    NewAssignment, NewCertificate, NewContractor, NewInvoice, NewJob, NewQuote, NewSession, WageType,
};
