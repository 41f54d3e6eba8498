//! 1099Policy, simulated: the API under `/api/v1`, the page where a contractor applies, and control under
//! `/sandbox` for what an underwriter or a contractor would do.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::common::{Common, CommonSettings};
use super::desk::Desk;
use super::keys::Keys;
use super::running::{Running, StartError};

mod applying;
mod assignments;
mod behaviour;
mod categories;
mod certificates;
mod contractors;
mod control;
mod cover;
mod crud;
mod documents;
mod endpoints;
mod entities;
mod events;
mod forms;
mod invoices;
mod jobs;
mod listing;
mod object;
mod page;
mod policies;
mod quotes;
mod routes;
mod sessions;
mod settings;
mod telling;
#[cfg(test)]
mod tests;
mod times;
mod upload;
mod vocabulary;
mod world;

pub use settings::{AutomaticContractor, PolicySettings};
pub use times::Times;
pub use vocabulary::{CertificateReview, Envelope, Verdict, Vocabulary};

/// Where the API begins.
pub const BASE_PATH: &str = "/api/v1";

/// Starts the sandbox on a listener that is already bound.
#[allow(clippy::unused_async, reason = "it spawns tasks, so it may only be called within a runtime")]
pub async fn start(listener: TcpListener, settings: PolicySettings) -> Result<Running, StartError> {
    let address = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let common = Common::new(
        CommonSettings {
            base_path: BASE_PATH,
            bearers: Vec::new(),
            seed: settings.seed,
            webhook: settings.webhook.clone(),
            redelivery: settings.redelivery,
            faults: settings.faults.clone(),
            clock: Arc::clone(&settings.clock),
        },
        stopped,
    )?;
    let keys =
        Keys { full: settings.api_keys.clone(), read_only: settings.read_only_keys.clone(), basic: true };
    let common = Arc::new(common.with_keys(keys));
    let public_url = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let world = world::PolicyWorld::new(settings, public_url);
    let desk = Desk::new(world, Arc::clone(&common));
    watch_terms(desk.clone());
    let state = {
        let desk = desk.clone();
        Arc::new(move || desk.state())
    };
    Ok(Running::serve(listener, address, routes::router(desk), stop, common, state))
}

/// Policies end by themselves, also while nobody asks.
fn watch_terms(desk: Desk<world::PolicyWorld>) {
    let mut stop = desk.common.stop.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(settings::TERM_CHECK);
        loop {
            tokio::select! {
                _ = stop.changed() => return,
                _ = ticks.tick() => desk.act(world::PolicyWorld::end_terms),
            }
        }
    });
}
