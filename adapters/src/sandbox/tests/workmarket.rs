use serde_json::{Value, json};

use super::super::WebhookTarget;
use super::super::workmarket::{self, WorkMarketSettings};
use super::receiver::Receiver;
use super::*;

async fn market(receiver: &Receiver) -> Bench {
    let (hour, clock) = clock();
    let mut settings = WorkMarketSettings::new(clock);
    settings.webhooks = Some(WebhookTarget::bearer(receiver.url(), "hook-secret"));
    let running = workmarket::start(listener().await, settings).await.unwrap();
    let bench = Bench::around(running, "wm_live_sandbox", hour);
    for id in ["wk_421", "wk_422"] {
        let worker = json!({"id": id, "first_name": "Alex", "last_name": "Nguyen", "region": "CA"});
        assert_eq!(bench.order("/workers", worker).await.0, 201);
    }
    assert_eq!(bench.order("/workorders", work_order()).await.0, 201);
    bench
}

fn work_order() -> Value {
    json!({
        "id": "12345",
        "title": "WO 12345 — Low Voltage Cabling",
        "description": "Install Cat6 and test drops at client site",
        "category": "Low Voltage Cabling",
        "client_id": "acme",
        "pricing": "flat",
        "budget_amount": "325.00",
        "region": "CA",
        "start": 1_761_997_200,
        "end": "2025-11-02T11:40:00Z",
    })
}

#[tokio::test]
async fn work_orders_and_workers_are_found_with_every_field() {
    let receiver = Receiver::new().await;
    let bench = market(&receiver).await;
    let (status, found) = bench.get("/workorders/12345").await;
    assert_eq!(status, 200);
    let sent = work_order();
    for (field, value) in sent.as_object().unwrap() {
        assert_eq!(&found[field], value);
    }
    assert_eq!((&found["status"], &found["country"]), (&json!("SENT"), &json!("US")));
    for field in ["worker_id", "rate_amount", "started_at", "completed_at", "final_pay"] {
        assert_eq!(found.get(field), Some(&Value::Null), "{field}");
    }
    let (_, worker) = bench.get("/workers/wk_421").await;
    assert_eq!((&worker["first_name"], worker.get("email")), (&json!("Alex"), Some(&Value::Null)));
    let (status, error) = bench.get("/workorders/1").await;
    assert_eq!((status, &error["error_code"]), (404, &json!("not_found")));
    let (status, _) = read(bench.client.get(bench.url("/v1/workers/wk_421"))).await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn a_work_orders_life_is_told_by_webhooks_of_ids_only() {
    let receiver = Receiver::new().await;
    let bench = market(&receiver).await;
    for (verb, body) in [
        ("assign", json!({"worker_id": "wk_421"})),
        ("reschedule", json!({"start": NOW + 10, "end": NOW + 20})),
        ("reassign", json!({"worker_id": "wk_422"})),
        ("start", json!({"at": NOW + 11})),
        ("complete", json!({"final_pay": "1200.00", "at": NOW + 19})),
    ] {
        let (status, answer) = bench.order(&format!("/workorders/12345/{verb}"), body).await;
        assert_eq!(status, 200, "{verb} {answer}");
    }
    let taken = receiver.taken(5).await;
    let told: Vec<_> = taken
        .iter()
        .map(|one| (one.path.as_str(), one.body["worker_id"].as_str().unwrap(), &one.body["status"]))
        .collect();
    assert_eq!(
        told,
        [
            ("/hooks/assigned", "wk_421", &json!("ASSIGNED")),
            ("/hooks/rescheduled", "wk_421", &json!("ASSIGNED")),
            ("/hooks/reassigned", "wk_422", &json!("ASSIGNED")),
            ("/hooks/in_progress", "wk_422", &json!("IN_PROGRESS")),
            ("/hooks/completed", "wk_422", &json!("COMPLETED")),
        ]
    );
    let first = &taken[0];
    assert_eq!(first.headers["authorization"], "Bearer hook-secret");
    assert_eq!((&first.body["work_order_id"], &first.body["now"]), (&json!("12345"), &json!(NOW)));
    assert_eq!(first.body.as_object().unwrap().len(), 5);
    let (_, done) = bench.get("/workorders/12345").await;
    assert_eq!((&done["started_at"], &done["completed_at"]), (&json!(NOW + 11), &json!(NOW + 19)));
    assert_eq!((&done["final_pay"], &done["end"]), (&json!("1200.00"), &json!(NOW + 20)));
}

#[tokio::test]
async fn a_silent_change_and_a_direct_edit_send_nothing() {
    let receiver = Receiver::new().await;
    let bench = market(&receiver).await;
    bench.order("/workorders/12345/assign", json!({"worker_id": "wk_421", "webhook": false})).await;
    let mut edited = work_order();
    edited["budget_amount"] = json!(400);
    edited["worker_id"] = json!("wk_421");
    bench.order("/workorders", edited).await;
    bench.order("/workorders/12345/cancel", json!({})).await;
    let taken = receiver.taken(1).await;
    assert_eq!((taken.len(), taken[0].path.as_str()), (1, "/hooks/canceled"));
    assert_eq!(bench.running.handle().state()["counts"]["webhooks"]["queued"], 0);
    let (status, error) = bench.order("/workorders/12345/start", json!({})).await;
    assert_eq!((status, &error["error_code"]), (400, &json!("work_order_closed")));
}

#[tokio::test]
async fn wrong_orders_name_their_fields() {
    let receiver = Receiver::new().await;
    let bench = market(&receiver).await;
    let wrong = json!({"id": "1", "pricing": "daily", "budget_amount": "much", "start": "noon"});
    let (status, error) = bench.order("/workorders", wrong).await;
    let named: Vec<&String> = error["message"].as_object().unwrap().keys().collect();
    assert_eq!((status, named), (400, vec![&"budget_amount".to_owned(), &"pricing".into(), &"start".into()]));
    let (_, error) = bench.order("/workorders/12345/assign", json!({"worker_id": "wk_0"})).await;
    assert_eq!(error["message"], json!({"worker_id": "there is no such worker"}));
    assert_eq!(bench.order("/workorders/1/start", json!({})).await.0, 404);
    assert_eq!(bench.order("/workorders/12345/reschedule", json!({"start": 5})).await.0, 400);
}

#[tokio::test]
async fn workmarket_has_outages_and_faults_too() {
    let receiver = Receiver::new().await;
    let bench = market(&receiver).await;
    bench.order("/outage", json!({"for_requests": 1})).await;
    assert_eq!(bench.get("/workorders/12345").await.0, 503);
    bench.order("/faults", json!({"too_many_requests": 1.0})).await;
    assert_eq!(bench.get("/workorders/12345").await.0, 429);
    let (_, state) = read(bench.client.get(bench.url("/sandbox/state"))).await;
    assert_eq!((&state["counts"]["workorders"], &state["counts"]["workers"]), (&json!(1), &json!(2)));
}
