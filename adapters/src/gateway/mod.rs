//! The log, served over EventStoreDB's own protocol (version 1, gRPC): its clients, in any language, read it,
//! subscribe to it and share it in persistent subscriptions, as they would a server of one node.
//!
//! - It reads and appends through the [`EventStore`] port alone, so it serves any engine.
//! - `$ce-<category>` and `$et-<event type>` are there, as on a server with its projections on.
//! - Nothing is deleted: this is an audit log. Appends are refused unless they are allowed.
//! - It has no TLS and asks for no password: let it listen on loopback, or behind something that has.
#![allow(clippy::result_large_err, reason = "tonic's status is the error of every service")]

mod append;
mod batch;
mod event;
mod filter;
mod forward;
#[cfg(test)]
mod fuzz;
mod groups;
mod incoming;
mod read;
mod refusal;
mod server;
mod source;
mod streams;
mod subscribe;
#[cfg(test)]
mod tests;
mod wire;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

use self::append::Appends;
pub use self::append::Clock;
use self::forward::Log;
use self::groups::Groups;
use self::server::Server;
use self::source::Milestones;
use self::streams::Streams;
use self::wire::gossip::gossip_server::GossipServer;
use self::wire::persistent_subscriptions::persistent_subscriptions_server::PersistentSubscriptionsServer;
use self::wire::server_features::server_features_server::ServerFeaturesServer;
use self::wire::streams::streams_server::StreamsServer;
use crate::store::{Category, EventStore};

/// A client that says nothing for so long is asked whether it is there.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// What is served, and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Clients may append. Otherwise the log is served for reading only.
    pub append: bool,
    /// To streams of these categories nobody may append here: the program's own, which mean something.
    pub own: Vec<Category>,
    /// The file that keeps the groups of persistent subscriptions and their checkpoints.
    pub groups: PathBuf,
}

/// Why the gateway does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The listener has no address.
    #[error("the gateway has no address to listen on")]
    Listener(#[source] std::io::Error),
    /// The file of persistent subscriptions cannot be read.
    #[error("the persistent subscriptions in {} cannot be read", path.display())]
    Groups {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: std::io::Error,
    },
    /// The server failed while it served.
    #[error("the gateway stopped serving")]
    Transport(#[from] tonic::transport::Error),
}

/// Serves a log until `stop` is ready. Subscriptions then end with an error, other calls to their end.
pub async fn serve(
    store: Arc<dyn EventStore>,
    settings: Settings,
    clock: Clock,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let address = listener.local_addr().map_err(ServeError::Listener)?;
    let (stopping, stopped) = watch::channel(false);
    let log = Log { store: Arc::clone(&store), milestones: Milestones::default() };
    let groups = Groups::open(log.clone(), settings.groups.clone(), stopped.clone())
        .map_err(|source| ServeError::Groups { path: settings.groups, source })?;
    let server = Server { id: Uuid::new_v4(), address, started_at: clock() };
    let appends = Appends { store, allowed: settings.append, own: settings.own.into(), clock };
    let streams = Streams { log, appends, stop: stopped };
    let stop = async {
        stop.await;
        // nobody listens when nobody is subscribed
        let _ = stopping.send(true);
    };
    tonic::transport::Server::builder()
        .http2_keepalive_interval(Some(KEEP_ALIVE))
        .add_service(ServerFeaturesServer::new(server.clone()))
        .add_service(GossipServer::new(server))
        .add_service(StreamsServer::new(streams))
        .add_service(PersistentSubscriptionsServer::new(groups))
        .serve_with_incoming_shutdown(incoming::incoming(listener), stop)
        .await?;
    Ok(())
}

/// Waits until the server stops.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // an error means that the server is gone, which is the same
    let _ = stop.wait_for(|stopped| *stopped).await;
}
