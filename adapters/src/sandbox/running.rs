//! A sandbox that runs: its address, its handle and its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::common::Common;
use super::faults::FaultPlan;
use super::outage::Outage;
use super::sign::{SignError, WebhookTarget};
use crate::front::{self, ConnectionRules, Connections};

/// How long open requests may take to end when the sandbox stops.
const GRACE: Duration = Duration::from_secs(1);

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The listener has no address.
    #[error("the sandbox has no address to listen on")]
    Listener(#[from] std::io::Error),
    /// The HTTP client that sends webhooks cannot be made.
    #[error("the sandbox cannot send webhooks")]
    Client(#[from] reqwest::Error),
    /// The webhook secret does not fit its scheme.
    #[error("the sandbox cannot sign webhooks")]
    Secret(#[from] SignError),
    /// The fault plan has fields out of range.
    #[error("the fault plan is wrong in {0}")]
    Faults(String),
}

/// A running sandbox; it stops when this is dropped.
pub struct Running {
    handle: Handle,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

/// A way to look into a running sandbox and to change how it behaves, without HTTP.
#[derive(Clone)]
pub struct Handle {
    address: SocketAddr,
    common: Arc<Common>,
    state: Arc<dyn Fn() -> Value + Send + Sync>,
}

impl Running {
    pub(crate) fn serve(
        listener: TcpListener,
        address: SocketAddr,
        router: Router,
        stop: watch::Sender<bool>,
        common: Arc<Common>,
        state: Arc<dyn Fn() -> Value + Send + Sync>,
    ) -> Self {
        let mut stopped = common.stop.clone();
        let server = tokio::spawn(async move {
            let stopping = async move {
                // An error means that the `Running` was dropped, which stops the sandbox just as well.
                let _ = stopped.changed().await;
            };
            let rules = ConnectionRules { port: "sandbox", ..ConnectionRules::default() };
            front::serve(listener, Connections::new(rules), router, stopping).await;
        });
        let handle = Handle { address, common, state };
        Self { handle, stop, server }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.handle.address
    }

    /// A handle that may be given away.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Stops listening, and waits a moment for open requests.
    pub async fn shutdown(self) {
        let _ = self.stop.send(true);
        // A request held by a delay fault must not hold the shutdown.
        let mut server = self.server;
        if tokio::time::timeout(GRACE, &mut server).await.is_err() {
            server.abort();
        }
    }
}

impl Handle {
    /// Where the sandbox listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What an API client's base URL is, such as `http://127.0.0.1:4010/api/v1`.
    pub fn api_url(&self) -> String {
        format!("http://{}{}", self.address, self.common.base_path)
    }

    /// Counts and all objects by kind, as `GET /sandbox/state` answers them.
    pub fn state(&self) -> Value {
        (self.state)()
    }

    /// The calls and idempotency keys seen, as `GET /sandbox/requests` answers them.
    pub fn requests(&self) -> Value {
        requests(&self.common)
    }

    /// Sends webhooks there from now on, those not yet delivered included; `None` records them only.
    pub fn set_webhook(&self, target: Option<WebhookTarget>) -> Result<(), SignError> {
        self.common.courier.aim(target)
    }

    /// Replaces the faults; probabilities out of range count as 0 or 1.
    pub fn set_faults(&self, plan: FaultPlan) {
        self.common.dice.replace(plan);
    }

    /// Replaces the outage.
    pub fn set_outage(&self, outage: Outage) {
        self.common.outages.order(outage);
    }
}

pub(crate) fn requests(common: &Common) -> Value {
    json!({"requests": common.calls.to_json(), "idempotency_keys": common.replays.to_json()})
}
