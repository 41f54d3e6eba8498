//! The commands that read a log: `status`, `history`, `replay` and `diagram`, beside a `serve` that writes to it.

use super::{fails, run};
use crate::stories::Story;
use crate::world::{Plan, World};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::Arc;

/// A world in which 12345 went straight through and 12346's contractor never applied.
async fn world() -> Arc<World> {
    let world = World::begin(Plan::default()).await;
    Story::StraightThrough.play(&world, "12345").await;
    Story::NeverApplies.play(&world, "12346").await;
    world.settles().await;
    world
}

/// What a command prints of the world's log.
async fn read(world: &World, arguments: &[&str]) -> String {
    let path = world.path("covertrail.sqlite");
    let ended = run(&[arguments, &["--log", path.to_str().unwrap()]].concat()).await;
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
    ended.stdout
}

async fn read_json(world: &World, arguments: &[&str]) -> Value {
    let text = read(world, &[arguments, &["--json"]].concat()).await;
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"))
}

#[tokio::test]
async fn status_tells_of_every_work_order_the_worst_first() {
    let world = world().await;
    let status = read_json(&world, &["status"]).await;
    let rows: Vec<_> = status["work_orders"].as_array().unwrap().iter().collect();
    let told =
        |row: &Value| ["work_order", "stage", "standing"].map(|key| row[key].as_str().unwrap().to_owned());
    assert_eq!(told(rows[0]), ["12346", "quoted", "uninsured-and-working"]);
    assert_eq!(told(rows[1]), ["12345", "active", "insured"]);
    assert_eq!(status["deliveries_waiting"], 0);
    let text = read(&world, &["status"]).await;
    assert!(text.find("12346").unwrap() < text.find("12345").unwrap(), "{text}");
}

#[tokio::test]
async fn history_tells_everything_that_happened_as_it_is_stored() {
    let world = world().await;
    let history = read_json(&world, &["history", "12345"]).await;
    let happened = history.as_array().unwrap().iter().filter(|entry| entry["stream"] == "coverage-12345");
    let kinds: Vec<_> = happened.map(|entry| entry["kind"].clone()).collect();
    let stored = |log: &crate::world::Log| {
        let told = log.orders.get("12345")?;
        Some(told.events.iter().map(|event| Value::from(event.kind.clone())).collect::<Vec<_>>())
    };
    assert_eq!(kinds, world.until("the stream", stored).await);
    let raw = read(&world, &["history", "12345", "--raw"]).await;
    assert_eq!(raw.lines().count(), kinds.len());
}

#[tokio::test]
async fn replay_tells_what_was_known_then_and_its_digest_can_be_had_without_it() {
    let world = world().await;
    let history = read_json(&world, &["history", "12345"]).await;
    let quoted =
        history.as_array().unwrap().iter().find(|entry| entry["kind"] == "coverage.quoted.v1").unwrap();
    let then = quoted["position"].to_string();
    let replayed = read_json(&world, &["replay", "12345", "--until", &then]).await;
    assert_eq!(replayed["coverage"]["stage"], "quoted");
    let raw = read(&world, &["history", "12345", "--raw"]).await;
    let digest = Sha256::digest(raw.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    let whole = read_json(&world, &["replay", "12345"]).await;
    assert_eq!((&whole["sha256"], &whole["coverage"]["stage"]), (&digest.into(), &"active".into()));
    let all = read_json(&world, &["replay"]).await;
    assert_eq!(all, read_json(&world, &["replay"]).await, "the same log gives the same answer");
}

#[tokio::test]
async fn an_unknown_work_order_ends_with_5_and_a_log_that_is_not_there_with_4() {
    let world = World::begin(Plan::default()).await;
    let path = world.path("covertrail.sqlite");
    for command in ["status", "history", "replay"] {
        let unknown = run(&[command, "nobody", "--log", path.to_str().unwrap()]).await;
        fails(&unknown, 5, &["nobody", "covertrail status"]);
        let missing = run(&[command, "12345", "--log", "/nowhere/covertrail.sqlite"]).await;
        fails(&missing, 4, &["there is no log at /nowhere/covertrail.sqlite"]);
    }
}

#[tokio::test]
async fn the_diagram_is_drawn_in_every_form() {
    for (form, begins) in [("mermaid", "stateDiagram"), ("dot", "digraph"), ("svg", "<svg"), ("text", "")] {
        let drawn = run(&["diagram", "--format", form]).await;
        assert_eq!(drawn.code, Some(0), "{form}");
        assert!(drawn.stdout.contains(begins) && drawn.stdout.contains("active"), "{}", drawn.stdout);
    }
}
