//! Section 5, "Webhooks", row by row.

use crate::stories::begin_insured;
use crate::world::{Order, Plan, World};
use covertrail_domain::coverage::{Badge, Stage};
use serde_json::json;
use std::sync::Arc;

async fn begun_insured(world: &Arc<World>) -> Order {
    let order = Order::new(world, "12345", "wk_421");
    order.create(json!({}), json!({})).await;
    begin_insured(&order).await;
    order.is(Stage::Active, Badge::Insured).await;
    order.contractor("never").await;
    order
}

#[tokio::test]
async fn work_order_assigned_triggers_job_and_quote_creation() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::new(&world, "12345", "wk_421");
    order.create(json!({}), json!({})).await;
    assert_eq!(world.ask(&world.policy, "state").await["counts"]["jobs"], 0);
    order.assign().await;
    order.event("quoted").await;
    let counts = world.ask(&world.policy, "state").await["counts"].clone();
    assert_eq!((&counts["jobs"], &counts["quotes"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn work_order_in_progress_creates_the_assignment() {
    let world = World::begin(Plan::default()).await;
    let order = Order::assigned(&world, "12345").await;
    order.policy_id().await;
    world.settles().await;
    assert_eq!(world.ask(&world.policy, "state").await["counts"]["assignments"], 0);
    order.start().await;
    order.event("coverage_assigned").await;
    assert_eq!(world.ask(&world.policy, "state").await["counts"]["assignments"], 1);
}

#[tokio::test]
async fn policy_active_marks_the_contractor_insured() {
    let world = World::begin_asked(Plan { told_when_issued: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_completed").await;
    world.settles().await;
    order.is(Stage::Applied, Badge::AtRisk).await;
    let vendor = world.ask(&world.policy, "state").await;
    let policy = vendor["policies"][0].clone();
    let notice =
        json!({ "id": "ev_active", "type": "policy.active", "created": crate::world::now(), "data": policy });
    assert_eq!(world.policy_says(&notice).await.status, 200);
    order.is(Stage::Applied, Badge::Insured).await;
}

#[tokio::test]
async fn policy_expired_marks_unprotected() {
    let world = World::begin(Plan::default()).await;
    let order = begun_insured(&world).await;
    order.policy("expire").await;
    order.is(Stage::Expired, Badge::UninsuredWorking).await;
}

#[tokio::test]
async fn policy_canceled_marks_unprotected() {
    let world = World::begin(Plan::default()).await;
    let order = begun_insured(&world).await;
    order.policy("cancel").await;
    order.is(Stage::Expired, Badge::UninsuredWorking).await;
}

#[tokio::test]
async fn certificate_validated_marks_the_coi_valid() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    let certificate = order.hand_in().await;
    order.is(Stage::Quoted, Badge::AtRisk).await;
    order.verdict(&certificate, "validated").await;
    order.is(Stage::Active, Badge::Insured).await;
}

#[tokio::test]
async fn certificate_flagged_flags_for_manual_review() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    let certificate = order.hand_in().await;
    order.verdict(&certificate, "flagged").await;
    order
        .until("flagged for a person", |told| {
            let waits = told.state.coverage()?.waits_for_person()?;
            (told.stage() == Some(Stage::Flagged) && waits.contains("is flagged")).then_some(())
        })
        .await;
}
