//! Authentic deliveries about things that are not known, or not known yet.

use crate::world::{DAY, Delivered, Log, Order, Plan, Told, World, now, objects};
use covertrail_domain::coverage::Stage;
use serde_json::{Value, json};

async fn outcome(world: &World, event_id: &str) -> (String, String) {
    let owned = |(outcome, reason): (&str, &str)| (outcome.to_owned(), reason.to_owned());
    let found = |log: &Log| log.delivery(event_id).and_then(Delivered::handled).map(owned);
    world.until(&format!("{event_id} is dealt with"), found).await
}

#[tokio::test]
async fn an_event_of_an_unknown_kind_is_taken_recorded_and_ignored() {
    let world = World::begin(Plan::default()).await;
    let notice =
        json!({ "id": "ev_new", "type": "policy.sparkled", "created": now(), "data": { "id": "pl_1" } });
    assert_eq!(world.policy_says(&notice).await.status, 200);
    assert_eq!(outcome(&world, "ev_new").await, ("ignored".into(), "its type is not known".into()));
}

#[tokio::test]
async fn a_work_order_that_workmarket_does_not_know_yet_waits_visibly_until_it_does() {
    let world = World::begin(Plan::default()).await;
    let hint = json!({ "event_id": "we_1", "work_order_id": "12345", "status": "ASSIGNED", "now": now() });
    assert_eq!(world.workmarket_says("assigned", &hint).await.status, 200);
    let waits = |log: &Log| log.delivery("we_1").and_then(Delivered::waited).map(str::to_owned);
    let reason = world.until("the hint waits", waits).await;
    assert!(reason.contains("workmarket knows no such thing"), "{reason}");
    let order = Order::assigned(&world, "12345").await;
    order.event("assigned").await;
    world.settles().await;
}

#[tokio::test]
async fn a_hint_that_names_no_work_order_is_recorded_as_malformed() {
    let world = World::begin(Plan::default()).await;
    let hint = json!({ "event_id": "we_1", "status": "ASSIGNED", "now": now() });
    assert_eq!(world.workmarket_says("assigned", &hint).await.status, 200);
    assert_eq!(outcome(&world, "we_1").await.0, "malformed");
}

/// A second program with a new log meets the same vendors: what they say of things that this one does not know
/// yet must wait, also across a restart, until its own calls have brought the same answers. The work is scheduled for
/// later: a start that has passed would be asked for otherwise, and under another key.
#[tokio::test]
async fn a_notice_that_names_nobody_waits_until_it_is_known_also_across_a_restart() {
    let world = World::begin(Plan::default()).await;
    let usual = Order::new(&world, "12345", "wk_12345");
    let order = Order { starts: usual.starts + DAY, ends: usual.ends + DAY, ..usual };
    order.create(json!({}), json!({})).await;
    order.assign().await;
    order.policy_id().await;
    order.at_workmarket("start", json!({})).await;
    let active = |told: &Told| (told.stage() == Some(Stage::Active)).then_some(());
    order.until("active", active).await;
    world.settles().await;
    let told = world.ask(&world.policy, "state").await;
    let notices: Vec<Value> = objects(&told, "webhooks").map(|webhook| webhook["body"].clone()).collect();
    let later = world.forget().await;
    for notice in &notices {
        assert_eq!(later.policy_says(notice).await.status, 200);
    }
    let all_wait = |log: &Log| {
        let waiting =
            log.deliveries.values().filter(|kept| kept.waited().is_some() && kept.handled().is_none());
        (waiting.count() == notices.len()).then_some(())
    };
    later.until("every notice waits", all_wait).await;
    later.restart().await;
    let hint = json!({ "event_id": "we_again", "work_order_id": order.id, "now": now() });
    assert_eq!(later.workmarket_says("in_progress", &hint).await.status, 200);
    let all_done = |log: &Log| {
        let stage = log.orders.get(&order.id)?.stage();
        let done = log.deliveries.values().filter(|kept| kept.waited().is_some() && kept.handled().is_some());
        (stage == Some(Stage::Active) && done.count() == notices.len()).then_some(())
    };
    later.until("every notice was dealt with", all_done).await;
    let made = later.ask(&later.policy, "state").await["counts"].clone();
    for kind in ["contractors", "jobs", "quotes", "sessions", "policies", "assignments"] {
        assert_eq!(made[kind], 1, "{kind}: {made}");
    }
}

#[tokio::test]
async fn a_notice_about_somebody_elses_policy_waits_and_stays_visible() {
    let world = World::begin(Plan::default()).await;
    let order = Order::assigned(&world, "12345").await;
    let data = json!({ "id": "pl_other", "object": "policy", "status": "active", "contractor": "cn_other", "quote": "qt_other" });
    let notice = json!({ "id": "ev_other", "type": "policy.active", "created": now(), "data": data });
    assert_eq!(world.policy_says(&notice).await.status, 200);
    let waits = |log: &Log| log.delivery("ev_other").and_then(Delivered::waited).map(str::to_owned);
    let reason = world.until("it waits", waits).await;
    assert!(reason.contains("no work order is known"), "{reason}");
    order.policy_id().await;
    let activated = order.until("the policies", |told| {
        Some(told.all("coverage_activated").iter().all(|data| data["evidence"]["policy"] != "pl_other"))
    });
    assert!(activated.await);
}
