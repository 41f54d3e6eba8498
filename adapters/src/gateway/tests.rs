mod access;
mod groups;
mod limits;
mod streams;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use eventstore::{Client, ResolvedEvent};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{
    Appendable, ClientAccess, ClientRole, ClientUser, Confidential, GatewayLimits, GatewaySettings,
    GatewayTls, GatewayWatch, ServeError, serve,
};
use crate::ClientCategory;
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
    watch: Arc<GatewayWatch>,
}

/// Everybody may do everything, but append to what is the program's own.
fn open(folder: &TempDir) -> GatewaySettings {
    let order = ClientCategory::parse("order").unwrap();
    GatewaySettings {
        appendable: Appendable::Categories([order].into()),
        ..GatewaySettings::trusting_everybody(folder.path().join("groups.json"))
    }
}

/// Each role has a user of its name, whose password is that name and `-token`.
fn guarded(folder: &TempDir) -> GatewaySettings {
    let user = |role: ClientRole| ClientUser {
        name: role.as_str().to_owned(),
        role,
        sha256: Sha256::digest(format!("{}-token", role.as_str())).into(),
    };
    let category = |name: &str| Category::parse(name).unwrap();
    GatewaySettings {
        access: ClientAccess::Known { users: ClientRole::ALL.map(user).into(), anonymous: None },
        confidential: Confidential {
            hidden: vec![category("delivery")],
            removed: vec![(category("coverage"), "url".to_owned())],
        },
        ..open(folder)
    }
}

fn with_tls(settings: GatewaySettings) -> GatewaySettings {
    let file = |name: &str| tls_folder().join(name);
    GatewaySettings { tls: Some(GatewayTls::read(&file("node.pem"), &file("node.key")).unwrap()), ..settings }
}

/// Certificates for tests alone.
fn tls_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/eventstoredb/tests/tls")
}

impl Running {
    async fn begin() -> Self {
        Self::on(TempDir::new().unwrap(), open).await
    }

    async fn on(folder: TempDir, settings: impl FnOnce(&TempDir) -> GatewaySettings) -> Self {
        let log = Embedded::open(folder.path().join("log.sqlite")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let settings = settings(&folder);
        let watch = Arc::clone(&settings.watch);
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            let _ = stopped.await;
        };
        let store: Arc<dyn EventStore> = Arc::new(log.clone());
        let serving = tokio::spawn(serve(store, settings, Arc::new(|| 7_000_000), listener, stopped));
        Self { address, log, stop, serving, folder, watch }
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

    /// A client that signs in.
    fn client_as(&self, login: &str) -> Client {
        let address = self.address;
        let settings =
            format!("esdb://{login}@{address}?tls=false&discoveryInterval=50&maxDiscoverAttempts=10");
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
