//! Requests in the words of the API reference and the official clients.

use super::samples::{Guide, client};
use crate::http::testing::{Asked, Vendor};
use crate::policy::{Client, Environment, Wire};
use serde_json::json;

fn speaking(vendor: &Vendor) -> Client {
    client(vendor).speaking(Wire::Reference(Environment::Sandbox))
}

async fn making(id: &str) -> Vendor {
    Vendor::answering(201, json!({ "id": id, "url": "https://apply.example.com/x" }).to_string()).await
}

fn posted(vendor: &Vendor, path: &str) -> Asked {
    let asked = vendor.only();
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", path));
    assert_eq!(asked.header("ten99policy-idempotent-key"), Some("the-key"));
    assert_eq!(asked.header("ten99policy-environment"), Some("sandbox"));
    assert_eq!(asked.header("authorization"), Some("Bearer key_test_1"));
    assert_eq!(asked.header("idempotency-key"), None);
    asked
}

#[tokio::test]
async fn a_contractor_is_flat() {
    let (vendor, guide) = (making("cn_1").await, Guide::new());
    speaking(&vendor).create_contractor("the-key", &guide.contractor()).await.unwrap();
    let reference = json!({
        "first_name": "Alex",
        "last_name": "Nguyen",
        "email": "wk_421@relay.yourdomain.com",
        "address": { "country": "US", "region": "CA" },
        "custom_metadata": { "workmarket_worker_id": "wk_421" }
    });
    assert_eq!(posted(&vendor, "/api/v1/contractors").json(), reference);
}

#[tokio::test]
async fn a_jobs_region_is_in_its_address() {
    let (vendor, guide) = (making("jb_1").await, Guide::new());
    speaking(&vendor).create_job("the-key", &guide.job()).await.unwrap();
    let reference = json!({
        "name": "WO 12345 — Low Voltage Cabling",
        "description": "Install Cat6 and test drops at client site",
        "entity": "en_abc123",
        "category_code": "jc_MTqpkbkp6G",
        "wage": 32500,
        "wage_type": "flatfee",
        "address": { "region": "CA" },
        "custom_metadata": { "work_order_id": "12345" }
    });
    assert_eq!(posted(&vendor, "/api/v1/jobs").json(), reference);
    let mut job = guide.job();
    job.region = None;
    assert_eq!(job.written(Wire::Reference(Environment::Production)).get("address"), None);
}

#[tokio::test]
async fn quotes_sessions_and_assignments_carry_no_metadata() {
    let (vendor, guide) = (making("qt_1").await, Guide::new());
    speaking(&vendor).create_quote("the-key", &guide.quote()).await.unwrap();
    let cover = json!({
        "contractor": "cn_Ehb3bYa",
        "job": "jb_jsb9KEcTpc",
        "coverage_type": ["general", "workers-comp"],
        "effective_date": 1_761_997_200,
        "end_date": 1_762_083_600
    });
    assert_eq!(posted(&vendor, "/api/v1/quotes").json(), cover);

    let vendor = making("an_1").await;
    speaking(&vendor).create_assignment("the-key", &guide.assignment()).await.unwrap();
    assert_eq!(posted(&vendor, "/api/v1/assignments").json(), cover);

    let vendor = making("ias_1").await;
    speaking(&vendor).open_session("the-key", &guide.session()).await.unwrap();
    let session = json!({
        "quote": "qt_5DciVga8Kt",
        "success_url": "https://workmarket.com/workorders/12345?coverage=active",
        "cancel_url": "https://workmarket.com/workorders/12345?coverage=canceled"
    });
    assert_eq!(posted(&vendor, "/api/v1/apply/sessions").json(), session);
}

#[tokio::test]
async fn a_cancellation_and_an_invoice_are_the_same_in_both_forms() {
    let guide = Guide::new();
    let vendor = Vendor::answering(200, "{}").await;
    speaking(&vendor).cancel_assignment("the-key", &guide.job, "work order canceled").await.unwrap();
    let canceled = json!({ "job_id": "jb_jsb9KEcTpc", "reason": "work order canceled" });
    assert_eq!(posted(&vendor, "/api/v1/assignments/cancel").json(), canceled);

    let vendor = making("in_1").await;
    speaking(&vendor).record_invoice("the-key", &guide.invoice()).await.unwrap();
    assert_eq!(posted(&vendor, "/api/v1/invoices").json()["gross_pay"], 1200);
}

#[tokio::test]
async fn a_certificate_is_uploaded_with_its_contractor_alone() {
    let (vendor, guide) = (making("ci_1").await, Guide::new());
    speaking(&vendor).upload_certificate("the-key", &guide.certificate(b"%PDF-1.7")).await.unwrap();
    let body = posted(&vendor, "/api/v1/files/certificates").body;
    let body = String::from_utf8_lossy(&body);
    assert!(body.contains("name=\"contractor\"\r\n\r\ncn_Ehb3bYa\r\n"), "{body}");
    assert!(
        body.contains("name=\"certificate\"; filename=\"file.pdf\"\r\nContent-Type: application/pdf\r\n")
    );
    assert!(!body.contains("custom_metadata"), "{body}");
}

#[tokio::test]
async fn what_is_only_read_names_the_environment_too() {
    for (environment, name) in [(Environment::Sandbox, "sandbox"), (Environment::Production, "production")] {
        let vendor = Vendor::answering(200, "[]").await;
        client(&vendor).speaking(Wire::Reference(environment)).check().await.unwrap();
        let asked = vendor.only();
        assert_eq!(asked.header("ten99policy-environment"), Some(name));
        assert_eq!(asked.header("ten99policy-idempotent-key"), None);
    }
    let vendor = Vendor::answering(200, "[]").await;
    client(&vendor).speaking(Wire::Guide).check().await.unwrap();
    assert_eq!(vendor.only().header("ten99policy-environment"), None);
}
