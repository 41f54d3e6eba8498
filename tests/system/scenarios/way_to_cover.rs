//! From the assignment of a worker to cover that is in force.

use crate::stories::Story;
use crate::world::{DAY, Order, Plan, Told, World, now, objects};
use covertrail_domain::coverage::{Badge, Coverage, Stage};
use serde_json::json;

#[tokio::test]
async fn a_work_order_goes_straight_through_to_active() {
    let world = World::begin(Plan::default()).await;
    let order = Story::StraightThrough.play(&world, "12345").await;
    world.settles().await;
    let names =
        order.until("its events", |told| Some(told.events.iter().map(|e| e.kind.clone()).collect())).await;
    let names: Vec<String> = names;
    let first = ["assigned", "contractor_created", "job_created", "quoted", "application_opened"];
    assert_eq!(names[..5], first.map(|name| format!("coverage.{name}.v1")), "{names:?}");
}

#[tokio::test]
async fn a_policy_in_force_insures_before_the_assignment_is_made_and_the_stage_stays_applied() {
    let world = World::begin(Plan::default()).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_completed").await;
    order.policy_id().await;
    order.is(Stage::Applied, Badge::Insured).await;
    assert_eq!(order.count("coverage_assigned").await, 0);
    world.settles().await;
}

#[tokio::test]
async fn a_contractor_with_a_matching_policy_need_not_apply() {
    let world = World::begin(Plan::default()).await;
    let order = Story::AlreadyCovered.play(&world, "second").await;
    world.settles().await;
    let policies = world.ask(&world.policy, "state").await;
    let of_second = |kind: &str| {
        let made = objects(&policies, kind);
        made.filter(|object| object["custom_metadata"]["work_order_id"] == "second").count()
    };
    assert_eq!((of_second("quotes"), of_second("sessions"), of_second("assignments")), (0, 0, 1));
    assert_eq!(order.count("application_opened").await, 0);
    assert_eq!(policies["counts"]["contractors"], 1);
}

#[tokio::test]
async fn a_contractor_who_never_applies_works_uninsured_and_the_board_can_say_so() {
    let world = World::begin(Plan::default()).await;
    let order = Story::NeverApplies.play(&world, "12345").await;
    world.settles().await;
    let reason =
        order.until("its standing", |told| Some(told.state.standing(covertrail::clock::now()).reason));
    assert!(reason.await.contains("the contractor has not finished the application"));
    assert_eq!(order.count("coverage_activated").await, 0);
}

#[tokio::test]
async fn work_heard_of_late_is_quoted_from_a_recorded_moment_on_and_the_gap_before_it_stays() {
    let world = World::begin(Plan::default()).await;
    let order = Order { starts: now() - 3_600, ..Order::new(&world, "12345", "wk_421") };
    order.create(json!({}), json!({})).await;
    order.assign().await;
    let quoted = order.event("quoted").await;
    let delayed = order.event("cover_delayed").await;
    assert_eq!(quoted["quote"]["cover"]["start"], delayed["asked_from"]);
    order.policy_id().await;
    order.at_workmarket("start", json!({ "at": order.starts })).await;
    order.is(Stage::Active, Badge::Insured).await;
    let gaps = order.until("its state", |told| told.state.coverage().map(Coverage::gaps)).await;
    let uncovered: Vec<i64> = gaps.iter().flat_map(|(_, gaps)| gaps).map(|gap| gap.start().unix()).collect();
    assert_eq!(uncovered, [order.starts]);
    world.settles().await;
}

#[tokio::test]
async fn a_status_that_is_not_known_is_shown_until_a_known_one_comes() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    order.create(json!({}), json!({ "status": "On Hold", "worker_id": order.worker })).await;
    order.at_workmarket("reschedule", json!({ "start": order.starts, "end": order.ends + DAY })).await;
    let told = order.event("status_changed").await;
    assert_eq!(told["unknown_status"], "On Hold");
    let reason = |told: &Told| {
        let reason = told.state.standing(covertrail::clock::now()).reason;
        reason.contains("\"On Hold\"").then_some(reason)
    };
    order.until("its standing", reason).await;
    order.create(json!({}), json!({ "status": "ASSIGNED", "worker_id": order.worker })).await;
    order.at_workmarket("reschedule", json!({ "start": order.starts, "end": order.ends + DAY })).await;
    order.until("a known status", |told| told.named("status_changed").nth(1).map(drop)).await;
}

#[tokio::test]
async fn a_contractor_is_led_to_the_application_and_applies_there() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    let opened = order.event("application_opened").await;
    let answer = world.apply("12345").await;
    assert_eq!((answer.status, answer.location.as_deref()), (303, opened["url"].as_str()));
    let form = format!("{}/complete", answer.location.unwrap());
    let applied = world.submit(&form).await;
    let success = "https://workmarket.com/workorders/12345?coverage=active";
    assert_eq!((applied.status, applied.location.as_deref()), (303, Some(success)));
    order.event("application_completed").await;
    order.policy_id().await;
    assert_eq!(world.apply("12345").await.status, 409);
    assert_eq!(world.apply("nobody").await.status, 404);
    world.settles().await;
}

#[tokio::test]
async fn an_application_that_runs_out_is_opened_again_and_an_ineligible_contractor_waits_for_a_person() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    order.contractor("expire").await;
    order.event("application_expired").await;
    order.contractor("ineligible").await;
    order.event("application_ineligible").await;
    let waits =
        order.until("its standing", |told| Some(told.state.standing(covertrail::clock::now()).reason));
    assert!(waits.await.contains("not eligible"));
}

#[tokio::test]
async fn a_policy_that_was_there_before_insures_as_much_of_the_next_work_order_as_it_covers() {
    let world = World::begin(Plan::default()).await;
    let first = Story::StraightThrough.play(&world, "first").await;
    let longer = Order { ends: first.ends + DAY, ..Order::new(&world, "longer", &first.worker) };
    longer.create(json!({}), json!({})).await;
    longer.contractor("never").await;
    longer.assign().await;
    longer.event("application_opened").await;
    longer.start().await;
    longer.is(Stage::Quoted, Badge::ExpiresBeforeWorkEnds).await;
    world.settles().await;
}
