use serde_json::json;

use super::super::*;

#[tokio::test]
async fn the_guides_contractor_comes_back_as_it_was_sent() {
    let bench = Bench::policy().await;
    let (status, contractor) = bench.post("/contractors", guide_contractor()).await;
    assert_eq!(status, 201);
    assert_eq!(contractor["object"], "contractor");
    assert_eq!(contractor["created"], NOW);
    assert_eq!(contractor["contact"], guide_contractor()["contact"]);
    assert_eq!(contractor["address"], guide_contractor()["address"]);
    assert_eq!(contractor["custom_metadata"], guide_contractor()["custom_metadata"]);
    let id = contractor["id"].as_str().unwrap();
    assert!(id.starts_with("cn_") && id.len() == 13, "{id}");
    assert_eq!(bench.get(&format!("/contractors/{id}")).await, (200, contractor.clone()));
    let by_email = bench.get("/contractors?email=WK_421@relay.yourdomain.com").await;
    assert_eq!(by_email, (200, json!([contractor])));
    assert_eq!(bench.get("/contractors?email=nobody@x.org").await, (200, json!([])));
}

#[tokio::test]
async fn the_references_flat_contractor_is_taken_too() {
    let bench = Bench::policy().await;
    let flat = json!({"first_name": "Alex", "last_name": "Nguyen", "email": "alex@x.org"});
    assert_eq!(bench.post("/contractors", flat).await.0, 201);
}

#[tokio::test]
async fn a_second_contractor_with_the_email_is_refused() {
    let bench = Bench::policy().await;
    bench.contractor().await;
    let (status, error) = bench.post("/contractors", guide_contractor()).await;
    assert_eq!((status, &error["error_code"]), (400, &json!("duplicate_email")));
    assert_eq!(bench.count("contractors"), 1);
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let bench = Bench::policy().await;
    let (status, error) = bench.post("/contractors", json!({"contact": {"email": "no"}})).await;
    assert_eq!(status, 400);
    assert_eq!(
        error,
        json!({"error_code": "invalid_input", "message": {
            "contact.first_name": "is required",
            "contact.last_name": "is required",
            "contact.email": "is not an email address",
        }})
    );
    let (_, error) = bench.post("/jobs", json!({"wage": 99, "wage_type": "daily", "entity": 5})).await;
    let named: Vec<&String> = error["message"].as_object().unwrap().keys().collect();
    assert_eq!(named, ["category_code", "description", "entity", "name", "wage", "wage_type"]);
}
