//! What the clients of both vendors share: requests sent with bounded retries, and answers read field by
//! field. No body, personal data or secret of a request appears in an error or a log line made here.

mod answer;
mod breaker;
mod content;
pub(crate) mod fields;
mod gate;
mod limits;
mod refusal;
mod retry;
mod send;
mod settings;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub(crate) mod value;

pub(crate) use content::Content;
pub use limits::Limits;
pub(crate) use refusal::{Refusal, capped, plain};
pub(crate) use send::{Failure, Http};
pub use settings::{Misconfigured, Settings};
