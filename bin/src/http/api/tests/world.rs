//! A served log.

use crate::assemble;
use crate::clock;
use crate::config::{Config, Role, Secrets, Sha256Hex, Token};
use crate::generate::{Plan, generate};
use crate::http;
use crate::views::{Question, ReadModels, rebuild};
use covertrail_adapters::schema::{self, Actor, Envelope, Source};
use covertrail_adapters::store::{Embedded, EventStore, Expected, NewEvent, Position, StreamName};
use covertrail_domain::coverage::{Event, Terms};
use covertrail_domain::id::{PersonId, WorkOrderId, WorkerId};
use covertrail_domain::money::Cents;
use covertrail_domain::testkit::samples;
use covertrail_domain::time::{Timestamp, Window};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) struct World {
    pub(super) store: Arc<dyn EventStore>,
    pub(super) models: Arc<ReadModels>,
    views: PathBuf,
    base: String,
    http: reqwest::Client,
    _folder: TempDir,
}

/// Everybody's token is told by their role.
pub(super) fn token(role: Role) -> String {
    format!("the-token-of-a-{role:?}").to_lowercase()
}

impl World {
    pub(super) async fn begin(work_orders: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.store.path = folder.path().join("log.sqlite");
        config.store.documents = folder.path().join("documents");
        config.access = Role::ALL.map(known).into();
        let store: Arc<dyn EventStore> = Arc::new(Embedded::open(&config.store.path).unwrap());
        let plan = Plan { work_orders, seed: 3, until: clock::now() };
        generate(&store, &plan, |_| ()).await.unwrap();
        let engine = assemble::engine(&config, &secrets(), Arc::clone(&store)).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = assemble::shared(&config, &secrets(), engine, address).unwrap();
        let models = Arc::clone(&shared.models);
        tokio::spawn(Arc::clone(&models).follow_always());
        tokio::spawn(http::serve(listener, shared, std::future::pending()));
        let head = store.head().await.unwrap().map_or(0, Position::get);
        assert!(models.hub().reaches(head, PATIENCE).await, "the read models come to the log's end");
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self {
            store,
            models,
            views: config.store.views_path(),
            base: format!("http://{address}"),
            http,
            _folder: folder,
        }
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    pub(super) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).bearer_auth(token(Role::Viewer)).send().await.unwrap()
    }

    pub(super) async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Every row of a list, page by page.
    pub(super) async fn all(&self, list: &str, filters: &str, size: usize) -> Vec<Value> {
        let (mut rows, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.json(&format!("/v1/{list}?limit={size}{after}{filters}")).await;
            rows.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return rows,
            }
        }
    }

    /// Records what happened to a work order, now or at a moment; answers the position.
    pub(super) async fn record(&self, work_order: &str, event: &Event, recorded: Option<i64>) -> u64 {
        let schema::Stored { kind, data } = schema::encode(event);
        let recorded_at = recorded.unwrap_or_else(clock::now_micros);
        let recorded = Timestamp::from_unix(recorded_at.div_euclid(1_000_000));
        let envelope = Envelope {
            actor: Actor::Policy,
            correlation: format!("coverage-{work_order}"),
            causation: "delivery-policy-tried".to_owned(),
            occurred_at: event.at().unwrap_or(recorded),
            recorded_at,
            source: Source::Webhook,
            reason: None,
        };
        let event = NewEvent {
            id: uuid::Uuid::new_v4(),
            kind: kind.to_owned(),
            data,
            metadata: envelope.encode(),
            recorded_at,
        };
        let stream = StreamName::parse(&format!("coverage-{work_order}")).unwrap();
        self.store.append(&stream, Expected::Any, vec![event]).await.unwrap().position.get()
    }

    /// Records that a work order was assigned whose work begins at a moment.
    pub(super) async fn assigned(&self, work_order: &str, start: Timestamp) -> u64 {
        let terms = Terms { window: Window::new(start, start.plus(3_600)).unwrap(), ..samples::terms() };
        let (work_order_id, worker) =
            (WorkOrderId::parse(work_order).unwrap(), WorkerId::parse("wk_soon").unwrap());
        let event = Event::Assigned { work_order: work_order_id, worker, terms, at: clock::now() };
        self.record(work_order, &event, None).await
    }

    /// What `covertrail rebuild` does in another process; the log goes on after it.
    pub(super) async fn fold_anew(&self) {
        let views = covertrail_projections::Views::open(&self.views).unwrap();
        let reached = covertrail_projections::Checkpoint { position: 0, at: clock::now() };
        let which = covertrail_projections::tables::STORED.to_vec();
        rebuild(&self.store, views, which, (Question::NOW, reached), |_| (), |_| ())
            .await
            .unwrap()
            .1
            .unwrap();
        self.record("WO-0", &Event::PaySettled { pay: Cents::new(1) }, None).await;
    }

    pub(super) async fn reaches(&self, position: u64) {
        assert!(self.models.hub().reaches(position, PATIENCE).await);
    }
}

fn known(role: Role) -> Token {
    let name = PersonId::parse(&format!("{role:?}").to_lowercase()).unwrap();
    Token { name, role, sha256: Sha256Hex(Sha256::digest(token(role)).into()) }
}

fn secrets() -> Secrets {
    Secrets {
        policy_api_key: "t9k_test_tried".to_owned(),
        policy_webhook: vec!["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()],
        workmarket_token: "wm_live_tried".to_owned(),
        workmarket_webhook: vec!["a-token-for-tests".to_owned()],
        ..Secrets::default()
    }
}
