//! What did not happen, and why: kept beside the work order for whoever asks later.

use crate::world::{Log, Order, Plan, Program, World};
use covertrail_adapters::sandbox::FaultPlan;
use serde_json::{Value, json};

/// Waits for a refusal of what was asked; answers its data and metadata.
async fn refusal(world: &World, work_order: &str, asked: &str) -> (Value, Value) {
    let found = |log: &Log| find(log, work_order, asked);
    world.until(&format!("{work_order}: {asked} is refused"), found).await
}

fn find(log: &Log, work_order: &str, asked: &str) -> Option<(Value, Value)> {
    let all = log.refusals.get(work_order)?;
    all.iter().find(|(data, _)| data["asked"] == asked).cloned()
}

/// What `covertrail history` prints of the work order.
async fn history(world: &World, work_order: &str, form: &[&str]) -> String {
    let path = world.path("covertrail.sqlite");
    let arguments = [&["history", work_order, "--log", path.to_str().unwrap()], form].concat();
    let ended = Program::run(&arguments, &[]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout
}

#[tokio::test]
async fn what_a_person_was_refused_is_kept_with_who_asked_and_why() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    Order::assigned(&world, "12345").await.event("assigned").await;
    let waiver = r#"{"reason":"the client asked for it","until":1}"#;
    assert_eq!(world.as_reviewer("/v1/work-orders/12345/waive", waiver).await.status, 409);
    let review = json!({ "certificate": "ci_nobody", "decision": "deny", "reason": "unreadable" });
    assert_eq!(world.as_reviewer("/v1/work-orders/12345/review", review.to_string()).await.status, 409);
    assert_eq!(world.as_reviewer("/v1/work-orders/54321/retry", "").await.status, 404);
    let (waive, by) = refusal(&world, "12345", "waive").await;
    assert!(waive["reason"].as_str().unwrap().starts_with("the waiver would end"), "{waive}");
    assert!(by["actor"].as_str().unwrap().contains("riley"), "{by}");
    assert_eq!(by["$correlationId"], "coverage-12345");
    assert_eq!(refusal(&world, "12345", "review").await.0["about"], "ci_nobody");
    refusal(&world, "54321", "retry").await;
    let shown = history(&world, "12345", &[]).await;
    for told in ["Refused: waive: the waiver would end", "Refused: review ci_nobody: certificate ci_nobody"] {
        assert!(shown.contains(told), "{shown}");
    }
    assert!(history(&world, "54321", &[]).await.contains("Refused: retry: no worker was assigned"));
}

#[tokio::test]
async fn an_answer_that_came_too_late_is_kept_and_changes_nothing() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    world.policy.set_faults(FaultPlan { delay: 1.0, delay_ms: [1500, 1500], ..FaultPlan::default() });
    // the vendor is slow, and a cancellation overtakes its answer, on a slow machine not the first one
    for number in 0..20 {
        let order = Order::assigned(&world, &format!("WO-{number}")).await;
        order.event("assigned").await;
        order.at_workmarket("cancel", json!({})).await;
        order.event("work_canceled").await;
        let asked = "record_contractor";
        let late = order.world.until("an answer", |log| {
            let told = log.orders.get(&order.id)?;
            let in_time = told.named("contractor_created").next().is_some();
            find(log, &order.id, asked).map(Some).or(in_time.then_some(None))
        });
        if let Some((data, by)) = late.await {
            assert!(data["about"].as_str().unwrap().starts_with("cn_"), "{data}");
            assert_eq!(data["reason"], "the work order is canceled or completed");
            assert_eq!(by["$causationId"], format!("workmarket-worker-{}", order.worker));
            let shown = history(&world, &order.id, &[]).await;
            assert!(shown.contains("Refused: record contractor cn_"), "{shown}");
            world.settles().await;
            return;
        }
    }
    panic!("every answer came before the cancellation");
}

#[tokio::test]
async fn a_delivery_that_was_refused_is_found_by_the_work_order_and_is_none_of_its_events() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    let contractor = order.event("contractor_created").await["contractor"].clone();
    let policy = json!({
        "id": "pl_of_no_time", "contractor": contractor, "coverage_type": ["general"],
        "custom_metadata": { "work_order_id": "12345" }, "effective_date": 10, "expiration_date": 10,
    });
    let notice = json!({ "id": "ev_of_no_time", "type": "policy.active", "data": policy });
    assert_eq!(world.policy_says(&notice).await.status, 200);
    let (data, by) = refusal(&world, "12345", "policy.active").await;
    assert!(data["reason"].as_str().unwrap().contains("no time at which cover is in force"), "{data}");
    let beside =
        |log: &Log| log.delivery("ev_of_no_time")?.handled().map(|(outcome, _)| outcome == "refused");
    assert!(world.until("the delivery is dealt with", beside).await);
    assert!(by["$causationId"].as_str().unwrap().starts_with("delivery-policy-"), "{by}");
    let entries: Value = serde_json::from_str(&history(&world, "12345", &["--json"]).await).unwrap();
    let entries = entries.as_array().unwrap();
    assert!(entries.iter().any(|entry| entry["stream"] == "refusal-12345"), "{entries:?}");
    assert!(entries.is_sorted_by_key(|entry| entry["position"].as_u64()), "{entries:?}");
    let raw = history(&world, "12345", &["--raw"]).await;
    assert!(!raw.contains("refusal"), "{raw}");
}
