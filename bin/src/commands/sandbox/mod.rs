//! `covertrail sandbox`: either vendor simulated, alone.

mod policy;
mod workmarket;

use super::{Failure, interrupted, print};
use crate::clock;
use clap::{Args, Subcommand};
use covertrail_adapters::sandbox::{Running, WebhookTarget};
use policy::Policy;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use workmarket::WorkMarket;

/// Run 1099Policy or WorkMarket as a simulation, over real HTTP
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  covertrail sandbox policy --listen 127.0.0.1:4010\n  \
covertrail sandbox policy --vocabulary reference --envelope b --times iso --without-metadata\n  \
covertrail sandbox policy --faults '{\"lost_webhook\": 0.3}'\n  \
covertrail sandbox workmarket --listen 127.0.0.1:4020 --webhooks http://127.0.0.1:8099/webhooks/workmarket --secret wm_hook_0123456789")]
pub(crate) struct Sandbox {
    #[command(subcommand)]
    vendor: Vendor,
}

#[derive(Debug, Subcommand)]
enum Vendor {
    /// 1099Policy: contractors, jobs, quotes, applications, policies, assignments, certificates, invoices
    Policy(Box<Policy>),
    /// WorkMarket: work orders and workers, by the guide's API and the employer API
    Workmarket(WorkMarket),
}

#[derive(Debug, Args)]
struct Simulation {
    /// Where to listen; port 0 takes any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The API key or token that it accepts
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Where its webhooks go: the whole URL (1099Policy), or the part before the event (WorkMarket)
    #[arg(long, value_name = "URL", requires = "secret")]
    webhooks: Option<String>,
    /// The webhooks' secret: whsec_… (1099Policy, Standard Webhooks) or a bearer token (WorkMarket)
    #[arg(long, value_name = "SECRET", requires = "webhooks")]
    secret: Option<String>,
    /// What its ids are made from
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Sandbox {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let (name, key, running) = match self.vendor {
            Vendor::Policy(policy) => policy.start().await?,
            Vendor::Workmarket(workmarket) => workmarket.start().await?,
        };
        let interruption = interrupted();
        print(&told(name, &key, &running))?;
        interruption.await;
        running.shutdown().await;
        Ok(())
    }
}

fn told(name: &str, key: &str, running: &Running) -> String {
    let (url, address) = (running.handle().api_url(), running.address());
    format!(
        "{name} is simulated at {url}\n  key      {key}\n  state    http://{address}/sandbox/state\n  \
         requests http://{address}/sandbox/requests\nCtrl-C ends it."
    )
}

impl Simulation {
    fn target(&self, target: impl Fn(String, String) -> WebhookTarget) -> Option<WebhookTarget> {
        self.webhooks.clone().zip(self.secret.clone()).map(|(url, secret)| target(url, secret))
    }

    async fn bind(&self) -> Result<TcpListener, Failure> {
        let bound = TcpListener::bind(self.listen).await;
        bound.map_err(|error| Failure::Failed(format!("--listen: cannot listen on {}: {error}", self.listen)))
    }
}

/// The time for a sandbox, in Unix seconds.
pub(crate) fn now() -> Arc<dyn Fn() -> i64 + Send + Sync> {
    Arc::new(|| clock::now().unix())
}
