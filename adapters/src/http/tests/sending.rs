use crate::http::testing::{Reply, Vendor};
use crate::http::{Content, Failure, Http};
use proptest::prelude::*;
use serde_json::json;
use std::time::Duration;

async fn post(vendor: &Vendor) -> Result<bytes::Bytes, Failure> {
    let content = Content::json(&json!({ "name": "Alex" }));
    Http::new(&vendor.settings()).unwrap().post(&["jobs"], "job-12345", content).await
}

async fn get(vendor: &Vendor) -> Result<bytes::Bytes, Failure> {
    Http::new(&vendor.settings()).unwrap().get(&["jobs"], &[]).await
}

fn answer(status: u16) -> Reply {
    Reply::Answer(status, "{}".to_owned())
}

fn in_progress() -> Reply {
    Reply::Answer(409, r#"{"message":"busy","error_code":"idempotency_in_progress"}"#.to_owned())
}

#[tokio::test]
async fn every_attempt_carries_the_same_key_and_bytes() {
    let vendor = Vendor::replying([answer(500), Reply::Drop, answer(201)]).await;
    assert!(post(&vendor).await.is_ok());
    let asked = vendor.asked();
    assert_eq!(asked.len(), 3);
    for attempt in asked {
        assert_eq!((attempt.method.as_str(), attempt.target.as_str()), ("POST", "/api/v1/jobs"));
        assert_eq!(attempt.header("idempotency-key"), Some("job-12345"));
        assert_eq!(attempt.header("authorization"), Some("Bearer key_test_1"));
        assert_eq!(attempt.header("content-type"), Some("application/json"));
        assert_eq!(attempt.header("user-agent"), Some(concat!("covertrail/", env!("CARGO_PKG_VERSION"))));
        assert_eq!(attempt.body, r#"{"name":"Alex"}"#);
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_will_not_is_not() {
    for status in [408, 425, 429, 500, 502, 503, 504] {
        let vendor = Vendor::replying([answer(status), answer(201)]).await;
        assert!(post(&vendor).await.is_ok(), "{status}");
    }
    for status in [302, 400, 401, 403, 404, 409, 413, 422] {
        let vendor = Vendor::replying([answer(status)]).await;
        assert!(matches!(post(&vendor).await, Err(Failure::Refused(_))), "{status}");
        assert_eq!(vendor.asked().len(), 1, "{status}");
    }
    let vendor = Vendor::replying([in_progress(), answer(201)]).await;
    assert!(post(&vendor).await.is_ok());
}

#[tokio::test]
async fn an_effect_that_may_have_happened_is_never_called_undone() {
    for lost in [answer(500), answer(502), answer(504), Reply::Drop, Reply::BreakOff, in_progress()] {
        let vendor = Vendor::replying([lost, answer(503), answer(503)]).await;
        let failure = post(&vendor).await.unwrap_err();
        assert!(matches!(failure, Failure::UnknownOutcome { .. }), "{failure:?}");
        assert_eq!(vendor.asked().len(), 3);
    }
}

#[tokio::test]
async fn an_effect_that_cannot_have_happened_is_called_undone() {
    let vendor = Vendor::replying([answer(503), answer(429), answer(408)]).await;
    assert!(matches!(post(&vendor).await, Err(Failure::Unavailable { .. })));
}

#[tokio::test]
async fn a_vendor_that_is_not_there_did_nothing() {
    let mut settings = Vendor::replying([]).await.settings();
    // A port that was free a moment ago.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    settings.base_url = format!("http://{closed}").parse().unwrap();
    let content = Content::json(&json!({}));
    let failure = Http::new(&settings).unwrap().post(&["jobs"], "k", content).await.unwrap_err();
    let Failure::Unavailable { reason, .. } = failure else { panic!("{failure:?}") };
    assert!(reason.starts_with("it cannot be reached: "), "{reason}");
}

#[tokio::test]
async fn a_vendor_that_never_answers_may_have_done_it() {
    let vendor = Vendor::replying([Reply::Hang, Reply::Hang, Reply::Hang]).await;
    let mut settings = vendor.settings();
    settings.timeout = Duration::from_millis(300);
    let content = Content::json(&json!({}));
    let failure = Http::new(&settings).unwrap().post(&["jobs"], "k", content).await.unwrap_err();
    assert!(matches!(failure, Failure::UnknownOutcome { .. }), "{failure:?}");
}

#[tokio::test]
async fn a_request_that_only_reads_has_no_unknown_outcome() {
    for lost in [|| answer(500), || Reply::Drop, || Reply::BreakOff] {
        let vendor = Vendor::replying([lost(), lost(), lost()]).await;
        let failure = get(&vendor).await.unwrap_err();
        assert!(matches!(failure, Failure::Unavailable { .. }), "{failure:?}");
        assert_eq!(vendor.asked()[0].header("idempotency-key"), None);
    }
}

#[tokio::test]
async fn a_vendor_that_asks_for_a_long_pause_is_left_alone() {
    let date = |value: &str| ("date", value.to_owned());
    for headers in [
        vec![("retry-after", "3600".to_owned())],
        vec![
            date("Sun, 22 Nov 2026 10:00:00 GMT"),
            ("retry-after", "Sun, 22 Nov 2026 11:00:00 GMT".to_owned()),
        ],
    ] {
        let vendor = Vendor::replying([Reply::With(429, headers, String::new())]).await;
        let Failure::Unavailable { retry_after, .. } = post(&vendor).await.unwrap_err() else { panic!() };
        assert_eq!(retry_after, Some(Duration::from_hours(1)));
        assert_eq!(vendor.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_short_a_past_or_an_unreadable_pause_is_waited_for_here() {
    for asked in ["0", "Thu, 01 Jan 1970 00:00:00 GMT", "soon", "-1"] {
        let headers = vec![("retry-after", asked.to_owned())];
        let vendor = Vendor::replying([Reply::With(429, headers, String::new()), answer(201)]).await;
        assert!(post(&vendor).await.is_ok(), "{asked}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Vendor::replying([]).await;
    let to = vec![("location", elsewhere.settings().base_url.to_string())];
    let vendor = Vendor::replying([Reply::With(307, to, String::new())]).await;
    assert!(matches!(post(&vendor).await, Err(Failure::Refused(_))));
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let vendor = Vendor::replying((0..3).map(|_| Reply::Answer(200, " ".repeat(5 << 20)))).await;
    let Failure::Unavailable { reason, .. } = get(&vendor).await.unwrap_err() else { panic!() };
    assert_eq!(reason, "its answer is too long to be one");
}

#[tokio::test]
async fn an_id_stays_one_segment_of_the_path() {
    let vendor = Vendor::answering(200, "{}").await;
    let http = Http::new(&vendor.settings()).unwrap();
    assert!(http.get(&["workorders", "../a?b#c%2e"], &[("limit", "1")]).await.is_ok());
    assert_eq!(vendor.only().target, "/api/v1/workorders/..%2Fa%3Fb%23c%252e?limit=1");
    for dots in [".", ".."] {
        let failure = http.get(&["workorders", dots], &[]).await.unwrap_err();
        assert!(matches!(failure, Failure::Refused(_)), "{failure:?}");
    }
    assert_eq!(vendor.asked().len(), 1);
}

#[tokio::test]
async fn a_key_beyond_ascii_is_written_in_ascii() {
    let vendor = Vendor::answering(201, "{}").await;
    let http = Http::new(&vendor.settings()).unwrap();
    assert!(http.post(&["jobs"], "worker-é%\n", Content::json(&json!({}))).await.is_ok());
    assert_eq!(vendor.only().header("idempotency-key"), Some("worker-%C3%A9%25%0A"));
}

proptest! {
    #[test]
    fn a_pause_never_ends_sooner_than_asked_nor_later_than_the_bounds_allow(
        attempt in 0_u32..100, asked in 0_u64..20, attempts in 0_u32..100,
    ) {
        let second = Duration::from_secs(1);
        let retry = crate::http::retry::Retry { attempts, first: second, max: second * 8, max_retry_after: second * 10 };
        match retry.pause(attempt, Some(second * u32::try_from(asked).unwrap())) {
            None => prop_assert!(attempt >= attempts || asked > 10),
            Some(pause) => {
                prop_assert!(attempt < attempts && asked <= 10);
                prop_assert!(pause >= Duration::from_secs(asked) && pause <= Duration::from_secs(asked + 8));
            }
        }
    }
}
