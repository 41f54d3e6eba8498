//! Whatever becomes of the vendor's messages on their way, work orders end as if each had come once and in order.

use super::super::events::REACHED;
use super::lives::{Life, any_life};
use crate::clock;
use crate::engine::testing::World;
use covertrail_adapters::webhook::delivery::{Delivery, HANDLED, RECEIVED};
use covertrail_domain::cover::{Line, union};
use covertrail_domain::coverage::{Badge, State};
use covertrail_domain::time::Window;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::time::Duration;

/// How many work orders live in one world, each with a contractor of its own.
const AT_ONCE: usize = 40;

/// What becomes of each message, in the order in which they come to be: lost, kept before the engine starts, or heard
/// while it asks; and which comes before which.
type Fates = Vec<(Fate, u32)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Lost,
    Kept,
    Heard,
    HeardTwice,
}

fn any_fate() -> impl Strategy<Value = (Fate, u32)> {
    let fate = prop_oneof![Just(Fate::Lost), Just(Fate::Kept), Just(Fate::Heard), Just(Fate::HeardTwice)];
    (fate, any::<u32>())
}

/// Where a work order ends: its standing, and when it is and was covered. How far the way to cover has come is not in it:
/// a new quote is asked for where a loss was heard of in time.
type End = (Badge, Vec<Window>);

fn end(state: &State) -> End {
    (state.standing(clock::now()).badge, union(state.coverage().unwrap().cover_of(Line::General)))
}

/// A world in which these work orders have come as far as their lives begin, and the vendor shows what became of them.
async fn world(lives: &[Life]) -> World {
    let world = World::given(&[]).await;
    world.vendor.has("POST quotes", json!({ "id": "qt_0", "eligible": false, "eligible_message": "no" }));
    for life in lives {
        world.write_history(&life.work_order(), &life.history()).await;
        for (what, object) in life.objects() {
            world.vendor.has(&format!("GET {what}"), object);
        }
    }
    world
}

async fn tell(world: &World, message: &Value) {
    let delivery = Delivery::from_policy(None, message.to_string().into());
    world.keep(&delivery.stream(), RECEIVED, delivery.to_json()).await;
}

/// Every message once and in its order, each told when the one before is dealt with.
async fn orderly(lives: &[Life]) -> Vec<End> {
    let world = world(lives).await;
    let engine = world.engine();
    let longest = lives.iter().map(|life| life.messages().len()).max().unwrap_or(0);
    let mut told = 0;
    for step in 0..longest {
        for message in lives.iter().filter_map(|life| life.messages().get(step).cloned()) {
            tell(&world, &message).await;
            told += 1;
        }
        world.until_there_are(HANDLED, told).await;
    }
    let ends = ends(&world, lives).await;
    engine.shut_down(Duration::from_mins(1)).await;
    ends
}

/// Messages lost, late, doubled and in any order; then the vendor is asked.
async fn disorderly(lives: &[Life], fates: &Fates) -> Vec<End> {
    let world = world(lives).await;
    let mut messages: Vec<Value> = lives.iter().flat_map(Life::messages).collect();
    messages.sort_by_key(|message| message["created"].as_i64());
    let mut shuffled: Vec<_> = messages.iter().zip(fates.iter().cycle()).collect();
    shuffled.sort_by_key(|(_, (_, place))| *place);
    let of = |wanted: &[Fate]| {
        let of_these = shuffled.iter().filter(|(_, (fate, _))| wanted.contains(fate));
        of_these.map(|(message, _)| (*message).clone()).collect::<Vec<_>>()
    };
    for message in of(&[Fate::Kept]) {
        tell(&world, &message).await;
    }
    *world.vendor.events.lock().unwrap() = messages.iter().rev().cloned().collect();
    let engine = world.engine();
    for message in of(&[Fate::Heard, Fate::HeardTwice]).iter().chain(&of(&[Fate::HeardTwice])) {
        tell(&world, message).await;
    }
    world.until_there_are(REACHED, usize::from(!messages.is_empty())).await;
    world.until_there_are(HANDLED, messages.len()).await;
    world.until_asked("GET contractors/", lives.len()).await;
    engine.shut_down(Duration::from_mins(1)).await;
    ends(&world, lives).await
}

async fn ends(world: &World, lives: &[Life]) -> Vec<End> {
    let mut ends = Vec::new();
    for life in lives {
        ends.push(end(&world.state(&life.work_order()).await));
    }
    ends
}

#[test]
fn whatever_becomes_of_the_messages_each_work_order_ends_as_if_all_had_come_in_order() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let lives = prop::collection::vec(any_life(), AT_ONCE);
    let fates = prop::collection::vec(any_fate(), AT_ONCE * 5);
    let mut runner = TestRunner::new(Config { cases: 8, max_shrink_iters: 3, ..Config::default() });
    runner
        .run(&(lives, fates), |(mut lives, fates)| {
            (0..).zip(&mut lives).for_each(|(number, life)| life.number = number);
            let (orderly, disorderly) =
                runtime.block_on(async { tokio::join!(orderly(&lives), disorderly(&lives, &fates)) });
            for ((life, orderly), disorderly) in lives.iter().zip(orderly).zip(disorderly) {
                prop_assert_eq!(orderly, disorderly, "{:?}", life);
            }
            Ok(())
        })
        .unwrap();
}
