//! Following the log. The client loses its place when its connection goes, and a call of it that is given up
//! half-way loses its stream: so a task of its own listens, and goes on from what was yielded last.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use eventstore::{RecordedEvent, SubscribeToAllOptions, SubscriptionEvent, SubscriptionFilter};
use tokio::sync::mpsc;

use super::client::{ATTEMPTS, Failure, Link, Remedy, pause};
use super::read::{PAGE, PAGE_BYTES, at, is_system, original, position, push};
use crate::store::{Batch, Category, Feed, Position, ReadError, Update};

/// How long a page of a category may be waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the listener hears.
enum Heard {
    Event(Box<RecordedEvent>),
    CaughtUp,
    Lost(Failure),
}

/// An open subscription.
pub(super) struct Live {
    heard: mpsc::Receiver<Heard>,
    /// What was heard together and is not yielded yet.
    waiting: VecDeque<Heard>,
}

impl Live {
    pub(super) fn begin(link: &Arc<Link>, after: Option<Position>, category: Option<Category>) -> Self {
        let (out, heard) = mpsc::channel(PAGE);
        let listener = Listener { link: Arc::clone(link), after, category, caught_up: false, out };
        tokio::spawn(listener.listen());
        Self { heard, waiting: VecDeque::new() }
    }
}

#[async_trait]
impl Feed for Live {
    async fn next(&mut self) -> Result<Update, ReadError> {
        if self.waiting.is_empty() {
            let mut heard = Vec::new();
            self.heard.recv_many(&mut heard, PAGE).await;
            self.waiting.extend(heard);
        }
        let mut batch = Batch::default();
        while batch.weight() < PAGE_BYTES
            && let Some(heard) = self.waiting.pop_front()
        {
            match heard {
                Heard::Event(event) => push(&mut batch, &event),
                other if !batch.is_empty() => {
                    self.waiting.push_front(other);
                    break;
                }
                Heard::CaughtUp => return Ok(Update::CaughtUp),
                Heard::Lost(failure) => return Err(ReadError::Unavailable(failure.cause())),
            }
        }
        if batch.is_empty() {
            // the listener ends after it has said why
            return Err(ReadError::Unavailable(Failure::Silence.cause()));
        }
        Ok(Update::Events(batch))
    }
}

/// Listens to the server for as long as somebody listens to it.
struct Listener {
    link: Arc<Link>,
    after: Option<Position>,
    category: Option<Category>,
    caught_up: bool,
    out: mpsc::Sender<Heard>,
}

impl Listener {
    async fn listen(mut self) {
        let gone = self.out.clone();
        tokio::select! {
            () = self.insist() => {}
            () = gone.closed() => {}
        }
    }

    /// Subscribes again after every loss, from where it was, until it is lost too often in a row.
    async fn insist(&mut self) {
        let mut attempt = 1;
        loop {
            let failure = match self.link.client() {
                Ok((client, generation)) => {
                    let options = options(self.after, self.category.as_ref());
                    let options = self.link.login(options, SubscribeToAllOptions::authenticated);
                    let mut subscription = client.subscribe_to_all(&options).await;
                    loop {
                        match subscription.next_subscription_event().await {
                            Ok(event) => {
                                attempt = 1;
                                self.link.worked(generation);
                                if self.hear(event).await.is_err() {
                                    return;
                                }
                            }
                            Err(error) => {
                                let failure = Failure::Answered(error);
                                self.link.failed(generation, &failure);
                                break failure;
                            }
                        }
                    }
                }
                Err(failure) => failure,
            };
            if attempt >= ATTEMPTS || failure.remedy() == Remedy::GiveUp {
                // nobody is there to hear it
                let _ = self.out.send(Heard::Lost(failure)).await;
                return;
            }
            pause(attempt).await;
            attempt = attempt.saturating_add(1);
        }
    }

    /// Passes on what is new. An error means that nobody listens any more.
    async fn hear(&mut self, event: SubscriptionEvent) -> Result<(), mpsc::error::SendError<Heard>> {
        match event {
            SubscriptionEvent::EventAppeared(event) => {
                let Some(event) = original(event) else { return Ok(()) };
                let position = position(&event);
                self.link.saw(position);
                if self.after < Some(position) {
                    self.after = Some(position);
                    if !is_system(&event) {
                        return self.out.send(Heard::Event(Box::new(event))).await;
                    }
                }
                Ok(())
            }
            SubscriptionEvent::Checkpoint(checkpoint) => {
                // what lies before it is of others
                self.after = self.after.max(Some(Position::new(checkpoint.commit)));
                Ok(())
            }
            SubscriptionEvent::CaughtUp if !self.caught_up => {
                self.caught_up = true;
                self.out.send(Heard::CaughtUp).await
            }
            SubscriptionEvent::CaughtUp
            | SubscriptionEvent::Confirmed(_)
            | SubscriptionEvent::FellBehind
            | SubscriptionEvent::FirstStreamPosition(_)
            | SubscriptionEvent::LastStreamPosition(_)
            | SubscriptionEvent::LastAllPosition(_) => Ok(()),
        }
    }
}

fn options(after: Option<Position>, category: Option<&Category>) -> SubscribeToAllOptions {
    let filter = SubscriptionFilter::on_stream_name();
    let filter = match category {
        Some(category) => filter.add_prefix(format!("{}-", category.as_str())),
        None => filter.exclude_system_events(),
    };
    SubscribeToAllOptions::default().position(at(after)).filter(filter)
}

/// A page of one category. Reading knows no filter, so this is the beginning of a subscription: up to where
/// it has caught up, and no further than the page is long.
pub(super) async fn page(
    link: &Arc<Link>,
    after: Option<Position>,
    category: &Category,
    limit: usize,
) -> Result<Batch, ReadError> {
    let limit = limit.clamp(1, PAGE);
    let mut live = Live::begin(link, after, Some(category.clone()));
    let mut page = Batch::default();
    loop {
        let silence = |_| ReadError::Unavailable(Failure::Silence.cause());
        match tokio::time::timeout(PATIENCE, live.next()).await.map_err(silence)?? {
            Update::Events(batch) => {
                for event in batch.iter().take(limit.saturating_sub(page.len())) {
                    page.push(&event);
                }
                if page.len() >= limit {
                    return Ok(page);
                }
            }
            Update::CaughtUp => return Ok(page),
        }
    }
}
