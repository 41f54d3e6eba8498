//! The client against the simulated vendor.

use super::samples::{work_order_json, worker_json};
use crate::http::testing::Vendor;
use crate::sandbox::workmarket::{WorkMarketSettings, start};
use crate::secret::Secret;
use crate::workmarket::{Client, Error, Status, Wage};
use covertrail_domain::id::{WorkOrderId, WorkerId};
use covertrail_domain::money::Cents;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpListener;

#[tokio::test]
async fn a_work_order_is_followed_from_sent_to_paid() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sandbox = start(listener, WorkMarketSettings::new(Arc::new(|| 1_761_990_000))).await.unwrap();
    let mut settings = Vendor::replying([]).await.settings();
    settings.base_url = sandbox.handle().api_url().parse().unwrap();
    settings.api_key = Secret::new("wm_live_sandbox".to_owned());
    let client = Client::guide(&settings).unwrap();
    let control = reqwest::Client::builder().no_proxy().build().unwrap();
    let order = async |path: &str, body: Value| {
        let url = format!("http://{}/sandbox{path}", sandbox.address());
        let answer = control.post(url).body(body.to_string()).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
    };

    let id = WorkOrderId::parse("12345").unwrap();
    assert_eq!(client.work_order(&id).await.map(drop), Err(Error::NotFound));
    order("/workers", worker_json()).await;
    let mut sent = work_order_json();
    (sent["status"], sent["worker_id"]) = (json!("SENT"), json!(null));
    order("/workorders", sent).await;
    let (read, _) = client.work_order(&id).await.unwrap();
    assert_eq!((read.status, read.worker, read.wage), (Status::Sent, None, Wage::FlatFee(Cents::new(32500))));

    order("/workorders/12345/assign", json!({ "worker_id": "wk_421" })).await;
    let (read, _) = client.work_order(&id).await.unwrap();
    assert_eq!((read.status, read.worker), (Status::Assigned, Some(WorkerId::parse("wk_421").unwrap())));
    let worker = client.worker(&WorkerId::parse("wk_421").unwrap(), &id).await.unwrap();
    assert_eq!((worker.last_name.as_str(), worker.email), ("Nguyen", None));

    order("/workorders/12345/start", json!({ "at": 1_761_997_200 })).await;
    let (read, _) = client.work_order(&id).await.unwrap();
    assert_eq!((read.status, read.started_at), (Status::InProgress, Some(read.window.start())));
    order("/workorders/12345/complete", json!({ "final_pay": "1200.00", "at": 1_762_083_600 })).await;
    let (read, _) = client.work_order(&id).await.unwrap();
    assert_eq!((read.status, read.ended_at), (Status::Completed, Some(read.window.end())));
    assert_eq!(read.final_pay, Some(Cents::new(120_000)));
}
