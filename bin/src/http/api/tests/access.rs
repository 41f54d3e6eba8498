use super::world::{World, token};
use crate::config::Role;
use crate::http::api::listings;
use reqwest::{Method, RequestBuilder, StatusCode};

/// Every address that needs a token, and whether it is one where something is done.
fn routes() -> Vec<(Method, String, bool)> {
    let one = "/v1/work-orders/WO-1";
    let lists = listings::ALL.iter().map(|listing| format!("/v1/{}", listing.name));
    let subscriptions = listings::ALL.iter().map(|listing| format!("/v1/subscriptions/{}", listing.name));
    let more = ["", "/history", "/standing"].map(|end| format!("{one}{end}"));
    let reads = lists.chain(subscriptions).chain(more);
    let reads = reads.chain(["/v1/events", "/v1/openapi.json", "/metrics"].map(str::to_owned));
    let acts =
        ["certificates", "review", "waive", "retry"].map(|act| (Method::POST, format!("{one}/{act}"), true));
    reads.map(|path| (Method::GET, path, false)).chain(acts).collect()
}

#[tokio::test]
async fn every_address_is_for_those_whose_role_it_is_for_and_for_nobody_without_a_token() {
    let world = World::begin(20).await;
    for (method, path, acts) in routes() {
        let ask = async |token: Option<String>| {
            let request = world.request(method.clone(), &path);
            let request = token.into_iter().fold(request, RequestBuilder::bearer_auth);
            request.send().await.unwrap()
        };
        for stranger in [None, Some(String::new()), Some("somebody-elses-token".to_owned())] {
            let answer = ask(stranger).await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(answer.headers()["www-authenticate"], "Bearer");
            let problem: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
            assert_eq!(problem["type"], "urn:covertrail:problem:unauthorized");
        }
        for role in Role::ALL {
            let status = ask(Some(token(role))).await.status();
            let is_for_them = !acts || role.may_act();
            assert_eq!(status != StatusCode::FORBIDDEN, is_for_them, "{role:?} {method} {path}: {status}");
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{role:?} {method} {path}");
        }
    }
}

#[tokio::test]
async fn health_needs_no_token() {
    let world = World::begin(1).await;
    for path in ["/livez", "/readyz"] {
        let status = world.request(Method::GET, path).send().await.unwrap().status();
        assert_ne!(status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn what_opens_a_contractors_application_is_for_those_who_may_audit() {
    let world = World::begin(40).await;
    let opened = world.all("work-orders", "&stage=completed", 100).await;
    let path = format!("/v1/work-orders/{}/history", opened[0]["work_order"].as_str().unwrap());
    for role in Role::ALL {
        let answer = world.request(Method::GET, &path).bearer_auth(token(role)).send().await.unwrap();
        let text = answer.text().await.unwrap();
        assert!(text.contains("coverage.application_opened.v1"), "{text}");
        assert_eq!(text.contains("https://apply."), role.may_audit(), "{role:?}");
    }
}
