use std::sync::Arc;

use tokio::sync::Semaphore;
use tonic::Status;
use uuid::Uuid;

use super::confidential::{Confidential, Sight};
use super::event::{Event, Item};
use super::filter::Filter;
use super::pattern::Patterns;
use super::refusal::unreadable;
use super::source::{Links, Milestones, Source};
use crate::store::{Batch, Category, EventStore, Position, ReadError, Recorded, Subscription};

/// The most events of one page.
pub(super) const PAGE: usize = 1024;
/// How many events the first page has; each next one may have four times as many while they are light.
const FIRST_PAGE: usize = 16;
/// What the events of a page should not weigh more than, in bytes: a reader who waits for its client holds them.
pub(super) const PAGE_BYTES: usize = 256 << 10;
/// How many pages are read at once for all clients together, so that the program itself never waits for them.
pub(super) const READS: usize = 3;

/// What the ids of links are made from.
const LINKS: Uuid = Uuid::from_u128(0x5f1d_6c58_0c61_4b0a_9f5e_7c1f_6a52_11ce);

/// The log as every reader sees it.
#[derive(Clone)]
pub(super) struct Log {
    pub(super) store: Arc<dyn EventStore>,
    pub(super) milestones: Milestones,
    /// Who may read a page now.
    pub(super) reads: Arc<Semaphore>,
    pub(super) patterns: Patterns,
    pub(super) confidential: Arc<Confidential>,
}

/// How many events the next page has.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageSize(usize);

impl PageSize {
    pub(super) const fn first() -> Self {
        Self(FIRST_PAGE)
    }

    pub(super) fn limit(self) -> usize {
        self.0
    }

    /// Takes the weight of a page into account.
    pub(super) fn adapt(&mut self, batch: &Batch) {
        let each = batch.weight().checked_div(batch.len()).unwrap_or_default().max(1);
        self.0 = self.0.saturating_mul(4).min(PAGE_BYTES.checked_div(each).unwrap_or(PAGE)).clamp(1, PAGE);
    }
}

impl Log {
    /// A turn to read a page. Pages of all clients take turns in the order in which they are asked for.
    pub(super) async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Status> {
        self.reads.acquire().await.map_err(|_| Status::unavailable("the server stops"))
    }
}

/// Reads a source in its order, page by page.
pub(super) struct Forward {
    log: Log,
    source: Source,
    sight: Sight,
    filter: Option<Filter>,
    size: PageSize,
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
    pub(super) fn new(log: &Log, source: Source, sight: Sight, filter: Option<Filter>, from: u64) -> Self {
        let (next, after) = match &source {
            Source::All | Source::Nothing(_) => (0, from.checked_sub(1).map(Position::new)),
            Source::Stream(_) => (from, None),
            Source::Links(links) => {
                let (next, position) = log.milestones.before(links, from);
                (next, position.map(Position::new))
            }
        };
        Self { log: log.clone(), source, sight, filter, size: PageSize::first(), from, after, next }
    }

    /// The next page of at most so many events, which may have nothing that is wanted; `None` at the end.
    pub(super) async fn page(&mut self, limit: usize) -> Result<Option<Page>, Status> {
        let store = &self.log.store;
        let limit = if self.filter.is_some() { self.size.limit() } else { limit.min(self.size.limit()) };
        let turn = self.log.turn().await?;
        let batch = match &self.source {
            Source::All => store.read_all(self.after, None, limit).await,
            Source::Links(Links::Kind(_)) => store.read_all(self.after, None, self.links_limit()).await,
            Source::Stream(stream) => store.read_stream(stream, self.next, limit).await,
            Source::Links(Links::Category(category)) => {
                store.read_all(self.after, Some(category), self.links_limit()).await
            }
            Source::Nothing(_) => Ok(Batch::default()),
        };
        drop(turn);
        let batch = batch.map_err(|error| unreadable(&error))?;
        self.size.adapt(&batch);
        if batch.is_empty() { Ok(None) } else { self.take(&batch).await.map(Some) }
    }

