use super::samples::{Guide, client};
use crate::http::testing::{Reply, Vendor};
use crate::policy::{Client, Error};
use serde_json::json;
use std::time::Duration;

async fn made(vendor: &Vendor) -> Result<covertrail_domain::id::JobId, Error> {
    client(vendor).create_job("k", &Guide::new().job()).await
}

#[tokio::test]
async fn a_refusal_carries_the_vendors_code_and_words() {
    let body =
        json!({ "message": { "entity": "unknown", "wage": "too low" }, "error_code": "invalid_input" });
    let failure = made(&Vendor::answering(400, body.to_string()).await).await.unwrap_err();
    let message = "entity: unknown; wage: too low".to_owned();
    assert_eq!(failure, Error::Refused { code: "invalid_input".to_owned(), message });
    assert_eq!(failure.to_string(), "1099policy refused (invalid_input): entity: unknown; wage: too low");
}

#[tokio::test]
async fn a_refused_key_names_the_setting_and_not_the_key() {
    for status in [401, 403] {
        let body = json!({ "message": "Invalid API key provided", "error_code": "invalid_api_key" });
        let failure = made(&Vendor::answering(status, body.to_string()).await).await.unwrap_err().to_string();
        assert_eq!(
            failure,
            "1099policy refused (invalid_api_key): Invalid API key provided (check COVERTRAIL_POLICY_API_KEY)"
        );
    }
}

#[tokio::test]
async fn an_outage_is_told_apart_from_a_lost_answer() {
    let unavailable =
        |status: u16| Reply::With(status, vec![("retry-after", "60".to_owned())], String::new());
    assert_eq!(
        made(&Vendor::replying([unavailable(503)]).await).await,
        Err(Error::Unavailable {
            reason: "it answered 503 Service Unavailable".to_owned(),
            retry_after: Some(Duration::from_mins(1)),
        })
    );
    assert_eq!(
        made(&Vendor::replying([unavailable(500)]).await).await,
        Err(Error::UnknownOutcome { reason: "it answered 500 Internal Server Error".to_owned() })
    );
}

#[tokio::test]
async fn a_check_asks_for_one_contractor_with_our_key() {
    let vendor = Vendor::answering(200, "[]").await;
    assert_eq!(client(&vendor).check().await, Ok(()));
    let asked = vendor.only();
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("GET", "/api/v1/contractors?limit=1"));
    assert_eq!(asked.header("authorization"), Some("Bearer key_test_1"));
    assert_eq!(asked.header("idempotency-key"), None);
}

#[tokio::test]
async fn a_check_is_not_content_with_just_any_page() {
    let vendor = Vendor::answering(200, "<html>welcome</html>").await;
    let reason = "its answer cannot be read: answer: not a list".to_owned();
    assert_eq!(client(&vendor).check().await, Err(Error::Unavailable { reason, retry_after: None }));
}

#[tokio::test]
async fn the_address_may_end_in_a_slash_or_not() {
    for end in ["/api/v1", "/api/v1/"] {
        let vendor = Vendor::answering(200, "[]").await;
        let mut settings = vendor.settings();
        settings.base_url.set_path(end);
        Client::new(&settings).unwrap().check().await.unwrap();
        assert_eq!(vendor.only().target, "/api/v1/contractors?limit=1");
    }
}
