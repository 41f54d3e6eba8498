//! The demo's world: both vendors simulated, and Covertrail between them, each on a port of its own.

use super::player::Told;
use crate::commands::{Failure, sandbox};
use crate::config::{AnonymousClients, Config, People, Role, Secrets, Sha256Hex, Token};
use crate::engine::{Engine, Running};
use crate::gateway::Gateway;
use crate::links::Links;
use crate::views::ReadModels;
use crate::{assemble, clock, http};
use base64::Engine as _;
use covertrail_adapters::sandbox::{self as vendors, FaultPlan, WebhookTarget, policy, workmarket};
use covertrail_adapters::secret::Secret;
use covertrail_adapters::store::Embedded;
use covertrail_domain::coverage::Stage;
use covertrail_domain::id::PersonId;
use covertrail_files::{Sharing, make_folder, private_folder};
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, oneshot};

/// Everything that runs.
pub(super) struct World {
    pub(super) engine: Arc<Engine>,
    pub(super) address: SocketAddr,
    pub(super) policy: vendors::Handle,
    pub(super) workmarket: vendors::Handle,
    pub(super) faults: FaultPlan,
    http: reqwest::Client,
    reviewer: String,
    /// The token of whoever looks at the board.
    clerk: String,
    links: Links,
    gateway: Option<SocketAddr>,
    log: std::path::PathBuf,
    ends: Mutex<Option<Ends>>,
}

/// What is stopped at the end, in this order.
struct Ends {
    stop: oneshot::Sender<()>,
    models: Arc<ReadModels>,
    following: tokio::task::JoinHandle<()>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    running: Running,
    gateway: Gateway,
    store: Embedded,
    sandboxes: [vendors::Running; 2],
    folder: Option<TempDir>,
}

/// Who reviews in the demo.
const REVIEWER: &str = "riley";
/// Who looks at the board, and may do everything.
const CLERK: &str = "casey";

impl World {
    pub(super) async fn begin(data: Option<&Path>, seed: u64, faults: FaultPlan) -> Result<Self, Failure> {
        let failed = |what: &str, error: &dyn std::fmt::Display| Failure::Failed(format!("{what}: {error}"));
        let folder = match data {
            Some(_) => None,
            None => Some(private_folder().map_err(|error| failed("no folder for the demo", &error))?),
        };
        let place = data.or(folder.as_ref().map(TempDir::path)).unwrap_or(Path::new("."));
        make_folder(place, &Sharing::OWNER_ONLY).map_err(|error| failed("--data", &error))?;
        let secrets = secrets()?;
        let (policy_listener, workmarket_listener, listener) =
            (loopback().await?, loopback().await?, loopback().await?);
        let address = listener.local_addr().map_err(|error| failed("loopback", &error))?;
        let policy = begin_policy(policy_listener, &secrets, address, seed, faults.clone()).await?;
        let workmarket =
            begin_workmarket(workmarket_listener, &secrets, address, seed, faults.clone()).await?;
        let mut config = config(place, &policy, &workmarket);
        let clerk = token();
        config.access.push(Token {
            name: person(CLERK)?,
            role: Role::Admin,
            sha256: Sha256Hex(Sha256::digest(clerk.as_bytes()).into()),
        });
        let store = Embedded::open(&config.store.path)?;
        let engine = assemble::engine(&config, &secrets, Arc::new(store.clone()))?;
        let mut shared = assemble::shared(&config, &secrets, Arc::clone(&engine), address)?;
        let links = shared.links.clone();
        let models = Arc::clone(&shared.models);
        let following = tokio::spawn(Arc::clone(&models).follow_always());
        let gateway = Gateway::begin(&config, Arc::new(store.clone())).await?;
        shared.gateway = gateway.watch();
        let running = engine.start();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(http::serve(listener, shared, async move {
            // a dropped sender stops the server too
            let _ = stopped.await;
        }));
        let reviewer = secrets.people.0.first().map(|(_, token)| token.clone()).unwrap_or_default();
        Ok(Self {
            engine,
            address,
            policy: policy.handle(),
            workmarket: workmarket.handle(),
            faults,
            http: reqwest::Client::builder()
                .no_proxy()
                .build()
                .map_err(|error| failed("no HTTP client", &error))?,
            reviewer,
            clerk,
            links,
            gateway: gateway.address(),
            log: config.store.path,
            ends: Mutex::new(Some(Ends {
                stop,
                models,
                following,
                server,
                running,
                gateway,
                store,
                sandboxes: [policy, workmarket],
                folder,
            })),
        })
    }

