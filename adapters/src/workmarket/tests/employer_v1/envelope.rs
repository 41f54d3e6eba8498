use super::samples::{SECRET, assignment_json, client, enveloped, fine, id, refused, token};
use crate::http::testing::{Reply, Vendor};
use crate::workmarket::Error;
use proptest::prelude::*;
use serde_json::json;
use std::time::Duration;

async fn failure(reply: Reply) -> Error {
    client(&Vendor::replying([token("at_1"), reply]).await).work_order(&id()).await.unwrap_err()
}

#[tokio::test]
async fn an_answer_of_200_with_errors_in_it_is_a_refusal() {
    let said = failure(Reply::Answer(200, refused(200, "1", "Assignment is\nlocked"))).await;
    assert_eq!(said.to_string(), "workmarket refused (1): Assignment is locked");
    let several = json!({
        "meta": { "errors": [{ "message": "one" }, "two"], "timestamp": 1 }, "response": assignment_json()
    });
    let said = failure(Reply::Answer(200, several.to_string())).await;
    assert_eq!(said.to_string(), "workmarket refused (http_422): one; two");
    let failed = failure(Reply::Answer(200, refused(404, "1", "Invalid assignment id"))).await;
    assert_eq!(failed, Error::NotFound);
}

#[tokio::test]
async fn a_refusal_by_status_is_read_from_its_envelope() {
    let said = failure(Reply::Answer(422, refused(422, "17", "Invalid id, alex@example.com"))).await;
    assert_eq!(said.to_string(), "workmarket refused (17): Invalid id, (email)");
    assert_eq!(failure(Reply::Answer(404, refused(404, "1", "No such"))).await, Error::NotFound);
    let said = failure(Reply::Answer(403, refused(403, "1", "Not yours"))).await;
    assert_eq!(
        said.to_string(),
        "workmarket refused (http_403): Not yours (check COVERTRAIL_WORKMARKET_TOKEN)"
    );
}

#[tokio::test]
async fn what_is_wrong_for_now_inside_a_200_is_an_outage() {
    for (status, reason) in [(503, "503 Service Unavailable"), (429, "429 Too Many Requests")] {
        let said = failure(Reply::Answer(200, refused(status, "1", "later"))).await;
        let reason = format!("it answered {reason}");
        assert_eq!(said, Error::Unavailable { reason, retry_after: None });
    }
    let busy = Reply::With(429, vec![("retry-after", "120".to_owned())], String::new());
    let Error::Unavailable { retry_after, .. } = failure(busy).await else { panic!("an outage") };
    assert_eq!(retry_after, Some(Duration::from_mins(2)));
}

#[tokio::test]
async fn an_answer_that_is_no_envelope_is_malformed_and_says_where() {
    for (body, expected) in [
        ("<html>".to_owned(), "answer: not a JSON object"),
        (json!({ "response": {} }).to_string(), "meta: missing"),
        (json!({ "meta": 7, "response": {} }).to_string(), "meta: not an object"),
        (json!({ "meta": {} }).to_string(), "response: missing"),
        (enveloped(&json!([])), "answer: not a JSON object"),
    ] {
        let said = failure(Reply::Answer(200, body)).await;
        assert_eq!(said.to_string(), format!("workmarket's answer cannot be used: {expected}"));
    }
}

#[tokio::test]
async fn the_secret_is_nowhere_to_be_seen() {
    let vendor = Vendor::replying([token("at_1"), fine(&assignment_json())]).await;
    let client = client(&vendor);
    client.work_order(&id()).await.unwrap();
    let shown = format!("{client:?}");
    assert!(!shown.contains(SECRET) && !shown.contains("key_test_1") && !shown.contains("at_1"), "{shown}");
    for asked in vendor.asked() {
        assert!(!asked.target.contains(SECRET) && !asked.target.contains("key_test_1"), "{}", asked.target);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_bytes_make_a_reader_fall_over(noise in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,80}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let text = text.replace('"', "'");
        for body in [String::from_utf8_lossy(&noise).into_owned(), format!(r#"{{"meta":{{}},"response":{text}}}"#)] {
            let said = runtime.block_on(failure(Reply::Answer(200, body)));
            prop_assert!(matches!(said, Error::Malformed(_)), "{:?}", said);
        }
    }
}
