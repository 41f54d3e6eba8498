//! Steps that cannot go on without a person.

use crate::world::{Order, Plan, Secrets, World};
use covertrail_domain::coverage::{Badge, Stage};
use serde_json::json;

async fn reason(order: &Order, step: &str) -> String {
    let blocked = order.event("step_blocked").await;
    assert_eq!(blocked["step"], step, "{blocked}");
    blocked["reason"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_unmapped_category_blocks_the_job_until_it_is_mapped_and_retried() {
    let world = World::begin(Plan { categories: Vec::new(), ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    let reason = reason(&order, "job").await;
    assert!(reason.contains("[mapping.categories]") && reason.contains("Low Voltage Cabling"), "{reason}");
    world.plan.lock().unwrap().categories = Plan::default().categories;
    world.restart().await;
    assert_eq!(order.count("job_created").await, 0, "nobody has said yet that it is to be tried again");
    let answer = world.as_reviewer("/v1/work-orders/12345/retry", "").await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("done")));
    order.event("job_created").await;
    order.policy_id().await;
    order.start().await;
    order.is(Stage::Active, Badge::Insured).await;
    let again = world.as_reviewer("/v1/work-orders/12345/retry", "").await;
    assert_eq!((again.status, &again.json()["status"]), (200, &json!("held already")));
    world.settles().await;
}

#[tokio::test]
async fn a_client_that_is_not_mapped_blocks_the_job_and_names_the_table() {
    let world = World::begin(Plan::default()).await;
    let order = Order::new(&world, "12345", "wk_421");
    order.create(json!({}), json!({ "client_id": "client-9" })).await;
    order.assign().await;
    let reason = reason(&order, "job").await;
    assert!(reason.contains("[mapping.entities]") && reason.contains("client-9"), "{reason}");
}

#[tokio::test]
async fn a_category_code_that_the_vendor_does_not_know_blocks_the_job_in_its_words() {
    let world =
        World::begin(Plan { categories: vec![("Low Voltage Cabling", "jc_gone")], ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    let reason = reason(&order, "job").await;
    assert!(reason.contains("invalid_job_category_code"), "{reason}");
}

#[tokio::test]
async fn a_key_that_the_vendor_refuses_is_the_operators_to_mend_and_then_all_goes_on() {
    let world = World::without_program(Plan::default()).await;
    let (good, bad) = (world.plan.lock().unwrap().secrets.clone(), "t9k_test_a_key_of_yesterday".to_owned());
    world.plan.lock().unwrap().secrets = Secrets { policy_api_key: bad.clone(), ..good.clone() };
    world.start().await;
    let order = Order::assigned(&world, "12345").await;
    let refused = async {
        while !world.ask(&world.policy, "requests").await.to_string().contains("401") {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), refused).await.expect("the key is refused");
    assert_eq!(order.count("step_blocked").await, 0, "no work order is to blame");
    world.plan.lock().unwrap().secrets = good;
    let ended = world.end("TERM").await;
    assert!(ended.stderr.contains("COVERTRAIL_POLICY_API_KEY") && !ended.stderr.contains(&bad));
    world.start().await;
    order.event("contractor_created").await;
    world.settles().await;
}

#[tokio::test]
async fn a_quote_that_the_vendor_declines_waits_for_a_person() {
    let world = World::begin(Plan::default()).await;
    let order = Order::new(&world, "12345", "wk_421");
    order.create(json!({}), json!({})).await;
    let behaviour = json!({ "work_order_id": "12345", "quote": "ineligible" });
    world.at_policy("contractors/behaviour", behaviour).await;
    order.assign().await;
    let declined = order.event("quote_declined").await;
    assert_eq!(declined["reason"], "This contractor or job is not eligible for coverage.");
    order.is(Stage::Assigned, Badge::AtRisk).await;
    world.settles().await;
}

#[tokio::test]
async fn workers_comp_that_no_insurer_may_write_there_blocks_the_quote() {
    let world = World::begin(Plan { required_lines: &["workers-comp"], ..Plan::default() }).await;
    let order = Order::new(&world, "12345", "wk_421");
    order.create(json!({}), json!({ "region": "OH" })).await;
    order.assign().await;
    let reason = reason(&order, "quote").await;
    assert!(reason.contains("workers-comp is not offered in OH"), "{reason}");
}

#[tokio::test]
async fn work_that_is_over_before_it_is_heard_of_blocks_the_quote_with_what_to_do() {
    let world = World::begin(Plan::default()).await;
    let mut order = Order::new(&world, "12345", "wk_421");
    (order.starts, order.ends) = (order.starts - 10_000, order.starts - 5_000);
    order.create(json!({}), json!({})).await;
    order.assign().await;
    let reason = reason(&order, "quote").await;
    assert!(reason.contains("reschedule it in WorkMarket"), "{reason}");
}
