//! What people ask for: who may, in which form, and when.

use crate::world::{Order, Plan, REVIEWER_TOKEN, World};
use covertrail::assemble;
use covertrail::config::{Config, Secrets};
use covertrail_adapters::store::Embedded;
use serde_json::json;
use std::sync::Arc;

const ROUTES: [&str; 4] = ["certificates", "review", "waive", "retry"];

async fn refused(world: &Arc<World>, path: &str, body: &str, status: u16, field: &str) {
    let answer = world.as_reviewer(&format!("/v1/work-orders/12345/{path}"), body.to_owned()).await;
    let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
    assert!(answer.status == status && detail.contains(field), "{path} {body}: {} {detail}", answer.status);
}

#[tokio::test]
async fn without_a_token_nobody_may_do_anything() {
    let world = World::begin(Plan::default()).await;
    Order::assigned(&world, "12345").await.event("assigned").await;
    for route in ROUTES {
        let path = format!("/v1/work-orders/12345/{route}");
        assert_eq!(world.post(&path, &[], "{}").await.status, 401, "{route}");
    }
}

#[tokio::test]
async fn with_a_wrong_token_nobody_may_do_anything() {
    let world = World::begin(Plan::default()).await;
    let shorter = format!("Bearer {}", &REVIEWER_TOKEN[..REVIEWER_TOKEN.len() - 1]);
    for token in ["Bearer ", "Bearer somebody-elses-token", REVIEWER_TOKEN, &shorter] {
        for route in ROUTES {
            let path = format!("/v1/work-orders/12345/{route}");
            let answer = world.post(&path, &[("authorization", token)], "{}").await;
            assert_eq!(answer.status, 401, "{route} with {token}");
        }
    }
}

