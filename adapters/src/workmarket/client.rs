//! The calls that Covertrail makes; all of them only read.

use super::employer_v1::EmployerV1;
use super::error::Error;
use super::work_order::{self, WorkOrder};
use super::worker::{self, Worker};
use crate::http::fields::Malformed;
use crate::http::{Http, Misconfigured, Settings};
use crate::secret::Secret;
use covertrail_domain::id::{WorkOrderId, WorkerId};
use std::time::Duration;

/// A work order that cannot exist: whoever is told so was heard and let in.
const NO_WORK_ORDER: &str = "covertrail-check";

/// A connection to WorkMarket, cheap to clone and to share. Its answers are the same whichever API gives them.
#[derive(Debug, Clone)]
pub struct Client {
    api: Api,
}

#[derive(Debug, Clone)]
enum Api {
    Guide(Http),
    EmployerV1(EmployerV1),
}

impl Client {
    /// A client of the REST of the vendor's guide; nothing is sent yet.
    pub fn guide(settings: &Settings) -> Result<Self, Misconfigured> {
        Http::new(settings).map(|http| Self { api: Api::Guide(http) })
    }

    /// A client of the employer API, whose access tokens are got for the settings' key and the secret; nothing is sent
    /// yet. Work whose end is not said is taken to last the default length.
    pub fn employer_v1(
        settings: &Settings,
        secret: Secret,
        default_length: Duration,
    ) -> Result<Self, Misconfigured> {
        EmployerV1::new(settings, secret, default_length).map(|api| Self { api: Api::EmployerV1(api) })
    }

    /// The work order as it is now, with the worker who is on it.
    pub async fn work_order(&self, id: &WorkOrderId) -> Result<(WorkOrder, Option<Worker>), Error> {
        match &self.api {
            Api::Guide(http) => {
                let order = work_order_of_guide(http, id).await?;
                let worker = match &order.worker {
                    None => None,
                    Some(worker) => Some(worker_of_guide(http, worker).await?),
                };
                Ok((order, worker))
            }
            Api::EmployerV1(api) => api.assignment(id).await,
        }
    }

    /// The worker as known now. The employer API knows workers by the work orders they are on, so one is named.
    pub async fn worker(&self, id: &WorkerId, work_order: &WorkOrderId) -> Result<Worker, Error> {
        match &self.api {
            Api::Guide(http) => worker_of_guide(http, id).await,
            Api::EmployerV1(api) => api.worker(id, work_order).await,
        }
    }

    /// Whether it is there and lets us in.
    pub async fn check(&self) -> Result<(), Error> {
        match &self.api {
            Api::Guide(http) => match http.get(&["workorders", NO_WORK_ORDER], &[]).await {
                Ok(body) => Ok(work_order::read(&body).map(drop)?),
                Err(failure) => match Error::from_failure(failure) {
                    Error::NotFound => Ok(()),
                    failed @ (Error::NotOnWorkOrder
                    | Error::Refused { .. }
                    | Error::Unavailable { .. }
                    | Error::Malformed(_)) => Err(failed),
                },
            },
            Api::EmployerV1(api) => api.check().await,
        }
    }

    /// The employer API, if that is the one: it alone can be asked what was changed.
    pub const fn as_employer_v1(&self) -> Option<&EmployerV1> {
        match &self.api {
            Api::Guide(_) => None,
            Api::EmployerV1(api) => Some(api),
        }
    }
}

async fn work_order_of_guide(http: &Http, id: &WorkOrderId) -> Result<WorkOrder, Error> {
    let body = http.get(&["workorders", id.as_str()], &[]).await.map_err(Error::from_failure)?;
    let work_order = work_order::read(&body)?;
    if work_order.id == *id { Ok(work_order) } else { Err(Malformed::another().into()) }
}

async fn worker_of_guide(http: &Http, id: &WorkerId) -> Result<Worker, Error> {
    let body = http.get(&["workers", id.as_str()], &[]).await.map_err(Error::from_failure)?;
    let worker = worker::read(&body)?;
    if worker.id == *id { Ok(worker) } else { Err(Malformed::another().into()) }
}
