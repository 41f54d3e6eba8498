use std::collections::BTreeSet;
use std::time::Duration;

use eventstore::{
    Client, DeletePersistentSubscriptionOptions, Error, GetPersistentSubscriptionInfoOptions,
    ListPersistentSubscriptionsOptions, NakAction, PersistentSubscription, PersistentSubscriptionOptions,
    PersistentSubscriptionToAllOptions, ReplayParkedMessagesOptions, StreamPosition,
    SubscribeToPersistentSubscriptionOptions, SubscriptionFilter,
};
use uuid::Uuid;

use super::{Running, id, open, soon};

const GROUP: &str = "workers";

async fn create(client: &Client, stream: &str, options: PersistentSubscriptionOptions) {
    client.create_persistent_subscription(stream, GROUP, &options).await.unwrap();
}

fn from_the_start() -> PersistentSubscriptionOptions {
    PersistentSubscriptionOptions::default()
        .start_from(StreamPosition::Start)
        .checkpoint_after(Duration::from_millis(1))
}

async fn join(client: &Client, stream: &str, slots: usize) -> PersistentSubscription {
    let options = SubscribeToPersistentSubscriptionOptions::default().buffer_size(slots);
    client.subscribe_to_persistent_subscription(stream, GROUP, &options).await.unwrap()
}

async fn take(subscription: &mut PersistentSubscription) -> Uuid {
    id(&soon(subscription.next()).await.unwrap())
}

