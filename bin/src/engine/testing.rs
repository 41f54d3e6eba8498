//! Both vendors as far as a test has them answer, over real HTTP; an engine beside them; and a log to look into.

use crate::assemble;
use crate::config::{Config, Secrets};
use crate::engine::{COVERAGE, Running};
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use covertrail_adapters::schema;
use covertrail_adapters::store::{AppendError, Embedded, EventStore as _, Expected, NewEvent, StreamName};
use covertrail_domain::coverage::{Event, State as CoverageState};
use covertrail_domain::id::WorkOrderId;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// How many events it gives at once.
const PAGE: usize = 20;

#[derive(Clone, Default)]
pub(in crate::engine) struct Vendor {
    /// Newest first.
    pub(in crate::engine) events: Arc<Mutex<Vec<Value>>>,
    answers: Arc<Mutex<HashMap<String, VecDeque<Answer>>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

type Answer = (u16, Value);

/// A request as it came in.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Asked {
    /// Its method, and what it asks for.
    pub(in crate::engine) what: String,
    /// Its idempotency key.
    pub(in crate::engine) key: Option<String>,
}

/// A vendor, and a log that one engine after another works with.
pub(in crate::engine) struct World {
    pub(in crate::engine) vendor: Vendor,
    pub(in crate::engine) store: Embedded,
    config: Config,
    _folder: TempDir,
}

impl Vendor {
    async fn address(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = axum::Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        format!("http://{address}/api/v1")
    }

    /// It answers so to `GET contractors/cn_1`, and the like.
    pub(in crate::engine) fn has(&self, what: &str, object: Value) {
        self.answers(what, [(200, object)]);
    }

    /// It answers so in turn, and stays with the last.
    pub(in crate::engine) fn answers(&self, what: &str, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().insert(what.to_owned(), answers.into_iter().collect());
    }

    /// What was asked since the last time and begins so, without that beginning.
    pub(in crate::engine) fn take_asked(&self, beginning: &str) -> Vec<Asked> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap()).into_iter();
        asked
            .filter_map(|asked| {
                let what = asked.what.strip_prefix(beginning)?.to_owned();
                Some(Asked { what, ..asked })
            })
            .collect()
    }
}

fn new_event((kind, data): (String, Vec<u8>)) -> NewEvent {
    NewEvent { id: uuid::Uuid::new_v4(), kind, data, metadata: b"{}".to_vec(), recorded_at: 0 }
}

