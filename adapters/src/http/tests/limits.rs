use crate::http::testing::{Reply, Vendor};
use crate::http::{Content, Failure, Http, Limits};
use serde_json::json;
use std::time::Duration;

/// Open for so long that no test sees the end of it.
const LONG: Duration = Duration::from_hours(1);

fn leaving_alone_after(failures: u32, vendor: &Vendor) -> Http {
    let mut settings = vendor.settings();
    settings.limits = Limits {
        breaker_failures: failures,
        breaker_pause: LONG,
        breaker_longest_pause: LONG,
        ..Limits::NONE
    };
    Http::new(&settings).unwrap()
}

fn answers<const N: usize>(statuses: [u16; N]) -> impl Iterator<Item = Reply> {
    statuses.into_iter().map(|status| Reply::Answer(status, "{}".to_owned()))
}

#[tokio::test]
async fn a_vendor_that_fails_time_after_time_is_not_asked_and_everybody_is_told_for_how_long() {
    let vendor = Vendor::replying(answers([503, 500, 503])).await;
    let http = leaving_alone_after(3, &vendor);
    assert!(http.get(&["jobs"], &[]).await.is_err());
    for http in [http.clone(), http] {
        let failure = http.get(&["jobs"], &[]).await.unwrap_err();
        let Failure::Unavailable { reason, retry_after: Some(left) } = failure else { panic!("{failure:?}") };
        assert!(reason.contains("left alone") && left <= LONG && left > LONG / 2, "{left:?}");
    }
    assert_eq!(vendor.asked().len(), 3);
}

#[tokio::test]
async fn an_effect_that_may_have_happened_before_the_vendor_is_left_alone_is_not_called_undone() {
    let vendor = Vendor::replying([Reply::Drop]).await;
    let post = |http: Http| async move { http.post(&["jobs"], "k", Content::json(&json!({}))).await };
    let http = leaving_alone_after(1, &vendor);
    let failure = post(http.clone()).await.unwrap_err();
    assert!(matches!(failure, Failure::UnknownOutcome { .. }), "{failure:?}");
    let failure = post(http).await.unwrap_err();
    assert!(matches!(failure, Failure::Unavailable { .. }), "nothing was sent: {failure:?}");
    assert_eq!(vendor.asked().len(), 1);
}

#[tokio::test]
async fn a_vendor_that_refuses_or_is_only_busy_is_there() {
    let vendor = Vendor::replying(answers([500, 429, 500, 404, 500, 409, 500, 200])).await;
    let http = leaving_alone_after(2, &vendor);
    while vendor.asked().len() < 8 {
        let _ = http.get(&["jobs"], &[]).await;
    }
    assert_eq!(vendor.asked().len(), 8, "no two failures stood side by side");
}

#[tokio::test]
async fn each_client_leaves_alone_its_own_vendor_only() {
    let [out_of_order, well] =
        [Vendor::replying(answers([503])).await, Vendor::replying(answers([200])).await];
    assert!(leaving_alone_after(1, &out_of_order).get(&["jobs"], &[]).await.is_err());
    assert!(leaving_alone_after(1, &well).get(&["jobs"], &[]).await.is_ok());
}
