//! The log, served to clients of EventStoreDB while the program runs.

use crate::clock;
use crate::commands::Failure;
use crate::config::Config;
use crate::engine::{COVERAGE, DELIVERY};
use covertrail_adapters::gateway::{ServeError, Settings, serve};
use covertrail_adapters::store::{Category, EventStore};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A gateway that serves, or none.
pub(crate) struct Gateway(Option<Serving>);

struct Serving {
    address: SocketAddr,
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
        let own = [COVERAGE, DELIVERY].into_iter().filter_map(|name| Category::parse(name).ok()).collect();
        let groups = config.store.groups_path();
        let settings = Settings { append: config.gateway.append, own, groups };
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            // a dropped sender stops the server too
            let _ = stopped.await;
        };
        let server = tokio::spawn(serve(store, settings, Arc::new(clock::now_micros), listener, stopped));
        Ok(Self(Some(Serving { address, stop, server })))
    }

    /// Where it serves.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.0.as_ref().map(|serving| serving.address)
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
