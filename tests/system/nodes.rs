//! Several nodes on one log: webhooks come to any of them, what is due is done by one of them, and any of them may be
//! killed at any moment. Nothing acknowledged is lost, nothing is done twice, and every work order ends where it must.

use crate::stories::Story;
use crate::world::{Cluster, Log, Plan};
use covertrail_adapters::sandbox::FaultPlan;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_story_ends_as_it_must_on_three_nodes_and_each_does_its_part() {
    let cluster = Cluster::begin(Plan { patience: 3, ..Plan::default() }, 3).await;
    let mut playing = JoinSet::new();
    for (number, story) in Story::ALL.into_iter().enumerate() {
        let world = Arc::clone(&cluster.world);
        playing.spawn(async move {
            story.play(&world, &format!("WO-{number}-{story:?}")).await;
        });
    }
    playing.join_all().await;
    cluster.world.settles().await;
    cluster.served.log.verify().await.unwrap();
    let steps = |node| cluster.printed(node).matches("step taken").count();
    let taken: Vec<_> = (0..cluster.len()).map(steps).collect();
    println!("steps taken by each node: {taken:?}");
    assert!(taken.iter().filter(|taken| **taken > 0).count() > 1, "one node does it all: {taken:?}");
    // all of them fold the whole log, and none of them takes the part of another
    let asked = taken.iter().sum::<usize>();
    let needed: usize = cluster.world.log.lock().await.orders.values().map(|told| told.events.len()).sum();
    assert!(asked <= needed, "{asked} steps were taken for {needed} events");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_go_on_by_themselves_when_their_server_comes_back() {
    let cluster = Cluster::begin(Plan { patience: 5, ..Plan::default() }, 2).await;
    let mut playing = JoinSet::new();
    for (number, story) in Story::ALL.into_iter().enumerate() {
        let world = Arc::clone(&cluster.world);
        playing.spawn(async move {
            story.play(&world, &format!("WO-{number}-{story:?}")).await;
        });
    }
    for events in [20, 40, 60] {
        // in the middle of things
        let so_far = |log: &Log| log.orders.values().map(|told| told.events.len()).sum::<usize>();
        cluster.world.until("so many events", |log| (so_far(log) >= events).then_some(())).await;
        cluster.served.end().await;
        // away for as long as lets its clients try a few times
        tokio::time::sleep(Duration::from_millis(700)).await;
        cluster.served.serve_again().await;
    }
    playing.join_all().await;
    cluster.world.settles().await;
    cluster.served.log.verify().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_done_twice_while_two_nodes_are_killed_20_times() {
    survives(2, 20, 20, FaultPlan::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_done_twice_while_three_nodes_are_killed_30_times_and_the_vendors_fail() {
    survives(3, 30, 30, faults()).await;
}

/// Some minutes:
/// `cargo test -p covertrail-tests --test system -- --ignored --nocapture three_nodes_are_killed_200_times`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes; the shorter ones run always"]
async fn nothing_is_lost_or_done_twice_while_three_nodes_are_killed_200_times() {
    survives(3, 200, 100, faults()).await;
}

/// Everything at once.
fn faults() -> FaultPlan {
    FaultPlan {
        delay_ms: [5, 150],
        delay: 0.5,
        too_many_requests: 0.12,
        server_error: 0.12,
        answer_lost: 0.12,
        duplicate_webhook: 0.3,
        reorder_webhooks: 0.3,
        ..FaultPlan::default()
    }
}

/// Kills of any node, at moments drawn from a seed, which `COVERTRAIL_CRASH_SEED` gives back.
async fn survives(nodes: usize, kills: usize, orders: usize, faults: FaultPlan) {
    let given = std::env::var("COVERTRAIL_CRASH_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed: u64 = given.unwrap_or_else(rand::random);
    println!("COVERTRAIL_CRASH_SEED={seed}");
    let log_filter = "warn,covertrail::commands::serve=info";
    let plan = Plan { patience: 8, seed, faults, log_filter, ..Plan::default() };
    let cluster = Cluster::begin(plan, nodes).await;
    let (killed, so_far) = watch::channel(0);
    let mut playing = JoinSet::new();
    for number in 0..orders {
        let (world, mut so_far) = (Arc::clone(&cluster.world), so_far.clone());
        playing.spawn(async move {
            // as many begin after each kill, and the last of them well before the last
            let begins = number * kills * 9 / (orders * 10);
            so_far.wait_for(|killed| *killed >= begins).await.unwrap();
            let story = Story::ALL[number % Story::ALL.len()];
            story.play(&world, &format!("WO-{number}-{story:?}")).await;
        });
    }
    let mut random = StdRng::seed_from_u64(seed);
    for kill in 1..=kills {
        tokio::time::sleep(Duration::from_millis(random.random_range(0..1_200))).await;
        let node = random.random_range(0..nodes);
        cluster.kill(node);
        cluster.start(node);
        killed.send_replace(kill);
    }
    while let Some(played) = playing.join_next().await {
        played.unwrap();
    }
    for vendor in [&cluster.world.policy, &cluster.world.workmarket] {
        vendor.set_faults(FaultPlan::default());
    }
    cluster.world.settles().await;
    let events = cluster.served.log.verify().await.unwrap().events;
    println!("{nodes} nodes, {kills} kills, {orders} work orders, {events} events");
}
