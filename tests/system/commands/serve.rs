//! `covertrail serve`: what it needs, what it refuses, and how it ends.

use super::{fails, serve, serve_without_secrets};
use crate::stories::Story;
use crate::world::{Plan, Secrets, World};
use covertrail_adapters::store::{Embedded, EventStore as _, Expected, NewEvent, StreamName};
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

#[tokio::test]
async fn serve_without_secrets_names_each_variable_and_ends_with_3() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("covertrail.toml");
    std::fs::write(&path, "").unwrap();
    let names: Vec<_> = Secrets::default().environment().into_iter().map(|(name, _)| name).collect();
    let optional = ["COVERTRAIL_PEOPLE", "COVERTRAIL_LINK_SECRET", "COVERTRAIL_WORKMARKET_SECRET"];
    let needed: Vec<_> = names.into_iter().filter(|name| !optional.contains(name)).collect();
    assert_eq!(needed.len(), 4);
    fails(&serve_without_secrets(&path).await, 3, &needed);
}

#[tokio::test]
async fn serve_without_a_configuration_says_which_command_writes_one() {
    fails(
        &serve(Path::new("/nowhere/covertrail.toml")).await,
        3,
        &["/nowhere/covertrail.toml", "covertrail init"],
    );
}

#[tokio::test]
async fn a_broken_configuration_is_told_with_its_line_and_ends_with_3() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("covertrail.toml");
    for (text, told) in [
        ("[server]\n\nlisten = 8099\n", ["line 3", "listen"]),
        ("[policy]\nbind_on = \"later\"\n", ["line 2", "later"]),
        ("[engine]\nwokers = 8\n", ["line 2", "wokers"]),
        ("[log\n", ["line 1", ""]),
        ("[engine]\nworkers = 0\n", ["engine.workers", "at least 1"]),
    ] {
        std::fs::write(&path, text).unwrap();
        fails(&serve(&path).await, 3, &told);
    }
}

#[tokio::test]
async fn a_second_serve_on_the_same_log_says_that_it_is_in_use_and_ends_with_4() {
    let world = World::begin(Plan::default()).await;
    let second = serve(&world.path("covertrail.toml")).await;
    fails(&second, 4, &["covertrail.sqlite is in use by another process", "stop that one"]);
    assert_eq!(world.get("/readyz").await.unwrap().status, 200, "the first is not disturbed");
}

#[tokio::test]
async fn whether_it_is_ready_is_told_with_how_far_it_is_and_how_long_the_vendors_are_silent() {
    let world = World::begin(Plan::default()).await;
    Story::CertificateValidated.play(&world, "WO-1").await;
    world.settles().await;
    loop {
        let ready = world.get("/readyz").await.unwrap().json();
        if ready["projection_lag"] == 0 && ready["log_position"].as_u64() > Some(0) {
            assert!(ready["feed_age_seconds"]["workmarket"].is_u64(), "{ready}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_log_from_a_newer_version_is_left_alone_and_ends_with_4() {
    let world = World::begin(Plan::default()).await;
    assert_eq!(world.end("TERM").await.code, Some(0));
    let path = world.path("covertrail.sqlite");
    let mut bytes = std::fs::read(&path).unwrap();
    // SQLite's header has the application's version there
    bytes[60..64].copy_from_slice(&99_i32.to_be_bytes());
    std::fs::write(&path, &bytes).unwrap();
    fails(&serve(&world.path("covertrail.toml")).await, 4, &["has version 99", "use a newer covertrail"]);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[tokio::test]
async fn an_event_that_this_version_does_not_know_stops_it_with_4_and_its_place() {
    let world = World::begin(Plan::default()).await;
    assert_eq!(world.end("TERM").await.code, Some(0));
    let log = Embedded::open(world.path("covertrail.sqlite")).unwrap();
    let event = NewEvent {
        id: covertrail_adapters::schema::event_id("from the future", 0),
        kind: "coverage.teleported.v1".to_owned(),
        data: b"{}".to_vec(),
        metadata: b"{}".to_vec(),
        recorded_at: 0,
    };
    let stream = StreamName::parse("coverage-12345").unwrap();
    log.append(&stream, Expected::NoStream, vec![event]).await.unwrap();
    log.close().await;
    fails(&serve(&world.path("covertrail.toml")).await, 4, &["position 1", "coverage.teleported.v1"]);
}

#[tokio::test]
async fn a_file_that_is_no_log_is_left_alone_and_ends_with_4() {
    let world = World::without_program(Plan::default()).await;
    let config = world.configure();
    std::fs::write(world.path("covertrail.sqlite"), "Dear diary, ".repeat(500)).unwrap();
    fails(&serve(&config).await, 4, &["is not a covertrail log"]);
}

#[tokio::test]
async fn a_signal_to_terminate_ends_it_gracefully() {
    let world = World::begin(Plan::default()).await;
    let ended = world.end("TERM").await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stderr.contains("stopping"), "{}", ended.stderr);
}

#[tokio::test]
async fn a_signal_at_the_very_moment_it_serves_ends_it_gracefully_too() {
    let world = World::without_program(Plan::default()).await;
    for signal in ["TERM", "INT", "TERM", "INT", "TERM"] {
        world.spawn();
        world.find().await;
        let ended = world.end(signal).await;
        assert_eq!(ended.code, Some(0), "{signal}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn ctrl_c_ends_it_gracefully() {
    let world = World::begin(Plan::default()).await;
    let ended = world.end("INT").await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_with_its_field() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap();
    let world = World::without_program(Plan { listen, ..Plan::default() }).await;
    let ended = serve(&world.configure()).await;
    fails(&ended, 1, &[&format!("server.listen: cannot listen on {listen}")]);
}
