//! The program is killed at any moment, again and again, while work orders pass through. Nothing acknowledged is
//! lost, nothing is done twice, and every work order ends where it must.

use crate::stories::Story;
use crate::world::{Plan, World};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_done_twice_through_60_kills() {
    survives(60, 40).await;
}

/// Ten minutes and more:
/// `cargo test -p covertrail-tests --test system -- --ignored --nocapture through_1000_kills`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes ten minutes; the shorter one runs always"]
async fn nothing_is_lost_or_done_twice_through_1000_kills() {
    survives(1000, 300).await;
}

/// Kills at moments drawn from a seed, which `COVERTRAIL_CRASH_SEED` gives back.
async fn survives(kills: usize, orders: usize) {
    let given = std::env::var("COVERTRAIL_CRASH_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed: u64 = given.unwrap_or_else(rand::random);
    println!("COVERTRAIL_CRASH_SEED={seed}");
    let plan =
        Plan { patience: 5, seed, log_filter: "warn,covertrail::commands::serve=info", ..Plan::default() };
    let world = World::without_program(plan).await;
    let (killed, so_far) = watch::channel(0);
    let mut playing = JoinSet::new();
    world.start().await;
    for number in 0..orders {
        let (world, mut so_far) = (Arc::clone(&world), so_far.clone());
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
        let lives = Duration::from_millis(random.random_range(0..1_200));
        // that it listens is made known to the vendors at once; it may be killed before that
        let life = async {
            world.find().await;
            std::future::pending::<()>().await;
        };
        let _ = tokio::time::timeout(lives, life).await;
        world.kill().await;
        world.spawn();
        killed.send_replace(kill);
    }
    world.find().await;
    while let Some(played) = playing.join_next().await {
        played.unwrap();
    }
    world.settles().await;
    let events = world.log.lock().await.verify().await;
    println!("{kills} kills, {orders} work orders, {events} events");
}
