use super::samples::{client, work_order, work_order_json, worker, worker_json};
use crate::http::testing::{Reply, Vendor};
use crate::workmarket::{Error, WorkOrder};
use covertrail_domain::id::{WorkOrderId, WorkerId};
use serde_json::{Value, json};
use std::time::Duration;

fn id() -> WorkOrderId {
    WorkOrderId::parse("12345").unwrap()
}

async fn fetched(vendor: &Vendor) -> Result<WorkOrder, Error> {
    client(vendor).work_order(&id()).await.map(|(order, _)| order)
}

#[tokio::test]
async fn a_work_order_is_fetched_by_its_id() {
    let vendor = Vendor::answering(200, work_order_json_of(json!(null))).await;
    assert_eq!(fetched(&vendor).await, Ok(work_order(json!({ "worker_id": null })).unwrap()));
    let asked = vendor.only();
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("GET", "/api/v1/workorders/12345"));
    assert_eq!(asked.header("authorization"), Some("Bearer key_test_1"));
}

#[tokio::test]
async fn the_worker_who_is_on_it_is_fetched_with_it() {
    let fine = |body: String| Reply::Answer(200, body);
    let vendor =
        Vendor::replying([fine(work_order_json().to_string()), fine(worker_json().to_string())]).await;
    let read = client(&vendor).work_order(&id()).await.unwrap();
    assert_eq!(read, (work_order(json!({})).unwrap(), Some(worker(json!({})).unwrap())));
    assert_eq!(vendor.asked()[1].target, "/api/v1/workers/wk_421");
}

#[tokio::test]
async fn a_worker_is_fetched_by_id() {
    let vendor = Vendor::answering(200, worker_json().to_string()).await;
    let read = client(&vendor).worker(&WorkerId::parse("wk_421").unwrap(), &id()).await;
    assert_eq!(read, Ok(worker(json!({})).unwrap()));
    assert_eq!(vendor.only().target, "/api/v1/workers/wk_421");
}

#[tokio::test]
async fn another_than_was_asked_for_is_not_taken_for_it() {
    let vendor = Vendor::answering(200, work_order_json().to_string().replace("12345", "54321")).await;
    let failure = fetched(&vendor).await.unwrap_err();
    assert_eq!(failure.to_string(), "workmarket's answer cannot be used: id: another than was asked for");
    let vendor = Vendor::answering(200, worker_json().to_string()).await;
    let failure = client(&vendor).worker(&WorkerId::parse("wk_422").unwrap(), &id()).await.unwrap_err();
    assert!(matches!(failure, Error::Malformed(_)));
}

#[tokio::test]
async fn what_is_not_there_is_told_apart_from_what_is_refused() {
    let body = json!({ "message": "Not found", "error_code": "not_found" }).to_string();
    assert_eq!(fetched(&Vendor::answering(404, body).await).await, Err(Error::NotFound));
    let body = json!({ "message": "Bad token", "error_code": "unauthorized" }).to_string();
    let failure = fetched(&Vendor::answering(401, body).await).await.unwrap_err();
    assert_eq!(
        failure.to_string(),
        "workmarket refused (unauthorized): Bad token (check COVERTRAIL_WORKMARKET_TOKEN)"
    );
}

#[tokio::test]
async fn an_outage_passes_or_is_told() {
    let fine = Reply::Answer(200, work_order_json_of(json!(null)));
    assert!(
        fetched(&Vendor::replying([Reply::Drop, Reply::Answer(502, String::new()), fine]).await)
            .await
            .is_ok()
    );
    let busy = Reply::With(429, vec![("retry-after", "120".to_owned())], String::new());
    let reason = "it answered 429 Too Many Requests".to_owned();
    let told = Error::Unavailable { reason, retry_after: Some(Duration::from_mins(2)) };
    assert_eq!(fetched(&Vendor::replying([busy]).await).await, Err(told));
}

#[tokio::test]
async fn a_page_in_place_of_a_work_order_is_malformed() {
    let failure = fetched(&Vendor::answering(200, "<html>").await).await.unwrap_err();
    assert_eq!(failure.to_string(), "workmarket's answer cannot be used: answer: not a JSON object");
}

/// The sample, with somebody or nobody on it.
fn work_order_json_of(worker: Value) -> String {
    let mut sample = work_order_json();
    sample["worker_id"] = worker;
    sample.to_string()
}