    pub(super) async fn end(&self) {
        if let Some(ends) = self.ends.lock().await.take() {
            // the receiver is gone only if the server has ended
            ends.models.hub().end();
            let _ = ends.stop.send(());
            let _ = tokio::time::timeout(Duration::from_secs(2), ends.server).await;
            ends.gateway.end(Duration::from_secs(2)).await;
            ends.running.shut_down(Duration::from_secs(2)).await;
            for sandbox in ends.sandboxes {
                sandbox.shutdown().await;
            }
            ends.following.abort();
            ends.store.close().await;
            drop(ends.folder);
        }
    }

    pub(super) fn introduction(&self) -> String {
        format!(
            "WorkMarket, simulated    http://{}\n1099Policy, simulated    http://{}\nCovertrail               http://{}\nEvent log                {}\nto EventStoreDB clients  {}\n\
             Board                    http://{}/sign-in#{}\n",
            self.workmarket.address(),
            self.policy.address(),
            self.address,
            self.log.display(),
            self.gateway.map(|address| format!("esdb://{address}?tls=false")).unwrap_or_default(),
            self.address,
            self.clerk,
        )
    }

    pub(super) fn what_to_try(&self, told: &[Told]) -> String {
        let log = self.log.display();
        let order = told.first().map_or("WO-1001", |told| told.work_order.as_str());
        let waits = told.iter().find(|told| told.stage == Some(Stage::Quoted));
        let apply = waits
            .and_then(|told| self.links.to(&told.work_order, clock::now()))
            .map(|link| format!("In a browser, apply as a contractor who has not:\n  {link}\n"));
        format!(
            "\nStill up. In another terminal, try:\n  covertrail history {order} --log {log}\n  covertrail status --log {log}\n  \
             covertrail replay --log {log} --until 20\n  covertrail rebuild --verify --log {log}\n  \
             curl -H 'Authorization: Bearer {}' http://{}/v1/work-orders\n{}Ctrl-C ends it.\n",
            self.reviewer,
            self.address,
            apply.unwrap_or_default()
        )
    }

    /// What somebody does at `WorkMarket`.
    pub(super) async fn at_workmarket(&self, path: &str, body: Value) -> Result<Value, String> {
        self.post(&format!("http://{}/sandbox/{path}", self.workmarket.address()), body, None).await
    }

    /// What an underwriter, or a contractor, does at 1099Policy.
    pub(super) async fn at_policy(&self, path: &str, body: Value) -> Result<Value, String> {
        self.post(&format!("http://{}/sandbox/{path}", self.policy.address()), body, None).await
    }

    /// What the reviewer does here.
    pub(super) async fn as_reviewer(&self, path: &str, body: Value) -> Result<Value, String> {
        let url = format!("http://{}/v1/work-orders/{path}", self.address);
        self.post(&url, body, Some(&self.reviewer)).await
    }

    /// Hands in a certificate, as a PDF.
    pub(super) async fn hand_in(&self, work_order: &str, pdf: Vec<u8>) -> Result<(), String> {
        let url = format!("http://{}/v1/work-orders/{work_order}/certificates", self.address);
        let part = Part::bytes(pdf).file_name("certificate.pdf").mime_str("application/pdf");
        let form = Form::new().part("certificate", part.map_err(|error| error.to_string())?);
        answered(self.http.post(url).bearer_auth(&self.reviewer).multipart(form)).await.map(drop)
    }

