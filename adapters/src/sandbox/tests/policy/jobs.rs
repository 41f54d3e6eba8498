use serde_json::json;

use super::super::*;

#[tokio::test]
async fn the_guides_job_is_taken_and_unknown_clients_and_categories_are_not() {
    let bench = Bench::policy().await;
    let (status, job) = bench.post("/jobs", guide_job()).await;
    assert_eq!((status, &job["wage"], &job["region"]), (201, &json!(32500), &json!("CA")));
    assert_eq!(bench.get(&format!("/jobs/{}", job["id"].as_str().unwrap())).await, (200, job));
    for (field, code) in [("entity", "invalid_entity_id"), ("category_code", "invalid_job_category_code")] {
        let mut body = guide_job();
        body[field] = json!("en_unknown");
        let (status, error) = bench.post("/jobs", body).await;
        assert_eq!((status, &error["error_code"]), (400, &json!(code)));
        assert!(error["message"][field].is_string());
    }
}
