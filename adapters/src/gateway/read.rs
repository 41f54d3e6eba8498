//! Reading a page of a stream, of `$all`, or of a system stream, in either direction.

use tonic::Status;

use super::access::Caller;
use super::confidential::Sight;
use super::event::{Event, IdForm, Item, stream_identifier};
use super::filter::Filter;
use super::forward::{Forward, Log, PAGE, PAGE_BYTES, PageSize};
use super::outbox::Outbox;
use super::refusal::{missing, unreadable};
use super::source::{Links, Source};
use super::wire;
use super::wire::streams::read_req::options::{CountOption, FilterOption, StreamOption};
use super::wire::streams::read_req::{Options, ReadDirection};
use super::wire::streams::read_resp::{Content, StreamNotFound};
use crate::store::{Batch, Position};

/// Where answers go; it fails when the client is gone.
pub(super) type Out = Outbox<wire::streams::ReadResp>;

/// What a client asks for.
pub(super) struct Query {
    pub(super) source: Source,
    pub(super) sight: Sight,
    pub(super) from: From,
    pub(super) filter: Option<Filter>,
    pub(super) resolve: bool,
    pub(super) ids: IdForm,
    /// How many events, or for ever.
    pub(super) limit: Option<u64>,
    backward: bool,
    /// The client knows the message that tells the end of the stream.
    tell_last: bool,
}

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    Start,
    At(u64),
    End,
}

impl Query {
    pub(super) async fn parse(log: &Log, options: Option<Options>, caller: &Caller) -> Result<Self, Status> {
        let options = options.ok_or_else(|| missing("options"))?;
        let (source, from) = match options.stream_option {
            Some(StreamOption::Stream(stream)) => stream_from(stream)?,
            Some(StreamOption::All(all)) => (Source::All, From::of_all(all.all_option)?),
            None => return Err(missing("stream_option")),
        };
        let sight = Sight::of_caller(&log.confidential, caller);
        sight.admits(&source)?;
        let filter = match options.filter_option {
            Some(FilterOption::Filter(filter)) => Filter::parse(&log.patterns, filter).await?,
            Some(FilterOption::NoFilter(_)) | None => None,
        };
        let limit = match options.count_option {
            Some(CountOption::Count(count)) => Some(count),
            Some(CountOption::Subscription(_)) => None,
            None => return Err(missing("count_option")),
        };
        Ok(Self {
            source,
            sight,
            from,
            filter,
            resolve: options.resolve_links,
            ids: IdForm::of(options.uuid_option),
            limit,
            backward: options.read_direction == i32::from(ReadDirection::Backwards),
            tell_last: options.control_option.is_some_and(|control| control.compatibility >= 1),
        })
    }
}

pub(super) fn stream_from(stream: wire::StreamOptions) -> Result<(Source, From), Status> {
    use wire::stream_options::RevisionOption;
    let name = stream.stream_identifier.ok_or_else(|| missing("stream_identifier"))?;
    let from = match stream.revision_option {
        Some(RevisionOption::Revision(revision)) => From::At(revision),
        Some(RevisionOption::Start(_)) => From::Start,
        Some(RevisionOption::End(_)) => From::End,
        None => return Err(missing("revision_option")),
    };
    Ok((Source::parse(&name.stream_name), from))
}

impl From {
    fn of_all(option: Option<wire::streams::read_req::all_options::AllOption>) -> Result<Self, Status> {
        use wire::streams::read_req::all_options::AllOption;
        match option {
            Some(AllOption::Position(position)) => Self::of_position(position),
            Some(AllOption::Start(_)) => Ok(Self::Start),
            Some(AllOption::End(_)) => Ok(Self::End),
            None => Err(missing("all_option")),
        }
    }

    /// A position of `$all`; the greatest there can be means its end.
    pub(super) fn of_position(position: wire::Position) -> Result<Self, Status> {
        if position.commit_position < position.prepare_position {
            return Err(Status::invalid_argument("the commit position is before the prepare position"));
        }
        if position.commit_position == u64::MAX {
            return Ok(Self::End);
        }
        Ok(Self::At(position.commit_position))
    }
}

/// Answers one read.
pub(super) async fn read(log: &Log, query: Query, out: Out) {
    let limit = query.limit.unwrap_or(u64::MAX);
    let mut reader = Reader { log, query, out, left: limit };
    if let Err(status) = reader.run().await {
        // fails only when the client is gone
        let _ = reader.out.send(Err(status)).await;
    }
}

struct Reader<'a> {
    log: &'a Log,
    query: Query,
    out: Out,
    left: u64,
}

