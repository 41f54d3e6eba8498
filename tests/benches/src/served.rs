//! An embedded log, served over EventStoreDB's protocol on loopback, and the adapter that speaks it.

use covertrail_adapters::gateway::{GatewaySettings, serve};
use covertrail_adapters::store::{Embedded, EventStore, EventStoreDb, eventstoredb};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The server; it goes with this.
pub struct Served {
    /// The log on it, through the adapter.
    pub store: EventStoreDb,
    log: Embedded,
    serving: JoinHandle<()>,
}

impl Served {
    /// Serves a new log in a directory.
    pub async fn begin(directory: &Path) -> Self {
        let log = Embedded::open(directory.join("log.sqlite")).expect("a log");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("esdb://{}?tls=false", listener.local_addr().expect("a port"));
        let settings = GatewaySettings::trusting_everybody(directory.join("groups.json"));
        let served: Arc<dyn EventStore> = Arc::new(log.clone());
        let serving = tokio::spawn(async move {
            serve(served, settings, Arc::new(|| 0), listener, std::future::pending())
                .await
                .expect("it serves");
        });
        let settings = eventstoredb::Settings::parse(&url).expect("a connection string");
        Self { store: EventStoreDb::new(settings), log, serving }
    }

    /// Ends it and closes the log.
    pub async fn end(self) {
        self.serving.abort();
        self.log.close().await;
    }
}
