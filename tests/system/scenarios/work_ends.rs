//! Work that is called off, moved, given to somebody else, or done.

use crate::stories::Story;
use crate::world::{DAY, Order, Plan, World, now, objects};
use covertrail_domain::coverage::{Badge, Stage};
use serde_json::json;

#[tokio::test]
async fn a_work_order_canceled_before_it_starts_is_let_go() {
    let world = World::begin(Plan::default()).await;
    Story::CanceledBeforeStart.play(&world, "12345").await;
    world.settles().await;
    assert_eq!(world.apply("12345").await.status, 409);
}

#[tokio::test]
async fn an_assignment_made_early_is_canceled_with_the_work_order() {
    let world = World::begin(Plan { bind_on: "applied", ..Plan::default() }).await;
    let mut order = Order::new(&world, "12345", "wk_421");
    (order.starts, order.ends) = (now() + DAY, now() + 2 * DAY);
    order.create(json!({}), json!({})).await;
    order.assign().await;
    order.is(Stage::Active, Badge::Insured).await;
    order.at_workmarket("cancel", json!({})).await;
    order.event("assignment_canceled").await;
    order.is(Stage::Canceled, Badge::Done).await;
    world.settles().await;
    let vendor = world.ask(&world.policy, "state").await;
    let statuses: Vec<_> = objects(&vendor, "assignments").map(|made| made["status"].clone()).collect();
    assert_eq!(statuses, ["cancelled"]);
}

#[tokio::test]
async fn a_final_pay_that_differs_is_invoiced_to_the_cent() {
    let world = World::begin(Plan::default()).await;
    let order = Story::FinalPayDiffers.play(&world, "12345").await;
    world.settles().await;
    let vendor = world.ask(&world.policy, "state").await;
    let pays: Vec<_> = objects(&vendor, "invoices").map(|made| made["gross_pay"].clone()).collect();
    assert_eq!(pays, [41_007]);
    assert_eq!(order.event("invoice_recorded").await["pay_cents"], 41_007);
}

#[tokio::test]
async fn a_final_pay_as_agreed_is_not_invoiced() {
    let world = World::begin(Plan::default()).await;
    let order = Story::FinalPayAsAgreed.play(&world, "12345").await;
    // nothing is due any more, so nothing will be
    world.settles().await;
    let vendor = world.ask(&world.policy, "state").await;
    assert_eq!(vendor["counts"]["invoices"], 0);
    assert_eq!(order.event("work_completed").await["pay_cents"], 32_500);
}

#[tokio::test]
async fn a_final_pay_that_becomes_known_after_the_work_is_invoiced_then() {
    let world = World::begin(Plan::default()).await;
    let order = Order::new(&world, "12345", "wk_421");
    order.create(json!({}), json!({})).await;
    crate::stories::begin_insured(&order).await;
    order.at_workmarket("complete", json!({})).await;
    order.is(Stage::Completed, Badge::Done).await;
    let edited = json!({
        "id": "12345", "status": "COMPLETED", "title": "Cabling", "description": "Drops",
        "category": "Low Voltage Cabling", "client_id": "client-1", "pricing": "flat", "budget_amount": "325.00",
        "worker_id": "wk_421", "region": "CA", "start": order.starts, "end": order.ends,
        "started_at": order.starts, "completed_at": now(), "final_pay": "300.00",
    });
    world.at_workmarket("workorders", edited).await;
    let hint =
        json!({ "event_id": "we_paid", "work_order_id": "12345", "status": "COMPLETED", "now": now() });
    assert_eq!(world.workmarket_says("completed", &hint).await.status, 200);
    assert_eq!(order.event("invoice_recorded").await["pay_cents"], 30_000);
    world.settles().await;
}

#[tokio::test]
async fn a_reassigned_work_order_is_insured_anew_for_the_other_worker() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    let other =
        json!({ "id": "wk_500", "first_name": "Sam", "last_name": "Ortiz", "country": "US", "region": "NV" });
    world.at_workmarket("workers", other).await;
    // either of them
    let auto = json!({ "work_order_id": order.id, "apply": "auto" });
    world.at_policy("contractors/behaviour", auto).await;
    order.event("application_completed").await;
    order.at_workmarket("reassign", json!({ "worker_id": "wk_500" })).await;
    order.event("reassigned").await;
    order
        .until("a second application", |told| (told.all("application_completed").len() == 2).then_some(()))
        .await;
    order.start().await;
    order.is(Stage::Active, Badge::Insured).await;
    world.settles().await;
    let vendor = world.ask(&world.policy, "state").await;
    let contractors: Vec<_> = objects(&vendor, "contractors")
        .map(|made| made["custom_metadata"]["workmarket_worker_id"].clone())
        .collect();
    assert_eq!(contractors.len(), 2);
    let assignments: Vec<_> = objects(&vendor, "assignments").collect();
    assert_eq!(assignments.len(), 1, "the first worker's was never made");
}

#[tokio::test]
async fn a_rescheduled_work_order_is_quoted_for_its_new_dates() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    let (start, end) = (order.starts + 10 * DAY, order.ends + 10 * DAY);
    order.at_workmarket("reschedule", json!({ "start": start, "end": end })).await;
    order.event("rescheduled").await;
    order
        .until("a quote for the new dates", |told| {
            let quoted = told.all("quoted");
            let cover = &quoted.last()?["quote"]["cover"];
            (cover["start"] == start && cover["end"] == end).then_some(())
        })
        .await;
    world.settles().await;
}