impl Reader<'_> {
    async fn run(&mut self) -> Result<(), Status> {
        let Some(last) = self.last().await? else {
            let name = self.query.source.name();
            let not_found = StreamNotFound { stream_identifier: Some(stream_identifier(&name)) };
            return self.say(Content::StreamNotFound(not_found)).await;
        };
        match (self.query.backward, &self.query.source) {
            (false, _) => self.forward().await?,
            (true, Source::Links(links)) => self.links_backward(&links.clone()).await?,
            (true, Source::All | Source::Stream(_) | Source::Nothing(_)) => self.backward().await?,
        }
        if self.query.tell_last { self.say(last).await } else { Ok(()) }
    }

    /// The end of what is read, or `None` if it is a stream that nobody wrote to.
    async fn last(&self) -> Result<Option<Content>, Status> {
        let store = &self.log.store;
        match &self.query.source {
            Source::All => {
                let head = store.head().await.map_err(|error| unreadable(&error))?.map_or(0, Position::get);
                let position = wire::Position { commit_position: head, prepare_position: head };
                Ok(Some(Content::LastAllStreamPosition(position)))
            }
            Source::Stream(stream) => {
                let newest = store.read_stream_backward(stream, None, 1).await;
                let newest = newest.map_err(|error| unreadable(&error))?.last_revision();
                Ok(newest.map(Content::LastStreamPosition))
            }
            Source::Links(links) => {
                let count = self.count(links).await?;
                Ok(count.checked_sub(1).map(Content::LastStreamPosition))
            }
            Source::Nothing(_) => Ok(None),
        }
    }

    async fn forward(&mut self) -> Result<(), Status> {
        let from = match self.query.from {
            From::Start => 0,
            From::At(place) => place,
            From::End => return Ok(()),
        };
        let filter = self.query.filter.take();
        let (source, sight) = (self.query.source.clone(), self.query.sight.clone());
        let mut forward = Forward::new(self.log, source, sight, filter, from);
        while self.left > 0
            && let Some(page) = forward.page(usize::try_from(self.left).unwrap_or(usize::MAX)).await?
        {
            self.send(page.items).await?;
        }
        Ok(())
    }

    async fn backward(&mut self) -> Result<(), Status> {
        let mut next = match self.query.from {
            From::Start => Some(0),
            From::At(place) => Some(place),
            From::End => None,
        };
        let mut size = PageSize::first();
        while self.left > 0 {
            let batch = self.page_backward(next, size).await?;
            size.adapt(&batch);
            let wanted = match &self.query.filter {
                Some(filter) => filter.wants(&batch).await?,
                None => Vec::new(),
            };
            let (mut wanted, mut items) = (wanted.into_iter(), Vec::new());
            let (mut end, mut bytes) = (None, 0_usize);
            for event in &batch {
                // the rest is read again once the client has taken these
                if bytes > PAGE_BYTES {
                    break;
                }
                let (place, before) = match self.query.source {
                    Source::All => (event.position.get(), Some(event.position.get())),
                    // going on from 0 would read 0 again
                    Source::Stream(_) | Source::Links(_) | Source::Nothing(_) => {
                        (event.revision, event.revision.checked_sub(1))
                    }
                };
                end = before;
                if wanted.next().unwrap_or(true) && self.query.sight.shows(event.stream) {
                    bytes = bytes.saturating_add(event.data.len()).saturating_add(event.metadata.len());
                    items.push(Item { place, event: Event::seen(&self.query.sight, &event), link: None });
                }
            }
            self.send(items).await?;
            if end.is_none() {
                break;
            }
            next = end;
        }
        Ok(())
    }

    /// From a revision down, or before a position down: a revision is read itself, a position is not.
    async fn page_backward(&self, next: Option<u64>, size: PageSize) -> Result<Batch, Status> {
        let limit = if self.query.filter.is_some() {
            usize::MAX
        } else {
            usize::try_from(self.left).unwrap_or(usize::MAX)
        };
        let limit = limit.min(size.limit());
        let store = &self.log.store;
        let _turn = self.log.turn().await?;
        let batch = match &self.query.source {
            Source::All => store.read_all_backward(next.map(Position::new), limit).await,
            Source::Stream(stream) => store.read_stream_backward(stream, next, limit).await,
            Source::Links(_) | Source::Nothing(_) => Ok(Batch::default()),
        };
        batch.map_err(|error| unreadable(&error))
    }

    /// Links have no index: they are counted forward, and a part of them is turned round.
    async fn links_backward(&mut self, links: &Links) -> Result<(), Status> {
        const PART: u64 = 256;
        let count = self.count(links).await?;
        let mut end = match self.query.from {
            From::Start => 1,
            From::At(revision) => revision.saturating_add(1).min(count),
            From::End => count,
        };
        while self.left > 0 && end > 0 {
            let begin = end.saturating_sub(self.left.min(PART));
            let (source, sight) = (self.query.source.clone(), self.query.sight.clone());
            let mut forward = Forward::new(self.log, source, sight, None, begin);
            let mut items = Vec::new();
            while forward.count() < end
                && let Some(page) = forward.page(PAGE).await?
            {
                items.extend(page.items.into_iter().filter(|item| item.place < end));
            }
            items.reverse();
            self.send(items).await?;
            end = begin;
        }
        Ok(())
    }

    /// How many links a system stream has.
    async fn count(&self, links: &Links) -> Result<u64, Status> {
        let (source, sight) = (Source::Links(links.clone()), self.query.sight.clone());
        let mut forward = Forward::new(self.log, source, sight, None, u64::MAX);
        while forward.page(usize::MAX).await?.is_some() {}
        Ok(forward.count())
    }

    async fn send(&mut self, items: Vec<Item>) -> Result<(), Status> {
        for item in items {
            if self.left == 0 {
                break;
            }
            self.left = self.left.saturating_sub(1);
            self.say(Content::Event(item.wire(self.query.ids, self.query.resolve))).await?;
        }
        Ok(())
    }

    async fn say(&self, content: Content) -> Result<(), Status> {
        let answer = wire::streams::ReadResp { content: Some(content) };
        self.out.send(Ok(answer)).await
    }
}
