//! A world to test in: two vendors, the program between them, and the means to look and to act.

mod audit;
mod cluster;
mod http;
mod log;
mod order;
mod plan;
mod program;
mod served;
mod sign;

pub(crate) use audit::objects;

pub(crate) use cluster::Cluster;
pub(crate) use http::Answer;
pub(crate) use log::{Delivered, Log, Told};
pub(crate) use order::Order;
pub(crate) use plan::{Plan, REVIEWER, REVIEWER_TOKEN, Secrets};
pub(crate) use program::{Ended, PROGRAM, Program};
pub(crate) use served::Served;
pub(crate) use sign::standard;

use covertrail_adapters::sandbox::{self, WebhookTarget, policy, workmarket};
use reqwest::Method;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// How long anything may take: far more than it should, so that a slow machine shows no failure that is none.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
pub(crate) const DAY: i64 = 86_400;

/// Everything that runs.
pub(crate) struct World {
    pub(crate) policy: sandbox::Handle,
    pub(crate) workmarket: sandbox::Handle,
    pub(crate) plan: Mutex<Plan>,
    pub(crate) log: tokio::sync::Mutex<Log>,
    folder: TempDir,
    program: Mutex<Option<Program>>,
    address: Mutex<Option<SocketAddr>>,
    printed: Mutex<String>,
    http: reqwest::Client,
    /// Stopped when they are dropped.
    _vendors: Vec<sandbox::Running>,
    _before: Option<Arc<World>>,
}

/// The time, in Unix seconds: the program's own clock.
pub(crate) fn now() -> i64 {
    covertrail::clock::now().unix()
}

impl World {
    /// Both vendors and the program, ready.
    pub(crate) async fn begin(plan: Plan) -> Arc<Self> {
        let world = Self::without_program(plan).await;
        world.start().await;
        world
    }

    /// The program has asked 1099Policy all that it asks at its start: what is withheld from now on, nobody finds.
    pub(crate) async fn begin_asked(plan: Plan) -> Arc<Self> {
        let world = Self::begin(Plan { log_filter: "info,covertrail::engine::catch_up=debug", ..plan }).await;
        let asked = "changes that no event told";
        world.until(asked, |_| world.printed().contains(asked).then_some(())).await;
        world
    }

