//! The calls that Covertrail makes; all of them only read.

use super::error::Error;
use super::work_order::{self, WorkOrder};
use super::worker::{self, Worker};
use crate::http::fields::Malformed;
use crate::http::{Http, Misconfigured, Settings};
use covertrail_domain::id::{WorkOrderId, WorkerId};

/// A connection to WorkMarket, cheap to clone and to share.
#[derive(Debug, Clone)]
pub struct Client {
    http: Http,
}

impl Client {
    /// A client for these settings; nothing is sent yet.
    pub fn new(settings: &Settings) -> Result<Self, Misconfigured> {
        Http::new(settings).map(|http| Self { http })
    }

    /// The work order as it is now.
    pub async fn work_order(&self, id: &WorkOrderId) -> Result<WorkOrder, Error> {
        let body = self.http.get(&["workorders", id.as_str()], &[]).await.map_err(Error::from_failure)?;
        let work_order = work_order::read(&body)?;
        if work_order.id == *id { Ok(work_order) } else { Err(another_than_asked().into()) }
    }

    /// The worker as known now.
    pub async fn worker(&self, id: &WorkerId) -> Result<Worker, Error> {
        let body = self.http.get(&["workers", id.as_str()], &[]).await.map_err(Error::from_failure)?;
        let worker = worker::read(&body)?;
        if worker.id == *id { Ok(worker) } else { Err(another_than_asked().into()) }
    }
}

/// To go on with another's terms would insure the wrong person or the wrong work.
fn another_than_asked() -> Malformed {
    Malformed::new("id", "another than was asked for")
}
