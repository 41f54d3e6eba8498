//! Every story ends as it must where the vendors misbehave: slow, refusing, failing, losing answers, and telling
//! things twice and in another order.

use crate::stories::Story;
use crate::world::{Plan, World};
use covertrail_adapters::sandbox::FaultPlan;
use tokio::task::JoinSet;

/// Twice each story under a plan of faults drawn from a seed.
async fn ends_the_same(faults: FaultPlan, seed: u64) {
    end_the_same(Plan { faults, seed, patience: 3, ..Plan::default() }).await;
}

async fn end_the_same(plan: Plan) {
    let world = World::begin(plan).await;
    let mut playing = JoinSet::new();
    for number in 0..2 * Story::ALL.len() {
        let (world, story) = (world.clone(), Story::ALL[number % Story::ALL.len()]);
        playing.spawn(async move {
            story.play(&world, &format!("WO-{number}-{story:?}")).await;
        });
    }
    playing.join_all().await;
    world.policy.set_faults(FaultPlan::default());
    world.workmarket.set_faults(FaultPlan::default());
    world.settles().await;
    world.log.lock().await.verify().await;
}

#[tokio::test]
async fn all_stories_end_the_same_where_answers_are_slow() {
    ends_the_same(FaultPlan { delay: 0.8, delay_ms: [20, 400], ..FaultPlan::default() }, 11).await;
}

#[tokio::test]
async fn all_stories_end_the_same_where_too_much_is_asked() {
    ends_the_same(FaultPlan { too_many_requests: 0.3, ..FaultPlan::default() }, 12).await;
}

#[tokio::test]
async fn all_stories_end_the_same_where_the_vendor_fails() {
    ends_the_same(FaultPlan { server_error: 0.3, ..FaultPlan::default() }, 13).await;
}

#[tokio::test]
async fn all_stories_end_the_same_where_answers_are_lost() {
    ends_the_same(FaultPlan { answer_lost: 0.3, ..FaultPlan::default() }, 14).await;
}

#[tokio::test]
async fn all_stories_end_the_same_where_webhooks_come_twice_and_in_another_order() {
    ends_the_same(FaultPlan { duplicate_webhook: 0.5, reorder_webhooks: 0.5, ..FaultPlan::default() }, 15)
        .await;
}

/// Half of what either vendor tells never comes; what does may come twice and in another order. Both are asked.
async fn half_is_lost(wire: &'static str, seed: u64) {
    let faults = FaultPlan {
        lost_webhook: 0.5,
        duplicate_webhook: 0.3,
        reorder_webhooks: 0.3,
        ..FaultPlan::default()
    };
    let (api, poll_seconds) = ("employer-v1", Some(1));
    let plan =
        Plan { wire, api, poll_seconds, catch_up_seconds: 1, faults, seed, patience: 3, ..Plan::default() };
    end_the_same(plan).await;
}

#[tokio::test]
async fn all_stories_end_the_same_where_webhooks_are_lost() {
    half_is_lost("guide", 16).await;
}

#[tokio::test]
async fn all_stories_end_the_same_where_webhooks_are_lost_in_the_references_form() {
    half_is_lost("reference", 17).await;
}

async fn everything_at_once(seed: u64) {
    let faults = FaultPlan {
        delay_ms: [5, 150],
        delay: 0.5,
        too_many_requests: 0.12,
        server_error: 0.12,
        answer_lost: 0.12,
        duplicate_webhook: 0.3,
        reorder_webhooks: 0.3,
        ..FaultPlan::default()
    };
    ends_the_same(faults, seed).await;
}

#[tokio::test]
async fn all_stories_end_the_same_where_everything_goes_wrong_at_once_seed_21() {
    everything_at_once(21).await;
}

#[tokio::test]
async fn all_stories_end_the_same_where_everything_goes_wrong_at_once_seed_22() {
    everything_at_once(22).await;
}
