use serde_json::json;

use super::super::WebhookTarget;
use super::receiver::{Delivery, Receiver};
use super::*;

async fn told(receiver: &Receiver) -> Bench {
    let target = WebhookTarget::bearer(receiver.url(), "s3cret");
    Bench::policy_with(|settings| settings.webhook = Some(target)).await
}

async fn policy(bench: &Bench, contractor: &str) -> String {
    let (_, policies) = bench.get(&format!("/policies?contractor={contractor}")).await;
    policies[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_underwriter_cancels_reactivates_and_expires_a_policy() {
    let receiver = Receiver::new().await;
    let bench = told(&receiver).await;
    let (contractor, job) = bench.insured().await;
    let policy = policy(&bench, &contractor).await;
    let (status, cancelled) =
        bench.order(&format!("/policies/{policy}/cancel"), json!({"at": NOW + 5})).await;
    assert_eq!((status, &cancelled["cancelled_at"]), (200, &json!(NOW + 5)));
    let (_, assignment) = bench.post("/assignments", guide_assignment(&contractor, &job)).await;
    assert_eq!(assignment["eligible"]["result"], false);
    bench.order(&format!("/policies/{policy}/reactivate"), json!({})).await;
    let (_, active) = bench.get(&format!("/policies/{policy}")).await;
    assert_eq!((&active["status"], active.get("cancelled_at")), (&json!("active"), None));
    let (_, expired) = bench.order(&format!("/policies/{policy}/expire"), json!({})).await;
    assert_eq!((&expired["status"], &expired["expiration_date"]), (&json!("expired"), &json!(NOW)));
    assert_eq!(bench.order(&format!("/policies/{policy}/reactivate"), json!({})).await.0, 400);
    let taken = receiver.taken(5).await;
    let kinds: Vec<&str> = taken.iter().map(Delivery::kind).collect();
    assert_eq!(kinds[2..], ["policy.canceled", "policy.reactivated", "policy.expired"]);
    assert_eq!(bench.order("/policies/pl_none/cancel", json!({})).await.0, 404);
}

#[tokio::test]
async fn a_policy_ends_with_its_term_though_nobody_asks() {
    let receiver = Receiver::new().await;
    let bench = told(&receiver).await;
    bench.insured().await;
    bench.move_hour_to(1_762_083_600);
    assert_eq!(receiver.taken(3).await[2].kind(), "policy.expired");
}

#[tokio::test]
async fn a_certificate_gets_its_verdict() {
    let receiver = Receiver::new().await;
    let bench = told(&receiver).await;
    let contractor = bench.contractor().await;
    let file = reqwest::multipart::Part::bytes(b"%PDF".to_vec())
        .file_name("a.pdf")
        .mime_str("application/pdf")
        .unwrap();
    let form = reqwest::multipart::Form::new().part("certificate", file).text("contractor", contractor);
    let id = id(read(bench.api_request(Method::POST, "/files/certificates").multipart(form)).await);
    let path = format!("/certificates/{id}/verdict");
    let flagged = json!({"verdict": "flagged", "failed_rules": ["limit_too_low"]});
    let (_, flagged) = bench.order(&path, flagged).await;
    assert_eq!(flagged["failed_rules"], json!(["limit_too_low"]));
    assert!(flagged.get("coverage_type").is_none(), "what is flagged proves nothing");
    let valid = json!({
        "verdict": "validated",
        "coverage_type": ["general", "workers-comp"],
        "effective_date": NOW,
        "expiration_date": NOW + 100,
    });
    assert_eq!(bench.order(&path, valid).await.1["status"], "validated");
    let (status, error) = bench.order(&path, json!({"verdict": "maybe"})).await;
    assert_eq!((status, error["message"]["verdict"].is_string()), (400, true));
    let taken = receiver.taken(2).await;
    assert_eq!(taken[0].kind(), "certificate.flagged");
    assert_eq!(taken[1].kind(), "certificate.validated");
    let proof = &taken[1].body["data"];
    assert_eq!(proof["coverage_type"], json!(["general", "workers-comp"]));
    assert_eq!(proof["expiration_date"], NOW + 100);
    assert_eq!(taken[0].path, "/hooks");
    assert_eq!(taken[0].headers["authorization"], "Bearer s3cret");
}

#[tokio::test]
async fn the_automatic_contractor_applies_unless_told_otherwise() {
    let receiver = Receiver::new().await;
    let target = WebhookTarget::bearer(receiver.url(), "s3cret");
    let bench = Bench::policy_with(|settings| {
        settings.webhook = Some(target);
        settings.contractor.apply = true;
    })
    .await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    for (apply, kind) in [("ineligible", "application.ineligible"), ("expire", "application.expired")] {
        let order = json!({"work_order_id": "12345", "apply": apply});
        assert_eq!(bench.order("/contractors/behaviour", order).await.0, 200);
        let quote = bench.quote(&contractor, &job).await;
        let before = receiver.taken(0).await.len();
        bench.session(&quote).await;
        assert_eq!(receiver.taken(before + 1).await[before].kind(), kind);
    }
    let order = json!({"contractor": contractor, "policy_term": 500});
    bench.order("/contractors/behaviour", order).await;
    let quote = bench.quote(&contractor, &job).await;
    bench.session(&quote).await;
    let taken = receiver.taken(4).await;
    assert_eq!(taken[3].kind(), "policy.active");
    assert_eq!(taken[3].body["data"]["expiration_date"], 1_761_997_200 + 500);
}

#[tokio::test]
async fn an_order_reaches_sessions_that_are_open() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let quote = bench.quote(&contractor, &job).await;
    bench.session(&quote).await;
    let order = json!({"email": "WK_421@relay.yourdomain.com", "apply": "auto"});
    bench.order("/contractors/behaviour", order).await;
    eventually("the contractor applies", async || bench.count("policies") == 1).await;
}

#[tokio::test]
async fn quotes_may_be_declined_by_order() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let order = json!({"work_order_id": "12345", "quote": "ineligible"});
    bench.order("/contractors/behaviour", order).await;
    let (status, quote) = bench.post("/quotes", guide_quote(&contractor, &job)).await;
    assert_eq!((status, &quote["eligible"]), (201, &json!(false)));
    assert!(quote["eligible_message"].is_string());
    let (status, _) = bench.post("/apply/sessions", json!({"quote": quote["id"]})).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn wrong_orders_name_their_fields() {
    let bench = Bench::policy().await;
    let (status, error) = bench.order("/contractors/behaviour", json!({"apply": "perhaps"})).await;
    assert_eq!((status, error["message"].as_object().unwrap().len()), (400, 2));
    let (status, error) = bench.order("/faults", json!({"delay": 2.0, "delay_ms": [5, 1]})).await;
    assert_eq!((status, error["message"].as_object().unwrap().len()), (400, 2));
    assert_eq!(bench.order("/faults", json!({"dealy": 1.0})).await.0, 400);
    assert_eq!(bench.order("/outage", json!({"on": "yes"})).await.0, 400);
}

#[tokio::test]
async fn the_state_holds_every_kind_of_object() {
    let bench = Bench::policy().await;
    bench.insured().await;
    let (status, state) = read(bench.client.get(bench.url("/sandbox/state"))).await;
    assert_eq!(status, 200);
    for kind in ["contractors", "jobs", "quotes", "sessions", "policies"] {
        assert_eq!(state["counts"][kind], 1, "{kind}");
        assert_eq!(state[kind].as_array().unwrap().len(), 1, "{kind}");
    }
    for kind in ["assignments", "invoices", "certificates"] {
        assert_eq!(state["counts"][kind], 0, "{kind}");
    }
}
