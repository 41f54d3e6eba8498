//! Traces, as a collector of OpenTelemetry takes them in.

use crate::stories::begin_insured;
use crate::world::{Order, PATIENCE, Plan, REVIEWER, REVIEWER_TOKEN, World};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

const PERSONAL: [&str; 4] = ["Zebulon", "Quartermaine", "zq@quartermaine.example", "+1-555-0147"];
const KEY: &str = "a-key-of-the-collector";

/// The requests that were taken in; the first is answered as an overloaded collector does.
#[derive(Default)]
struct Collector {
    overloaded: Mutex<bool>,
    taken: Mutex<Vec<Value>>,
}

async fn collect(State(collector): State<Arc<Collector>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    assert_eq!(headers["content-type"], "application/json");
    if headers["x-key"] != KEY {
        return StatusCode::UNAUTHORIZED;
    }
    if !std::mem::replace(&mut *collector.overloaded.lock().unwrap(), true) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    collector.taken.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    StatusCode::OK
}

impl Collector {
    fn spans(&self) -> Vec<Value> {
        let taken = self.taken.lock().unwrap();
        let of = |request: &Value| {
            let resource = &request["resourceSpans"][0];
            let name = &resource["resource"]["attributes"][0];
            assert_eq!(name, &json!({ "key": "service.name", "value": { "stringValue": "tried" } }));
            resource["scopeSpans"][0]["spans"].as_array().unwrap().clone()
        };
        taken.iter().flat_map(of).collect()
    }
}

fn said<'a>(span: &'a Value, key: &str) -> Option<&'a str> {
    let attributes = span["attributes"].as_array().unwrap();
    attributes.iter().find(|attribute| attribute["key"] == key)?["value"]["stringValue"].as_str()
}

#[tokio::test]
async fn webhooks_commands_steps_and_requests_are_traced_by_work_order_and_without_anybody() {
    let collector = Arc::new(Collector::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new()
        .route("/otlp/v1/traces", axum::routing::post(collect))
        .with_state(Arc::clone(&collector));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let more = format!("\n[telemetry]\nendpoint = \"http://{address}/otlp/\"\nservice_name = \"tried\"\n");
    let mut plan = Plan { more, ..Plan::default() };
    plan.secrets.more = vec![("COVERTRAIL_TELEMETRY_HEADERS", format!("x-key={KEY}"))];
    let secrets = plan.secrets.clone();
    let world = World::begin(plan).await;
    let order = Order::new(&world, "12345", "wk_421");
    let person = json!({
        "first_name": PERSONAL[0], "last_name": PERSONAL[1], "email": PERSONAL[2], "phone": PERSONAL[3],
    });
    order.create(person, json!({})).await;
    begin_insured(&order).await;
    assert_eq!(world.as_reviewer("/v1/work-orders/12345/retry", "").await.status, 200);
    // what was not posted yet is posted at the end
    let ended = world.end("TERM").await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let arriving = async {
        while collector.spans().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, arriving).await.unwrap();
    let spans = collector.spans();
    let named = |name: &str| spans.iter().filter(|span| span["name"] == name).collect::<Vec<_>>();
    let (webhooks, commands, steps, requests) =
        (named("webhook"), named("command"), named("step"), named("request"));
    assert!(webhooks.iter().any(|span| said(span, "delivery").unwrap().starts_with("delivery-workmarket-")));
    assert!(webhooks.iter().all(|span| span["kind"] == 2));
    for told in [&commands, &steps] {
        assert!(!told.is_empty());
        assert!(told.iter().all(|span| said(span, "work_order") == Some("12345")), "{told:?}");
        assert!(told.iter().all(|span| said(span, "correlation") == Some("coverage-12345")));
    }
    let quote = steps.iter().find(|span| said(span, "step") == Some("quote")).unwrap();
    let asked = requests.iter().find(|span| span["parentSpanId"] == quote["spanId"]).unwrap();
    assert_eq!((&asked["traceId"], &asked["kind"]), (&quote["traceId"], &json!(3)));
    assert_eq!(said(asked, "http.request.method"), Some("POST"));
    let number = |span: &Value, key: &str| span[key].as_str().unwrap().parse::<i64>().unwrap();
    assert!(spans.iter().all(|span| {
        number(span, "endTimeUnixNano") >= number(span, "startTimeUnixNano")
            && span["traceId"].as_str().unwrap().len() == 32
            && span["spanId"].as_str().unwrap().len() == 16
    }));
    let posted = serde_json::to_string(&spans).unwrap();
    let hidden =
        [REVIEWER, REVIEWER_TOKEN, KEY, &secrets.policy_api_key, &secrets.workmarket_token, "whsec_"];
    for text in PERSONAL.iter().chain(&hidden) {
        assert!(!posted.contains(text), "{text} is posted: {posted}");
        assert!(*text == REVIEWER || !ended.stderr.contains(text), "{text} is logged");
    }
}
