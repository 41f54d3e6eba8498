use serde_json::json;

use super::super::super::policy::Vocabulary;
use super::super::*;

async fn reference() -> Bench {
    Bench::policy_with(|settings| settings.vocabulary = Vocabulary::Reference).await
}

async fn recorded(bench: &Bench) -> Vec<String> {
    let (_, events) = bench.get("/events?limit=100").await;
    let mut kinds: Vec<_> =
        events.as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect();
    kinds.reverse();
    kinds
}

#[tokio::test]
async fn the_reference_tells_of_every_step_of_an_application_once() {
    let bench = reference().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let quote = bench.quote(&contractor, &job).await;
    let session = bench.session(&quote).await;
    for _ in 0..2 {
        bench.client.get(bench.url(&format!("/apply/{session}"))).send().await.unwrap();
    }
    let path = format!("/sessions/{session}/step");
    let (status, at) = bench.order(&path, json!({"step": "add_card_details"})).await;
    assert_eq!((status, &at["step"]), (200, &json!("add_card_details")));
    assert_eq!(bench.order(&path, json!({"step": "application_complete"})).await.0, 400);
    bench.client.post(bench.url(&format!("/apply/{session}/complete"))).send().await.unwrap();
    let steps = ["application.created", "application.started", "application.complete", "policy.active"];
    assert_eq!(recorded(&bench).await, steps);
    assert_eq!(bench.order(&path, json!({"step": "verify_info"})).await.1["error_code"], "session_expired");
}

#[tokio::test]
async fn an_application_may_be_reviewed_by_a_person_first() {
    let bench = reference().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    bench.order("/contractors/behaviour", json!({"contractor": contractor, "apply": "review"})).await;
    let quote = bench.quote(&contractor, &job).await;
    bench.session(&quote).await;
    eventually("the policy binds", async || bench.count("policies") == 1).await;
    let told = recorded(&bench).await;
    assert_eq!(told[2..4], ["application.manual_review", "application.manual_review_approved"]);
    assert_eq!(told[4..], ["application.complete", "policy.active"]);
}

#[tokio::test]
async fn the_reference_has_its_own_events_of_media_cards_and_categories() {
    let bench = reference().await;
    let category = json!({"category_code": "jc_new", "name": "Film"});
    assert_eq!(bench.order("/category_codes", category.clone()).await.0, 201);
    assert_eq!(bench.get("/category_codes/jc_new").await, (200, category));
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let mut body = guide_quote(&contractor, &job);
    body["coverage_type"] = json!(["media"]);
    let quote = id(bench.post("/quotes", body).await);
    let session = bench.session(&quote).await;
    bench.client.post(bench.url(&format!("/apply/{session}/complete"))).send().await.unwrap();
    let invoice = id(bench.post("/invoices", guide_invoice(&contractor, &job)).await);
    for result in ["failed", "succeeded"] {
        bench.order(&format!("/invoices/{invoice}/charge"), json!({"result": result})).await;
    }
    let (status, error) = bench.delete(&format!("/invoices/{invoice}")).await;
    assert_eq!((status, &error["error_code"]), (400, &json!("invoice_already_paid")));
    let told = recorded(&bench).await;
    assert_eq!(told[0], "category_code.added");
    assert_eq!(told[4..6], ["policy.active", "policy.active.media"]);
    assert_eq!(told[6..], ["invoice.charge_card_failed", "invoice.charge_card_succeeded"]);
}

#[tokio::test]
async fn the_reference_is_silent_about_the_end_of_a_term_and_the_guide_is_not() {
    for (vocabulary, told) in [(Vocabulary::Guide, true), (Vocabulary::Reference, false)] {
        let bench = Bench::policy_with(|settings| settings.vocabulary = vocabulary).await;
        bench.insured().await;
        bench.move_hour_to(1_762_083_600);
        eventually("the term ends", async || bench.get("/policies").await.1[0]["status"] == "expired").await;
        assert_eq!(recorded(&bench).await.contains(&"policy.expired".to_owned()), told);
    }
}
