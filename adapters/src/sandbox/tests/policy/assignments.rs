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

#[tokio::test]
async fn an_assignment_that_is_not_bound_takes_effect_once_it_is() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let mut body = guide_assignment(&contractor, &job);
    body["bind"] = json!(false);
    let (_, assignment) = bench.post("/assignments", body).await;
    assert_eq!((&assignment["policy"], &assignment["status"]), (&Value::Null, &json!("pending")));
    assert_eq!(assignment["eligible"]["result"], true);
    let path = format!("/assignments/{}", assignment["id"].as_str().unwrap());
    let (_, bound) = bench.put(&path, json!({"bind": true})).await;
    assert!(bound["policy"].as_str().unwrap().starts_with("pl_"));
    eventually("it becomes active", async || bench.get(&path).await.1["status"] == "active").await;
}

#[tokio::test]
async fn an_assignment_that_says_little_is_for_all_of_its_policy() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let (_, policies) = bench.get("/policies").await;
    for named in [json!({}), json!({"policy": policies[0]["id"]})] {
        let mut body = json!({"contractor": contractor, "job": job});
        body.as_object_mut().unwrap().extend(named.as_object().unwrap().clone());
        let (status, assignment) = bench.post("/assignments", body).await;
        assert_eq!((status, &assignment["policy"]), (201, &policies[0]["id"]));
        assert_eq!(assignment["coverage_type"], policies[0]["coverage_type"]);
        assert_eq!(assignment["end_date"], policies[0]["expiration_date"]);
        assert_eq!(assignment["certificates"], policies[0]["certificates"]);
    }
}

#[tokio::test]
async fn an_assignment_takes_no_policy_but_an_active_one_of_its_contractor() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let policy = bench.get("/policies").await.1[0]["id"].as_str().unwrap().to_owned();
    let mut body = guide_assignment(&contractor, &job);
    body["policy"] = json!("pl_none");
    assert_eq!(bench.post("/assignments", body.clone()).await.1["error_code"], "invalid_policy_id");
    bench.order(&format!("/policies/{policy}/cancel"), json!({})).await;
    body["policy"] = json!(policy);
    let (status, error) = bench.post("/assignments", body).await;
    assert_eq!((status, &error["error_code"]), (400, &json!("no_active_policy")));
}

#[tokio::test]
async fn a_deleted_assignment_is_a_cancelled_one_so_only_before_its_start() {
    let bench = Bench::policy().await;
    let (contractor, job) = bench.insured().await;
    let path =
        format!("/assignments/{}", id(bench.post("/assignments", guide_assignment(&contractor, &job)).await));
    eventually("it is active", async || bench.get(&path).await.1["status"] == "active").await;
    bench.move_hour_to(1_761_997_200);
    assert_eq!(bench.delete(&path).await.1["error_code"], "assignment_started");
    bench.move_hour_to(NOW);
    assert_eq!(bench.delete(&path).await.0, 200);
    assert_eq!(bench.get("/events").await.1[0]["type"], "assignment.cancelled");
    let (_, cancelled) = bench.post("/assignments", guide_assignment(&contractor, &job)).await;
    bench.post("/assignments/cancel", json!({"job_id": job})).await;
    let path = format!("/assignments/{}", cancelled["id"].as_str().unwrap());
    assert_eq!(bench.put(&path, json!({"reason": "again"})).await.0, 400, "it never revives");
}
