use serde_json::json;

use super::super::policy::{Envelope, Vocabulary};
use super::super::sign::{Scheme, headers};
use super::super::{FaultPlan, Redelivery, WebhookTarget};
use super::receiver::{Delivery, Receiver};
use super::*;

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn kinds(taken: &[Delivery]) -> Vec<&str> {
    taken.iter().map(Delivery::kind).collect()
}

async fn told(receiver: &Receiver, change: impl FnOnce(&mut PolicySettings)) -> Bench {
    let target = WebhookTarget::standard(receiver.url(), SECRET);
    Bench::policy_with(|settings| {
        settings.webhook = Some(target);
        change(settings);
    })
    .await
}

#[tokio::test]
async fn a_completed_application_and_its_policy_are_told_in_order_and_signed() {
    let receiver = Receiver::new().await;
    let bench = told(&receiver, |_| {}).await;
    let (contractor, _) = bench.insured().await;
    let taken = receiver.taken(2).await;
    assert_eq!(kinds(&taken), ["application.complete", "policy.active"]);
    assert_eq!(taken[0].body["data"]["step"], "application_complete");
    let event = &taken[1];
    assert_eq!(event.body["created"], NOW);
    assert_eq!(event.body["data"]["contractor"], json!(contractor));
    assert_eq!(event.body["data"]["custom_metadata"], json!({"work_order_id": "12345"}));
    let id = event.body["id"].as_str().unwrap();
    assert!(id.starts_with("ev_"));
    let target = WebhookTarget::standard("", SECRET);
    for (name, value) in headers(&target, id, NOW, event.bytes.as_bytes()).unwrap() {
        assert_eq!(event.headers[name], value.as_str());
    }
}

#[tokio::test]
async fn an_assignments_activation_is_told_with_its_policy() {
    let receiver = Receiver::new().await;
    let bench = told(&receiver, |_| {}).await;
    let (contractor, job) = bench.insured().await;
    let assignment = id(bench.post("/assignments", guide_assignment(&contractor, &job)).await);
    let taken = receiver.taken(4).await;
    assert_eq!(kinds(&taken)[2..], ["assignment.active", "policy.active"]);
    assert_eq!(taken[2].body["data"]["id"], json!(assignment));
    assert_eq!(taken[3].body["data"]["id"], taken[2].body["data"]["policy"]);
    assert_ne!(taken[3].body["id"], taken[1].body["id"]);
}

#[tokio::test]
async fn a_refused_webhook_comes_again_until_it_is_taken_and_later_ones_wait() {
    let receiver = Receiver::refusing(3).await;
    let bench = told(&receiver, |_| {}).await;
    bench.insured().await;
    let taken = receiver.taken(2).await;
    assert_eq!(receiver.refused(), 3);
    assert_eq!(kinds(&taken), ["application.complete", "policy.active"]);
    eventually("the first is booked", async || {
        let webhooks = bench.running.handle().state()["webhooks"].clone();
        webhooks[0]["attempts"] == 4 && webhooks[0]["standing"] == "delivered"
    })
    .await;
}

#[tokio::test]
async fn redelivery_ends() {
    let receiver = Receiver::refusing(usize::MAX).await;
    let bench = told(&receiver, |settings| {
        settings.redelivery = Redelivery {
            first_wait: Duration::from_millis(1),
            longest_wait: Duration::from_millis(2),
            give_up_after: Duration::from_millis(5),
        };
    })
    .await;
    bench.insured().await;
    eventually("both are abandoned", async || {
        bench.running.handle().state()["counts"]["webhooks"]["abandoned"] == 2
    })
    .await;
}

#[tokio::test]
async fn a_target_may_be_named_later_and_moved() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    assert_eq!(bench.running.handle().state()["counts"]["webhooks"]["no_target"], 2);
    let gone = listener().await.local_addr().unwrap();
    let away = WebhookTarget::standard(format!("http://{gone}"), SECRET);
    bench.running.handle().set_webhook(Some(away)).unwrap();
    bench.post("/assignments", guide_assignment(&contractor, &job)).await;
    eventually("the closed port is tried", async || {
        bench.running.handle().state()["webhooks"][2]["attempts"].as_u64() > Some(0)
    })
    .await;
    let receiver = Receiver::new().await;
    let here = WebhookTarget { url: receiver.url(), secret: "s".to_owned(), scheme: Scheme::GitHub };
    bench.running.handle().set_webhook(Some(here)).unwrap();
    let taken = receiver.taken(2).await;
    assert_eq!(kinds(&taken), ["assignment.active", "policy.active"]);
    assert!(taken[0].headers.contains_key("x-signature-256"));
}

#[tokio::test]
async fn a_duplicated_webhook_arrives_twice_under_one_id() {
    let receiver = Receiver::new().await;
    let faults = FaultPlan { duplicate_webhook: 1.0, ..FaultPlan::default() };
    let bench = told(&receiver, |settings| settings.faults = faults).await;
    bench.insured().await;
    let taken = receiver.taken(4).await;
    assert_eq!(
        kinds(&taken),
        ["application.complete", "application.complete", "policy.active", "policy.active"]
    );
    assert_eq!(taken[0].body, taken[1].body);
    assert_eq!(taken[0].headers["webhook-id"], taken[1].headers["webhook-id"]);
}

#[tokio::test]
async fn held_back_webhooks_are_overtaken() {
    let receiver = Receiver::new().await;
    let faults = FaultPlan { reorder_webhooks: 0.5, ..FaultPlan::default() };
    let bench = told(&receiver, |settings| settings.faults = faults).await;
    bench.insured().await;
    let path = format!("/policies/{}", bench.running.handle().state()["policies"][0]["id"].as_str().unwrap());
    for _ in 0..20 {
        bench.order(&format!("{path}/cancel"), json!({})).await;
        bench.order(&format!("{path}/reactivate"), json!({})).await;
    }
    let arrived: Vec<_> = receiver.taken(42).await.iter().map(|one| one.body["id"].clone()).collect();
    let state = bench.running.handle().state();
    let sent: Vec<_> = state["webhooks"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(sent.len(), 42);
    assert_ne!(arrived, sent);
}

#[tokio::test]
async fn the_references_wire_has_its_own_names_envelope_and_no_metadata() {
    let receiver = Receiver::new().await;
    let bench = told(&receiver, |settings| {
        settings.vocabulary = Vocabulary::Reference;
        settings.with_metadata = false;
        settings.envelope = Envelope::Nested;
    })
    .await;
    let (contractor, _) = bench.insured().await;
    let (_, policies) = bench.get(&format!("/policies?contractor={contractor}")).await;
    bench.order(&format!("/policies/{}/cancel", policies[0]["id"].as_str().unwrap()), json!({})).await;
    let taken = receiver.taken(5).await;
    let told = ["application.created", "application.started", "application.complete"];
    assert_eq!(kinds(&taken)[..3], told);
    assert_eq!(kinds(&taken)[3..], ["policy.active", "policy.cancelled"]);
    assert!(taken[4].body["id"].as_str().unwrap().starts_with("evt_"));
    let policy = &taken[4].body["data"]["object"];
    assert_eq!(policy["status"], "cancelled");
    assert!(policy.get("custom_metadata").is_none());
}
