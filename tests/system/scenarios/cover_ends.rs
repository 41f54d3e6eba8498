//! Cover that ends while work goes on, and cover that comes back.

use crate::stories::{Story, begin_insured};
use crate::world::{Order, Plan, World};
use covertrail_domain::coverage::{Badge, Stage};
use serde_json::json;

#[tokio::test]
async fn a_policy_that_the_vendor_says_expired_leaves_the_work_unprotected() {
    let world = World::begin(Plan::default()).await;
    let order = Story::PolicyExpires.play(&world, "12345").await;
    world.settles().await;
    order
        .until("the vendor's word", |told| {
            let by_vendor = |data: &&serde_json::Value| {
                data["evidence"]["policy"].is_string() && data["reported_at"].is_i64()
            };
            told.all("coverage_expired").iter().any(by_vendor).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_policy_runs_out_by_the_clock_where_no_webhook_says_so() {
    let world = World::begin(Plan::default()).await;
    let order = Order::new(&world, "12345", "wk_421");
    order.create(json!({}), json!({})).await;
    let term = json!({ "work_order_id": "12345", "apply": "auto", "policy_term": 4 });
    world.at_policy("contractors/behaviour", term).await;
    order.assign().await;
    order.policy_id().await;
    order.start().await;
    world.policy.set_webhook(None).unwrap();
    order.contractor("never").await;
    order.event("coverage_expired").await;
    order.is(Stage::Expired, Badge::UninsuredWorking).await;
    let clock = order
        .until("who noticed", |told| {
            let expired = told.named("coverage_expired").next()?;
            Some((expired.data["reported_at"].is_null(), expired.metadata["actor"].clone()))
        })
        .await;
    assert_eq!(clock, (true, json!("clock")));
}

#[tokio::test]
async fn a_policy_canceled_in_mid_term_and_reinstated_covers_again() {
    let world = World::begin(Plan::default()).await;
    let order = Story::CanceledAndReinstated.play(&world, "12345").await;
    world.settles().await;
    assert!(order.count("coverage_canceled").await >= 1);
    assert!(order.count("coverage_reinstated").await >= 1);
}

#[tokio::test]
async fn cover_that_ended_is_bought_anew_while_the_work_goes_on() {
    let world = World::begin(Plan::default()).await;
    let order = Order::new(&world, "12345", "wk_421");
    order.create(json!({}), json!({})).await;
    begin_insured(&order).await;
    let first = order.policy_id().await;
    order.policy("expire").await;
    order
        .until("a second policy", |told| {
            let activated = told.all("coverage_activated");
            let other =
                activated.iter().filter_map(|data| data["evidence"]["policy"].as_str()).any(|id| id != first);
            other.then_some(())
        })
        .await;
    order.is(Stage::Active, Badge::Insured).await;
    world.settles().await;
    assert_eq!(order.count("quoted").await, 2);
}

#[tokio::test]
async fn a_cancellation_reaches_every_work_order_that_stands_on_the_policy() {
    let world = World::begin(Plan::default()).await;
    let second = Story::AlreadyCovered.play(&world, "second").await;
    second.contractor("never").await;
    let body = json!({ "work_order_id": "second-first", "apply": "never" });
    world.at_policy("contractors/behaviour", body).await;
    second.policy("cancel").await;
    for id in ["second", "second-first"] {
        world
            .until(&format!("{id} unprotected"), |log| {
                let told = log.orders.get(id)?;
                (told.stage() == Some(Stage::Expired) && told.badge() == Badge::UninsuredWorking)
                    .then_some(())
            })
            .await;
    }
    world.settles().await;
}
