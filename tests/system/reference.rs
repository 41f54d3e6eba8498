//! The same where 1099Policy speaks as its API reference has it, and not as the guide does.

use crate::stories::Story;
use crate::world::{Order, Plan, World};
use serde_json::json;
use tokio::task::JoinSet;

/// That a policy has expired is no message there: it is found by asking.
#[tokio::test]
async fn all_stories_end_the_same_in_the_references_form() {
    let world = World::begin(Plan { wire: "reference", catch_up_seconds: 1, ..Plan::default() }).await;
    let mut playing = JoinSet::new();
    for story in Story::ALL {
        let world = world.clone();
        playing.spawn(async move { story.play(&world, &format!("WO-{story:?}")).await });
    }
    playing.join_all().await;
    world.settles().await;
}

/// No webhook comes at all: what happened is found by asking.
#[tokio::test]
async fn what_no_webhook_tells_is_found_by_the_next_start() {
    for wire in ["guide", "reference"] {
        let world = World::begin(Plan { wire, contractors_apply: false, ..Plan::default() }).await;
        let order = Order::new(&world, "12345", "wk_421");
        order.create(json!({}), json!({})).await;
        order.assign().await;
        let opened = order.event("application_opened").await;
        world.policy.set_webhook(None).unwrap();
        let url = format!("{}/complete", opened["url"].as_str().unwrap());
        let answer = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap()
            .post(url)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 303);
        world.restart().await;
        order.event("coverage_activated").await;
        assert_eq!(order.count("application_completed").await, 1);
    }
}
