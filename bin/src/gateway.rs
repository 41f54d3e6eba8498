//! The log, served to clients of EventStoreDB while the program runs.

use crate::clock;
use crate::commands::Failure;
use crate::config::{self, AnonymousClients, Config, GatewayUser};
use crate::engine::with_causes;
use covertrail_adapters::OwnCategory;
use covertrail_adapters::gateway::{
    Appendable, ClientAccess, ClientRole, ClientUser, Confidential, GatewaySettings, GatewayTls,
    GatewayWatch, ServeError, check_groups, serve,
};
use covertrail_adapters::store::EventStore;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A gateway that serves, or none.
pub(crate) struct Gateway(Option<Serving>);

struct Serving {
    address: SocketAddr,
    watch: Arc<GatewayWatch>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<Result<(), ServeError>>,
}

impl Gateway {
    /// Serves a log where the configuration says so.
    pub(crate) async fn begin(config: &Config, store: Arc<dyn EventStore>) -> Result<Self, Failure> {
        let Some(listen) = config.gateway.listen else { return Ok(Self(None)) };
        let failed = |error| Failure::Failed(format!("gateway.listen: cannot listen on {listen}: {error}"));
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let settings = settings(config)?;
        if config.gateway.users.is_empty() && config.gateway.anonymous == AnonymousClients::None {
            tracing::warn!(
                "gateway: no client may use it: add [[gateway.users]], or set anonymous = \"reader\" in [gateway]"
            );
        }
        let watch = Arc::clone(&settings.watch);
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            // a dropped sender stops the server too
            let _ = stopped.await;
        };
        let server = tokio::spawn(serve(store, settings, Arc::new(clock::now_micros), listener, stopped));
        Ok(Self(Some(Serving { address, watch, stop, server })))
    }

    /// Where it serves.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.0.as_ref().map(|serving| serving.address)
    }

    /// Where its connections and calls are counted.
    pub(crate) fn watch(&self) -> Option<Arc<GatewayWatch>> {
        self.0.as_ref().map(|serving| Arc::clone(&serving.watch))
    }

    /// Waits for its end, which should not come.
    pub(crate) async fn ended(&mut self) -> String {
        match &mut self.0 {
            Some(serving) => match (&mut serving.server).await {
                Ok(Ok(())) => "the gateway ended".to_owned(),
                Ok(Err(error)) => format!("gateway: {error}"),
                Err(error) => format!("gateway: {error}"),
            },
            None => std::future::pending().await,
        }
    }

    /// Lets calls end for so long.
    pub(crate) async fn end(self, grace: Duration) {
        if let Some(Serving { stop, mut server, .. }) = self.0 {
            let _ = stop.send(());
            if !server.is_finished() && tokio::time::timeout(grace, &mut server).await.is_err() {
                server.abort();
            }
        }
    }
}

/// Where the gateway will listen, or which of its files cannot be used. Nothing where it is not served.
pub(crate) fn check(config: &Config) -> Option<Result<SocketAddr, String>> {
    let gateway = &config.gateway;
    let listen = gateway.listen?;
    let tls = gateway.certificate.as_ref().zip(gateway.key.as_ref());
    let tls = tls.map(|(certificate, key)| GatewayTls::read(certificate, key)).transpose();
    let groups = check_groups(&config.store.groups_path());
    Some(match (tls, groups) {
        (Err(error), _) => Err(format!("gateway.certificate, gateway.key: {}", with_causes(&error))),
        (Ok(_), Err(error)) => Err(with_causes(&error)),
        (Ok(_), Ok(())) => Ok(listen),
    })
}

fn settings(config: &Config) -> Result<GatewaySettings, Failure> {
    let gateway = &config.gateway;
    let user = |user: &GatewayUser| ClientUser {
        name: user.name.to_string(),
        role: user.role,
        sha256: user.sha256.0,
    };
    let anonymous = match gateway.anonymous {
        AnonymousClients::None => None,
        AnonymousClients::Reader => Some(ClientRole::Reader),
    };
    Ok(GatewaySettings {
        access: ClientAccess::Known { users: gateway.users.iter().map(user).collect(), anonymous },
        appendable: Appendable::Categories(gateway.append.0.as_slice().into()),
        confidential: confidential()?,
        groups: config.store.groups_path(),
        tls: tls(gateway)?,
        watch: GatewayWatch::new(&gateway.limits()),
    })
}

/// What names people or opens doors, as over HTTP: the raw deliveries, and where a contractor applies.
fn confidential() -> Result<Confidential, Failure> {
    let category = |own: OwnCategory| own.category().map_err(|bad| Failure::Failed(bad.to_string()));
    Ok(Confidential {
        hidden: vec![category(OwnCategory::Delivery)?],
        removed: vec![(category(OwnCategory::Coverage)?, "url".to_owned())],
    })
}

fn tls(gateway: &config::Gateway) -> Result<Option<GatewayTls>, Failure> {
    let (Some(certificate), Some(key)) = (&gateway.certificate, &gateway.key) else { return Ok(None) };
    warn_if_shared(key);
    let read = GatewayTls::read(certificate, key);
    let failed = |error| Failure::Configuration(format!("gateway.certificate: {}", with_causes(&error)));
    read.map(Some).map_err(failed)
}

#[cfg(unix)]
fn warn_if_shared(key: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let is_shared = std::fs::metadata(key).is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
    if is_shared {
        let key = key.display();
        tracing::warn!(%key, "gateway.key: others on this machine can read it; mend it with `chmod 600 {key}`");
    }
}

#[cfg(not(unix))]
fn warn_if_shared(_: &Path) {}
