//! The employer API, and what no webhook tells: found by asking what was changed.

use crate::world::{DAY, Delivered, Log, Order, Plan, World, now, objects};
use covertrail_adapters::sandbox::workmarket::Hooks;
use covertrail_domain::coverage::{Badge, Stage};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

fn employer() -> Plan {
    Plan { api: "employer-v1", poll_seconds: Some(1), ..Plan::default() }
}

/// A world whose WorkMarket tells nobody anything.
async fn silent(plan: Plan) -> Arc<World> {
    let world = World::begin(plan).await;
    world.workmarket.set_webhook(None).unwrap();
    world
}

/// The deliveries of a work order that were found by polling.
fn polled<'a>(log: &'a Log, order: &Order) -> Vec<&'a Delivered> {
    let of_order =
        |kept: &&Delivered| kept.event() == "polled" && kept.body()["assignment_id"] == order.id.as_str();
    log.deliveries.values().filter(of_order).collect()
}

/// Waits until a change to that status was found and dealt with; answers the outcome and the reason.
async fn found(order: &Order, status: &str) -> (String, String) {
    order
        .world
        .until(&format!("{}: {status} is found", order.id), |log| {
            let of_status = polled(log, order).into_iter().find(|kept| kept.body()["status"] == status)?;
            of_status.handled().map(|(outcome, reason)| (outcome.to_owned(), reason.to_owned()))
        })
        .await
}

#[tokio::test]
async fn a_work_order_of_which_no_webhook_tells_is_insured_rescheduled_and_invoiced_by_polling_alone() {
    let world = silent(employer()).await;
    let order = Order::new(&world, "6029116324", "10023");
    order.create(json!({}), json!({ "end": null })).await;
    order.assign().await;
    order.event("application_completed").await;
    assert_eq!(order.event("assigned").await["terms"]["window"]["end"], order.starts + 8 * 3600);
    let (start, end) = (order.starts, order.starts + 2 * DAY);
    order.at_workmarket("edit", json!({ "start": start, "end": end })).await;
    assert_eq!(order.event("rescheduled").await["window"]["end"], end);
    order.policy_id().await;
    order.start().await;
    order.is(Stage::Active, Badge::Insured).await;
    order.at_workmarket("complete", json!({ "final_pay": "410.07" })).await;
    assert_eq!(order.event("invoice_recorded").await["pay_cents"], 41_007);
    order.is(Stage::Completed, Badge::Done).await;
    let vendor = world.ask(&world.workmarket, "state").await;
    assert_eq!(vendor["counts"]["webhooks"]["delivered"], 0);
    let sources = order
        .until("its sources", |told| {
            Some(told.named("assigned").map(|event| event.metadata["source"].clone()).collect::<Vec<_>>())
        })
        .await;
    assert_eq!(sources, ["polling"]);
}

#[tokio::test]
async fn a_work_order_canceled_in_silence_is_let_go() {
    let world = silent(employer()).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    order.at_workmarket("cancel", json!({})).await;
    order.is(Stage::Canceled, Badge::Done).await;
    assert_eq!(found(&order, "cancelled").await.0, "applied");
}

