//! The log, served over EventStoreDB's own protocol (version 1, gRPC): its clients, in any language, read it,
//! subscribe to it and share it in persistent subscriptions, as they would a server of one node.
//!
//! - It reads and appends through the [`EventStore`] port alone, so it serves any engine.
//! - `$ce-<category>` and `$et-<event type>` are there, as on a server with its projections on.
//! - Nothing is deleted: this is an audit log. Clients append only to categories that are named for them.
//! - It asks for a name and a password, over TLS where it has a certificate. Without one, let it listen on loopback.
//! - Whatever a client names or holds is limited: see the constants of each file.
#![allow(clippy::result_large_err, reason = "tonic's status is the error of every service")]

mod access;
mod append;
mod batch;
mod confidential;
mod door;
mod event;
mod filter;
mod forward;
#[cfg(test)]
mod fuzz;
mod groups;
mod incoming;
mod outbox;
mod pattern;
mod read;
mod refusal;
mod server;
mod source;
mod streams;
mod subscribe;
#[cfg(test)]
mod tests;
mod tls;
mod wire;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tonic::service::Routes;
use uuid::Uuid;

pub use self::access::{ClientAccess, ClientRole, ClientUser};
use self::append::Appends;
pub use self::append::{Appendable, Clock};
pub use self::confidential::Confidential;
use self::door::Door;
pub use self::door::{GatewayLimits, GatewayWatch};
use self::forward::{Log, READS};
use self::groups::Groups;
use self::pattern::Patterns;
use self::server::Server;
use self::source::Milestones;
use self::streams::Streams;
pub use self::tls::{GatewayTls, TlsError};
use self::wire::gossip::gossip_server::GossipServer;
use self::wire::persistent_subscriptions::persistent_subscriptions_server::PersistentSubscriptionsServer;
use self::wire::server_features::server_features_server::ServerFeaturesServer;
use self::wire::streams::streams_server::StreamsServer;
use crate::store::{EventStore, MAX_APPEND_BYTES};

/// The largest message of a client that appends, and of any other, in bytes.
const MAX_APPEND_MESSAGE_BYTES: usize = MAX_APPEND_BYTES + (64 << 10);
const MAX_MESSAGE_BYTES: usize = 256 << 10;

/// What is served, to whom, and how.
#[derive(Debug, Clone)]
pub struct GatewaySettings {
    /// Who may use it.
    pub access: ClientAccess,
    /// What those may append to who may append at all.
    pub appendable: Appendable,
    /// What only auditors and admins read.
    pub confidential: Confidential,
    /// The file that keeps the groups of persistent subscriptions and their checkpoints.
    pub groups: PathBuf,
    /// Its certificate and key; without them it is served in clear.
    pub tls: Option<GatewayTls>,
    /// Where its connections and calls are counted and limited.
    pub watch: Arc<GatewayWatch>,
}

impl GatewaySettings {
    /// Everybody who connects may do everything, also append to the program's own streams. For a log whose clients are
    /// nodes of the program itself, on loopback.
    pub fn trusting_everybody(groups: PathBuf) -> Self {
        Self {
            access: ClientAccess::Everybody(ClientRole::Admin),
            appendable: Appendable::Everything,
            confidential: Confidential::default(),
            groups,
            tls: None,
            watch: GatewayWatch::new(&GatewayLimits::default()),
        }
    }
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
}

/// Serves a log until `stop` is ready. Subscriptions then end with an error, other calls to their end.
pub async fn serve(
    store: Arc<dyn EventStore>,
    settings: GatewaySettings,
    clock: Clock,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let address = listener.local_addr().map_err(ServeError::Listener)?;
    let (stopping, stopped) = watch::channel(false);
    let log = Log {
        store: Arc::clone(&store),
        milestones: Milestones::default(),
        reads: Arc::new(Semaphore::new(READS)),
        patterns: Patterns::new(),
        confidential: Arc::new(settings.confidential),
    };
    let groups =
        Groups::open(log.clone(), settings.groups.clone(), settings.watch.limits.groups, stopped.clone())
            .map_err(|source| ServeError::Groups { path: settings.groups, source })?;
    let server = Server { id: Uuid::new_v4(), address, started_at: clock() };
    let appends = Appends { store, appendable: settings.appendable, clock };
    let streams = Streams { log, appends, stop: stopped.clone() };
    let features = ServerFeaturesServer::new(server.clone());
    let routes = Routes::new(features.max_decoding_message_size(MAX_MESSAGE_BYTES))
        .add_service(GossipServer::new(server).max_decoding_message_size(MAX_MESSAGE_BYTES))
        .add_service(StreamsServer::new(streams).max_decoding_message_size(MAX_APPEND_MESSAGE_BYTES))
        .add_service(PersistentSubscriptionsServer::new(groups).max_decoding_message_size(MAX_MESSAGE_BYTES))
        .prepare();
    let door = Door { routes, access: Arc::new(settings.access), watch: settings.watch };
    let stop = async {
        stop.await;
        // nobody listens when nobody is subscribed
        let _ = stopping.send(true);
    };
    // the stop ends the serving, and not the other way round
    tokio::join!(incoming::serve(listener, settings.tls.as_ref(), &door, stopped), stop);
    Ok(())
}

/// Whether the file of persistent subscriptions can be read; one that is not there yet has none.
pub fn check_groups(path: &Path) -> Result<(), ServeError> {
    Groups::check(path).map_err(|source| ServeError::Groups { path: path.to_owned(), source })
}

/// Waits until the server stops.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // an error means that the server is gone, which is the same
    let _ = stop.wait_for(|stopped| *stopped).await;
}