    /// Both vendors; the program is not started.
    pub(crate) async fn without_program(plan: Plan) -> Arc<Self> {
        let folder = tempfile::tempdir().unwrap();
        let policy = policy::start(loopback().await, plan.policy_settings()).await.unwrap();
        let workmarket = workmarket::start(loopback().await, plan.workmarket_settings()).await.unwrap();
        Arc::new(Self {
            policy: policy.handle(),
            workmarket: workmarket.handle(),
            plan: Mutex::new(plan),
            log: tokio::sync::Mutex::new(Log::at(folder.path().join("covertrail.sqlite"))),
            folder,
            program: Mutex::new(None),
            address: Mutex::new(None),
            printed: Mutex::default(),
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .pool_max_idle_per_host(0)
                .build()
                .unwrap(),
            _vendors: vec![policy, workmarket],
            _before: None,
        })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the configuration as planned; answers where.
    pub(crate) fn configure(&self) -> PathBuf {
        let path = self.path("covertrail.toml");
        let text = self.plan.lock().unwrap().config(&self.policy.api_url(), &self.workmarket.api_url());
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Starts the process and waits for nothing.
    pub(crate) fn spawn(&self) {
        let config = self.configure();
        let secrets = self.plan.lock().unwrap().secrets.clone();
        let program =
            Program::spawn(&["serve", "--config", config.to_str().unwrap()], &secrets.environment());
        *self.program.lock().unwrap() = Some(program);
    }

    /// Starts the process with a standard error that only the caller reads, and waits for nothing.
    pub(crate) fn spawn_with_stderr(&self, stderr: std::process::Stdio) {
        let config = self.configure();
        let environment = self.plan.lock().unwrap().secrets.environment();
        let arguments = ["serve", "--config", config.to_str().unwrap()];
        *self.program.lock().unwrap() = Some(Program::spawn_with_stderr(stderr, &arguments, &environment));
    }

    /// As [`World::spawn`], from a shell that has run these commands before.
    pub(crate) fn spawn_after(&self, shell: &str) {
        let config = self.configure();
        let secrets = self.plan.lock().unwrap().secrets.clone();
        let arguments = ["serve", "--config", config.to_str().unwrap()];
        let program = Program::spawn_after(shell, &arguments, &secrets.environment());
        *self.program.lock().unwrap() = Some(program);
    }

    /// Waits until the process listens, and tells the vendors where.
    pub(crate) async fn find(&self) {
        let told = self.program.lock().unwrap().as_ref().unwrap().told();
        let address = told.address().await;
        self.is_at(address).await;
    }

    /// It is found there from now on, and its log is there.
    pub(crate) async fn is_at(&self, address: SocketAddr) {
        *self.address.lock().unwrap() = Some(address);
        self.aim();
        self.log.lock().await.rests = false;
    }

    /// Keeps what a program said that is no more.
    pub(crate) fn note(&self, printed: &str) {
        self.printed.lock().unwrap().push_str(printed);
    }

    /// The same vendors, a new program and a new log: what the old one knew is gone. Webhooks that the vendors
    /// sent before are not sent again.
    pub(crate) async fn forget(self: &Arc<Self>) -> Arc<Self> {
        self.end("TERM").await;
        let folder = tempfile::tempdir().unwrap();
        let later = Arc::new(Self {
            policy: self.policy.clone(),
            workmarket: self.workmarket.clone(),
            plan: Mutex::new(self.plan.lock().unwrap().clone()),
            log: tokio::sync::Mutex::new(Log::at(folder.path().join("covertrail.sqlite"))),
            folder,
            program: Mutex::new(None),
            address: Mutex::new(None),
            printed: Mutex::default(),
            http: self.http.clone(),
            _before: Some(Arc::clone(self)),
            _vendors: Vec::new(),
        });
        later.start().await;
        later
    }

    /// Sends the vendors' webhooks to the program.
    pub(crate) fn aim(&self) {
        let secrets = self.plan.lock().unwrap().secrets.clone();
        let to = |path: &str| self.url(path);
        let policy = WebhookTarget::standard(to("/webhooks/1099policy"), secrets.policy_webhook);
        self.policy.set_webhook(Some(policy)).unwrap();
        let workmarket = WebhookTarget::bearer(to("/webhooks/workmarket"), secrets.workmarket_webhook);
        self.workmarket.set_webhook(Some(workmarket)).unwrap();
    }

    /// Starts the program and waits until it is ready.
    pub(crate) async fn start(&self) {
        self.spawn();
        self.find().await;
        self.is_ready().await;
    }

    /// Waits until the program is ready.
    pub(crate) async fn is_ready(&self) {
        let ready = async {
            while self.get("/readyz").await.is_none_or(|answer| answer.status != 200) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.expect("the program is ready");
    }

    /// Keeps the program's files from growing, as a full disk would, or lets them grow again.
    pub(crate) fn disk_is_full(&self, full: bool) {
        self.program.lock().unwrap().as_ref().unwrap().limit(full.then_some(1));
    }

    /// Kills the process, at whatever it is doing. The log is left alone until it is found again, so that nobody
    /// but the program itself repairs what the kill left behind.
    pub(crate) async fn kill(&self) {
        self.log.lock().await.rest();
        let program = self.program.lock().unwrap().take();
        if let Some(mut program) = program {
            program.kill();
            self.printed.lock().unwrap().push_str(&program.stderr());
        }
    }

    /// Ends the process as a service manager would; answers how that went.
    pub(crate) async fn end(&self, signal: &str) -> Ended {
        self.log.lock().await.rest();
        let program = self.program.lock().unwrap().take().unwrap();
        program.signal(signal);
        let ended = program.ended().await;
        self.printed.lock().unwrap().push_str(&ended.stderr);
        ended
    }

    /// Sends the process a signal, and the same once more when it says that it stops; answers how it ended.
    pub(crate) async fn end_twice(&self, signal: &str) -> Ended {
        self.log.lock().await.rest();
        let program = self.program.lock().unwrap().take().unwrap();
        program.signal(signal);
        program.told().logs("stopping").await;
        program.signal(signal);
        program.ended().await
    }

    pub(crate) async fn restart(&self) {
        let ended = self.end("TERM").await;
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        self.start().await;
    }

    /// All that the program has said on standard error so far.
    pub(crate) fn printed(&self) -> String {
        let before = self.printed.lock().unwrap().clone();
        let running = self.program.lock().unwrap().as_ref().map(Program::stderr);
        before + &running.unwrap_or_default()
    }

    /// The program may have so many files open from now on.
    pub(crate) fn open_files(&self, files: u64) {
        self.program.lock().unwrap().as_ref().unwrap().open_files(files);
    }

    /// The program's resident memory, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        self.program.lock().unwrap().as_ref().unwrap().memory()
    }

    /// Where the program listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address.lock().unwrap().expect("the program has been started")
    }

    pub(crate) fn url(&self, path: &str) -> String {
        let address = self.address.lock().unwrap().expect("the program has been started");
        format!("http://{address}{path}")
    }

    /// What the reviewer reads at `/metrics`, once there are read models to count.
    pub(crate) async fn metrics(&self) -> String {
        let token = format!("Bearer {REVIEWER_TOKEN}");
        let read = async {
            loop {
                let headers = [("authorization", token.as_str())];
                let answer = self.send(self.request(Method::GET, "/metrics", &headers, Vec::new())).await;
                match answer.unwrap() {
                    answer if answer.status == 200 => return answer.text,
                    _ => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, read).await.expect("the metrics are read")
    }

    /// Waits until the program has printed this; answers all that it has printed.
    pub(crate) async fn prints(&self, text: &str) -> String {
        self.until(&format!("a line with {text:?}"), |_| {
            let printed = self.printed();
            printed.contains(text).then_some(printed)
        })
        .await
    }

    /// Waits until the log shows it.
    pub(crate) async fn until<T>(&self, what: &str, mut found: impl FnMut(&Log) -> Option<T>) -> T {
        let waiting = async {
            loop {
                let mut log = self.log.lock().await;
                log.catch_up().await;
                if let Some(found) = found(&log) {
                    return found;
                }
                drop(log);
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE * self.plan.lock().unwrap().patience, waiting);
        if let Ok(found) = waited.await {
            return found;
        }
        let (log, printed) = (self.log.lock().await, self.printed());
        let lines: Vec<_> = printed.lines().collect();
        let tail = lines[lines.len().saturating_sub(25)..].join("\n");
        panic!("it never came to be: {what}\n{}\n{tail}", log.account());
    }
}

pub(crate) async fn loopback() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).await.unwrap()
}
