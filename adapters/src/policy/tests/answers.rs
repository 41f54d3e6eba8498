use super::samples::{Guide, client, window};
use crate::http::testing::Vendor;
use crate::policy::{AssignmentAnswer, Error, QuoteAnswer, Session, SessionAnswer, SessionState, Verdict};
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::id::SessionId;
use covertrail_domain::time::Timestamp;
use serde_json::{Value, json};

async fn quoted(status: u16, body: Value) -> Result<QuoteAnswer, Error> {
    let vendor = Vendor::answering(status, body.to_string()).await;
    client(&vendor).create_quote("k", &Guide::new().quote()).await
}

async fn assigned(body: Value) -> Result<AssignmentAnswer, Error> {
    let vendor = Vendor::answering(201, body.to_string()).await;
    client(&vendor).create_assignment("k", &Guide::new().assignment()).await
}

async fn verdict(mut body: Value) -> Verdict {
    body["id"] = json!("an_1");
    assigned(body).await.unwrap().verdict
}

async fn applying(body: Value) -> Result<SessionState, Error> {
    let vendor = Vendor::answering(200, body.to_string()).await;
    let state = client(&vendor).session(&SessionId::parse("ias_1").unwrap()).await;
    assert_eq!(vendor.only().target, "/api/v1/apply/sessions/ias_1");
    state
}

#[tokio::test]
async fn a_quote_has_the_window_and_lines_that_the_vendor_names() {
    let body = json!({
        "id": "qt_1", "object": "quote", "eligible": true, "net_rate": 123, "coverage_type": ["general"],
        "effective_date": 1_762_000_000, "end_date": "2025-11-02T11:40:00Z", "surprise": { "a": [1] }
    });
    let answer = quoted(201, body).await.unwrap();
    let QuoteAnswer::Quoted { id, window: answered, lines, net_rate_cents } = answer else { panic!() };
    assert_eq!(id.as_str(), "qt_1");
    assert_eq!(answered, window(1_762_000_000, 1_762_083_600));
    assert_eq!(lines, [Line::General].into_iter().collect());
    assert_eq!(net_rate_cents, Some(123));
}

#[tokio::test]
async fn a_quote_is_for_what_was_asked_where_the_vendor_does_not_say() {
    let guide = Guide::new();
    let body = json!({ "id": "qt_1", "effective_date": null, "net_rate": 1.5 });
    let QuoteAnswer::Quoted { window, lines, net_rate_cents, .. } = quoted(201, body).await.unwrap() else {
        panic!()
    };
    assert_eq!((window, lines, net_rate_cents), (guide.window, guide.lines, None));
}

#[tokio::test]
async fn a_line_that_the_vendor_leaves_out_is_not_quoted() {
    let body = json!({ "id": "qt_1", "coverage_type": ["marine"] });
    let QuoteAnswer::Quoted { lines, .. } = quoted(201, body).await.unwrap() else { panic!() };
    assert_eq!(lines, Lines::NONE);
}

