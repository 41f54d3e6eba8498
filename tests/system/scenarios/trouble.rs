//! Vendors that answer late or not at all.

use crate::stories::Story;
use crate::world::{Order, Plan, World};
use covertrail_adapters::sandbox::FaultPlan;
use covertrail_domain::coverage::{Badge, Stage};
use serde_json::{Value, json};
use tokio::task::JoinSet;

#[tokio::test]
async fn a_webhook_that_comes_before_the_answer_it_refers_to_waits_for_it() {
    let slow = FaultPlan { delay: 1.0, delay_ms: [300, 400], ..FaultPlan::default() };
    let world = World::begin(Plan::default()).await;
    world.at_policy("faults", serde_json::to_value(slow).unwrap()).await;
    let mut playing = JoinSet::new();
    for number in 0..8 {
        let world = world.clone();
        playing.spawn(async move { Story::StraightThrough.play(&world, &format!("WO-{number}")).await });
    }
    playing.join_all().await;
    world.settles().await;
    let waited = world
        .until("the deliveries", |log| {
            let waited = log.deliveries.values().filter(|kept| kept.waited().is_some());
            Some(waited.map(|kept| kept.handled().map(|(outcome, _)| outcome.to_owned())).collect::<Vec<_>>())
        })
        .await;
    assert!(!waited.is_empty(), "not one of the webhooks overtook its answer");
    assert!(waited.iter().all(Option::is_some), "{waited:?}");
}

#[tokio::test]
async fn a_vendor_that_is_down_for_a_while_delays_cover_and_loses_nothing() {
    let world = World::begin(Plan::default()).await;
    world.at_policy("outage", json!({ "for_requests": 7 })).await;
    world.at_workmarket("outage", json!({ "for_requests": 4 })).await;
    Story::StraightThrough.play(&world, "12345").await;
    world.settles().await;
    for (vendor, refused) in [(&world.policy, 7), (&world.workmarket, 4)] {
        let requests = world.ask(vendor, "requests").await;
        let outage = |request: &&Value| request["ending"] == "outage";
        assert_eq!(requests["requests"].as_array().unwrap().iter().filter(outage).count(), refused);
    }
}

#[tokio::test]
async fn a_vendor_that_stays_down_is_given_up_on_visibly_and_tried_again_when_a_person_says_so() {
    let world = World::begin(Plan { attempts: 1, give_up_after_seconds: 1, ..Plan::default() }).await;
    world.at_policy("outage", json!({ "on": true, "closes": true })).await;
    let order = Order::assigned(&world, "12345").await;
    let blocked = order.event("step_blocked").await;
    assert_eq!(blocked["step"], "contractor");
    assert!(blocked["reason"].as_str().unwrap().starts_with("given up after"), "{blocked}");
    world.at_policy("outage", json!({ "on": false })).await;
    for unfit in [r#"{"reason":" "}"#, r#"{"why":"they are back"}"#] {
        assert_eq!(world.as_reviewer("/v1/work-orders/12345/retry", unfit).await.status, 422, "{unfit}");
    }
    let answer = world.as_reviewer("/v1/work-orders/12345/retry", r#"{"reason":"they are back"}"#).await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("done")));
    let why =
        order.until("the retry", |told| Some(told.named("step_retried").next()?.metadata["reason"].clone()));
    assert_eq!(why.await, "they are back");
    order.event("application_completed").await;
    order.policy_id().await;
    order.start().await;
    order.is(Stage::Active, Badge::Insured).await;
    world.settles().await;
}

#[tokio::test]
async fn a_restart_in_mid_course_goes_on_where_it_was() {
    let world = World::begin(Plan::default()).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    world.restart().await;
    order.event("application_completed").await;
    order.policy_id().await;
    world.kill().await;
    order.at_workmarket("start", json!({ "at": order.starts })).await;
    world.start().await;
    order.is(Stage::Active, Badge::Insured).await;
    world.settles().await;
}
