use std::sync::Arc;

use tonic::Status;
use uuid::Uuid;

use super::event::{Event, Item};
use super::filter::Filter;
use super::refusal::unreadable;
use super::source::{Links, Milestones, Source};
use crate::store::{Batch, Category, EventStore, Position, ReadError, Recorded, Subscription};

/// The most events of one page.
const PAGE: usize = 1024;

/// What the ids of links are made from.
const LINKS: Uuid = Uuid::from_u128(0x5f1d_6c58_0c61_4b0a_9f5e_7c1f_6a52_11ce);

/// The log as every reader sees it.
#[derive(Clone)]
pub(super) struct Log {
    pub(super) store: Arc<dyn EventStore>,
    pub(super) milestones: Milestones,
}

/// Reads a source in its order, page by page.
pub(super) struct Forward {
    log: Log,
    source: Source,
    filter: Option<Filter>,
    /// The first place that is wanted.
    from: u64,
    /// How far the log has been looked through.
    after: Option<Position>,
    /// The revision that comes next, in a stream.
    next: u64,
}

/// What was found in one page of the log.
pub(super) struct Page {
    pub(super) items: Vec<Item>,
    /// How many events were looked at for it.
    pub(super) looked_at: u64,
    /// The position of the last of them.
    pub(super) upto: u64,
}

impl Forward {
    /// From a place on: a position in `$all`, a revision in a stream. That place itself is read, too.
    pub(super) fn new(log: &Log, source: Source, filter: Option<Filter>, from: u64) -> Self {
        let (next, after) = match &source {
            Source::All | Source::Nothing(_) => (0, from.checked_sub(1).map(Position::new)),
            Source::Stream(_) => (from, None),
            Source::Links(links) => {
                let (next, position) = log.milestones.before(links, from);
                (next, position.map(Position::new))
            }
        };
        Self { log: log.clone(), source, filter, from, after, next }
    }

    /// The next page of at most so many events, which may have nothing that is wanted; `None` at the end.
    pub(super) async fn page(&mut self, limit: usize) -> Result<Option<Page>, Status> {
        let store = &self.log.store;
        let limit = if self.filter.is_some() { PAGE } else { limit.min(PAGE) };
        let batch = match &self.source {
            Source::All => store.read_all(self.after, None, limit).await,
            Source::Links(Links::Kind(_)) => store.read_all(self.after, None, PAGE).await,
            Source::Stream(stream) => store.read_stream(stream, self.next, limit).await,
            Source::Links(Links::Category(category)) => {
                store.read_all(self.after, Some(category), PAGE).await
            }
            Source::Nothing(_) => Ok(Batch::default()),
        };
        let batch = batch.map_err(|error| unreadable(&error))?;
        if batch.is_empty() { Ok(None) } else { self.take(&batch).map(Some) }
    }

    /// How many events the stream has, once the end was reached.
    pub(super) fn count(&self) -> u64 {
        self.next
    }

    /// What is wanted of a page, in its form for clients.
    fn take(&mut self, batch: &Batch) -> Result<Page, Status> {
        let mut items = Vec::new();
        for event in batch {
            self.after = Some(event.position);
            items.extend(self.item(&event)?);
        }
        let looked_at = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        Ok(Page { items, looked_at, upto: self.after.map_or(0, Position::get) })
    }

    fn item(&mut self, event: &Recorded<'_>) -> Result<Option<Item>, Status> {
        let found = |place, link| Some(Item { place, event: Event::of(event), link });
        match &self.source {
            Source::All => {
                let wanted = match &self.filter {
                    Some(filter) => filter.wants(event.stream, event.kind)?,
                    None => true,
                };
                Ok(found(event.position.get(), None).filter(|_| wanted))
            }
            Source::Stream(stream) if stream.as_str() == event.stream && event.revision >= self.next => {
                self.next = event.revision.saturating_add(1);
                Ok(found(event.revision, None))
            }
            Source::Links(links) if links.hold(event) => {
                let revision = self.next;
                self.next = revision.saturating_add(1);
                self.log.milestones.note(links, revision, event.position.get());
                let link = Event::linking(&links.name(), revision, event);
                Ok(found(revision, Some(link)).filter(|_| revision >= self.from))
            }
            Source::Stream(_) | Source::Links(_) | Source::Nothing(_) => Ok(None),
        }
    }
}

/// Reads a source in its order and goes on with what comes.
pub(super) struct Tail {
    forward: Forward,
    live: Option<Subscription>,
}

/// What a [`Tail`] yields.
pub(super) enum Heard {
    Page(Page),
    /// What follows is live. Comes once.
    CaughtUp,
}

impl Tail {
    pub(super) fn new(forward: Forward) -> Self {
        Self { forward, live: None }
    }

    /// Waits for what comes next. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Result<Heard, Status> {
        loop {
            if let Some(live) = &mut self.live {
                let update = live.next().await.map_err(|error| unreadable(&error))?;
                return match update {
                    crate::store::Update::Events(batch) => Ok(Heard::Page(self.forward.take(&batch)?)),
                    crate::store::Update::CaughtUp => Ok(Heard::CaughtUp),
                };
            }
            // what is appended to a stream after this is heard live, what is there before it is read
            let head = self.forward.log.store.head().await.map_err(|error| unreadable(&error))?;
            if let Some(page) = self.forward.page(PAGE).await? {
                return Ok(Heard::Page(page));
            }
            self.live = Some(self.forward.subscribe(head).await.map_err(|error| unreadable(&error))?);
        }
    }
}

impl Forward {
    async fn subscribe(&self, head: Option<Position>) -> Result<Subscription, ReadError> {
        let (after, category) = match &self.source {
            Source::All | Source::Links(Links::Kind(_)) => (self.after, None),
            Source::Links(Links::Category(category)) => (self.after, Some(category.clone())),
            Source::Stream(stream) => (head, Category::parse(stream.category()).ok()),
            Source::Nothing(_) => (head, None),
        };
        self.log.store.subscribe(after, category).await
    }
}

impl Links {
    fn hold(&self, event: &Recorded<'_>) -> bool {
        match self {
            Self::Category(category) => category.holds(event.stream),
            Self::Kind(kind) => kind == event.kind,
        }
    }
}

impl Event {
    /// The event that links to another; its id follows from what it links to.
    fn linking(stream: &str, revision: u64, to: &Recorded<'_>) -> Self {
        Self {
            id: Uuid::new_v5(&LINKS, format!("{stream}@{}", to.position).as_bytes()),
            stream: stream.to_owned(),
            revision,
            position: to.position.get(),
            kind: "$>".to_owned(),
            data: format!("{}@{}", to.revision, to.stream).into(),
            metadata: bytes::Bytes::new(),
            recorded_at: to.recorded_at,
        }
    }
}
