use serde_json::{Value, json};

use super::super::*;

#[tokio::test]
async fn an_assignment_under_a_policy_is_pending_and_then_active() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let (status, assignment) = bench.post("/assignments", guide_assignment(&contractor, &job)).await;
    assert_eq!((status, &assignment["status"]), (201, &json!("pending")));
    assert_eq!(assignment["eligible"], json!({"result": true, "message": null}));
    assert!(assignment["policy"].as_str().unwrap().starts_with("pl_"));
    let path = format!("/assignments/{}", assignment["id"].as_str().unwrap());
    eventually("it becomes active", async || bench.get(&path).await.1["status"] == "active").await;
}

#[tokio::test]
async fn by_configuration_the_answer_itself_is_active() {
    let bench = Bench::policy_with(|settings| settings.answer_active = true).await;
    let (contractor, job) = bench.insured().await;
    let (_, assignment) = bench.post("/assignments", guide_assignment(&contractor, &job)).await;
    assert_eq!(assignment["status"], "active");
}

#[tokio::test]
async fn an_assignment_without_a_policy_is_created_but_not_eligible() {
    let bench = Bench::policy().await;
    let (contractor, job) = (bench.contractor().await, bench.job().await);
    let (status, assignment) = bench.post("/assignments", guide_assignment(&contractor, &job)).await;
    assert_eq!(status, 201);
    assert_eq!(assignment["policy"], Value::Null);
    assert_eq!(
        assignment["eligible"],
        json!({"result": false, "message": "No matching policy found for assignment."})
    );
}

#[tokio::test]
async fn an_assignment_is_cancelled_only_before_its_start() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let assignment = id(bench.post("/assignments", guide_assignment(&contractor, &job)).await);
    let order = json!({"job_id": job, "reason": "called off"});
    bench.move_hour_to(1_761_997_200);
    let (status, error) = bench.post("/assignments/cancel", order.clone()).await;
    assert_eq!((status, &error["error_code"]), (400, &json!("assignment_started")));
    bench.move_hour_to(NOW);
    for _ in 0..2 {
        let (status, cancelled) = bench.post("/assignments/cancel", order.clone()).await;
        assert_eq!((status, &cancelled["status"]), (200, &json!("cancelled")));
        assert_eq!((&cancelled["id"], &cancelled["reason"]), (&json!(assignment), &json!("called off")));
    }
    assert_eq!(bench.post("/assignments/cancel", json!({"job_id": "jb_none"})).await.0, 404);
    assert_eq!(bench.post("/assignments/cancel", json!({})).await.0, 400);
}
