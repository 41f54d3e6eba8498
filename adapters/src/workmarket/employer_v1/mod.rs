//! WorkMarket's employer API, version 1: assignments for work orders, every answer in an envelope, and the worker on
//! the assignment.

mod assignment;
mod envelope;
mod payment;
mod pricing;
mod tokens;
mod updates;

use super::error::Error;
use super::work_order::WorkOrder;
use super::worker::Worker;
use crate::http::fields::Malformed;
use crate::http::{Http, Misconfigured, Settings};
use crate::secret::Secret;
use covertrail_domain::id::{WorkOrderId, WorkerId};
use covertrail_domain::time::Timestamp;
use envelope::Opened;
use std::sync::Arc;
use std::time::Duration;
use tokens::Tokens;
pub use updates::{Change, Changes, PAGE};

/// A connection to the employer API, cheap to clone and to share; its clones share their access token.
#[derive(Debug, Clone)]
pub struct EmployerV1 {
    tokens: Arc<Tokens>,
    /// How long work is taken to last where its end is not said.
    default_length: Duration,
}

impl EmployerV1 {
    pub(super) fn new(
        settings: &Settings,
        secret: Secret,
        default_length: Duration,
    ) -> Result<Self, Misconfigured> {
        let tokens = Tokens::new(Http::new(settings)?, settings.api_key.clone(), secret)?;
        Ok(Self { tokens: Arc::new(tokens), default_length })
    }

    /// The work order as it is now, with the worker who is on it.
    pub(super) async fn assignment(&self, id: &WorkOrderId) -> Result<(WorkOrder, Option<Worker>), Error> {
        let opened = self.get(&["assignments", "get"], &[("id", id.as_str())]).await?;
        let read = assignment::read(&opened.response, self.default_length)?;
        if read.0.id == *id { Ok(read) } else { Err(Malformed::another().into()) }
    }

    /// The worker, as long as it is the one who is on the work order.
    pub(super) async fn worker(&self, id: &WorkerId, work_order: &WorkOrderId) -> Result<Worker, Error> {
        let (_, worker) = self.assignment(work_order).await?;
        worker.filter(|worker| worker.id == *id).ok_or(Error::NotOnWorkOrder)
    }

    /// What was changed since, at most [`PAGE`] rows from the one of that number on.
    pub async fn changes(&self, since: Timestamp, start: usize) -> Result<Changes, Error> {
        let (since, start, limit) = (since.unix().to_string(), start.to_string(), PAGE.to_string());
        let query = [("modified_since", since.as_str()), ("start", &start), ("limit", &limit)];
        let opened = self.get(&["assignments", "list_updated"], &query).await?;
        Ok(updates::read(&opened)?)
    }

    /// Whether it is there and takes the token and the secret.
    pub(super) async fn check(&self) -> Result<(), Error> {
        self.tokens.current().await.map(drop)
    }

    /// An access token has no known end: one that is refused is replaced, once.
    async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Opened, Error> {
        let session = self.tokens.current().await?;
        match session.get(path, query).await {
            Err(refused) if refused.is_unauthorized() => {
                let renewed = self.tokens.renewed(&session).await?;
                renewed.get(path, query).await.map_err(Error::from)
            }
            answered => answered.map_err(Error::from),
        }
    }
}