async fn answer(
    State(vendor): State<Vendor>,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
) -> Response {
    let target = |text: &str| format!("{} {}", request.method(), text.trim_start_matches("/api/v1/"));
    let key = request.headers().get("idempotency-key").map(|key| key.to_str().unwrap().to_owned());
    vendor.asked.lock().unwrap().push(Asked { what: target(&request.uri().to_string()), key });
    let path = target(request.uri().path());
    let (status, body) = match path.as_str() {
        "GET events" => (200, vendor.page(query.get("starting_after"))),
        _ => vendor.answer(&path),
    };
    (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response()
}

impl Vendor {
    fn page(&self, after: Option<&String>) -> Value {
        let events = self.events.lock().unwrap();
        let place = events.iter().position(|event| after.is_some_and(|id| event["id"] == id.as_str()));
        events.iter().skip(place.map_or(0, |place| place + 1)).take(PAGE).cloned().collect()
    }

    fn answer(&self, path: &str) -> Answer {
        let mut answers = self.answers.lock().unwrap();
        let known = answers.get_mut(path);
        let next =
            known.and_then(|known| if known.len() > 1 { known.pop_front() } else { known.front().cloned() });
        let unknown = json!({ "message": "no such thing", "error_code": "resource_not_found" });
        next.unwrap_or((404, unknown))
    }
}

impl World {
    /// With a work order to which this has happened, if anything has.
    pub(in crate::engine) async fn given(history: &[Event]) -> Self {
        let (vendor, folder) = (Vendor::default(), tempfile::tempdir().unwrap());
        let store = Embedded::open(folder.path().join("log.sqlite")).unwrap();
        let mut config = Config::default();
        config.store.documents = folder.path().join("documents");
        config.policy.base_url = vendor.address().await;
        config.workmarket.base_url = config.policy.base_url.clone();
        config.mapping.default_category = Some("jc_1".into());
        config.mapping.default_entity = Some("en_1".into());
        let world = Self { vendor, store, config, _folder: folder };
        if !history.is_empty() {
            world.write_history(&WorkOrderId::parse("12345").unwrap(), history).await;
        }
        world
    }

    /// That this has happened to a work order.
    pub(in crate::engine) async fn write_history(&self, work_order: &WorkOrderId, history: &[Event]) {
        let stored = history.iter().map(schema::encode).map(|event| (event.kind.to_owned(), event.data));
        self.write(&format!("{COVERAGE}-{work_order}"), stored.collect()).await;
    }

    /// Keeps what came, unless it came before.
    pub(in crate::engine) async fn keep(&self, stream: &str, kind: &str, data: String) {
        let stream = StreamName::parse(stream).unwrap();
        let event = new_event((kind.to_owned(), data.into_bytes()));
        match self.store.append(&stream, Expected::NoStream, vec![event]).await {
            Ok(_) | Err(AppendError::Conflict { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }

    /// A work order as the log has it.
    pub(in crate::engine) async fn state(&self, work_order: &WorkOrderId) -> CoverageState {
        let stream = StreamName::parse(&format!("{COVERAGE}-{work_order}")).unwrap();
        let page = self.store.read_stream(&stream, 0, 500).await.unwrap();
        let events = page.iter().map(|recorded| schema::decode(recorded.kind, recorded.data).unwrap());
        events.fold(CoverageState::default(), |state, event| state.evolve(&event))
    }

    /// Waits until so many events of that name are in the log. Looks at their names only: where many work orders live at
    /// once, the log is long.
    pub(in crate::engine) async fn until_there_are(&self, kind: &str, count: usize) {
        let (mut after, mut found) = (None, 0);
        let waiting = async {
            while found < count {
                let page = self.store.read_for_fold(after, None, 500).await.unwrap();
                found += page.iter().filter(|recorded| recorded.kind == kind).count();
                after = page.last_position().or(after);
                if page.is_empty() {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        };
        let waited = tokio::time::timeout(Duration::from_mins(5), waiting).await;
        waited.unwrap_or_else(|_| panic!("{kind} came {found} times of {count}"));
    }

    /// Waits until so many requests came in that begin so.
    pub(in crate::engine) async fn until_asked(&self, beginning: &str, count: usize) {
        let asked = || {
            let asked = self.vendor.asked.lock().unwrap();
            asked.iter().filter(|asked| asked.what.starts_with(beginning)).count()
        };
        let waiting = async {
            while asked() < count {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_mins(5), waiting).await;
        waited.unwrap_or_else(|_| panic!("{beginning} was asked {} times of {count}", asked()));
    }

    pub(in crate::engine) async fn write(&self, stream: &str, events: Vec<(String, Vec<u8>)>) {
        let events = events.into_iter().map(new_event).collect();
        self.store.append(&StreamName::parse(stream).unwrap(), Expected::NoStream, events).await.unwrap();
    }

    /// An engine at work.
    pub(in crate::engine) fn engine(&self) -> Running {
        let secrets = Secrets {
            policy_api_key: "t9k_test_1".to_owned(),
            workmarket_token: "wm_1".to_owned(),
            ..Secrets::default()
        };
        assemble::engine(&self.config, &secrets, Arc::new(self.store.clone())).unwrap().start()
    }

    /// Everything in the log: stream, name, data.
    pub(in crate::engine) async fn log(&self) -> Vec<(String, String, Value)> {
        let (mut log, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.read_all(after, None, 500).await.unwrap();
            if page.is_empty() {
                return log;
            }
            for recorded in &page {
                after = Some(recorded.position);
                let data = serde_json::from_slice(recorded.data).unwrap();
                log.push((recorded.stream.to_owned(), recorded.kind.to_owned(), data));
            }
        }
    }

    /// Waits until the log has so many events of that name; answers their data.
    pub(in crate::engine) async fn until(&self, kind: &str, count: usize) -> Vec<Value> {
        let waiting = async {
            loop {
                let log = self.log().await.into_iter();
                let found: Vec<_> =
                    log.filter(|(_, name, _)| name == kind).map(|(_, _, data)| data).collect();
                if found.len() >= count {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), waiting)
            .await
            .unwrap_or_else(|_| panic!("{kind} never came"))
    }
}