#[tokio::test]
async fn a_body_in_another_form_is_refused_and_the_field_named() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    Order::assigned(&world, "12345").await.event("assigned").await;
    refused(&world, "review", "", 400, "missing").await;
    refused(&world, "review", "{", 400, "not JSON").await;
    refused(&world, "certificates", "%PDF-1.7", 415, "multipart/form-data").await;
    for (path, body, field) in [
        ("review", r#"{"decision":"approve","reason":"fine"}"#, "certificate"),
        ("review", r#"{"certificate":"","decision":"approve","reason":"fine"}"#, "certificate"),
        ("review", r#"{"certificate":"ci_1","decision":"perhaps","reason":"fine"}"#, "perhaps"),
        ("review", r#"{"certificate":"ci_1","decision":"approve","reason":" "}"#, "reason"),
        ("review", r#"{"certificate":"ci_1","decision":"approve","reason":"fine","verdict":1}"#, "verdict"),
        (
            "review",
            r#"{"certificate":"ci_1","decision":"approve","reason":"fine","lines":["general"]}"#,
            "start",
        ),
        (
            "review",
            r#"{"certificate":"ci_1","decision":"approve","reason":"fine","lines":["pets"],"start":1,"end":2}"#,
            "lines",
        ),
        (
            "review",
            r#"{"certificate":"ci_1","decision":"approve","reason":"fine","lines":["general"],"start":2,"end":1}"#,
            "end",
        ),
        ("waive", r#"{"until":1}"#, "reason"),
        ("waive", r#"{"reason":"","until":1}"#, "reason"),
        ("waive", r#"{"reason":"fine","until":"tomorrow"}"#, "invalid type"),
    ] {
        refused(&world, path, body, 422, field).await;
    }
}

#[tokio::test]
async fn what_the_rules_refuse_is_told_as_a_conflict() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    Order::assigned(&world, "12345").await.event("assigned").await;
    let review = json!({ "certificate": "ci_nobody", "decision": "deny", "reason": "unreadable" });
    refused(&world, "review", &review.to_string(), 409, "ci_nobody").await;
    refused(&world, "waive", r#"{"reason":"fine","until":1}"#, 409, "waiver").await;
}

#[tokio::test]
async fn an_unknown_work_order_is_answered_404() {
    let world = World::begin(Plan::default()).await;
    for (route, body) in [("retry", ""), ("waive", r#"{"reason":"fine","until":99999999999}"#)] {
        let answer = world.as_reviewer(&format!("/v1/work-orders/nobody/{route}"), body).await;
        assert_eq!(answer.status, 404, "{route}: {}", answer.text);
    }
    let answer = world.hand_in("nobody", "coi.pdf", "application/pdf", b"%PDF-1.7").await;
    assert_eq!(answer.status, 404, "{}", answer.text);
}

#[tokio::test]
async fn what_is_no_pdf_by_its_name_its_type_or_its_bytes_is_refused() {
    let world = World::begin(Plan::default()).await;
    Order::assigned(&world, "12345").await.event("assigned").await;
    for (name, mime, file, told) in [
        ("coi.gif", "application/pdf", "%PDF-1.7", "must end in .pdf"),
        ("coi", "application/pdf", "%PDF-1.7", "must end in .pdf"),
        ("coi.pdf", "image/gif", "%PDF-1.7", "application/pdf"),
        ("coi.pdf", "application/pdf", "GIF89a", "%PDF"),
        ("coi.pdf", "application/pdf", "", "%PDF"),
    ] {
        let answer = world.hand_in("12345", name, mime, file.as_bytes()).await;
        let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(answer.status == 422 && detail.contains(told), "{name} {mime} {file}: {}", answer.text);
    }
    let answer = world.hand_in("12345", "COI.PDF", "application/pdf", b"%PDF-1.7").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn a_certificate_over_15_mb_is_refused() {
    let world = World::begin(Plan::default()).await;
    Order::assigned(&world, "12345").await.event("assigned").await;
    let mut pdf = b"%PDF-1.7".to_vec();
    pdf.resize(15 * 1024 * 1024 + 1, b' ');
    let answer = world.hand_in("12345", "coi.pdf", "application/pdf", &pdf).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    pdf.resize(16 * 1024 * 1024, b' ');
    let answer = world.hand_in("12345", "coi.pdf", "application/pdf", &pdf).await;
    assert_eq!(answer.status, 413, "{}", answer.text);
}

#[tokio::test]
async fn under_one_key_a_thing_is_done_once_also_after_a_restart() {
    let world = World::begin(Plan::default()).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("assigned").await;
    let asked = async |path: &str, body: serde_json::Value| {
        let bearer = format!("Bearer {REVIEWER_TOKEN}");
        let headers =
            [("authorization", &*bearer), ("idempotency-key", "k-1"), ("content-type", "application/json")];
        let path = format!("/v1/work-orders/12345/{path}");
        let request = world.request(reqwest::Method::POST, &path, &headers, body.to_string().into_bytes());
        world.send(request).await.unwrap()
    };
    let waiver = |reason: &str| json!({ "reason": reason, "until": crate::world::now() + 86_400 });
    let first = waiver("the client insures");
    assert_eq!(asked("waive", first.clone()).await.status, 200);
    order.event("waived").await;
    for _ in 0..2 {
        let again = asked("waive", first.clone()).await;
        assert_eq!((again.status, &again.json()["status"]), (200, &json!("done")), "{}", again.text);
        for (path, body) in [("waive", waiver("something else")), ("retry", json!({}))] {
            let other = asked(path, body).await;
            assert!(other.status == 422 && other.text.contains("Idempotency-Key"), "{}", other.text);
        }
        assert_eq!(order.count("waived").await, 1);
        world.restart().await;
    }
}

/// In one process, where the engine can be kept from reading the log.
#[tokio::test]
async fn before_the_log_was_read_nobody_is_told_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let store = Embedded::open(folder.path().join("covertrail.sqlite")).unwrap();
    let environment = crate::world::Secrets::default().environment();
    let lookup =
        |wanted: &str| environment.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone());
    let config = Config::default();
    let secrets = Secrets::from_lookup(&config, lookup).unwrap();
    let engine = assemble::engine(&config, &secrets, Arc::new(store)).unwrap();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let shared = assemble::shared(&config, &secrets, Arc::clone(&engine), address).unwrap();
    let base = format!("http://{address}");
    let server = tokio::spawn(covertrail::http::serve(listener, shared, std::future::pending()));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let retry = client.post(format!("{base}/v1/work-orders/12345/retry")).bearer_auth(REVIEWER_TOKEN);
    let apply = client.get(format!("{base}/apply/12345"));
    let ready = client.get(format!("{base}/readyz"));
    let status = async |request: &reqwest::RequestBuilder| {
        request.try_clone().unwrap().send().await.unwrap().status().as_u16()
    };
    for request in [&retry, &apply, &ready] {
        assert_eq!(status(request).await, 503, "{request:?}");
    }
    let running = engine.start();
    let reading = async {
        while status(&ready).await != 200 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(crate::world::PATIENCE, reading).await.unwrap();
    assert_eq!((status(&retry).await, status(&apply).await), (404, 404));
    running.shut_down(std::time::Duration::ZERO).await;
    server.abort();
}
