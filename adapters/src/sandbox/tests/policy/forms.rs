use serde_json::json;

use super::super::*;

fn flat() -> Value {
    json!({"first_name": "Alex", "last_name": "Nguyen", "email": "alex@x.org", "phone": "415-111-1111"})
}

#[tokio::test]
async fn both_forms_are_answered_side_by_side_whichever_was_sent() {
    let bench = Bench::policy().await;
    for body in [guide_contractor(), flat()] {
        let (_, contractor) = bench.post("/contractors", body).await;
        for field in ["first_name", "last_name", "email"] {
            assert!(contractor[field].is_string(), "{field}");
            assert_eq!(contractor[field], contractor["contact"][field]);
        }
    }
    let mut reference = guide_job();
    reference.as_object_mut().unwrap().remove("region");
    reference["address"] = json!({"country": "USA", "region": "CA"});
    for body in [guide_job(), reference] {
        let (_, job) = bench.post("/jobs", body).await;
        assert_eq!((&job["region"], &job["address"]["region"]), (&json!("CA"), &json!("CA")));
    }
}

#[tokio::test]
async fn a_change_may_come_in_the_other_form() {
    let bench = Bench::policy().await;
    let path = format!("/contractors/{}", bench.contractor().await);
    let (_, changed) = bench.put(&path, json!({"first_name": "Alexa"})).await;
    assert_eq!(changed["contact"]["first_name"], "Alexa");
    assert_eq!(changed["contact"]["last_name"], "Nguyen");
    let (_, changed) = bench.put(&path, json!({"contact": {"last_name": "Ng"}})).await;
    assert_eq!((&changed["first_name"], &changed["last_name"]), (&json!("Alexa"), &json!("Ng")));
    let path = format!("/jobs/{}", bench.job().await);
    let (_, changed) = bench.put(&path, json!({"address": {"region": "NV"}})).await;
    assert_eq!(changed["region"], "NV");
    assert_eq!(bench.put(&path, json!({"region": "AZ"})).await.1["address"]["region"], "AZ");
}

#[tokio::test]
async fn wrong_fields_have_the_names_that_their_caller_uses() {
    let bench = Bench::policy().await;
    let named = async |body: Value| -> Vec<String> {
        let (status, error) = bench.post("/contractors", body).await;
        assert_eq!(status, 400);
        error["message"].as_object().unwrap().keys().cloned().collect()
    };
    let guide = ["contact.email", "contact.first_name", "contact.last_name"];
    assert_eq!(named(json!({"contact": {"phone": "1"}})).await, guide);
    assert_eq!(named(json!({})).await, guide);
    assert_eq!(named(json!({"phone": "1"})).await, ["email", "first_name", "last_name"]);
}

#[tokio::test]
async fn what_workers_compensation_is_refused_for_is_the_region_in_either_form() {
    let bench = Bench::policy().await;
    let contractor = bench.contractor().await;
    for region in ["ND", "OH", "WA", "WY"] {
        let mut guide = guide_job();
        guide["region"] = json!(region);
        let mut reference = guide_job();
        reference.as_object_mut().unwrap().remove("region");
        reference["address"] = json!({"region": region.to_lowercase()});
        for body in [guide, reference] {
            let job = id(bench.post("/jobs", body).await);
            assert_eq!(bench.post("/quotes", guide_quote(&contractor, &job)).await.0, 400);
        }
    }
}