    async fn post(&self, url: &str, body: Value, token: Option<&str>) -> Result<Value, String> {
        let request = self.http.post(url).header("content-type", "application/json").body(body.to_string());
        answered(match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
        .await
    }
}

async fn answered(request: reqwest::RequestBuilder) -> Result<Value, String> {
    let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| error.without_url().to_string())?;
    if status.is_success() {
        Ok(serde_json::from_str(&text).unwrap_or_default())
    } else {
        Err(format!("{status}: {text}"))
    }
}

async fn loopback() -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(("127.0.0.1", 0)).await;
    bound.map_err(|error| Failure::Failed(format!("no loopback port: {error}")))
}

fn token() -> String {
    format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}

fn person(name: &str) -> Result<PersonId, Failure> {
    PersonId::parse(name).map_err(|error| Failure::Failed(error.to_string()))
}

/// Secrets of this run alone.
fn secrets() -> Result<Secrets, Failure> {
    Ok(Secrets {
        policy_api_key: format!("t9k_test_{}", token()),
        policy_webhook: vec![format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(token()))],
        workmarket_token: format!("wm_live_{}", token()),
        workmarket_secret: None,
        workmarket_webhook: vec![token()],
        people: People(vec![(person(REVIEWER)?, token())]),
        link: vec![Secret::new(token())],
        subscribers: BTreeMap::new(),
    })
}

async fn begin_policy(
    listener: TcpListener,
    secrets: &Secrets,
    address: SocketAddr,
    seed: u64,
    faults: FaultPlan,
) -> Result<vendors::Running, Failure> {
    let mut settings = policy::PolicySettings::new(sandbox::now());
    settings.api_keys = vec![secrets.policy_api_key.clone()];
    settings.seed = seed;
    settings.contractor.after = Duration::from_millis(600);
    settings.told_when_issued = false;
    settings.activation_after = Duration::from_millis(600);
    settings.faults = faults;
    let secret = secrets.policy_webhook.concat();
    settings.webhook = Some(WebhookTarget::standard(format!("http://{address}/webhooks/1099policy"), secret));
    policy::start(listener, settings).await.map_err(|error| Failure::Failed(error.to_string()))
}

async fn begin_workmarket(
    listener: TcpListener,
    secrets: &Secrets,
    address: SocketAddr,
    seed: u64,
    faults: FaultPlan,
) -> Result<vendors::Running, Failure> {
    let mut settings = workmarket::WorkMarketSettings::new(sandbox::now());
    settings.token = secrets.workmarket_token.clone();
    settings.seed = seed;
    settings.faults = faults;
    let secret = secrets.workmarket_webhook.concat();
    settings.webhooks = Some(WebhookTarget::bearer(format!("http://{address}/webhooks/workmarket"), secret));
    workmarket::start(listener, settings).await.map_err(|error| Failure::Failed(error.to_string()))
}

fn config(place: &Path, policy: &vendors::Running, workmarket: &vendors::Running) -> Config {
    let mut config = Config::default();
    config.store.path = place.join("covertrail.sqlite");
    config.store.documents = place.join("documents");
    config.gateway.listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    // on loopback, and everything in it is simulated
    config.gateway.anonymous = AnonymousClients::Reader;
    config.policy.base_url = policy.handle().api_url();
    config.policy.start_lead_seconds = 1;
    config.policy.attempts = 3;
    config.policy.breaker_pause = Duration::from_secs(1);
    config.workmarket.base_url = workmarket.handle().api_url();
    config.workmarket.attempts = 3;
    // a demo is over soon, and so are its outages
    config.workmarket.breaker_pause = Duration::from_secs(1);
    config.mapping.categories.insert("Low Voltage Cabling".into(), "jc_MTqpkbkp6G".into());
    config.mapping.entities.insert("client-1".into(), "en_abc123".into());
    config.engine.sweep = Duration::from_secs(2);
    config
}
