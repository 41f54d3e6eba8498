use serde_json::json;

use super::super::*;

#[tokio::test]
async fn a_completed_application_makes_a_policy_that_later_quotes_match() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let (_, policies) = bench.get(&format!("/policies?contractor={contractor}")).await;
    let policy = &policies[0];
    assert_eq!(policy["status"], "active");
    assert_eq!(policy["effective_date"], 1_761_997_200);
    assert_eq!(policy["expiration_date"], 1_762_083_600);
    assert_eq!(bench.get(&format!("/contractors/{contractor}/policies")).await.1, policies);
    let quote = policy["quote"].as_str().unwrap();
    assert_eq!(bench.get(&format!("/policies?quote={quote}")).await.1, policies);
    assert_eq!(bench.get("/policies?quote=qt_none").await.1, json!([]));
    let (status, error) = bench.post("/quotes", guide_quote(&contractor, &job)).await;
    assert_eq!(status, 400);
    assert_eq!(
        error,
        json!({
            "message": "Contractor already has a matching policy on file",
            "error_code": "contractor_has_matching_policy"
        })
    );
    let mut longer = guide_quote(&contractor, &job);
    longer["end_date"] = json!(1_762_083_601);
    assert_eq!(bench.post("/quotes", longer).await.0, 201);
}

#[tokio::test]
async fn a_late_application_does_not_insure_the_past() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let quote = bench.quote(&contractor, &job).await;
    let session = bench.session(&quote).await;
    bench.move_hour_to(1_761_997_200 + 500);
    bench.client.post(bench.url(&format!("/apply/{session}/complete"))).send().await.unwrap();
    let (_, policies) = bench.get(&format!("/policies?quote={quote}")).await;
    assert_eq!(policies[0]["effective_date"], 1_761_997_200 + 500);
}

#[tokio::test]
async fn sessions_open_and_expire() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let quote = bench.quote(&contractor, &job).await;
    let (status, session) = bench.post("/apply/sessions", guide_session(&quote)).await;
    assert_eq!(status, 201);
    assert_eq!((&session["step"], &session["expired"]), (&json!("verify_info"), &json!(false)));
    let id = session["id"].as_str().unwrap();
    assert_eq!(session["url"], bench.url(&format!("/apply/{id}")));
    assert_eq!(bench.get(&format!("/apply/sessions/{id}")).await, (200, session.clone()));
    let (status, expired) = bench.post(&format!("/apply/sessions/{id}/expire"), json!({})).await;
    assert_eq!((status, &expired["expired"]), (200, &json!(true)));
    let (status, error) =
        bench.post("/apply/sessions", json!({"quote": "qt_x", "success_url": "ftp:x"})).await;
    assert_eq!(status, 400);
    assert_eq!(error["message"].as_object().unwrap().len(), 2);
}
