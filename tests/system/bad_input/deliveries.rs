//! Deliveries that are not authentic, not whole or not JSON.

use crate::world::{Plan, World, now, standard};
use serde_json::json;
use std::sync::Arc;

const PATH: &str = "/webhooks/1099policy";
const BODY: &str = r#"{"id":"ev_1","type":"policy.active","created":1761997200,"data":{"id":"pl_1"}}"#;

fn secret(world: &World) -> String {
    world.plan.lock().unwrap().secrets.policy_webhook.clone()
}

/// Delivers it signed for that time.
async fn signed_at(world: &Arc<World>, at: i64, body: &[u8]) -> u16 {
    world.deliver(PATH, &standard(&secret(world), "ev_1", at, body), body).await.status
}

/// How many deliveries are kept, once one more that is good was taken.
async fn kept(world: &Arc<World>) -> usize {
    let last = json!({ "id": "ev_last", "type": "job_category.created", "created": now(), "data": {} });
    assert_eq!(world.policy_says(&last).await.status, 200);
    let kept = |log: &crate::world::Log| log.delivery("ev_last").map(|_| log.deliveries.len() - 1);
    world.until("the last delivery", kept).await
}

#[tokio::test]
async fn a_wrong_signature_is_answered_401_and_nothing_is_kept() {
    let world = World::begin(Plan::default()).await;
    let other = standard("whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA==", "ev_1", now(), BODY.as_bytes());
    assert_eq!(world.deliver(PATH, &other, BODY).await.status, 401);
    let changed = standard(&secret(&world), "ev_1", now(), b"another body");
    assert_eq!(world.deliver(PATH, &changed, BODY).await.status, 401);
    assert_eq!(kept(&world).await, 0);
}

#[tokio::test]
async fn a_missing_signature_is_answered_401_and_nothing_is_kept() {
    let world = World::begin(Plan::default()).await;
    assert_eq!(world.deliver(PATH, &Vec::new(), BODY).await.status, 401);
    let hint = json!({ "event_id": "we_1", "work_order_id": "12345" }).to_string();
    assert_eq!(world.deliver("/webhooks/workmarket/assigned", &Vec::new(), hint.clone()).await.status, 401);
    let wrong = vec![("authorization", "Bearer somebody".to_owned())];
    assert_eq!(world.deliver("/webhooks/workmarket/assigned", &wrong, hint).await.status, 401);
    assert_eq!(kept(&world).await, 0);
}

#[tokio::test]
async fn a_delivery_signed_too_long_ago_is_answered_401_and_nothing_is_kept() {
    let world = World::begin(Plan::default()).await;
    assert_eq!(signed_at(&world, now() - 310, BODY.as_bytes()).await, 401);
    assert_eq!(kept(&world).await, 0);
}

#[tokio::test]
async fn a_delivery_signed_for_the_future_is_answered_401_and_nothing_is_kept() {
    let world = World::begin(Plan::default()).await;
    assert_eq!(signed_at(&world, now() + 400, BODY.as_bytes()).await, 401);
    assert_eq!(kept(&world).await, 0);
}

#[tokio::test]
async fn a_body_of_5_mb_is_answered_413_and_nothing_is_kept() {
    let world = World::begin(Plan::default()).await;
    let body = format!(r#"{{"id":"ev_1","padding":"{}"}}"#, "x".repeat(5 * 1024 * 1024));
    assert_eq!(signed_at(&world, now(), body.as_bytes()).await, 413);
    assert_eq!(kept(&world).await, 0);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_answered_400_and_kept_as_it_came() {
    let world = World::begin(Plan::default()).await;
    assert_eq!(signed_at(&world, now(), b"{\"id\": half a").await, 400);
    let outcome = |log: &crate::world::Log| {
        let handled = |delivered: &crate::world::Delivered| Some(delivered.handled()?.0.to_owned());
        let raw = |delivered: &&crate::world::Delivered| delivered.records[0].1["body"] == "{\"id\": half a";
        log.deliveries.values().find(raw).and_then(handled)
    };
    assert_eq!(world.until("it is kept and dealt with", outcome).await, "malformed");
}

#[tokio::test]
async fn a_duplicate_delivery_is_answered_2xx_and_adds_nothing() {
    let world = World::begin(Plan::default()).await;
    for expected in ["accepted", "duplicate", "duplicate"] {
        let headers = standard(&secret(&world), "ev_1", now(), BODY.as_bytes());
        let answer = world.deliver(PATH, &headers, BODY).await;
        assert_eq!((answer.status, &answer.json()["status"]), (200, &json!(expected)));
    }
    assert_eq!(kept(&world).await, 1);
    let hint = json!({ "event_id": "we_1", "work_order_id": "12345", "now": now() });
    for expected in ["accepted", "duplicate"] {
        let answer = world.workmarket_says("assigned", &hint).await;
        assert_eq!((answer.status, &answer.json()["status"]), (200, &json!(expected)));
    }
}

#[tokio::test]
async fn a_duplicate_is_one_after_a_restart_too() {
    let world = World::begin(Plan::default()).await;
    assert_eq!(signed_at(&world, now(), BODY.as_bytes()).await, 200);
    world.kill().await;
    world.start().await;
    let headers = standard(&secret(&world), "ev_1", now(), BODY.as_bytes());
    assert_eq!(world.deliver(PATH, &headers, BODY).await.json()["status"], "duplicate");
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_answered_as_problems() {
    let world = World::begin(Plan::default()).await;
    for path in ["/webhooks", "/webhooks/somebody", "/v1/colours", "/admin"] {
        let answer = world.post(path, &[], "").await;
        assert_eq!((answer.status, &answer.json()["status"]), (404, &json!(404)), "{path}");
    }
    let read = world.get("/webhooks/1099policy").await.unwrap();
    let sent = world.post("/", &[], "").await;
    for answer in [read, sent] {
        assert_eq!((answer.status, &answer.json()["status"]), (405, &json!(405)));
    }
    assert_eq!(world.get("/livez").await.unwrap().text, "ok\n");
}
