use std::sync::Arc;

use eventstore::{
    Client, Error, ReadAllOptions, ReadStream, ReadStreamOptions, RecordedEvent, ResolvedEvent,
    StreamPosition,
};

use super::client::{Failure, Link};
use super::metadata;
use crate::store::{Batch, Position, ReadError, Recorded, StreamName};

/// The most events of one page.
pub(super) const PAGE: usize = 1024;

/// A page ends early when it weighs this much, so that large events do not make large pages.
pub(super) const PAGE_BYTES: usize = 8 << 20;

pub(super) async fn stream(
    link: &Link,
    stream: &StreamName,
    from_revision: u64,
    limit: usize,
) -> Result<Batch, ReadError> {
    // the server's revisions have a sign
    if i64::try_from(from_revision).is_err() {
        return Ok(Batch::default());
    }
    let options = ReadStreamOptions::default()
        .position(StreamPosition::Position(from_revision))
        .max_count(limit.clamp(1, PAGE));
    one_stream(link, stream, options).await
}

pub(super) async fn stream_backward(
    link: &Link,
    stream: &StreamName,
    from_revision: Option<u64>,
    limit: usize,
) -> Result<Batch, ReadError> {
    let from = from_revision.filter(|from| i64::try_from(*from).is_ok());
    let position = from.map_or(StreamPosition::End, StreamPosition::Position);
    let options = ReadStreamOptions::default().backwards().position(position).max_count(limit.clamp(1, PAGE));
    one_stream(link, stream, options).await
}

async fn one_stream(
    link: &Link,
    stream: &StreamName,
    options: ReadStreamOptions,
) -> Result<Batch, ReadError> {
    let options = &link.login(options, ReadStreamOptions::authenticated);
    let read = link
        .read(|client: Client| async move {
            match client.read_stream(stream.as_str(), options).await {
                Ok(events) => Raw::of(events).await,
                Err(error) => Err(error),
            }
        })
        .await;
    match read {
        Ok(raw) => Ok(raw.batch(link)),
        Err(Failure::Answered(Error::ResourceNotFound | Error::ResourceDeleted)) => Ok(Batch::default()),
        Err(failure) => Err(ReadError::Unavailable(failure.cause())),
    }
}

/// The whole log. The server reads from a position on, ours is read already, and its own events are left out.
pub(super) async fn all(link: &Link, after: Option<Position>, limit: usize) -> Result<Batch, ReadError> {
    let limit = limit.clamp(1, PAGE);
    let mut after = after;
    loop {
        let Some(raw) = beyond(link, after, limit.saturating_add(1)).await? else {
            return Ok(Batch::default());
        };
        let last = raw.last();
        let new = Raw(raw.0.into_iter().filter(|event| Some(position(event)) > after).take(limit).collect());
        let batch = new.batch(link);
        if !batch.is_empty() || last <= after {
            return Ok(batch);
        }
        after = last;
    }
}

/// Events from a position on; nothing where it lies beyond the end. A server knows no position but those of its events,
/// and whoever asks for what comes after the one before an event means that event.
async fn beyond(link: &Link, after: Option<Position>, count: usize) -> Result<Option<Raw>, ReadError> {
    let next = after.map(|after| Position::new(after.get().saturating_add(1)));
    for from in [after, next] {
        match log(link, ReadAllOptions::default().position(at(from)).max_count(count)).await {
            Err(Failure::Answered(Error::Grpc { code: tonic::Code::InvalidArgument, .. }))
                if after.is_some() => {}
            read => return read.map(Some).map_err(|failure| ReadError::Unavailable(failure.cause())),
        }
    }
    if after > all_backward(link, None, 1).await?.last_position() {
        return Ok(None);
    }
    Err(ReadError::Unavailable(Arc::new(NoSuchPlace)))
}

/// Somebody asked for a position that no event has.
#[derive(Debug, thiserror::Error)]
#[error("the server has no event at this position")]
struct NoSuchPlace;

