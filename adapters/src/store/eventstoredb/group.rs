//! Taking part in a persistent subscription. The client's ends with its connection, and it panics if its server ends
//! it in peace: so a task of its own joins again and again, and what was not settled is handed out again.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use eventstore::{
    Client, Error, GetPersistentSubscriptionInfoOptions, NakAction, PersistentSubscription,
    PersistentSubscriptionEvent, PersistentSubscriptionToAllOptions, StreamPosition,
    SubscribeToPersistentSubscriptionOptions, SubscriptionFilter, SystemConsumerStrategy,
};
use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot};

use super::client::{ATTEMPTS, Failure, Link, pause};
use super::read::{original, position};
use crate::store::{Category, Handed, Membership, ReadError, Settled};

/// How many events a member has at once.
const SLOTS: usize = 256;
/// After this long an event is handed out again although its member is there. A member that is gone is noticed at
/// once, and one that is busy is to be left alone.
const TIMEOUT: Duration = Duration::from_mins(10);
/// After how many times the server puts an event aside by itself: more than a member bears.
const RETRIES: i32 = 30;

/// Joins the group of that name, which is made if there is none: it begins with what is appended from then on.
pub(super) async fn join(
    link: &Arc<Link>,
    group: &str,
    categories: &[Category],
) -> Result<Membership, ReadError> {
    let (out, mut handed) = mpsc::unbounded_channel();
    let (settle, settled) = mpsc::unbounded_channel();
    let (joined, is_joined) = oneshot::channel();
    let (link, group, categories) = (Arc::clone(link), group.to_owned(), categories.into());
    let member = Member { link, group, categories, joined: Some(joined), out, settled };
    tokio::spawn(member.take_part());
    if is_joined.await.is_err() {
        // it says why it gave up
        let why = handed.recv().await.and_then(Result::err);
        return Err(why.unwrap_or_else(|| ReadError::Unavailable(Failure::Silence.cause())));
    }
    Ok(Membership { handed, settle })
}

/// How many events of a group are put aside; nothing where there is no such group.
pub(super) async fn parked(link: &Link, group: &str) -> Result<Option<usize>, ReadError> {
    let options = GetPersistentSubscriptionInfoOptions::default();
    let options = &link.login(options, GetPersistentSubscriptionInfoOptions::authenticated);
    let asked =
        link.read(|client: Client| async move {
            client.get_persistent_subscription_info_to_all(group, options).await
        })
        .await;
    match asked {
        Ok(info) => Ok(Some(info.stats.parked_message_count)),
        Err(Failure::Answered(Error::ResourceNotFound)) => Ok(None),
        Err(failure) => Err(ReadError::Unavailable(failure.cause())),
    }
}

struct Member {
    link: Arc<Link>,
    group: String,
    categories: Vec<Category>,
    /// Told once, when it has joined for the first time.
    joined: Option<oneshot::Sender<()>>,
    out: mpsc::UnboundedSender<Result<Handed, ReadError>>,
    settled: mpsc::UnboundedReceiver<Settled>,
}

impl Member {
    /// Joins after every loss, until it is lost too often in a row or nobody listens.
    async fn take_part(mut self) {
        let mut attempt = 1;
        loop {
            let lost = AssertUnwindSafe(self.session(&mut attempt)).catch_unwind().await;
            let failure = match lost {
                Ok(Ok(())) => return,
                Ok(Err(failure)) => failure,
                // the server ended the subscription in peace
                Err(_) => Failure::Answered(Error::ConnectionClosed),
            };
            if attempt >= ATTEMPTS {
                // nobody is there to hear it
                let _ = self.out.send(Err(ReadError::Unavailable(failure.cause())));
                return;
            }
            pause(attempt).await;
            attempt = attempt.saturating_add(1);
        }
    }

