mod groups;
mod streams;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use eventstore::{Client, ResolvedEvent};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{ServeError, Settings, serve};
use crate::store::{Category, Embedded, EventStore, Expected, NewEvent, StreamName};

/// Longer than any machine takes.
const PATIENCE: Duration = Duration::from_mins(2);

/// A gateway that serves a log from a folder.
struct Running {
    address: SocketAddr,
    log: Embedded,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<Result<(), ServeError>>,
    folder: TempDir,
}

impl Running {
    async fn begin(append: bool) -> Self {
        Self::on(TempDir::new().unwrap(), append).await
    }

    async fn on(folder: TempDir, append: bool) -> Self {
        let log = Embedded::open(folder.path().join("log.sqlite")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let own = vec![Category::parse("coverage").unwrap()];
        let settings = Settings { append, own, groups: folder.path().join("groups.json") };
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            let _ = stopped.await;
        };
        let store: Arc<dyn EventStore> = Arc::new(log.clone());
        let serving = tokio::spawn(serve(store, settings, Arc::new(|| 7_000_000), listener, stopped));
        Self { address, log, stop, serving, folder }
    }

    /// As if its process had died: what stood on the disk at this moment, in another folder.
    async fn crash(self) -> TempDir {
        let folder = TempDir::new().unwrap();
        std::fs::copy(self.folder.path().join("groups.json"), folder.path().join("groups.json")).unwrap();
        self.serving.abort();
        let _ = self.serving.await;
        self.log.close().await;
        std::fs::copy(self.folder.path().join("log.sqlite"), folder.path().join("log.sqlite")).unwrap();
        folder
    }

    fn client(&self) -> Client {
        let settings =
            format!("esdb://{}?tls=false&discoveryInterval=50&maxDiscoverAttempts=10", self.address);
        Client::new(settings.parse().unwrap()).unwrap()
    }

    /// So many events of one stream, and their ids.
    async fn write(&self, stream: &str, count: usize) -> Vec<Uuid> {
        let events: Vec<_> = (0..count).map(|_| event()).collect();
        let ids = events.iter().map(|event| event.id).collect();
        self.log.append(&StreamName::parse(stream).unwrap(), Expected::Any, events).await.unwrap();
        ids
    }
}

fn event() -> NewEvent {
    NewEvent {
        id: Uuid::new_v4(),
        kind: "thing.happened.v1".to_owned(),
        data: b"{}".to_vec(),
        metadata: b"{}".to_vec(),
        recorded_at: 1_795_305_600_000_042,
    }
}

fn id(event: &ResolvedEvent) -> Uuid {
    event.event.as_ref().unwrap().id
}

/// What must come in time.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it does not come")
}
