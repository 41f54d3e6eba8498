//! A worker as WorkMarket tells it.

use super::region;
use crate::http::fields::{Fields, Malformed};
use crate::http::value;
use covertrail_domain::id::WorkerId;
use std::fmt;

/// The person who does the work. Its `Debug` shows the id alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Worker {
    /// The worker.
    pub id: WorkerId,
    /// The given name.
    pub first_name: String,
    /// The family name.
    pub last_name: String,
    /// The email address, if WorkMarket has one.
    pub email: Option<String>,
    /// The country of residence, in two letters.
    pub country: Option<String>,
    /// The state of residence, two capital letters where it is one of the US.
    pub region: Option<String>,
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("id", &self.id).finish_non_exhaustive()
    }
}

pub(super) fn read(body: &[u8]) -> Result<Worker, Malformed> {
    let mut fields = Fields::open(body)?;
    let id = fields.required("id", value::id(WorkerId::parse));
    let first_name = fields.required("first_name", value::filled);
    let last_name = fields.required("last_name", value::filled);
    let email = fields.optional("email", value::text).filter(|email| !email.is_empty());
    let (region, country) = region::read(&mut fields);
    let worker =
        || Some(Worker { id: id?, first_name: first_name?, last_name: last_name?, email, country, region });
    fields.finish(worker())
}