pub(super) async fn all_backward(
    link: &Link,
    before: Option<Position>,
    limit: usize,
) -> Result<Batch, ReadError> {
    let limit = limit.clamp(1, PAGE);
    let before = before.filter(|before| i64::try_from(before.get()).is_ok_and(|before| before < i64::MAX));
    let mut from = before.map_or(StreamPosition::End, |before| at(Some(before)));
    let mut count = limit;
    loop {
        let options = ReadAllOptions::default().backwards().position(from).max_count(count);
        let raw = log(link, options).await.map_err(|failure| ReadError::Unavailable(failure.cause()))?;
        let Some(last) = raw.last() else { return Ok(Batch::default()) };
        let batch = Raw(raw.0).batch_of(link, limit);
        if !batch.is_empty() {
            return Ok(batch);
        }
        // an idle server writes many events of its own
        (from, count) = (at(Some(last)), PAGE);
    }
}

async fn log(link: &Link, options: ReadAllOptions) -> Result<Raw, Failure> {
    let options = &link.login(options, ReadAllOptions::authenticated);
    link.read(|client: Client| async move {
        match client.read_all(options).await {
            Ok(events) => Raw::of(events).await,
            Err(error) => Err(error),
        }
    })
    .await
}

/// A position as the server has it: commit and prepare are the same for every event of a single append.
pub(super) fn at(position: Option<Position>) -> StreamPosition<eventstore::Position> {
    position.map_or(StreamPosition::Start, |position| {
        StreamPosition::Position(eventstore::Position { commit: position.get(), prepare: position.get() })
    })
}

/// Events as the server gave them.
struct Raw(Vec<RecordedEvent>);

impl Raw {
    async fn of(mut events: ReadStream) -> Result<Self, Error> {
        let (mut read, mut weight) = (Vec::new(), 0_usize);
        while weight < PAGE_BYTES
            && let Some(event) = events.next().await?
        {
            if let Some(event) = original(event) {
                weight = weight.saturating_add(event.data.len()).saturating_add(event.custom_metadata.len());
                read.push(event);
            }
        }
        Ok(Self(read))
    }

    fn last(&self) -> Option<Position> {
        self.0.last().map(position)
    }

    fn batch(self, link: &Link) -> Batch {
        self.batch_of(link, usize::MAX)
    }

    fn batch_of(self, link: &Link, limit: usize) -> Batch {
        let mut batch = Batch::default();
        for event in self.0 {
            link.saw(position(&event));
            if !is_system(&event) && batch.len() < limit {
                push(&mut batch, &event);
            }
        }
        batch
    }
}

/// The event that stands in the log: a link itself, where one was followed.
pub(super) fn original(event: ResolvedEvent) -> Option<RecordedEvent> {
    event.link.or(event.event)
}

pub(super) fn position(event: &RecordedEvent) -> Position {
    Position::new(event.position.commit)
}

/// Whether the server wrote it for itself.
pub(super) fn is_system(event: &RecordedEvent) -> bool {
    event.stream_id.starts_with('$')
}

/// When the server recorded it, in microseconds since 1970: it says so in ticks of 100 nanoseconds, which the client
/// cuts to whole seconds.
fn created(event: &RecordedEvent) -> Option<i64> {
    let ticks: i64 = event.metadata.get("created")?.parse().ok()?;
    Some(ticks.div_euclid(10))
}

pub(super) fn push(batch: &mut Batch, event: &RecordedEvent) {
    let ours = metadata::read(&event.custom_metadata);
    let (recorded_at, metadata) =
        ours.unwrap_or_else(|| (created(event).unwrap_or_default(), event.custom_metadata.to_vec()));
    batch.push(&Recorded {
        position: position(event),
        stream: &event.stream_id,
        revision: event.revision,
        id: event.id,
        kind: &event.event_type,
        data: &event.data,
        metadata: &metadata,
        recorded_at,
    });
}