    /// As long as one connection lasts; ends in peace when nobody listens any more.
    async fn session(&mut self, attempt: &mut u32) -> Result<(), Failure> {
        let (client, generation) = self.link.client()?;
        let mut subscription = match self.subscribe(&client).await {
            Ok(subscription) => subscription,
            Err(error) => return Err(self.failed(generation, error)),
        };
        // nobody waits for it any more
        let _ = self.joined.take().map(|joined| joined.send(()));
        let mut settled = Vec::new();
        loop {
            tokio::select! {
                event = subscription.next_subscription_event() => match event {
                    Ok(event) => {
                        *attempt = 1;
                        self.link.worked(generation);
                        if let Some(handed) = handed(event) && self.out.send(Ok(handed)).is_err() {
                            return Ok(());
                        }
                    }
                    Err(error) => return Err(self.failed(generation, error)),
                },
                count = self.settled.recv_many(&mut settled, SLOTS) => {
                    if count == 0 {
                        return Ok(());
                    }
                    if let Err(error) = settle(&mut subscription, settled.drain(..)).await {
                        return Err(self.failed(generation, error));
                    }
                }
            }
        }
    }

    fn failed(&self, generation: u64, error: Error) -> Failure {
        let failure = Failure::Answered(error);
        self.link.failed(generation, &failure);
        failure
    }

    async fn subscribe(&self, client: &Client) -> Result<PersistentSubscription, Error> {
        let options = SubscribeToPersistentSubscriptionOptions::default().buffer_size(SLOTS);
        let options = self.link.login(options, SubscribeToPersistentSubscriptionOptions::authenticated);
        match client.subscribe_to_persistent_subscription_to_all(&self.group, &options).await {
            Err(Error::ResourceNotFound) => {}
            joined => return joined,
        }
        let options = self.link.login(self.options(), PersistentSubscriptionToAllOptions::authenticated);
        match client.create_persistent_subscription_to_all(&self.group, &options).await {
            // another node was quicker
            Ok(()) | Err(Error::ResourceAlreadyExists) => {}
            Err(error) => return Err(error),
        }
        let options = SubscribeToPersistentSubscriptionOptions::default().buffer_size(SLOTS);
        let options = self.link.login(options, SubscribeToPersistentSubscriptionOptions::authenticated);
        client.subscribe_to_persistent_subscription_to_all(&self.group, &options).await
    }

    fn options(&self) -> PersistentSubscriptionToAllOptions {
        let filter = self.categories.iter().fold(SubscriptionFilter::on_stream_name(), |filter, category| {
            filter.add_prefix(format!("{}-", category.as_str()))
        });
        PersistentSubscriptionToAllOptions::default()
            .filter(filter)
            .start_from(StreamPosition::End)
            .message_timeout(TIMEOUT)
            .max_retry_count(RETRIES)
            .checkpoint_after(Duration::from_secs(1))
            .consumer_strategy_name(SystemConsumerStrategy::Pinned)
    }
}

fn handed(event: PersistentSubscriptionEvent) -> Option<Handed> {
    let PersistentSubscriptionEvent::EventAppeared { retry_count, event } = event else { return None };
    let event = original(event)?;
    Some(Handed {
        id: event.id,
        position: position(&event),
        stream: event.stream_id,
        kind: event.event_type,
        data: event.data.to_vec(),
        before: u32::try_from(retry_count).unwrap_or(u32::MAX),
    })
}

async fn settle(
    subscription: &mut PersistentSubscription,
    settled: impl Iterator<Item = Settled>,
) -> Result<(), Error> {
    let (parked, done): (Vec<_>, Vec<_>) = settled.partition(|settled| settled.parked);
    if !done.is_empty() {
        subscription.ack_ids(done.into_iter().map(|settled| settled.id)).await?;
    }
    if !parked.is_empty() {
        let ids = parked.into_iter().map(|settled| settled.id);
        subscription.nack_ids(ids, NakAction::Park, "handed out too often").await?;
    }
    Ok(())
}
