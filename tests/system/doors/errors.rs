//! Requests that are wrong get a 4xx that names the field, and nothing of them is kept.

use super::ids::{signed_in_cookie, world_with_roles};
use crate::world::{Answer, REVIEWER_TOKEN, World};
use serde_json::json;

const JSON: (&str, &str) = ("content-type", "application/json");

async fn act(world: &World, what: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Answer {
    let bearer = format!("Bearer {REVIEWER_TOKEN}");
    let headers = [&[("authorization", bearer.as_str())], headers].concat();
    world.post(&format!("/v1/work-orders/12345/{what}"), &headers, body).await
}

/// The position of the log's newest event.
async fn head(world: &World) -> u64 {
    world.get("/readyz").await.unwrap().json()["log_position"].as_u64().unwrap()
}

fn check(answer: &Answer, status: u16, named: &str) {
    let problem = answer.json();
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(answer.status == status && detail.contains(named), "{} {}", answer.status, answer.text);
    assert!(problem["type"].as_str().unwrap().starts_with("urn:covertrail:problem:"));
    assert!(answer.text.len() < 4_096, "{} bytes", answer.text.len());
}

#[tokio::test]
async fn a_reason_that_is_too_long_or_hides_something_is_refused_and_not_kept() {
    let world = world_with_roles().await;
    for reason in [
        "x".repeat(2_001),
        "x".repeat(900_000),
        "é\0".to_owned(),
        "\u{1b}[2J".to_owned(),
        "a\u{85}b".to_owned(),
    ] {
        let waiver = json!({ "reason": reason, "until": 4_000_000_000_i64 }).to_string();
        check(&act(&world, "waive", &[JSON], waiver).await, 422, "reason");
        let again = json!({ "reason": reason }).to_string();
        check(&act(&world, "retry", &[JSON], again).await, 422, "reason");
        let review = json!({ "certificate": "ci_1", "decision": "deny", "reason": reason }).to_string();
        check(&act(&world, "review", &[JSON], review).await, 422, "reason");
    }
    let history = world.request(
        reqwest::Method::GET,
        "/v1/work-orders/12345/history",
        &[("authorization", &format!("Bearer {REVIEWER_TOKEN}"))],
        Vec::new(),
    );
    let history = world.send(history).await.unwrap().text;
    assert!(history.contains("coverage.assigned") && !history.contains("riley"), "{history}");
    let longest = json!({ "reason": "é".repeat(2_000), "until": 4_000_000_000_i64 }).to_string();
    assert_eq!(act(&world, "waive", &[JSON], longest).await.status, 200);
}

#[tokio::test]
async fn each_mistake_of_a_body_has_its_status_and_its_name() {
    let world = world_with_roles().await;
    let long = json!({ "certificate": "c".repeat(129), "decision": "deny", "reason": "a" }).to_string();
    let slash = json!({ "certificate": "../ci_1", "decision": "deny", "reason": "a" }).to_string();
    let deep = format!("{{\"reason\":{}{},\"until\":1}}", "[".repeat(100_000), "]".repeat(100_000));
    for (what, headers, body, status, named) in [
        ("review", &[JSON][..], long.as_str(), 422, "certificate: an id is longer than 128 bytes"),
        ("review", &[JSON], &slash, 422, "certificate: U+002F at place 3"),
        ("waive", &[JSON], "{\"reason\":\"a\"", 400, "not JSON"),
        ("waive", &[JSON], &deep, 400, "recursion limit"),
        ("waive", &[JSON], "", 400, "missing"),
        ("waive", &[JSON], "[]", 422, "an object with reason and until"),
        ("retry", &[JSON], "[]", 422, "an object with reason"),
        ("review", &[JSON], "[]", 422, "an object with certificate, decision and reason"),
        ("waive", &[], "", 400, "missing"),
        ("waive", &[JSON], "{\"reason\":\"a\",\"until\":\"tomorrow\"}", 422, "until"),
        (
            "waive",
            &[("content-type", "text/plain")],
            "{\"reason\":\"a\",\"until\":1}",
            415,
            "application/json",
        ),
        ("retry", &[("content-type", "application/jsonp")], "{\"reason\":\"a\"}", 415, "application/json"),
        // without a type it is read as the address has it
        ("waive", &[], "{\"reason\":\"a\",\"until\":\"tomorrow\"}", 422, "until"),
        ("certificates", &[JSON], "{}", 415, "multipart/form-data"),
        ("certificates", &[("content-type", "multipart/form-data; boundary=a")], "", 400, "missing"),
        ("certificates", &[("content-type", "multipart/form-data; boundary=a")], "--b\r\n", 400, "the form"),
        ("certificates", &[("content-type", "multipart/form-data")], "--b\r\n", 400, "boundary"),
        ("retry", &[("idempotency-key", "a b")], "", 400, "Idempotency-Key"),
        ("retry", &[("if-match", "5")], "", 400, "If-Match"),
        ("waive?colour=red", &[JSON], "{}", 400, "colour"),
    ] {
        check(&act(&world, what, headers, body.to_owned()).await, status, named);
    }
}

#[tokio::test]
async fn what_an_address_asks_for_wrongly_is_named() {
    let world = world_with_roles().await;
    let bearer = format!("Bearer {REVIEWER_TOKEN}");
    let (long, most) = ("x".repeat(201), format!("/v1/work-orders?text={}", "x".repeat(200)));
    let too_long = format!("/v1/work-orders?text={long}");
    for (path, named) in [
        ("/v1/work-orders?colour=red", "colour"),
        ("/v1/work-orders/12345/history?as_of=now", "as_of"),
        ("/v1/work-orders?limit=1&limit=2", "limit: stands there twice"),
        ("/v1/work-orders?worker=a%2Fb", "worker: U+002F at place 2"),
        ("/v1/work-orders?stage=fine", "stage: is none of assigned"),
        ("/v1/work-orders?text=%00", "text: has control characters"),
        ("/v1/work-orders?text=%ff", "text: is not UTF-8"),
        (&too_long, "text: takes at most 200 characters"),
        ("/v1/work-orders/a%2Fb", "work_order: U+002F at place 2"),
        ("/v1/work-orders/%ff/history", "not UTF-8"),
        ("/v1/subscribers/..%2Fa", "name: takes up to 64"),
        ("/v1/events?work_order=%0a", "work_order"),
        ("/v1/events?type=coverage.lost", "type"),
        ("/v1/events?after=-1", "after"),
    ] {
        let answer = world.request(reqwest::Method::GET, path, &[("authorization", &bearer)], Vec::new());
        check(&world.send(answer).await.unwrap(), 400, named);
    }
    let answer = world.request(reqwest::Method::GET, &most, &[("authorization", &bearer)], Vec::new());
    assert_eq!(world.send(answer).await.unwrap().status, 200);
}

#[tokio::test]
async fn the_board_answers_mistakes_with_pages() {
    let world = world_with_roles().await;
    let cookie = signed_in_cookie(&world).await;
    for (method, path, body, status) in [
        ("GET", "/board?colour=red", "", 400),
        ("GET", "/work-orders/a%2Fb", "", 404),
        ("GET", "/work-orders/12345/dance", "", 404),
        ("GET", "/contractors/%ff", "", 404),
        ("GET", "/integrations?state=fine", "", 400),
        ("POST", "/work-orders/12345/retry", "{}", 415),
        ("POST", "/sign-in", "{}", 415),
        ("DELETE", "/board", "", 405),
    ] {
        let headers =
            [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin"), JSON, ("accept", "text/html")];
        let request = world.request(method.parse().unwrap(), path, &headers, body.into());
        let answer = world.send(request).await.unwrap();
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
        assert!(answer.text.starts_with("<!DOCTYPE html>"), "{method} {path}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_webhook_that_is_nested_without_end_is_refused_and_kept() {
    let world = world_with_roles().await;
    let secret = world.plan.lock().unwrap().secrets.workmarket_webhook.clone();
    let headers = vec![("authorization", format!("Bearer {secret}"))];
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    for body in [deep, "[".repeat(100_000)] {
        let before = head(&world).await;
        let answer = world.deliver("/webhooks/workmarket/assigned?source=hook", &headers, body).await;
        check(&answer, 400, "kept as it came");
        assert!(head(&world).await > before);
    }
}
