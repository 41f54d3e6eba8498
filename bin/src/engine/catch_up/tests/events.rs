use super::super::events::REACHED;
use crate::engine::testing::{Vendor, World};
use crate::show::testing::applying;
use covertrail_adapters::webhook::delivery::{Delivery, RECEIVED};
use serde_json::{Value, json};
use std::time::Duration;

/// The first says that the contractor is done; the others are of no work order here.
fn event(number: usize) -> Value {
    let id = format!("ev_{number}");
    if number == 1 {
        let session = json!({ "id": "ias_1", "object": "session", "quote": "qt_1", "contractor": "cn_1" });
        return json!({ "id": id, "type": "application.complete", "created": 1_761_990_000, "data": session });
    }
    let policy = json!({ "id": format!("pl_{number}"), "object": "policy", "status": "expired" });
    json!({ "id": id, "type": "policy.expired", "created": 1_761_990_000 + number, "data": { "object": policy } })
}

fn newest_first(count: usize) -> Vec<Value> {
    (1..=count).rev().map(event).collect()
}

/// The pages that were asked for since the last time, by what they begin after.
fn pages(vendor: &Vendor) -> Vec<String> {
    vendor.take_asked("GET events?limit=100").into_iter().map(|asked| asked.what).collect()
}

#[tokio::test]
async fn what_no_webhook_brought_is_kept_once_although_something_newer_came_by_one() {
    let world = World::given(&applying()).await;
    *world.vendor.events.lock().unwrap() = newest_first(45);
    let delivery = Delivery::from_policy(None, event(44).to_string().into());
    world.write(&delivery.stream(), vec![(RECEIVED.to_owned(), delivery.to_json().into_bytes())]).await;
    let engine = world.engine();
    assert_eq!(world.until(REACHED, 1).await, [json!({ "event": "ev_45" })]);
    world.until("coverage.application_completed.v1", 1).await;
    let log = world.log().await;
    let kept: Vec<_> = log.iter().filter(|(_, kind, _)| kind == RECEIVED).collect();
    assert_eq!(kept.len(), 45);
    assert!(kept[1].2["body"].as_str().unwrap().contains("ev_1\""), "the oldest is kept first");
    engine.shut_down(Duration::from_mins(1)).await;
    assert_eq!(
        pages(&world.vendor),
        ["", "&starting_after=ev_26", "&starting_after=ev_6", "&starting_after=ev_1"]
    );

    world.vendor.events.lock().unwrap().insert(0, event(46));
    let engine = world.engine();
    assert_eq!(world.until(REACHED, 2).await[1], json!({ "event": "ev_46" }));
    assert_eq!(world.until(RECEIVED, 46).await.len(), 46);
    engine.shut_down(Duration::from_mins(1)).await;
    assert_eq!(pages(&world.vendor), [""], "it goes on from where it had come");
}

#[tokio::test]
async fn a_page_of_which_every_webhook_came_hides_nothing_older_that_was_missed() {
    let world = World::given(&applying()).await;
    *world.vendor.events.lock().unwrap() = newest_first(45);
    for number in 26..=45 {
        let delivery = Delivery::from_policy(None, event(number).to_string().into());
        world.write(&delivery.stream(), vec![(RECEIVED.to_owned(), delivery.to_json().into_bytes())]).await;
    }
    let engine = world.engine();
    world.until(REACHED, 1).await;
    assert_eq!(world.until(RECEIVED, 45).await.len(), 45);
    engine.shut_down(Duration::from_mins(1)).await;
}

#[tokio::test]
async fn what_happened_before_anybody_was_assigned_is_left_alone() {
    let world = World::given(&[]).await;
    *world.vendor.events.lock().unwrap() = newest_first(45);
    let engine = world.engine();
    assert_eq!(world.until(REACHED, 1).await, [json!({ "event": "ev_45" })]);
    engine.shut_down(Duration::from_mins(1)).await;
    assert_eq!(world.log().await.len(), 1, "nothing else is kept");
    assert_eq!(pages(&world.vendor), [""]);
}

#[tokio::test]
async fn a_node_goes_on_from_where_another_has_come() {
    let world = World::given(&applying()).await;
    *world.vendor.events.lock().unwrap() = newest_first(1);
    let running = world.engine();
    world.until(REACHED, 1).await;
    let (engine, mut here, mut there) = (running.engine(), None, None);
    assert_eq!(engine.catch_up_with_events(&mut here).await.unwrap(), 0);
    assert_eq!(engine.catch_up_with_events(&mut there).await.unwrap(), 0);
    for number in 2..=3 {
        world.vendor.events.lock().unwrap().insert(0, event(number));
        assert_eq!(engine.catch_up_with_events(&mut here).await.unwrap(), 1);
    }
    assert_eq!(engine.catch_up_with_events(&mut there).await.unwrap(), 0);
    assert_eq!(here, there);
    running.shut_down(Duration::from_mins(1)).await;
}

#[tokio::test]
async fn an_event_of_the_log_says_that_the_vendor_was_asked() {
    let world = World::given(&applying()).await;
    *world.vendor.events.lock().unwrap() = newest_first(1);
    let engine = world.engine();
    world.until(RECEIVED, 1).await;
    engine.shut_down(Duration::from_mins(1)).await;
    let page = covertrail_adapters::store::EventStore::read_all(&world.store, None, None, 500).await.unwrap();
    let received = page.iter().find(|recorded| recorded.kind == RECEIVED).unwrap();
    let metadata: Value = serde_json::from_slice(received.metadata).unwrap();
    assert_eq!((&metadata["source"], &metadata["actor"]), (&json!("api"), &json!("1099policy")));
}
