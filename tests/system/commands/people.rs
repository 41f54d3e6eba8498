//! `covertrail certificate`, `waive` and `retry`: what people have the running program do.

use super::{fails, run};
use crate::world::{Ended, Order, Plan, Program, REVIEWER, REVIEWER_TOKEN, World};
use covertrail_domain::coverage::{Badge, Stage};
use serde_json::json;
use std::sync::Arc;

async fn ask(world: &World, arguments: &[&str]) -> Ended {
    let server = world.url("");
    let arguments = [arguments, &["--server", &server]].concat();
    Program::run(&arguments, &[("COVERTRAIL_TOKEN", REVIEWER_TOKEN.to_owned())]).await
}

fn done(ended: &Ended, told: &str) {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains(told), "{told} is not told: {ended:?}");
}

async fn waiting() -> (Arc<World>, Order) {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    (world, order)
}

#[tokio::test]
async fn a_certificate_is_handed_in_and_approved_by_hand_with_lines_and_dates() {
    let (world, order) = waiting().await;
    let pdf = world.path("coi.pdf");
    std::fs::write(&pdf, "%PDF-1.7\n%%EOF\n").unwrap();
    done(&ask(&world, &["certificate", "submit", "12345", pdf.to_str().unwrap()]).await, "12345: done");
    let certificate = order.event("certificate_uploaded").await["certificate"].as_str().unwrap().to_owned();
    world.at_policy(&format!("certificates/{certificate}/verdict"), json!({ "verdict": "flagged" })).await;
    order.event("certificate_flagged").await;
    let approve = ["certificate", "approve", "12345", &certificate, "--reason", "read by hand"];
    let from = covertrail_day(order.starts - 86_400);
    let to = covertrail_day(order.ends + 2 * 86_400);
    let cover = ["--lines", "general", "--from", &from, "--to", &to];
    done(&ask(&world, &[&approve[..], &cover].concat()).await, "12345: done");
    let review = order.event("certificate_reviewed").await;
    assert_eq!((&review["by"], &review["reason"]), (&json!(REVIEWER), &json!("read by hand")));
    order.start().await;
    order.is(Stage::Active, Badge::Insured).await;
}

fn covertrail_day(unix: i64) -> String {
    covertrail_domain::time::Timestamp::from_unix(unix).to_string()[..10].to_owned()
}

#[tokio::test]
async fn a_certificate_is_denied_and_a_denial_told_in_json() {
    let (world, order) = waiting().await;
    let certificate = order.hand_in().await;
    let deny = ["certificate", "deny", "12345", &certificate, "--reason", "not theirs", "--json"];
    let ended = ask(&world, &deny).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let answer: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!((&answer["status"], &answer["work_order"]), (&json!("done"), &json!("12345")));
    assert_eq!(order.event("certificate_reviewed").await["reason"], "not theirs");
}

#[tokio::test]
async fn an_exception_is_made_until_a_day() {
    let (world, order) = waiting().await;
    let until = covertrail_day(order.ends + 2 * 86_400);
    let waive = ["waive", "12345", "--until", &until, "--reason", "the client accepts the risk"];
    done(&ask(&world, &waive).await, "12345: done");
    assert_eq!(order.event("waived").await["waiver"]["by"], REVIEWER);
}

#[tokio::test]
async fn a_retry_of_what_is_not_blocked_holds_already() {
    let (world, _order) = waiting().await;
    let held = "12345: held already; it is now quoted";
    done(&ask(&world, &["retry", "12345"]).await, held);
    done(&ask(&world, &["retry", "12345", "--reason", "the category is mapped now"]).await, held);
}

#[tokio::test]
async fn what_is_refused_is_told_with_its_reason_and_an_exit_code() {
    let (world, _order) = waiting().await;
    let file = world.path("notes.txt");
    std::fs::write(&file, "hello").unwrap();
    let notes = file.to_str().unwrap();
    fails(&ask(&world, &["retry", "nobody"]).await, 5, &["nobody"]);
    fails(&ask(&world, &["certificate", "submit", "12345", notes]).await, 1, &["must end in .pdf"]);
    fails(
        &ask(&world, &["certificate", "submit", "12345", "/nowhere/coi.pdf"]).await,
        1,
        &["/nowhere/coi.pdf"],
    );
    let deny = ["certificate", "deny", "12345", "ci_nobody", "--reason", "x"];
    fails(&ask(&world, &deny).await, 1, &["ci_nobody"]);
    fails(
        &ask(&world, &["waive", "12345", "--until", "soon", "--reason", "x"]).await,
        2,
        &["--until", "2026"],
    );
    let server = world.url("");
    let arguments = ["retry", "12345", "--server", &server];
    fails(&run(&arguments).await, 3, &["COVERTRAIL_TOKEN is not set"]);
    let stranger = Program::run(&arguments, &[("COVERTRAIL_TOKEN", "somebody-elses-token".into())]).await;
    fails(&stranger, 3, &["COVERTRAIL_TOKEN is not a token"]);
    assert!(!stranger.stderr.contains("somebody"), "{stranger:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let token = [("COVERTRAIL_TOKEN", REVIEWER_TOKEN.to_owned())];
    let ended = Program::run(&["retry", "12345", "--server", "http://127.0.0.1:9"], &token).await;
    fails(&ended, 1, &["http://127.0.0.1:9", "is `covertrail serve` running?"]);
    let ended = Program::run(&["retry", "12345", "--config", "/nowhere/covertrail.toml"], &token).await;
    fails(&ended, 3, &["/nowhere/covertrail.toml"]);
}
