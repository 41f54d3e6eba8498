//! `covertrail workmarket-templates`: what it prints is what the program takes.

use super::{fails, run};
use crate::world::{Order, Plan, World};
use serde_json::{Value, json};

#[tokio::test]
async fn every_template_that_is_printed_is_taken_once_it_is_filled_in() {
    let world = World::begin(Plan { contractors_apply: false, ..Plan::default() }).await;
    let order = Order::assigned(&world, "12345").await;
    order.event("application_opened").await;
    let ended = run(&["workmarket-templates", "--base-url", &world.url(""), "--json"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let templates: Vec<Value> = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(templates.len(), 11);
    let secret = world.plan.lock().unwrap().secrets.workmarket_webhook.clone();
    for template in &templates {
        for now in ["1761997200", "2025-11-01T11:40:00Z"] {
            let values = [("${assignment_id}", "12345"), ("${status}", "active"), ("${now}", now)];
            let body =
                values.iter().fold(template["body"].as_str().unwrap().to_owned(), |body, (name, value)| {
                    body.replace(name, value)
                });
            let path = template["url"].as_str().unwrap().strip_prefix(&world.url("")).unwrap();
            let headers: Vec<(String, String)> = template["headers"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| {
                    let value = value.as_str().unwrap();
                    (name.clone(), value.replace("$COVERTRAIL_WORKMARKET_WEBHOOK_SECRET", &secret))
                })
                .collect();
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = world.post(path, &headers, body).await;
            assert_eq!(answer.status, 200, "{template}: {}", answer.text);
        }
    }
    // one for each event, the time notwithstanding, and the assignment of before
    let handled = world
        .until("every hint is dealt with", |log| {
            let handled: Vec<_> = log.deliveries.values().filter_map(|kept| kept.handled()).collect();
            (handled.len() >= 12)
                .then(|| handled.iter().map(|(outcome, _)| (*outcome).to_owned()).collect::<Vec<_>>())
        })
        .await;
    assert_eq!(handled.len(), 12);
    assert!(handled.iter().all(|outcome| outcome == "applied" || outcome == "nothing_new"), "{handled:?}");
}

#[tokio::test]
async fn the_templates_show_no_secret_and_tell_what_cannot_work() {
    let world = World::without_program(Plan::default()).await;
    let config = world.configure();
    let config = config.to_str().unwrap();
    let ended =
        run(&["workmarket-templates", "--config", config, "--base-url", "https://covertrail.acme.test"])
            .await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for line in [
        "Reschedule Approved",
        "URL     https://covertrail.acme.test/webhooks/workmarket/check_in",
        "Header  Authorization: Bearer $COVERTRAIL_WORKMARKET_WEBHOOK_SECRET",
        "\"check_in_out_id\":\"${check_in_out_id}\"",
    ] {
        assert!(ended.stdout.contains(line), "{line} is not in {}", ended.stdout);
    }
    let written = std::fs::read_to_string(world.path("covertrail.toml")).unwrap();
    let signed = json!("body-hex");
    let text = format!("{written}\n[workmarket.webhook]\nscheme = {signed}\n");
    std::fs::write(world.path("covertrail.toml"), text).unwrap();
    fails(&run(&["workmarket-templates", "--config", config]).await, 3, &["workmarket.webhook.scheme"]);
}
