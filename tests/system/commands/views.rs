//! `covertrail generate`, `rebuild` and `status` of another moment, and what the running program answers from its read
//! models.

use super::{fails, run};
use crate::stories::Story;
use crate::world::{Ended, Plan, REVIEWER_TOKEN, World};
use serde_json::Value;

async fn of_log(world: &World, arguments: &[&str]) -> Ended {
    let log = world.path("covertrail.sqlite");
    run(&[arguments, &["--log", log.to_str().unwrap()]].concat()).await
}

async fn board(world: &World) -> Vec<Value> {
    let request =
        world.request(reqwest::Method::GET, "/v1/work-orders", &[], vec![]).bearer_auth(REVIEWER_TOKEN);
    let answer = world.send(request).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].as_array().unwrap().clone()
}

/// Waits until the read models are what a fold of the log comes to.
async fn verified(world: &World) -> Ended {
    let ended = of_log(world, &["rebuild", "--verify"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended
}

#[tokio::test]
async fn read_models_are_verified_and_folded_anew_beside_the_program_that_follows_the_log() {
    let world = World::begin(Plan::default()).await;
    Story::StraightThrough.play(&world, "12345").await;
    world.settles().await;
    let ended = verified(&world).await;
    for name in ["board", "cover", "deliveries", "checklist"] {
        assert!(ended.stdout.contains(name), "{ended:?}");
    }
    let before = board(&world).await;
    for part in [&["rebuild"][..], &["rebuild", "--projection", "board"]] {
        let ended = of_log(&world, part).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stdout.contains("1 work orders"), "{ended:?}");
    }
    assert_eq!(board(&world).await, before);
    // it goes on after that
    Story::NeverApplies.play(&world, "12346").await;
    world.settles().await;
    let both = async {
        while board(&world).await.len() < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(crate::world::PATIENCE, both).await.unwrap();
    verified(&world).await;
}

#[tokio::test]
async fn a_generated_log_is_folded_and_verified_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("made/covertrail.sqlite");
    let log = log.to_str().unwrap();
    let generate = ["generate", "--work-orders", "50", "--seed", "5", "--until", "2026-06-01", "--log", log];
    let ended = run(&generate).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("events of 50 work orders"), "{ended:?}");
    fails(&run(&generate).await, 1, &["events in it already"]);
    fails(&run(&["rebuild", "--verify", "--log", log]).await, 1, &["covertrail.views.sqlite"]);
    assert_eq!(run(&["rebuild", "--log", log]).await.code, Some(0));
    assert_eq!(run(&["rebuild", "--verify", "--log", log]).await.code, Some(0));
    fails(&run(&["rebuild", "--projection", "colours", "--log", log]).await, 2, &["board", "deliveries"]);
    let at = async |arguments: &[&str]| -> Value {
        let ended = run(&[&["status", "--json", "--log", log], arguments].concat()).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        serde_json::from_str(&ended.stdout).unwrap()
    };
    let known = at(&["--known-at", "2026-01-01"]).await;
    let so = at(&["--as-of", "2026-01-01"]).await;
    let both = at(&["--as-of", "2026-01-01", "--known-at", "2026-01-01"]).await;
    let many = |answer: &Value| answer["work_orders"].as_array().unwrap().len();
    assert!(many(&known) > 10 && many(&known) < many(&at(&[]).await));
    assert_eq!(
        (many(&so), many(&both)),
        (many(&known), many(&known)),
        "what was assigned by then was known by then"
    );
    assert!(known.get("deliveries_waiting").is_none(), "what waits now is no answer about then: {known}");
}
