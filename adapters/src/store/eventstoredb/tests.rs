mod contract;
mod faults;
mod hazards;
mod proxy;
mod settings;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{EventStoreDb, Settings};
use crate::gateway;
use crate::store::{Embedded, EventStore};

/// A gateway over an embedded log, on a port of its own; it goes with this.
struct Served {
    address: SocketAddr,
    log: Embedded,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Result<(), gateway::ServeError>>,
    directory: TempDir,
}

impl Served {
    async fn begin() -> Self {
        Self::again(TempDir::new().unwrap(), "127.0.0.1:0".parse().unwrap()).await
    }

    async fn again(directory: TempDir, address: SocketAddr) -> Self {
        let log = Embedded::open(directory.path().join("log.sqlite")).unwrap();
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let settings = gateway::GatewaySettings::trusting_everybody(directory.path().join("groups.json"));
        let (stop, stopped) = oneshot::channel::<()>();
        let store: Arc<dyn EventStore> = Arc::new(log.clone());
        let stopped = async {
            let _ = stopped.await;
        };
        let serving = tokio::spawn(gateway::serve(store, settings, Arc::new(|| 0), listener, stopped));
        Self { address, log, stop: Some(stop), serving, directory }
    }

    /// Ends the server and gives back its place and its address.
    async fn end(mut self) -> (TempDir, SocketAddr) {
        self.stop.take().unwrap().send(()).unwrap();
        // clients keep their connections
        self.serving.abort();
        let _ = self.serving.await;
        self.log.close().await;
        (self.directory, self.address)
    }

    fn store(&self) -> EventStoreDb {
        store_at(self.address)
    }
}

fn store_at(address: SocketAddr) -> EventStoreDb {
    EventStoreDb::new(Settings::parse(&format!("esdb://{address}?tls=false")).unwrap())
}
