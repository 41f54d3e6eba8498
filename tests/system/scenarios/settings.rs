//! The settings that change when and how cover is bound.

use crate::world::{DAY, Order, Plan, World, now, objects};
use covertrail_domain::coverage::{Badge, Stage};
use serde_json::json;

#[tokio::test]
async fn bind_on_applied_makes_the_assignment_before_work_begins() {
    let world = World::begin(Plan { bind_on: "applied", ..Plan::default() }).await;
    let mut order = Order::new(&world, "12345", "wk_421");
    (order.starts, order.ends) = (now() + DAY, now() + 2 * DAY);
    order.create(json!({}), json!({})).await;
    order.assign().await;
    order.is(Stage::Active, Badge::Insured).await;
    assert_eq!(order.count("work_started").await, 0);
    world.settles().await;
}

#[tokio::test]
async fn bind_on_in_progress_makes_no_assignment_before_work_begins() {
    let world = World::begin(Plan::default()).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_completed").await;
    order.policy_id().await;
    // nothing is due any more, so nothing will be made until work begins
    world.settles().await;
    assert_eq!(world.ask(&world.policy, "state").await["counts"]["assignments"], 0);
    order.start().await;
    order.event("coverage_assigned").await;
}

#[tokio::test]
async fn trigger_in_progress_leaves_an_assigned_work_order_alone_until_work_begins() {
    let world = World::begin(Plan { trigger: "in_progress", ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    let ignored = |log: &crate::world::Log| {
        let hint = log.deliveries.values().find(|kept| kept.event() == "assigned")?;
        hint.handled().map(|(outcome, reason)| (outcome.to_owned(), reason.to_owned()))
    };
    let (outcome, reason) = world.until("the hint is dealt with", ignored).await;
    assert_eq!((outcome.as_str(), reason.as_str()), ("ignored", "coverage begins once work does"));
    assert_eq!(world.ask(&world.policy, "state").await["counts"]["contractors"], 0);
    order.start().await;
    order.is(Stage::Active, Badge::Insured).await;
    world.settles().await;
}

#[tokio::test]
async fn an_hourly_wage_is_told_in_cents_an_hour() {
    let world = World::begin(Plan::default()).await;
    let order = Order::new(&world, "12345", "wk_421");
    order
        .create(json!({}), json!({ "pricing": "hourly", "rate_amount": "48.50", "budget_amount": null }))
        .await;
    order.assign().await;
    order.event("job_created").await;
    let vendor = world.ask(&world.policy, "state").await;
    let wages: Vec<_> = objects(&vendor, "jobs").map(|job| (&job["wage"], &job["wage_type"])).collect();
    assert_eq!(wages, [(&json!(4850), &json!("hourly"))]);
}

#[tokio::test]
async fn an_assignment_that_the_answer_itself_calls_active_needs_no_webhook() {
    let world = World::begin(Plan { answer_active: true, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_completed").await;
    order.policy_id().await;
    world.policy.set_webhook(None).unwrap();
    order.start().await;
    order.is(Stage::Active, Badge::Insured).await;
}

#[tokio::test]
async fn an_assignment_that_nobody_has_confirmed_is_no_cover() {
    let world = World::begin_asked(Plan { told_when_issued: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_completed").await;
    world.policy.set_webhook(None).unwrap();
    order.start().await;
    order.event("coverage_assigned").await;
    order.is(Stage::AssignedCoverage, Badge::UninsuredWorking).await;
    world.aim();
    let vendor = world.ask(&world.policy, "state").await;
    let confirmed = objects(&vendor, "webhooks").find(|webhook| webhook["type"] == "assignment.active");
    assert_eq!(world.policy_says(&confirmed.unwrap()["body"]).await.status, 200);
    order.is(Stage::Active, Badge::Insured).await;
}

#[tokio::test]
async fn every_required_line_is_quoted_and_assigned() {
    let world = World::begin(Plan { required_lines: &["general", "workers-comp"], ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_completed").await;
    order.policy_id().await;
    order.start().await;
    order.is(Stage::Active, Badge::Insured).await;
    world.settles().await;
    let vendor = world.ask(&world.policy, "state").await;
    for kind in ["quotes", "assignments"] {
        let lines: Vec<_> = objects(&vendor, kind).map(|made| made["coverage_type"].clone()).collect();
        assert_eq!(lines, [json!(["general", "workers-comp"])], "{kind}");
    }
}
