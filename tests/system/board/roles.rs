//! Who may see and do what, and from where.

use crate::world::{Order, PATIENCE, Plan, REVIEWER_TOKEN, World, now};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test]
async fn each_role_sees_what_it_may_and_is_offered_what_it_can_do() {
    let roles = ["viewer", "reviewer", "auditor", "admin"];
    let more = roles.map(|role| {
        let sum =
            Sha256::digest(token(role)).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        format!("[[access]]\nname = \"a-{role}\"\nrole = \"{role}\"\nsha256 = \"{sum}\"\n")
    });
    let world = World::begin(Plan { contractors_apply: false, more: more.concat(), ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    for role in roles {
        let cookie = cookie(&world, &token(role)).await;
        let get = async |path: &str| {
            let asked = world.request(Method::GET, path, &[("cookie", &cookie)], Vec::new());
            world.send(asked).await.unwrap()
        };
        let (acts, audits) = (["reviewer", "admin"].contains(&role), ["auditor", "admin"].contains(&role));
        let page = get("/work-orders/12345").await;
        assert_eq!(page.status, 200, "{role}");
        assert_eq!(page.text.contains("Waive…"), acts, "{role}");
        assert_eq!(page.text.contains("Open the application"), acts || audits, "{role}");
        let waive = get("/work-orders/12345/waive").await;
        assert_eq!(waive.status, if acts { 200 } else { 403 }, "{role}");
        let form = [FORM, ("origin", &world.url("")), ("cookie", &cookie)];
        let sent = world.post("/work-orders/12345/waive", &form, "reason=because&until=2031-01-01").await;
        // a role that may not act is refused before the form is read
        assert_eq!(sent.status, if acts { 400 } else { 403 }, "{role}: no form of theirs sent it");
        let deliveries = get("/integrations").await.text;
        let delivery = deliveries.split('"').find(|part| part.starts_with("/deliveries/")).unwrap();
        let came = get(delivery).await;
        assert_eq!((came.status, came.text.contains("<pre")), (200, audits), "{role}");
    }
    assert_eq!(order.count("waived").await, 0);
}

fn token(role: &str) -> String {
    format!("the-token-of-a-{role}-5d1f0c")
}

/// Signs in, and answers with the cookie by which a browser is known from then on.
async fn cookie(world: &World, token: &str) -> String {
    let here = [FORM, ("origin", &world.url(""))];
    let asked = world.request(Method::POST, "/sign-in", &here, format!("token={token}").into_bytes());
    let signed_in = asked.send().await.unwrap();
    let set = signed_in.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_certificate_that_1099policy_does_not_get_done_with_is_shown_until_it_is() {
    let world =
        World::begin(Plan { contractors_apply: false, stuck_after_seconds: 1, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    let certificate = order.hand_in().await;
    let cookie = cookie(&world, REVIEWER_TOKEN).await;
    let get = async |path: &str| {
        let asked = world.request(Method::GET, path, &[("cookie", &cookie)], Vec::new());
        world.send(asked.bearer_auth(REVIEWER_TOKEN)).await.unwrap().text
    };
    let says = async |path: &str, what: &str| {
        let said = async {
            while !get(path).await.contains(what) {
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        };
        tokio::time::timeout(PATIENCE, said).await.unwrap_or_else(|_| panic!("{path} does not say {what}"));
    };
    says("/metrics", "covertrail_certificates_stuck 1\n").await;
    says("/", "; 1 stuck at 1099Policy").await;
    let queue = get("/reviews").await;
    assert!(queue.contains("Stuck at 1099Policy") && queue.contains(&certificate), "{queue}");
    let listed: Value = serde_json::from_str(&get("/v1/certificates?status=processing").await).unwrap();
    assert_eq!(listed["items"][0]["certificate"], certificate);
    assert!(listed["items"][0]["handed_in"].as_i64().unwrap() <= now());
    let other = Order::assigned(&world, "12346").await;
    other.event("application_opened").await;
    other.hand_in().await;
    says("/metrics", "covertrail_certificates_stuck 2\n").await;
    other.at_workmarket("cancel", json!({})).await;
    says("/metrics", "covertrail_certificates_stuck 1\n").await;
    order.verdict(&certificate, "validated").await;
    says("/metrics", "covertrail_certificates_stuck 0\n").await;
    assert!(!get("/reviews").await.contains("Stuck at 1099Policy"));
    let listed: Value = serde_json::from_str(&get("/v1/certificates?status=approved").await).unwrap();
    assert_eq!(listed["items"][0]["lines"], json!(["general"]));
}

#[tokio::test]
async fn nobody_acts_from_elsewhere_or_without_signing_in() {
    let world = World::begin(Plan::default()).await;
    Order::assigned(&world, "12345").await;
    let form = [FORM];
    let host = world.url("");
    let here = [form[0], ("origin", host.as_str())];
    let asked = format!("token={REVIEWER_TOKEN}");
    assert_eq!(world.post("/sign-in", &form, asked).await.status, 403, "no page of ours sent it");
    assert_eq!(world.post("/sign-in", &here, "token=guess").await.status, 401);
    let cookie = cookie(&world, REVIEWER_TOKEN).await;
    let cookie = cookie.as_str();
    let path = "/work-orders/12345/waive";
    let body = "key=guess&revision=0&reason=because&until=2031-01-01";
    let told = world.post(path, &here, body).await;
    assert_eq!(
        (told.status, told.location.as_deref()),
        (303, Some("/sign-in?then=%2Fwork-orders%2F12345%2Fwaive"))
    );
    let elsewhere = [form[0], ("origin", "https://evil.example.com"), ("cookie", cookie)];
    assert_eq!(world.post(path, &elsewhere, body).await.status, 403);
    let without_key = [form[0], ("origin", host.as_str()), ("cookie", cookie)];
    assert_eq!(world.post(path, &without_key, body).await.status, 400, "a form that no page of theirs had");
    assert_eq!(world.get("/board").await.unwrap().status, 303);
    assert_eq!(world.get("/board/live").await.unwrap().status, 303);
}