#[tokio::test]
async fn a_quote_that_is_not_eligible_is_declined_with_the_vendors_reason() {
    for (body, reason) in [
        (json!({ "id": "qt_1", "eligible": false, "eligible_message": "High risk" }), "High risk"),
        (json!({ "eligible": { "result": false, "message": "High\nrisk" } }), "High risk"),
        (json!({ "eligible": false }), "not eligible"),
    ] {
        assert_eq!(quoted(201, body).await.unwrap(), QuoteAnswer::Declined { message: reason.to_owned() });
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_leaves_the_outcome_unknown() {
    for (body, fields) in [
        (json!([]), "answer: not a JSON object"),
        (json!({}), "id: missing"),
        (json!({ "id": "q t" }), "id: an id has other characters than ASCII letters, digits and _ - . ~ :"),
        (json!({ "id": "qt_1", "end_date": 5 }), "end_date: not after effective_date"),
        (json!({ "id": "qt_1", "eligible": "yes" }), "eligible: neither a flag nor an object with a result"),
        (
            json!({ "id": 1.5, "effective_date": "soon", "coverage_type": 7 }),
            "id: not a text; effective_date: not a date; coverage_type: not a list of texts",
        ),
    ] {
        let reason = format!("its answer cannot be read: {fields}");
        assert_eq!(quoted(201, body).await, Err(Error::UnknownOutcome { reason }));
    }
}

#[tokio::test]
async fn an_assignment_is_as_old_as_the_vendor_says() {
    for (created, moment) in [
        (json!(1_762_083_600), Some(1_762_083_600)),
        (json!("2025-11-02T11:40:00Z"), Some(1_762_083_600)),
        (json!("lately"), None),
        (json!(null), None),
    ] {
        let answer = assigned(json!({ "id": "an_1", "created": created })).await.unwrap();
        assert_eq!(answer.created, moment.map(Timestamp::from_unix));
    }
}

#[tokio::test]
async fn an_assignment_is_cover_only_when_the_vendor_says_active() {
    assert_eq!(verdict(json!({})).await, Verdict::Pending);
    assert_eq!(
        verdict(json!({ "status": "pending", "eligible": { "result": true } })).await,
        Verdict::Pending
    );
    assert_eq!(verdict(json!({ "status": "approved" })).await, Verdict::Pending);
    assert_eq!(verdict(json!({ "status": "active" })).await, Verdict::Active);
}

#[tokio::test]
async fn a_no_in_the_answer_outweighs_its_status() {
    let no =
        |message: &str| json!({ "status": "active", "eligible": { "result": false, "message": message } });
    assert_eq!(verdict(no("High risk")).await, Verdict::Ineligible { message: "High risk".to_owned() });
    for status in ["cancelled", "canceled", "Canceled"] {
        assert_eq!(verdict(json!({ "status": status })).await, Verdict::Canceled);
    }
    let none = "No matching policy found for assignment.".to_owned();
    for told in [no(&none), json!({ "status": "active", "message": none })] {
        assert_eq!(verdict(told).await, Verdict::NoPolicy { message: none.clone() });
    }
}

#[tokio::test]
async fn an_assignment_has_the_policy_window_and_lines_that_the_vendor_names() {
    let body = json!({
        "id": "an_1", "policy": "pl_1", "coverage_type": "workers-comp", "effective_date": 1_762_000_000
    });
    let answer = assigned(body).await.unwrap();
    assert_eq!((answer.id.as_str(), answer.policy.unwrap().as_str()), ("an_1", "pl_1"));
    assert_eq!(answer.window, window(1_762_000_000, 1_762_083_600));
    assert_eq!(answer.lines, [Line::WorkersComp].into_iter().collect());
}

#[tokio::test]
async fn a_session_is_a_link_that_is_safe_to_show() {
    let guide = Guide::new();
    let opened = |url: &str| json!({ "id": "ias_1", "url": url }).to_string();
    let vendor = Vendor::answering(201, opened("https://apply.example.com/ias_1")).await;
    let answer = client(&vendor).open_session("k", &guide.session()).await.unwrap();
    let SessionAnswer::Open(Session { id, url }) = answer else { panic!("{answer:?}") };
    assert_eq!((id.as_str(), url.as_str()), ("ias_1", "https://apply.example.com/ias_1"));
    for unsafe_url in ["javascript:alert(1)", "/apply/ias_1", "", "data:text/html,x"] {
        let vendor = Vendor::answering(201, opened(unsafe_url)).await;
        let failure = client(&vendor).open_session("k", &guide.session()).await.unwrap_err();
        assert!(matches!(failure, Error::UnknownOutcome { .. }), "{unsafe_url}");
    }
}

#[tokio::test]
async fn a_session_is_open_complete_or_expired() {
    let open = SessionState::Open { step: "add_card_details".to_owned() };
    assert_eq!(applying(json!({ "step": "add_card_details", "expired": false })).await, Ok(open));
    let complete = json!({ "step": "application_complete", "expired": true });
    assert_eq!(applying(complete).await, Ok(SessionState::Complete));
    assert_eq!(applying(json!({ "step": "verify_info", "expired": true })).await, Ok(SessionState::Expired));
    assert!(matches!(applying(json!({})).await, Err(Error::Unavailable { .. })));
}
