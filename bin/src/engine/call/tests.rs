//! Answers of the vendor that are outcomes, and what becomes of them.

use crate::clock;
use crate::engine::testing::World;
use crate::show::testing::{applying, assigned};
use covertrail_domain::coverage::Event;
use covertrail_domain::time::Window;
use serde_json::{Value, json};
use std::time::Duration;

fn refusal(code: &str) -> (u16, Value) {
    (400, json!({ "message": "no", "error_code": code }))
}

fn session(id: &str, expired: bool) -> (u16, Value) {
    let url = format!("https://apply.example/{id}");
    (201, json!({ "id": id, "url": url, "step": "verify_info", "expired": expired }))
}

/// Until an application is to be opened.
fn quoted() -> Vec<Event> {
    let mut history = applying();
    history.pop();
    history
}

fn keys(world: &World) -> Vec<String> {
    let asked = world.vendor.take_asked("POST apply/sessions");
    asked.into_iter().map(|asked| asked.key.unwrap()).collect()
}

#[tokio::test]
async fn an_application_that_was_over_when_it_was_answered_is_recorded_and_another_one_opened() {
    let world = World::given(&quoted()).await;
    world.vendor.answers("POST apply/sessions", [session("ias_1", true), session("ias_2", false)]);
    let engine = world.engine();
    let opened = world.until("coverage.application_opened.v1", 2).await;
    assert_eq!((&opened[0]["session"], &opened[1]["session"]), (&json!("ias_1"), &json!("ias_2")));
    let expired = world.until("coverage.application_expired.v1", 1).await;
    assert_eq!(expired, [json!({ "session": "ias_1" })]);
    engine.shut_down(Duration::from_mins(1)).await;
    assert_eq!(keys(&world), ["12345-application-1", "12345-application-2"]);
}

#[tokio::test]
async fn an_application_that_is_only_said_to_be_over_is_opened_anew_under_a_key_of_its_own() {
    let world = World::given(&quoted()).await;
    world.vendor.answers("POST apply/sessions", [refusal("session_expired"), session("ias_2", false)]);
    let engine = world.engine();
    let opened = world.until("coverage.application_opened.v1", 1).await;
    assert_eq!(opened[0]["session"], "ias_2");
    engine.shut_down(Duration::from_mins(1)).await;
    assert_eq!(keys(&world), ["12345-application-1", "12345-application-1-anew"]);
}

#[tokio::test]
async fn an_application_that_was_completed_before_it_could_be_opened_is_complete() {
    let world = World::given(&quoted()).await;
    world.vendor.answers("POST apply/sessions", [refusal("application_already_complete")]);
    let engine = world.engine();
    world.until("coverage.application_completed.v1", 1).await;
    engine.shut_down(Duration::from_mins(1)).await;
}

#[tokio::test]
async fn workers_compensation_of_a_state_fund_waits_for_a_person_who_is_told_what_to_do() {
    let mut history = quoted();
    history.pop();
    let [Event::Assigned { terms, .. }, ..] = history.as_mut_slice() else { panic!("it begins so") };
    let now = clock::now();
    terms.window = Window::new(now.plus(10_000), now.plus(20_000)).unwrap();
    let world = World::given(&history).await;
    let refused = json!({ "message": "workers-comp is not offered in OH", "error_code": "invalid_input" });
    world.vendor.answers("POST quotes", [(400, refused)]);
    let engine = world.engine();
    let blocked = world.until("coverage.step_blocked.v1", 1).await;
    let reason = blocked[0]["reason"].as_str().unwrap();
    assert_eq!(blocked[0]["step"], "quote");
    assert!(reason.contains("certificate") && reason.contains("not offered in OH"), "{reason}");
    engine.shut_down(Duration::from_mins(1)).await;
}

#[tokio::test]
async fn a_worker_whose_address_is_known_already_is_the_contractor_who_has_it() {
    let world = World::given(&[assigned("12345")]).await;
    let worker =
        json!({ "id": "wk_421", "first_name": "Alex", "last_name": "Nguyen", "email": "a@n.example" });
    world.vendor.has("GET workers/wk_421", worker);
    world.vendor.answers("POST contractors", [refusal("duplicate_email")]);
    world.vendor.has("GET contractors", json!([{ "id": "cn_7", "email": "A@n.example" }]));
    let engine = world.engine();
    let created = world.until("coverage.contractor_created.v1", 1).await;
    assert_eq!(created, [json!({ "contractor": "cn_7" })]);
    engine.shut_down(Duration::from_mins(1)).await;
}