    /// Links before the first wanted one are only counted, so their pages may be large.
    fn links_limit(&self) -> usize {
        if self.from == u64::MAX { PAGE } else { self.size.limit() }
    }

    /// How many events the stream has, once the end was reached.
    pub(super) fn count(&self) -> u64 {
        self.next
    }

    /// What is wanted of a page, in its form for clients. Dropping the future takes nothing.
    async fn take(&mut self, batch: &Batch) -> Result<Page, Status> {
        let wanted = match (&self.filter, &self.source) {
            (Some(filter), Source::All) => filter.wants(batch).await?,
            (Some(_), Source::Stream(_) | Source::Links(_) | Source::Nothing(_)) | (None, _) => Vec::new(),
        };
        let mut wanted = wanted.into_iter();
        let (mut items, mut looked_at, mut bytes) = (Vec::new(), 0_u64, 0_usize);
        for event in batch {
            // the rest is read again once the client has taken these
            if bytes > PAGE_BYTES {
                break;
            }
            self.after = Some(event.position);
            looked_at = looked_at.saturating_add(1);
            let is_wanted = wanted.next().unwrap_or(true);
            if let Some(item) = self.item(&event).filter(|_| is_wanted) {
                bytes = bytes.saturating_add(event.data.len()).saturating_add(event.metadata.len());
                items.push(item);
            }
        }
        Ok(Page { items, looked_at, upto: self.after.map_or(0, Position::get) })
    }

    /// An event as an item of what is read. What its reader may not see is passed over and keeps its number.
    fn item(&mut self, event: &Recorded<'_>) -> Option<Item> {
        let is_shown = self.sight.shows(event.stream);
        let (place, link) = match &self.source {
            Source::All => (event.position.get(), None),
            Source::Stream(stream) if stream.as_str() == event.stream && event.revision >= self.next => {
                self.next = event.revision.saturating_add(1);
                (event.revision, None)
            }
            Source::Links(links) if links.hold(event) => {
                let revision = self.next;
                self.next = revision.saturating_add(1);
                self.log.milestones.note(links, revision, event.position.get());
                if revision < self.from {
                    return None;
                }
                (revision, Some(Event::linking(&links.name(), revision, event)))
            }
            Source::Stream(_) | Source::Links(_) | Source::Nothing(_) => return None,
        };
        is_shown.then(|| Item { place, event: Event::seen(&self.sight, event), link })
    }
}

/// Reads a source in its order and goes on with what comes.
pub(super) struct Tail {
    forward: Forward,
    live: Option<Subscription>,
    /// What came and is not passed on yet.
    come: Option<Batch>,
    is_caught_up: bool,
}

/// What a [`Tail`] yields.
pub(super) enum Heard {
    Page(Page),
    /// What follows is live. Comes once.
    CaughtUp,
}

impl Tail {
    pub(super) fn new(forward: Forward) -> Self {
        Self { forward, live: None, come: None, is_caught_up: false }
    }

    /// Waits for what comes next. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Result<Heard, Status> {
        loop {
            if let Some(batch) = &self.come {
                let page = self.forward.take(batch).await?;
                self.come = None;
                return Ok(Heard::Page(page));
            }
            if let Some(live) = &mut self.live {
                let update = live.next().await.map_err(|error| unreadable(&error))?;
                match update {
                    // too heavy to hold as a whole: it is read again in small pages
                    crate::store::Update::Events(batch) if batch.weight() > PAGE_BYTES => self.live = None,
                    crate::store::Update::Events(batch) => self.come = Some(batch),
                    crate::store::Update::CaughtUp if self.is_caught_up => {}
                    crate::store::Update::CaughtUp => {
                        self.is_caught_up = true;
                        return Ok(Heard::CaughtUp);
                    }
                }
                continue;
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