/// The next event that is none of these: a slow machine may have them delivered once more.
async fn take_but(subscription: &mut PersistentSubscription, known: &[Uuid]) -> Uuid {
    loop {
        let id = take(subscription).await;
        if !known.contains(&id) {
            return id;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_nothing_that_was_not_acknowledged_is_left_out() {
    let running = Running::begin().await;
    let given = running.write("order-1", 100).await;
    let client = running.client();
    create(&client, "order-1", from_the_start()).await;
    let mut subscription = join(&client, "order-1", 10).await;
    let mut acknowledged = BTreeSet::new();
    for number in 0..50 {
        let id = take(&mut subscription).await;
        // every seventh is left as it is
        if number % 7 != 3 {
            subscription.ack_ids([id]).await.unwrap();
            acknowledged.insert(id);
        }
    }
    drop(subscription);
    let running = Running::on(running.crash().await, open).await;
    let mut subscription = join(&running.client(), "order-1", 200).await;
    let mut again = BTreeSet::new();
    while !again.contains(given.last().unwrap()) {
        again.insert(take(&mut subscription).await);
    }
    for id in &given {
        assert!(acknowledged.contains(id) || again.contains(id), "nothing is left out");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_and_saved_does_not_come_again() {
    let running = Running::begin().await;
    let given = running.write("order-1", 20).await;
    let client = running.client();
    create(&client, "order-1", from_the_start()).await;
    let mut subscription = join(&client, "order-1", 5).await;
    for _ in 0..10 {
        let id = take(&mut subscription).await;
        subscription.ack_ids([id]).await.unwrap();
    }
    let saved = async {
        loop {
            let info = client
                .get_persistent_subscription_info(
                    "order-1",
                    GROUP,
                    &GetPersistentSubscriptionInfoOptions::default(),
                )
                .await
                .unwrap();
            if info.stats.last_checkpointed_event_revision == Some(9) {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    soon(saved).await;
    drop(subscription);
    let running = Running::on(running.crash().await, open).await;
    let mut subscription = join(&running.client(), "order-1", 5).await;
    assert_eq!(take(&mut subscription).await, given[10]);
}

#[tokio::test(flavor = "multi_thread")]
async fn consumers_share_a_group_and_inherit_from_those_that_go() {
    let running = Running::begin().await;
    let given: BTreeSet<_> = running.write("order-1", 40).await.into_iter().collect();
    let client = running.client();
    create(&client, "order-1", from_the_start()).await;
    let (mut one, mut other) = (join(&client, "order-1", 5).await, join(&client, "order-1", 5).await);
    let mut done = BTreeSet::new();
    // this one takes and never answers
    let taken = take(&mut one).await;
    for _ in 0..20 {
        let id = take(&mut other).await;
        assert!(done.insert(id) && id != taken, "an event has one consumer at a time");
        other.ack_ids([id]).await.unwrap();
    }
    drop(one);
    while done.len() < given.len() {
        let id = take(&mut other).await;
        assert!(done.insert(id));
        other.ack_ids([id]).await.unwrap();
    }
    assert_eq!(done, given);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_back_too_often_or_not_at_all_is_parked_and_replayed() {
    let running = Running::begin().await;
    let given = running.write("order-1", 3).await;
    let client = running.client();
    let options = from_the_start().max_retry_count(1).message_timeout(Duration::from_secs(2));
    create(&client, "order-1", options).await;
    let mut subscription = join(&client, "order-1", 1).await;
    assert_eq!(take(&mut subscription).await, given[0]);
    subscription.nack_ids([given[0]], NakAction::Retry, "again").await.unwrap();
    // the second time nobody answers: it is parked, and the next one comes
    assert_eq!(take_but(&mut subscription, &given[..1]).await, given[1]);
    subscription.nack_ids([given[1]], NakAction::Park, "not now").await.unwrap();
    assert_eq!(take_but(&mut subscription, &given[..2]).await, given[2]);
    subscription.ack_ids([given[2]]).await.unwrap();
    let client = running.client();
    client.replay_parked_messages("order-1", GROUP, &ReplayParkedMessagesOptions::default()).await.unwrap();
    let mut replayed = BTreeSet::new();
    while replayed.len() < 2 {
        let id = take(&mut subscription).await;
        replayed.insert(id);
        subscription.ack_ids([id]).await.unwrap();
    }
    assert_eq!(replayed, given[..2].iter().copied().collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_all_streams_reads_what_its_filter_wants() {
    let running = Running::begin().await;
    running.write("other-1", 5).await;
    let given = running.write("order-1", 2).await;
    let client = running.client();
    let options = PersistentSubscriptionToAllOptions::default()
        .filter(SubscriptionFilter::on_stream_name().add_prefix("order-"))
        .start_from(StreamPosition::Start);
    client.create_persistent_subscription_to_all(GROUP, &options).await.unwrap();
    let reading = SubscribeToPersistentSubscriptionOptions::default();
    let mut subscription = client.subscribe_to_persistent_subscription_to_all(GROUP, &reading).await.unwrap();
    for expected in &given {
        assert_eq!(take(&mut subscription).await, *expected);
        subscription.ack_ids([*expected]).await.unwrap();
    }
    running.write("other-1", 5).await;
    let late = running.write("order-2", 1).await;
    assert_eq!(take(&mut subscription).await, late[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_made_once_listed_and_dropped() {
    let running = Running::begin().await;
    let client = running.client();
    create(&client, "order-1", from_the_start()).await;
    let twice = client.create_persistent_subscription("order-1", GROUP, &from_the_start()).await;
    assert!(matches!(twice, Err(Error::ResourceAlreadyExists)), "{twice:?}");
    let listed = client
        .list_all_persistent_subscriptions(&ListPersistentSubscriptionsOptions::default())
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);
    let mut subscription = join(&client, "order-1", 5).await;
    client
        .delete_persistent_subscription("order-1", GROUP, &DeletePersistentSubscriptionOptions::default())
        .await
        .unwrap();
    let dropped = soon(subscription.next()).await;
    assert!(matches!(dropped, Err(Error::IllegalStateError(_))), "its consumers are told: {dropped:?}");
    let gone = client
        .delete_persistent_subscription("order-1", GROUP, &DeletePersistentSubscriptionOptions::default())
        .await;
    assert!(matches!(gone, Err(Error::ResourceNotFound)), "{gone:?}");
}
