//! The sandbox as its clients meet it: over HTTP.

mod control;
mod employer;
mod front;
mod page;
mod policy;
mod receiver;
mod sign;
mod webhooks;
mod workmarket;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::policy::PolicySettings;
use super::{Clock, Running};

/// Two hours before the work of the guide's samples begins.
const NOW: i64 = 1_761_990_000;
const KEY: &str = "t9k_test_sandbox";
const PATIENCE: Duration = Duration::from_mins(1);

/// A running sandbox with a client and an hour that tests may move.
struct Bench {
    running: Running,
    client: reqwest::Client,
    key: &'static str,
    hour: Arc<AtomicI64>,
}

impl Bench {
    async fn policy() -> Self {
        Self::policy_with(|_| {}).await
    }

    async fn policy_with(change: impl FnOnce(&mut PolicySettings)) -> Self {
        let (hour, clock) = clock();
        let mut settings = PolicySettings::new(clock);
        settings.contractor.apply = false;
        change(&mut settings);
        let running = super::policy::start(listener().await, settings).await.unwrap();
        Self::around(running, KEY, hour)
    }

    fn around(running: Running, key: &'static str, hour: Arc<AtomicI64>) -> Self {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { running, client, key, hour }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address())
    }

    fn api_request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.running.handle().api_url());
        self.client.request(method, url).bearer_auth(self.key)
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        read(self.api_request(Method::POST, path).body(body.to_string())).await
    }

    async fn post_keyed(&self, path: &str, key: &str, body: &Value) -> (u16, Value) {
        read(self.api_request(Method::POST, path).header("Idempotency-Key", key).body(body.to_string())).await
    }

    async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        read(self.api_request(Method::PUT, path).body(body.to_string())).await
    }

    async fn delete(&self, path: &str) -> (u16, Value) {
        read(self.api_request(Method::DELETE, path)).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        read(self.api_request(Method::GET, path)).await
    }

    async fn order(&self, path: &str, body: Value) -> (u16, Value) {
        read(self.client.post(self.url(&format!("/sandbox{path}"))).body(body.to_string())).await
    }

    fn count(&self, kind: &str) -> u64 {
        self.running.handle().state()["counts"][kind].as_u64().unwrap()
    }

    fn move_hour_to(&self, moment: i64) {
        self.hour.store(moment, Ordering::SeqCst);
    }

    // --- the guide's sample bodies, 4.1 to 4.7 ---

    async fn contractor(&self) -> String {
        id(self.post("/contractors", guide_contractor()).await)
    }

    async fn job(&self) -> String {
        id(self.post("/jobs", guide_job()).await)
    }

    async fn quote(&self, contractor: &str, job: &str) -> String {
        id(self.post("/quotes", guide_quote(contractor, job)).await)
    }

    async fn session(&self, quote: &str) -> String {
        id(self.post("/apply/sessions", guide_session(quote)).await)
    }

    /// A contractor with a policy for the guide's window; contractor and job.
    async fn insured(&self) -> (String, String) {
        let (contractor, job) = (self.contractor().await, self.job().await);
        let quote = self.quote(&contractor, &job).await;
        let session = self.session(&quote).await;
        let answer = self.client.post(self.url(&format!("/apply/{session}/complete"))).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        (contractor, job)
    }
}

fn guide_contractor() -> Value {
    json!({
      "contact": {
        "first_name": "Alex",
        "last_name": "Nguyen",
        "email": "wk_421@relay.yourdomain.com"
      },
      "address": {
        "country": "US",
        "region": "CA"
      },
      "custom_metadata": {
        "workmarket_worker_id": "wk_421"
      }
    })
}

fn guide_job() -> Value {
    json!({
      "name": "WO 12345 — Low Voltage Cabling",
      "description": "Install Cat6 and test drops at client site",
      "entity": "en_abc123",
      "category_code": "jc_MTqpkbkp6G",
      "wage": 32500,
      "wage_type": "flatfee",
      "region": "CA",
      "custom_metadata": { "work_order_id": "12345" }
    })
}

fn guide_quote(contractor: &str, job: &str) -> Value {
    json!({
      "contractor": contractor,
      "job": job,
      "coverage_type": ["general","workers-comp"],
      "effective_date": 1_761_997_200,
      "end_date": 1_762_083_600,
      "custom_metadata": { "work_order_id": "12345" }
    })
}

fn guide_session(quote: &str) -> Value {
    json!({
      "quote": quote,
      "success_url": "https://workmarket.com/workorders/12345?coverage=active",
      "cancel_url": "https://workmarket.com/workorders/12345?coverage=canceled",
      "custom_metadata": { "work_order_id": "12345" }
    })
}

/// Section 4.5 has the fields of the quote, in another order.
fn guide_assignment(contractor: &str, job: &str) -> Value {
    guide_quote(contractor, job)
}

fn guide_invoice(contractor: &str, job: &str) -> Value {
    json!({
      "contractor": contractor,
      "job": job,
      "gross_pay": 1200,
      "paycycle_startdate": 1_714_419_793,
      "paycycle_enddate": 1_714_419_793
    })
}

async fn read(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

fn id((status, object): (u16, Value)) -> String {
    assert_eq!(status, 201, "{object}");
    object["id"].as_str().unwrap().to_owned()
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

fn clock() -> (Arc<AtomicI64>, Clock) {
    let hour = Arc::new(AtomicI64::new(NOW));
    let shown = Arc::clone(&hour);
    (hour, Arc::new(move || shown.load(Ordering::SeqCst)))
}

/// Asks again until it holds.
async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    let asking = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, asking).await.is_ok(), "never happened: {what}");
}
