use super::samples::{client, enveloped, token};
use crate::http::testing::{Reply, Vendor};
use crate::workmarket::{Changes, Error, Status};
use covertrail_domain::time::Timestamp;
use serde_json::{Value, json};

async fn asked(body: String) -> (Vendor, Result<Changes, Error>) {
    let vendor = Vendor::replying([token("at_1"), Reply::Answer(200, body)]).await;
    let client = client(&vendor);
    let changes = client.as_employer_v1().unwrap().changes(Timestamp::from_unix(1_761_989_700), 25).await;
    (vendor, changes)
}

fn page(rows: &[Value]) -> String {
    enveloped(&json!({ "total_results": 60, "count": rows.len(), "start": 25, "limit": 25, "data": rows }))
}

#[tokio::test]
async fn changes_are_asked_for_by_the_page_and_read_row_by_row() {
    let rows = [
        json!({ "id": "1", "status": "active", "last_modified_on": 1_761_990_000, "resource_full_name": "Alex" }),
        json!({ "id": 2, "status": "onHold", "last_modified_on": "2025-11-01T09:40:00Z" }),
        json!({ "id": "3", "status": "paid" }),
        json!({ "id": "4" }),
        json!(7),
    ];
    let (vendor, changes) = asked(page(&rows)).await;
    let target = "/api/v1/assignments/list_updated?modified_since=1761989700&start=25&limit=25";
    assert_eq!(vendor.asked()[1].target, target);
    let changes = changes.unwrap();
    assert_eq!(changes.as_of, Timestamp::from_unix(1_761_990_000));
    let read: Vec<_> = changes
        .changes
        .iter()
        .map(|one| (one.work_order.as_str(), one.status(), one.modified_at().map(Timestamp::unix)))
        .collect();
    assert_eq!(
        read,
        [
            ("1", Status::Assigned, Some(1_761_990_000)),
            ("2", Status::Other("onHold".to_owned()), Some(1_761_990_000)),
            ("3", Status::Completed, None),
        ]
    );
    let unreadable: Vec<_> = changes.unreadable.iter().map(ToString::to_string).collect();
    assert_eq!(unreadable, ["status: missing", "answer: not a JSON object"]);
    assert!(changes.is_last());
}

#[tokio::test]
async fn a_full_page_is_not_the_last_and_an_empty_one_is() {
    let rows: Vec<_> = (0..25).map(|id| json!({ "id": id, "status": "sent" })).collect();
    assert!(!asked(page(&rows)).await.1.unwrap().is_last());
    assert!(asked(page(&[])).await.1.unwrap().is_last());
    assert!(asked(enveloped(&json!({}))).await.1.unwrap().is_last());
}

#[tokio::test]
async fn an_answer_without_the_vendors_time_leads_nowhere() {
    let body = json!({ "meta": {}, "response": { "data": [] } }).to_string();
    let said = asked(body).await.1.unwrap_err();
    assert_eq!(said.to_string(), "workmarket's answer cannot be used: meta.timestamp: missing");
    let said = asked(enveloped(&json!({ "data": {} }))).await.1.unwrap_err();
    assert_eq!(said.to_string(), "workmarket's answer cannot be used: data: not a list");
}
