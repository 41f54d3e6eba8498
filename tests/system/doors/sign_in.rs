//! Signing in is limited and logged for each peer, and streams end with the session.

use crate::world::{Order, PATIENCE, Plan, REVIEWER, REVIEWER_TOKEN, World};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::sync::Arc;

const SAM_TOKEN: &str = "tok_sam_0b54d1a9e6c37f82";

/// A world with two reviewers.
async fn world(more: &str) -> Arc<World> {
    let plan = Plan { contractors_apply: false, more: more.to_owned(), ..Plan::default() };
    let world = World::without_program(plan).await;
    world.plan.lock().unwrap().secrets.people = format!("{REVIEWER}={REVIEWER_TOKEN},sam={SAM_TOKEN}");
    world.start().await;
    // pages are there once the read models are
    world.metrics().await;
    world
}

async fn sign_in(world: &World, token: &str, then: &str) -> Response {
    let form = [("content-type", "application/x-www-form-urlencoded"), ("origin", &world.url(""))];
    let body = format!("token={token}&then={then}").into_bytes();
    world.request(Method::POST, "/sign-in", &form, body).send().await.unwrap()
}

/// Signs in; answers with the cookie.
async fn cookie(world: &World, token: &str) -> String {
    let answer = sign_in(world, token, "").await;
    let set = answer.headers()["set-cookie"].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

async fn with_cookie(world: &World, path: &str, cookie: &str) -> Response {
    world.request(Method::GET, path, &[("cookie", cookie)], Vec::new()).send().await.unwrap()
}

#[tokio::test]
async fn wrong_tokens_are_counted_slowed_and_logged_once_and_a_right_one_is_let_in_all_the_same() {
    let world = world("").await;
    let mut statuses = Vec::new();
    for number in 0..13 {
        statuses.push(sign_in(&world, &format!("guess-{number}"), "").await.status().as_u16());
    }
    assert_eq!(statuses, [[401; 10].as_slice(), &[429; 3]].concat());
    assert_eq!(sign_in(&world, REVIEWER_TOKEN, "").await.status(), 303, "nobody is locked out");
    let guess = [("authorization", "Bearer somebody-elses-token")];
    let api = world.send(world.request(Method::GET, "/v1/work-orders", &guess, Vec::new())).await.unwrap();
    assert_eq!(api.status, 401, "programs are told what is wrong: {}", api.text);
    let metrics = world.metrics().await;
    for figure in ["{kind=\"sign_in\"} 13", "{kind=\"token\"} 1", "{kind=\"webhook\"} 0"] {
        assert!(metrics.contains(&format!("covertrail_refused_total{figure}\n")), "{metrics}");
    }
    let printed = world.prints("signed in").await;
    let lines: Vec<Value> = printed.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let refused: Vec<&Value> = lines.iter().filter(|line| line["message"] == "refused").collect();
    let [refused] = refused.as_slice() else { panic!("not one line a minute: {refused:?}") };
    assert!(refused["kind"] == "sign_in" && refused["peer"] == "127.0.0.1", "{refused}");
    assert!(!printed.contains("guess-") && !printed.contains("somebody-elses"), "{printed}");
    assert!(lines.iter().any(|line| line["message"] == "signed in" && line["name"] == REVIEWER), "{printed}");
}

#[tokio::test]
async fn one_persons_sign_ins_sign_out_nobody_else() {
    let world = world("").await;
    let (sam, first) = (cookie(&world, SAM_TOKEN).await, cookie(&world, REVIEWER_TOKEN).await);
    for _ in 0..20 {
        cookie(&world, REVIEWER_TOKEN).await;
    }
    assert_eq!(with_cookie(&world, "/lifecycle", &sam).await.status(), 200);
    assert_eq!(with_cookie(&world, "/lifecycle", &first).await.status(), 303, "their own oldest ends");
}

#[tokio::test]
async fn a_stream_ends_when_its_session_is_signed_out_and_no_other_does() {
    let world = world("").await;
    let (leaves, stays) = (cookie(&world, REVIEWER_TOKEN).await, cookie(&world, REVIEWER_TOKEN).await);
    let mut ending = Vec::new();
    for path in ["/live?since=0-0", "/live", "/board/live?since=0-0&rows="] {
        let mut stream = with_cookie(&world, path, &leaves).await;
        assert_eq!(stream.status(), 200, "{path}");
        assert!(stream.chunk().await.unwrap().is_some(), "{path} speaks");
        ending.push((path, stream));
    }
    let mut going_on = with_cookie(&world, "/live", &stays).await;
    assert!(going_on.chunk().await.unwrap().is_some());
    let headers = [("cookie", leaves.as_str()), ("origin", &world.url(""))];
    assert_eq!(world.post("/sign-out", &headers, "").await.status, 303);
    for (path, mut stream) in ending {
        let ended = async { while let Ok(Some(_)) = stream.chunk().await {} };
        tokio::time::timeout(PATIENCE, ended).await.unwrap_or_else(|_| panic!("{path} goes on"));
    }
    Order::assigned(&world, "12345").await;
    let told = tokio::time::timeout(PATIENCE, going_on.chunk()).await.expect("the other session is told");
    assert!(told.unwrap().is_some());
    assert_eq!(with_cookie(&world, "/live", &leaves).await.status(), 303);
}

#[tokio::test]
async fn signing_in_leads_nowhere_else_and_always_has_an_answer() {
    let world = world("").await;
    for (then, leads) in [
        ("%2Fboard%3Fstage%3Dactive", "/board?stage=active"),
        ("%2F%2509%2Fevil.example", "/%09/evil.example"),
        ("/%09/evil.example", "/"),
        ("/%0d%0aset-cookie:%20a=b", "/"),
        ("/%00", "/"),
        ("/%7f", "/"),
        ("//evil.example", "/"),
        ("/%5Cevil.example", "/"),
        ("/..//evil.example", "/"),
        ("/%C2%85/evil.example", "/"),
        ("https://evil.example", "/"),
        ("/%E2%80%AE", "/%E2%80%AE"),
    ] {
        let answer = sign_in(&world, REVIEWER_TOKEN, then).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["location"]),
            (303, &leads.parse().unwrap()),
            "{then}"
        );
        assert!(answer.headers().contains_key("set-cookie"), "{then}");
        let asked = world.get(&format!("/sign-in?then={then}")).await.unwrap();
        let has_control = ["%09", "%0d", "%00", "%7f", "%C2%85"].iter().any(|control| then.contains(control));
        assert_eq!(asked.status, if has_control { 400 } else { 200 }, "{then}");
    }
}

