use super::samples::{client, window};
use crate::http::testing::Vendor;
use crate::policy::Verdict;
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::id::{AssignmentId, PolicyId, QuoteId};
use covertrail_domain::time::Timestamp;
use serde_json::json;

#[tokio::test]
async fn a_page_of_events_keeps_the_bytes_of_each_and_the_next_page_begins_after_the_last() {
    let first = r#"{ "id":"ev_2","type":"policy.active", "data":{"id":"pl_1"} }"#;
    let list = format!("[{first},{{\"type\":7}},\n\"x\"]");
    for body in [list.clone(), format!("{{\"data\":{list}}}")] {
        let vendor = Vendor::answering(200, body).await;
        let events = client(&vendor).events(Some("ev_3")).await.unwrap();
        assert_eq!(vendor.only().target, "/api/v1/events?limit=100&starting_after=ev_3");
        let bodies: Vec<_> = events.iter().map(|event| (event.id.as_deref(), &event.body[..])).collect();
        let unreadable: [(_, &[u8]); 2] = [(None, b"{\"type\":7}"), (None, b"\"x\"")];
        assert_eq!(bodies, [(Some("ev_2"), first.as_bytes()), unreadable[0], unreadable[1]]);
        assert!(!format!("{events:?}").contains("policy.active"));
    }
    let vendor = Vendor::answering(200, "[]").await;
    assert_eq!(client(&vendor).events(None).await, Ok(vec![]));
    assert_eq!(vendor.only().target, "/api/v1/events?limit=100");
}

#[tokio::test]
async fn a_policy_and_the_policies_of_a_quote_are_asked_for_by_their_ids() {
    let policy = json!({
        "id": "po_1", "status": "canceled", "effective_date": "2025-11-01T11:40:00Z", "expiration_date": 1_762_083_600,
        "canceled_at": "2025-11-01T12:00:00+00:00"
    });
    let vendor = Vendor::answering(200, policy.to_string()).await;
    let read = client(&vendor).policy(&PolicyId::parse("po_1").unwrap()).await.unwrap();
    assert_eq!(vendor.only().target, "/api/v1/policies/po_1");
    assert_eq!(read.window, Some(window(1_761_997_200, 1_762_083_600)));
    assert_eq!(read.canceled, Some(Timestamp::from_unix(1_761_998_400)));
    let vendor = Vendor::answering(200, json!({ "data": [policy] }).to_string()).await;
    let listed = client(&vendor).policies_from(&QuoteId::parse("qt_1").unwrap()).await.unwrap();
    assert_eq!(vendor.only().target, "/api/v1/policies?quote=qt_1&limit=100");
    assert_eq!(listed, [read]);
}

#[tokio::test]
async fn an_assignment_is_read_as_it_stands() {
    let body = json!({
        "id": "an_1", "status": "cancelled", "policy": "pl_1", "coverage_type": ["general"], "cancelled_at": 150,
        "effective_date": 100, "end_date": 200
    });
    let vendor = Vendor::answering(200, body.to_string()).await;
    let read = client(&vendor).assignment(&AssignmentId::parse("an_1").unwrap()).await.unwrap();
    assert_eq!(vendor.only().target, "/api/v1/assignments/an_1");
    assert_eq!((read.verdict, read.canceled), (Verdict::Canceled, Some(Timestamp::from_unix(150))));
    assert_eq!(
        (read.window, read.lines),
        (Some(window(100, 200)), Some([Line::General].into_iter().collect()))
    );
    let timeless = json!({ "id": "an_1", "status": "active", "effective_date": 100 });
    let vendor = Vendor::answering(200, timeless.to_string()).await;
    let read = client(&vendor).assignment(&AssignmentId::parse("an_1").unwrap()).await.unwrap();
    assert_eq!((read.verdict, read.lines), (Verdict::Active, Some(Lines::NONE)));
}
