use super::samples::{SECRET, assignment_json, client, enveloped, fine, id, refused, token};
use crate::http::Misconfigured;
use crate::http::testing::{Reply, Vendor};
use crate::secret::Secret;
use crate::workmarket::{Client, Error};
use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use serde_json::json;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Barrier;

fn expired() -> Reply {
    Reply::Answer(401, refused(401, "1", "Invalid access token"))
}

fn exchanges(vendor: &Vendor) -> usize {
    vendor.asked().iter().filter(|asked| asked.target == "/api/v1/authorization/request").count()
}

#[tokio::test]
async fn a_token_is_got_by_a_form_without_a_bearer_and_kept() {
    let vendor = Vendor::replying([token("at_1"), fine(&assignment_json()), fine(&assignment_json())]).await;
    let client = client(&vendor);
    client.work_order(&id()).await.unwrap();
    client.clone().work_order(&id()).await.unwrap();
    let asked = vendor.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(
        (asked[0].method.as_str(), asked[0].target.as_str()),
        ("POST", "/api/v1/authorization/request")
    );
    assert_eq!(asked[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(asked[0].header("authorization"), None);
    assert_eq!(asked[0].body, format!("token=key_test_1&secret={SECRET}"));
    assert!(asked[1..].iter().all(|asked| asked.header("authorization") == Some("Bearer at_1")));
}

#[tokio::test]
async fn a_token_that_is_refused_is_replaced_and_the_call_made_again() {
    for inside in [401_u16, 200] {
        let expired = Reply::Answer(inside, refused(401, "1", "Invalid access token"));
        let vendor =
            Vendor::replying([token("at_1"), expired, token("at_2"), fine(&assignment_json())]).await;
        client(&vendor).work_order(&id()).await.unwrap();
        let bearers: Vec<_> =
            vendor.asked().iter().map(|asked| asked.header("authorization").map(ToOwned::to_owned)).collect();
        let bearer = |token: &str| Some(format!("Bearer {token}"));
        assert_eq!(bearers, [None, bearer("at_1"), None, bearer("at_2")]);
    }
}

#[tokio::test]
async fn a_token_that_is_refused_when_it_is_new_is_told_to_a_person() {
    let vendor = Vendor::replying([token("at_1"), expired(), token("at_2"), expired()]).await;
    let said = client(&vendor).work_order(&id()).await.unwrap_err();
    assert_eq!(
        said.to_string(),
        "workmarket refused (http_401): Invalid access token (check COVERTRAIL_WORKMARKET_TOKEN)"
    );
    assert_eq!(vendor.asked().len(), 4);
}

#[tokio::test]
async fn calls_at_once_share_one_exchange() {
    let vendor = Vendor::replying(
        [token("at_1")].into_iter().chain((0..8).map(|_| fine(&assignment_json()))).collect::<Vec<_>>(),
    )
    .await;
    let client = client(&vendor);
    let order = id();
    let calls = (0..8).map(|_| client.work_order(&order));
    for answer in futures_util::future::join_all(calls).await {
        answer.unwrap();
    }
    assert_eq!(exchanges(&vendor), 1);
}

#[tokio::test]
async fn calls_at_once_whose_token_is_refused_share_one_renewal() {
    let expiring = Expiring::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = Vendor::replying([]).await.settings();
    settings.base_url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let app = Router::new()
        .route("/authorization/request", post(Expiring::exchange))
        .route("/assignments/get", get(Expiring::assignment))
        .with_state(expiring.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client =
        Client::employer_v1(&settings, Secret::new(SECRET.to_owned()), Duration::from_hours(8)).unwrap();
    let order = id();
    let (one, other) = tokio::join!(client.work_order(&order), client.work_order(&order));
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(expiring.exchanges.load(Ordering::SeqCst), 2);
}

/// A vendor that refuses its first token, and not before two calls have come with it.
#[derive(Clone)]
struct Expiring {
    exchanges: Arc<AtomicUsize>,
    both: Arc<Barrier>,
}

impl Default for Expiring {
    fn default() -> Self {
        Self { exchanges: Arc::default(), both: Arc::new(Barrier::new(2)) }
    }
}

impl Expiring {
    fn exchange(State(vendor): State<Self>) -> Ready<String> {
        let number = vendor.exchanges.fetch_add(1, Ordering::SeqCst) + 1;
        ready(enveloped(&json!({ "access_token": format!("at_{number}") })))
    }

    async fn assignment(State(vendor): State<Self>, headers: HeaderMap) -> String {
        if headers["authorization"] == "Bearer at_1" {
            vendor.both.wait().await;
            return refused(401, "1", "Invalid access token");
        }
        enveloped(&assignment_json())
    }
}

#[tokio::test]
async fn an_exchange_that_fails_is_told_and_tried_again_by_the_next_call() {
    let away = || Reply::Answer(503, String::new());
    let vendor = Vendor::replying([away(), away(), away(), token("at_1"), fine(&assignment_json())]).await;
    let client = client(&vendor);
    let said = client.work_order(&id()).await.unwrap_err();
    assert!(matches!(said, Error::Unavailable { .. }), "{said}");
    client.work_order(&id()).await.unwrap();
}

#[tokio::test]
async fn a_refusal_of_the_exchange_does_not_repeat_what_was_sent() {
    let said = format!("secret {SECRET} of key_test_1 is unknown");
    let vendor = Vendor::replying([Reply::Answer(401, refused(401, "1", &said))]).await;
    let said = client(&vendor).check().await.unwrap_err();
    assert_eq!(
        said.to_string(),
        "workmarket refused (http_401): secret (redacted) of (redacted) is unknown (check COVERTRAIL_WORKMARKET_TOKEN)"
    );
}

#[tokio::test]
async fn a_secret_that_is_empty_is_refused_at_once() {
    let settings = Vendor::replying([]).await.settings();
    let made = Client::employer_v1(&settings, Secret::new(String::new()), Duration::from_hours(8));
    assert!(matches!(made, Err(Misconfigured::UnusableKey)));
}