#[tokio::test]
async fn with_the_guides_api_what_changes_in_silence_is_found_by_reading_open_work_orders_again() {
    let world = World::begin(Plan { poll_seconds: Some(1), ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    world.workmarket.set_webhook(None).unwrap();
    let (start, end) = (order.starts + DAY, order.ends + DAY);
    for (start, end) in [(start, end), (order.starts, order.ends), (start, end)] {
        order.at_workmarket("reschedule", json!({ "start": start, "end": end })).await;
        order
            .until("the new dates", |told| {
                let window = &told.all("rescheduled").last()?["window"];
                (window["start"] == start && window["end"] == end).then_some(())
            })
            .await;
    }
    order.at_workmarket("cancel", json!({})).await;
    order.is(Stage::Canceled, Badge::Done).await;
    let kept = world.until("the log", |log| Some(polled_by_guide(log))).await;
    assert_eq!(kept, 3, "one delivery for each way that it stood in");
}

fn polled_by_guide(log: &Log) -> usize {
    log.deliveries.values().filter(|kept| kept.event() == "polled").count()
}

#[tokio::test]
async fn a_worker_taken_off_in_silence_and_another_put_on_are_found() {
    let world = silent(employer()).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    order.at_workmarket("remove-worker", json!({})).await;
    assert_eq!(order.event("cover_not_needed").await["reason"], "nobody is assigned any more");
    assert_eq!(found(&order, "sent").await.0, "applied");
    let other =
        json!({ "id": "wk_500", "first_name": "Sam", "last_name": "Ortiz", "country": "US", "region": "NV" });
    world.at_workmarket("workers", other).await;
    order.at_workmarket("assign", json!({ "worker_id": "wk_500" })).await;
    assert_eq!(order.event("reassigned").await["worker"], "wk_500");
    order.event("cover_needed").await;
}

#[tokio::test]
async fn work_that_rests_or_is_refunded_is_found_and_what_is_not_known_is_told_by_its_word() {
    let world = silent(employer()).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    for word in ["onHold", "exception", "refunded"] {
        order.at_workmarket("status", json!({ "status": word })).await;
        order
            .until(word, |told| (told.all("status_changed").last()?["unknown_status"] == word).then_some(()))
            .await;
    }
}

#[tokio::test]
async fn work_that_an_employee_is_to_do_after_all_needs_cover_no_more() {
    let world = silent(employer()).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    order.at_workmarket("edit", json!({ "pricing": "internal" })).await;
    assert_eq!(order.event("cover_not_needed").await["reason"], "its pricing is internal");
    order.at_workmarket("edit", json!({ "pricing": "flat" })).await;
    order.event("cover_needed").await;
}

#[tokio::test]
async fn what_an_employee_does_needs_no_cover() {
    let world = silent(employer()).await;
    let order = Order::new(&world, "12345", "wk_421");
    order.create(json!({}), json!({ "pricing": "internal" })).await;
    order.assign().await;
    assert_eq!(found(&order, "active").await.1, "its pricing is internal, so it needs no cover");
    assert_eq!(world.ask(&world.policy, "state").await["counts"]["contractors"], 0);
}

#[tokio::test]
async fn work_orders_that_nobody_is_on_are_none_of_ours_and_many_changes_are_found_page_by_page() {
    let world = silent(Plan { contractors_apply: false, ..employer() }).await;
    let mut orders = Vec::new();
    for number in 0..27 {
        let order = Order::new(&world, &format!("WO-{number}"), "wk_421");
        order.create(json!({}), json!({})).await;
        orders.push(order);
    }
    let offered = Order::new(&world, "WO-offered", "wk_421");
    offered.create(json!({}), json!({})).await;
    for order in &orders {
        order.assign().await;
    }
    for order in &orders {
        order.event("assigned").await;
    }
    let told = world
        .until("the deliveries", |log| {
            Some((polled(log, &offered).len(), orders.iter().all(|order| polled(log, order).len() == 1)))
        })
        .await;
    assert_eq!(told, (0, true));
}

#[tokio::test]
async fn what_was_changed_while_the_program_was_away_is_found_from_where_it_had_come() {
    // without an overlap, only the stored moment leads back to before the start
    let world = silent(Plan { poll_overlap_seconds: 0, ..employer() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    world.kill().await;
    order.at_workmarket("cancel", json!({})).await;
    let canceled_at = now();
    let other = Order::assigned(&world, "12346").await;
    while now() <= canceled_at + 1 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    world.start().await;
    world.workmarket.set_webhook(None).unwrap();
    order.is(Stage::Canceled, Badge::Done).await;
    other.event("application_opened").await;
    let (kept, until) =
        world.until("the log", |log| Some((polled(log, &order).len(), log.polled_until.clone()))).await;
    assert_eq!(kept, 2, "one delivery for each change");
    assert!(until.len() >= 2 && until.is_sorted(), "{until:?}");
}

#[tokio::test]
async fn what_is_asked_for_twice_is_kept_once() {
    let world = silent(employer()).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    // every poll has the whole of it in its overlap
    let asked = async || {
        let requests = world.ask(&world.workmarket, "requests").await["requests"].clone();
        let of_list = |call: &&serde_json::Value| call["path"] == "/v1/assignments/list_updated";
        requests.as_array().unwrap().iter().filter(of_list).count()
    };
    let before = asked().await;
    while asked().await < before + 4 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let streams: BTreeSet<String> = world
        .until("the deliveries", |log| {
            let polled = log.deliveries.iter().filter(|(_, kept)| kept.event() == "polled");
            Some(polled.map(|(stream, _)| stream.clone()).collect())
        })
        .await;
    assert_eq!(streams.len(), 1);
    assert_eq!(order.count("assigned").await, 1);
}

#[tokio::test]
async fn access_tokens_run_out_unnoticed_and_no_secret_is_told() {
    let world = World::begin(Plan { hooks: Hooks::Templates, log_filter: "debug", ..employer() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_completed").await;
    order.policy_id().await;
    world.at_workmarket("tokens/expire", json!({})).await;
    order.start().await;
    order.is(Stage::Active, Badge::Insured).await;
    let made = world.ask(&world.policy, "state").await;
    let emails: Vec<_> = objects(&made, "contractors").map(|one| one["contact"]["email"].clone()).collect();
    assert_eq!(emails, ["wk_12345@relay.yourdomain.com"]);
    let printed = world.prints("access token of workmarket got").await;
    let secrets = world.plan.lock().unwrap().secrets.clone();
    for secret in [secrets.workmarket_token.as_str(), &secrets.workmarket_secret, "Bearer at_"] {
        assert!(!printed.contains(secret), "{secret} is told");
    }
}
