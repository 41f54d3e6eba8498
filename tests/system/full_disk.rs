//! A disk without room: what happened before stays, nothing is acknowledged that is not kept, and once there is
//! room all goes on. A limit on the size of files stands for the disk.

use crate::world::{Order, Plan, Program, REVIEWER_TOKEN, World};
use covertrail_adapters::store::Embedded;
use covertrail_domain::coverage::{Badge, Stage};
use serde_json::json;

#[tokio::test]
async fn while_the_disk_is_full_webhooks_are_answered_503_and_afterwards_nothing_is_missing() {
    let world = World::begin(Plan::default()).await;
    let before = Order::assigned(&world, "12345").await;
    before.policy_id().await;
    world.disk_is_full(true);
    let notice = json!({ "id": "ev_by_hand", "type": "category_code.added", "data": {} });
    let refused = world.policy_says(&notice).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    let unheard = Order::assigned(&world, "12346").await;
    let waiver = r#"{"reason":"the client asked for it","until":99999999999}"#;
    let path = "/v1/work-orders/12345/waive";
    let token = format!("Bearer {REVIEWER_TOKEN}");
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    assert_eq!(world.post(path, &headers, waiver).await.status, 503);
    let log = world.path("covertrail.sqlite");
    let told = world.prints(&format!("the event log {} cannot be written to", log.display())).await;
    assert!(told.contains("make room"), "{told}");
    assert_eq!(world.get("/readyz").await.unwrap().status, 200, "what is known can still be asked for");
    world.disk_is_full(false);
    works_insured(&before).await;
    works_insured(&unheard).await;
    assert_eq!(world.policy_says(&notice).await.status, 200);
    world.settles().await;
    world.prints("can be written to again").await;
    let ended = world.end("TERM").await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

async fn works_insured(order: &Order) {
    order.policy_id().await;
    order.start().await;
    order.is(Stage::Active, Badge::Insured).await;
}

#[tokio::test]
async fn a_log_that_cannot_be_made_is_told_of_with_its_file_and_ends_serve_with_4() {
    let world = World::without_program(Plan::default()).await;
    let config = world.configure();
    let environment = world.plan.lock().unwrap().secrets.environment();
    let arguments = ["serve", "--config", config.to_str().unwrap()];
    let ended = Program::spawn_within(4096, &arguments, &environment).ended().await;
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let log = world.path("covertrail.sqlite");
    assert!(ended.stderr.contains(log.to_str().unwrap()) && ended.stderr.contains("disk full"), "{ended:?}");
    world.start().await;
    works_insured(&Order::assigned(&world, "12345").await).await;
    world.settles().await;
}

#[tokio::test]
async fn the_demo_ends_with_4_and_leaves_a_log_that_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["demo", "--once", "--data", folder.path().to_str().unwrap()];
    let ended = Program::spawn_within(200_000, &arguments, &[]).ended().await;
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let log = folder.path().join("covertrail.sqlite");
    let told = format!("the event log {} cannot be written to", log.display());
    assert!(ended.stderr.contains(&told) && ended.stderr.contains("make room"), "{ended:?}");
    let kept = Embedded::open_read_only(&log).unwrap().verify().await.unwrap().events;
    assert!(kept > 0, "what was kept before the disk was full is there");
}

#[tokio::test]
async fn init_leaves_no_half_written_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("covertrail.toml");
    let arguments = ["init", "--config", path.to_str().unwrap()];
    let ended = Program::spawn_within(100, &arguments, &[]).ended().await;
    assert!(ended.code == Some(1) && ended.stderr.contains(path.to_str().unwrap()), "{ended:?}");
    assert!(!path.exists());
    assert_eq!(Program::run(&arguments, &[]).await.code, Some(0));
}
