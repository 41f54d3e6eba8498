//! `covertrail check`: whether `serve` would have what it needs.

use super::fails;
use crate::world::{Ended, Plan, Program, World};
use serde_json::json;

async fn check(world: &World) -> Ended {
    let config = world.configure();
    let environment = world.plan.lock().unwrap().secrets.environment();
    Program::run(&["check", "--config", config.to_str().unwrap()], &environment).await
}

#[tokio::test]
async fn all_is_well_where_both_vendors_take_the_keys_and_nothing_is_changed() {
    let world = World::without_program(Plan::default()).await;
    let ended = check(&world).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for secret in world.plan.lock().unwrap().secrets.environment() {
        assert!(!format!("{ended:?}").contains(&secret.1), "{} is shown", secret.0);
    }
    assert!(!world.path("covertrail.sqlite").exists());
    let made = world.ask(&world.policy, "state").await;
    assert_eq!(made["counts"]["contractors"], 0);
}

#[tokio::test]
async fn a_vendor_that_is_away_or_refuses_the_key_ends_it_with_6() {
    let world = World::without_program(Plan::default()).await;
    world.at_policy("outage", json!({ "on": true })).await;
    let ended = check(&world).await;
    assert!(ended.code == Some(6) && ended.stdout.contains("1099Policy"), "{ended:?}");
    world.at_policy("outage", json!({ "on": false })).await;
    world.plan.lock().unwrap().secrets.workmarket_token = "wm_live_of_yesterday".to_owned();
    let ended = check(&world).await;
    assert!(ended.code == Some(6) && ended.stdout.contains("COVERTRAIL_WORKMARKET_TOKEN"), "{ended:?}");
}

#[tokio::test]
async fn the_employer_api_is_checked_with_its_secret() {
    let world = World::without_program(Plan { api: "employer-v1", ..Plan::default() }).await;
    let ended = check(&world).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    world.plan.lock().unwrap().secrets.workmarket_secret = "wm_secret_of_yesterday".to_owned();
    let ended = check(&world).await;
    assert!(ended.code == Some(6) && !ended.stdout.contains("of_yesterday"), "{ended:?}");
    world.plan.lock().unwrap().secrets.workmarket_secret = String::new();
    let ended = check(&world).await;
    assert!(ended.code == Some(3) && ended.stdout.contains("COVERTRAIL_WORKMARKET_SECRET"), "{ended:?}");
}

#[tokio::test]
async fn a_missing_secret_ends_it_with_3() {
    let world = World::without_program(Plan::default()).await;
    let config = world.configure();
    let ended = Program::run(&["check", "--config", config.to_str().unwrap()], &[]).await;
    fails(&ended, 3, &[]);
    assert!(ended.stdout.contains("COVERTRAIL_POLICY_API_KEY"), "{ended:?}");
}
