//! An embedded log, served over EventStoreDB's protocol to whoever may write anything.

use super::loopback;
use covertrail_adapters::gateway::{self, Settings};
use covertrail_adapters::store::{Embedded, EventStore};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The server; it goes with this.
pub(crate) struct Served {
    pub(crate) log: Embedded,
    pub(crate) url: String,
    serving: JoinHandle<()>,
}

impl Served {
    /// Serves the log of a folder, which is made if there is none.
    pub(crate) async fn begin(folder: &Path) -> Self {
        Self::at(loopback().await, folder)
    }

    pub(crate) fn at(listener: TcpListener, folder: &Path) -> Self {
        let url = format!("esdb://{}?tls=false", listener.local_addr().unwrap());
        let log = Embedded::open(folder.join("covertrail.sqlite")).unwrap();
        let settings = Settings { append: true, own: Vec::new(), groups: folder.join("groups.json") };
        let store: Arc<dyn EventStore> = Arc::new(log.clone());
        let serving = tokio::spawn(async move {
            gateway::serve(store, settings, Arc::new(|| 0), listener, std::future::pending()).await.unwrap();
        });
        Self { log, url, serving }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
