use serde_json::json;

use super::super::super::policy::{Envelope, Times};
use super::super::super::sign::headers;
use super::super::super::{FaultPlan, WebhookTarget};
use super::super::receiver::{Delivery, Receiver};
use super::super::*;

async fn told(receiver: &Receiver, change: impl FnOnce(&mut PolicySettings)) -> Bench {
    let target = WebhookTarget::bearer(receiver.url(), "s3cret");
    Bench::policy_with(|settings| {
        settings.webhook = Some(target);
        change(settings);
    })
    .await
}

fn kinds(taken: &[Delivery]) -> Vec<&str> {
    taken.iter().map(Delivery::kind).collect()
}

#[tokio::test]
async fn a_registered_endpoint_hears_what_it_asked_for_under_its_own_secret() {
    let (ours, theirs) = (Receiver::new().await, Receiver::new().await);
    let bench = told(&ours, |_| {}).await;
    let body = json!({"url": theirs.url(), "events": ["policy.active", "policy.canceled"]});
    let (status, endpoint) = bench.post("/webhook_endpoints", body).await;
    assert_eq!(status, 201);
    bench.insured().await;
    let taken = theirs.taken(1).await;
    assert_eq!(kinds(&taken), ["policy.active"]);
    let target = WebhookTarget::standard("", endpoint["secret"].as_str().unwrap());
    let event = taken[0].body["id"].as_str().unwrap();
    for (name, value) in headers(&target, event, NOW, taken[0].bytes.as_bytes()).unwrap() {
        assert_eq!(taken[0].headers[name], value.as_str());
    }
    let taken = ours.taken(2).await;
    assert_eq!(kinds(&taken), ["application.complete", "policy.active"]);
    assert_eq!(taken[1].body["id"], event);
    assert_eq!(taken[1].headers["authorization"], "Bearer s3cret");
}

#[tokio::test]
async fn an_endpoint_without_events_hears_all_until_it_is_deleted() {
    let theirs = Receiver::new().await;
    let bench = Bench::policy().await;
    let endpoint = id(bench.post("/webhook_endpoints", json!({"url": theirs.url()})).await);
    let (contractor, job) = bench.insured().await;
    assert_eq!(kinds(&theirs.taken(2).await), ["application.complete", "policy.active"]);
    bench.delete(&format!("/webhook_endpoints/{endpoint}")).await;
    let (_, assignment) = bench.post("/assignments", guide_assignment(&contractor, &job)).await;
    let path = format!("/assignments/{}", assignment["id"].as_str().unwrap());
    eventually("it is active", async || bench.get(&path).await.1["status"] == "active").await;
    let state = bench.running.handle().state();
    let sent = state["webhooks"].as_array().unwrap();
    assert_eq!(sent.iter().filter(|one| one["standing"] != "no_target").count(), 2);
}

#[tokio::test]
async fn a_lost_webhook_is_never_sent_but_its_event_is_on_record() {
    let receiver = Receiver::new().await;
    let lossy = FaultPlan { lost_webhook: 1.0, ..FaultPlan::default() };
    let bench = told(&receiver, |settings| settings.faults = lossy).await;
    let (contractor, job) = bench.insured().await;
    assert_eq!(bench.running.handle().state()["counts"]["webhooks"]["lost"], 2);
    bench.order("/faults", json!({})).await;
    bench.post("/assignments", guide_assignment(&contractor, &job)).await;
    assert_eq!(kinds(&receiver.taken(2).await), ["assignment.active", "policy.active"]);
    let (_, events) = bench.get("/events").await;
    let recorded: Vec<_> = events.as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(recorded, ["policy.active", "assignment.active", "policy.active", "application.complete"]);
    let taken = receiver.taken(2).await;
    assert_eq!(events[0], taken[1].body);
    let one = format!("/events/{}", events[3]["id"].as_str().unwrap());
    assert_eq!(bench.get(&one).await, (200, events[3].clone()));
    assert_eq!(bench.get("/events?type=application.complete").await.1, json!([events[3]]));
}

#[tokio::test]
async fn events_come_twenty_to_a_page() {
    let bench = Bench::policy().await;
    bench.insured().await;
    let policy = bench.get("/policies").await.1[0]["id"].as_str().unwrap().to_owned();
    for _ in 0..10 {
        bench.order(&format!("/policies/{policy}/cancel"), json!({})).await;
        bench.order(&format!("/policies/{policy}/reactivate"), json!({})).await;
    }
    let (_, first) = bench.get("/events").await;
    let first = first.as_array().unwrap();
    assert_eq!((first.len(), &first[0]["type"]), (20, &json!("policy.reactivated")));
    let (_, rest) = bench.get(&format!("/events?starting_after={}", first[19]["id"].as_str().unwrap())).await;
    assert_eq!(rest[1]["type"], "application.complete");
    assert_eq!(rest.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_webhook_may_come_without_an_id_and_without_metadata() {
    let receiver = Receiver::new().await;
    let bench = told(&receiver, |settings| {
        settings.with_id = false;
        settings.with_metadata = false;
        settings.envelope = Envelope::Nested;
    })
    .await;
    bench.insured().await;
    let taken = receiver.taken(2).await;
    assert!(taken.iter().all(|one| one.body.get("id").is_none()));
    assert!(taken.iter().all(|one| one.body["data"]["object"].get("custom_metadata").is_none()));
    let (_, events) = bench.get("/events").await;
    assert!(events[0]["id"].as_str().unwrap().starts_with("evt_"), "the record has it");
}

#[tokio::test]
async fn moments_may_be_written_as_iso_8601_but_never_in_metadata() {
    let receiver = Receiver::new().await;
    let bench = told(&receiver, |settings| settings.times = Times::Iso).await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let mut body = guide_quote(&contractor, &job);
    body["custom_metadata"] = json!({"created": 5});
    let (_, quote) = bench.post("/quotes", body).await;
    assert_eq!(quote["effective_date"], "2025-11-01T11:40:00Z");
    assert_eq!(quote["end_date"], "2025-11-02T11:40:00Z");
    assert_eq!(quote["created"], "2025-11-01T09:40:00Z");
    assert_eq!((&quote["custom_metadata"], &quote["net_rate"]), (&json!({"created": 5}), &json!(325)));
    let session = bench.session(quote["id"].as_str().unwrap()).await;
    bench.client.post(bench.url(&format!("/apply/{session}/complete"))).send().await.unwrap();
    let told = receiver.taken(2).await[1].body.clone();
    assert_eq!(told["created"], "2025-11-01T09:40:00Z");
    assert_eq!(told["data"]["expiration_date"], "2025-11-02T11:40:00Z");
    assert_eq!(bench.get("/events").await.1[0], told);
    let (_, policies) = bench.get("/policies").await;
    assert_eq!(policies[0]["effective_date"], "2025-11-01T11:40:00Z");
}