#[tokio::test]
async fn the_scheme_of_a_token_has_no_case_at_any_door() {
    let world = world("").await;
    let secret = world.plan.lock().unwrap().secrets.workmarket_webhook.clone();
    for scheme in ["Bearer", "bearer", "BEARER ", "bEaReR   "] {
        let person = format!("{scheme} {REVIEWER_TOKEN}");
        let headers = [("authorization", person.as_str())];
        let read = world.request(Method::GET, "/v1/openapi.json", &headers, Vec::new());
        assert_eq!(world.send(read).await.unwrap().status, 200, "{scheme}");
        let act = world.post("/v1/work-orders/nobody/retry", &headers, "").await;
        assert_eq!(act.status, 404, "{scheme}: {}", act.text);
        let vendor = format!("{scheme} {secret}");
        let hint = json!({ "work_order_id": "nobody" }).to_string();
        let delivered = world.post("/webhooks/workmarket/created", &[("authorization", &vendor)], hint).await;
        assert_ne!(delivered.status, 401, "{scheme}: {}", delivered.text);
    }
    for stranger in
        [REVIEWER_TOKEN.to_owned(), format!("Basic {REVIEWER_TOKEN}"), format!("Bearer{REVIEWER_TOKEN}")]
    {
        let read = world.request(Method::GET, "/v1/work-orders", &[("authorization", &stranger)], Vec::new());
        assert_eq!(world.send(read).await.unwrap().status, 401, "{stranger}");
    }
}

#[tokio::test]
async fn where_four_eyes_are_asked_for_nobody_approves_what_they_handed_in() {
    let world = world("[people]\nfour_eyes = true\n").await;
    let first = Order::assigned(&world, "first").await;
    let second = Order::new(&world, "second", &first.worker);
    second.create(json!({}), json!({})).await;
    second.assign().await;
    second.event("application_opened").await;
    let certificate = first.hand_in().await;
    first.verdict(&certificate, "flagged").await;
    second.event("certificate_flagged").await;
    let review = |decision: &str| {
        json!({ "certificate": certificate, "decision": decision, "reason": "the holder is our parent" })
            .to_string()
    };
    for work_order in ["first", "second"] {
        let path = format!("/v1/work-orders/{work_order}/review");
        let answer = world.as_reviewer(&path, review("approve")).await;
        assert!(answer.status == 403 && answer.text.contains("four eyes"), "{work_order}: {}", answer.text);
        world
            .until("the refusal", |log| {
                let refusals = log.refusals.get(work_order)?;
                let (data, metadata) = refusals.iter().find(|(data, _)| data["asked"] == "review")?;
                let names = metadata["actor"] == format!("person:{REVIEWER}");
                (data["reason"].as_str()?.contains("four eyes") && names).then_some(())
            })
            .await;
    }
    for (token, may) in [(REVIEWER_TOKEN, false), (SAM_TOKEN, true)] {
        let cookie = cookie(&world, token).await;
        let shown = async {
            loop {
                let queue = with_cookie(&world, "/reviews", &cookie).await.text().await.unwrap();
                if queue.contains(&certificate) {
                    return queue;
                }
                tokio::time::sleep(std::time::Duration::from_millis(25)).await;
            }
        };
        let queue = tokio::time::timeout(PATIENCE, shown).await.expect("it waits for a person");
        assert_eq!(queue.contains("decision=approve"), may, "{queue}");
        assert_eq!(queue.contains("You handed it in"), !may, "{queue}");
        let form = format!("/work-orders/first/review?certificate={certificate}&decision=approve");
        let form = with_cookie(&world, &form, &cookie).await.text().await.unwrap();
        assert_eq!(form.contains("value=\"approve\" required disabled"), !may, "{form}");
    }
    assert_eq!(first.count("certificate_reviewed").await, 0);
    let sam = format!("Bearer {SAM_TOKEN}");
    let answer =
        world.post("/v1/work-orders/second/review", &[("authorization", &sam)], review("approve")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(first.event("certificate_reviewed").await["by"], "sam");
    // to deny what one handed in takes nobody else
    let denied = world.as_reviewer("/v1/work-orders/first/review", review("deny")).await;
    assert_eq!(denied.status, 200, "{}", denied.text);
    assert!(world.printed().contains("people.four_eyes = true"), "{}", world.printed());
}
