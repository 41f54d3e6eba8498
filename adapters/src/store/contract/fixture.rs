use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use crate::store::{
    AppendError, Appended, Batch, Category, EventStore, Expected, NewEvent, Position, StreamName,
    Subscription, Update,
};

/// Longer than any machine takes: a store that says nothing for so long has forgotten us.
pub(super) const PATIENCE: Duration = Duration::from_mins(2);

/// A store and names that nobody else uses.
#[derive(Clone)]
pub struct Fixture {
    /// The store under test.
    pub store: Arc<dyn EventStore>,
    tag: String,
}

/// A stored event, taken out of its page to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) position: Position,
    pub(super) stream: String,
    pub(super) revision: u64,
    pub(super) event: NewEvent,
}

impl Fixture {
    /// A fixture on a store, which may have events in it.
    pub fn new(store: Arc<dyn EventStore>) -> Self {
        Self { store, tag: Uuid::new_v4().simple().to_string() }
    }

    pub(super) fn category(&self, name: &str) -> Category {
        Category::parse(&format!("{name}{}", self.tag)).unwrap()
    }

    pub(super) fn stream(&self, category: &str, id: impl std::fmt::Display) -> StreamName {
        StreamName::parse(&format!("{}-{id}", self.category(category).as_str())).unwrap()
    }

    /// Appends and must succeed.
    pub(super) async fn append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: &[NewEvent],
    ) -> Appended {
        self.try_append(stream, expected, events).await.unwrap()
    }

    pub(super) async fn try_append(
        &self,
        stream: &StreamName,
        expected: Expected,
        events: &[NewEvent],
    ) -> Result<Appended, AppendError> {
        self.store.append(stream, expected, events.to_vec()).await
    }

    /// All events of a stream, read in pages of three.
    pub(super) async fn stream_events(&self, stream: &StreamName) -> Vec<Found> {
        let mut events = Vec::new();
        loop {
            let page = self.store.read_stream(stream, count(&events), 3).await.unwrap();
            if page.is_empty() {
                return events;
            }
            events.extend(found(&page));
        }
    }

    /// All events of a category after a position, read in pages of a size.
    pub(super) async fn category_events(
        &self,
        category: &str,
        mut after: Option<Position>,
        page_size: usize,
    ) -> Vec<Found> {
        let category = self.category(category);
        let mut events = Vec::new();
        loop {
            let page = self.store.read_all(after, Some(&category), page_size).await.unwrap();
            if page.is_empty() {
                return events;
            }
            after = page.last_position();
            events.extend(found(&page));
        }
    }
}

/// An event with an id of its own.
pub(super) fn event(kind: &str) -> NewEvent {
    NewEvent {
        id: Uuid::new_v4(),
        kind: kind.to_owned(),
        data: format!("{{\"what\":\"{kind}\"}}").into_bytes(),
        metadata: b"{\"actor\":\"contract\"}".to_vec(),
        recorded_at: 1_795_305_600_123_456,
    }
}

/// So many events.
pub(super) fn events(count: usize) -> Vec<NewEvent> {
    (0..count).map(|number| event(&format!("thing.happened.v{number}"))).collect()
}

pub(super) fn found(batch: &Batch) -> Vec<Found> {
    batch
        .iter()
        .map(|event| Found {
            position: event.position,
            stream: event.stream.to_owned(),
            revision: event.revision,
            event: NewEvent {
                id: event.id,
                kind: event.kind.to_owned(),
                data: event.data.to_vec(),
                metadata: event.metadata.to_vec(),
                recorded_at: event.recorded_at,
            },
        })
        .collect()
}

/// The events alone, without their places.
pub(super) fn contents(found: &[Found]) -> Vec<NewEvent> {
    found.iter().map(|found| found.event.clone()).collect()
}

/// How many there are, as a revision.
pub(super) fn count<T>(things: &[T]) -> u64 {
    u64::try_from(things.len()).unwrap()
}

/// The next update, which must come.
pub(super) async fn next(subscription: &mut Subscription) -> Update {
    tokio::time::timeout(PATIENCE, subscription.next()).await.expect("the subscription says nothing").unwrap()
}

/// What a subscription yields before it is live.
pub(super) async fn until_caught_up(subscription: &mut Subscription) -> Vec<Found> {
    let mut events = Vec::new();
    loop {
        match next(subscription).await {
            Update::Events(batch) => events.extend(found(&batch)),
            Update::CaughtUp => return events,
        }
    }
}

/// The next so many events, whether live or not, and how often it said that it had caught up.
pub(super) async fn take(subscription: &mut Subscription, count: usize) -> (Vec<Found>, usize) {
    let (mut events, mut caught_up) = (Vec::new(), 0);
    while events.len() < count {
        match next(subscription).await {
            Update::Events(batch) => {
                assert!(!batch.is_empty(), "an update has events");
                events.extend(found(&batch));
            }
            Update::CaughtUp => caught_up += 1,
        }
    }
    (events, caught_up)
}
