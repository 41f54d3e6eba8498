//! An embedded log, served over EventStoreDB's protocol to whoever may write anything.

use super::loopback;
use covertrail_adapters::gateway::{self, GatewaySettings};
use covertrail_adapters::store::{Embedded, EventStore};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The server; it goes with this.
pub(crate) struct Served {
    pub(crate) log: Embedded,
    pub(crate) url: String,
    address: SocketAddr,
    groups: PathBuf,
    serving: Mutex<Option<Serving>>,
}

type Serving = (oneshot::Sender<()>, JoinHandle<()>);

impl Served {
    /// Serves the log of a folder, which is made if there is none.
    pub(crate) async fn begin(folder: &Path) -> Self {
        Self::at(loopback().await, folder)
    }

    pub(crate) fn at(listener: TcpListener, folder: &Path) -> Self {
        let address = listener.local_addr().unwrap();
        let log = Embedded::open(folder.join("covertrail.sqlite")).unwrap();
        let url = format!("esdb://{address}?tls=false");
        let (groups, serving) = (folder.join("groups.json"), Mutex::default());
        let served = Self { log, url, address, groups, serving };
        served.serve(listener);
        served
    }

    fn serve(&self, listener: TcpListener) {
        let settings = GatewaySettings::trusting_everybody(self.groups.clone());
        let store: Arc<dyn EventStore> = Arc::new(self.log.clone());
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let stopped = async {
                let _ = stopped.await;
            };
            gateway::serve(store, settings, Arc::new(|| 0), listener, stopped).await.unwrap();
        });
        *self.serving.lock().unwrap() = Some((stop, serving));
    }

    /// Ends the server, as far as its clients can tell.
    pub(crate) async fn end(&self) {
        let serving = self.serving.lock().unwrap().take();
        let (stop, serving) = serving.expect("it serves");
        stop.send(()).unwrap();
        // it would wait for clients that keep their connections
        serving.abort();
        let _ = serving.await;
    }

    /// Begins to serve again where it did before.
    pub(crate) async fn serve_again(&self) {
        self.serve(TcpListener::bind(self.address).await.unwrap());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some((_, serving)) = self.serving.lock().unwrap().take() {
            serving.abort();
        }
    }
}
