//! A log moved to another place, of either engine, event by event and in its order. What is there already is compared
//! instead of written, so that a copy that was broken off goes on; at the end both are read once more and compared.

mod digest;
mod runs;

use covertrail_adapters::store::{AppendError, Appended, BadName, EventStore, Position, ReadError, Recorded};
use digest::Digest;
use futures_util::future::{MaybeDone, maybe_done};
use runs::{Run, runs};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use tokio::task::unconstrained;

/// How many events are read at once.
const PAGE: usize = 1024;
/// How many appends are on their way at once to a log that takes them in the order in which they are sent.
const AT_ONCE: usize = 64;

/// How far a copy has come, as its reader is told.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Progress {
    /// Events are compared or written.
    Copying(Position),
    /// Both logs are read again.
    Verifying(Position),
}

/// What has been copied, and is the same in both logs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    /// How many events there are.
    pub(crate) events: u64,
    /// How many of them were there before.
    pub(crate) before: u64,
    /// SHA-256 over all of them, in hex.
    pub(crate) digest: String,
}

/// Why a log was not copied.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    /// The source cannot be read.
    #[error("the log to copy from: {0}")]
    Source(#[source] ReadError),
    /// The target cannot be read.
    #[error("the log to copy to: {0}")]
    Target(#[source] ReadError),
    /// The target did not take an event.
    #[error("the log to copy to: {0}; what was copied is kept, and the same command goes on from there")]
    Append(#[from] AppendError),
    /// The source has a stream that no log of ours may have.
    #[error("position {position} of the log to copy from: stream {stream:?}: {source}")]
    Unnamable {
        /// Where.
        position: Position,
        /// Which.
        stream: String,
        /// Why.
        source: BadName,
    },
    /// The target is another log.
    #[error(
        "position {there} of the log to copy to is not position {here} of the other: it is no copy of it; \
         name a new log"
    )]
    Different {
        /// In the source.
        here: Position,
        /// In the target.
        there: Position,
    },
    /// The target goes on where the source ends.
    #[error(
        "the log to copy to has events that the other has not, from position {0} on: it is no copy of it"
    )]
    Longer(Position),
    /// What was read again is not what was written.
    #[error("the copy is not the same: {from} events of {from_digest} here, {to} of {to_digest} there")]
    Unequal {
        /// Events of the source.
        from: u64,
        /// Their digest.
        from_digest: String,
        /// Events of the target.
        to: u64,
        /// Their digest.
        to_digest: String,
    },
}

/// Copies all that is in a log now to another that is empty, or holds the beginning of it.
pub(crate) async fn copy(
    from: &dyn EventStore,
    to: &dyn EventStore,
    mut told: impl FnMut(Progress),
) -> Result<Copied, CopyError> {
    let head = from.head().await.map_err(CopyError::Source)?;
    let (mut after, mut after_there, mut before) = (None, None, 0_u64);
    while after < head {
        let page = from.read_all(after, None, PAGE).await.map_err(CopyError::Source)?;
        let there = to.read_all(after_there, None, page.len()).await.map_err(CopyError::Target)?;
        let pairs = page.iter().zip(&there);
        for (here, there) in pairs {
            if !same(&here, &there) {
                return Err(CopyError::Different { here: here.position, there: there.position });
            }
            (after, after_there) = (Some(here.position), Some(there.position));
            before = before.saturating_add(1);
        }
        if there.is_empty() {
            // what came after the beginning is for the next time
            let new = page.iter().take_while(|event| Some(event.position) <= head);
            let written = write(to, runs(new)?).await?;
            (after, after_there) = (page.last_position().min(head), written.or(after_there));
        }
        let Some(after) = after else { break };
        told(Progress::Copying(after));
    }
    verify(from, to, head, before, told).await
}

/// Appends in order; answers the position of the last.
async fn write(to: &dyn EventStore, runs: Vec<Run>) -> Result<Option<Position>, AppendError> {
    // of several appends on their way a server may take the last one first; a file takes them as they are sent
    let at_once = if to.is_shared() { 1 } else { AT_ONCE };
    let (mut sent, mut last) = (VecDeque::new(), None);
    for run in runs {
        let append = async move { to.append(&run.stream, run.expected, run.events).await };
        // sent before the next one is, whatever the scheduler would rather do
        let mut append = Box::pin(maybe_done(unconstrained(append)));
        poll_fn(|context| Poll::Ready(append.as_mut().poll(context).is_ready())).await;
        sent.push_back(append);
        if sent.len() >= at_once {
            last = answered(sent.pop_front()).await?.or(last);
        }
    }
    while !sent.is_empty() {
        last = answered(sent.pop_front()).await?.or(last);
    }
    Ok(last)
}

async fn answered<F>(append: Option<Pin<Box<MaybeDone<F>>>>) -> Result<Option<Position>, AppendError>
where
    F: Future<Output = Result<Appended, AppendError>>,
{
    let Some(mut append) = append else { return Ok(None) };
    append.as_mut().await;
    Ok(append.as_mut().take_output().transpose()?.map(|appended| appended.position))
}

async fn verify(
    from: &dyn EventStore,
    to: &dyn EventStore,
    head: Option<Position>,
    before: u64,
    mut told: impl FnMut(Progress),
) -> Result<Copied, CopyError> {
    let mut digests = [Digest::default(), Digest::default()];
    let [here, there] = &mut digests;
    let mut after = None;
    while after < head {
        let page = from.read_all(after, None, PAGE).await.map_err(CopyError::Source)?;
        page.iter().take_while(|event| Some(event.position) <= head).for_each(|event| here.take(&event));
        after = page.last_position().or(head);
        if let Some(after) = after {
            told(Progress::Verifying(after));
        }
    }
    let mut after = None;
    loop {
        let page = to.read_all(after, None, PAGE).await.map_err(CopyError::Target)?;
        if page.is_empty() {
            break;
        }
        for event in &page {
            if there.events() == here.events() {
                return Err(CopyError::Longer(event.position));
            }
            there.take(&event);
        }
        after = page.last_position();
    }
    let [(from, from_digest), (to, to_digest)] = digests.map(Digest::finish);
    if (from, &from_digest) != (to, &to_digest) {
        return Err(CopyError::Unequal { from, from_digest, to, to_digest });
    }
    Ok(Copied { events: from, before, digest: from_digest })
}

/// Whether two events are the same but for their positions, which each log gives itself.
fn same(one: &Recorded<'_>, other: &Recorded<'_>) -> bool {
    (one.stream, one.revision, one.id, one.kind) == (other.stream, other.revision, other.id, other.kind)
        && (one.recorded_at, one.data, one.metadata) == (other.recorded_at, other.data, other.metadata)
}

#[cfg(test)]
mod tests;
