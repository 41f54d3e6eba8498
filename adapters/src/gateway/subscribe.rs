//! Catch-up subscriptions: what is there, then what comes. They end with an error only.

use tokio::sync::watch;
use tonic::Status;
use uuid::Uuid;

use super::confidential::Sight;
use super::forward::{Forward, Heard, Log, Page, Tail};
use super::read::{From, Out, Query};
use super::refusal::{stopping, unreadable};
use super::source::Source;
use super::stopped;
use super::wire;
use super::wire::streams::read_resp::Content;
use crate::store::Position;

/// Serves one subscription until its client goes or the server stops.
pub(super) async fn subscribe(log: Log, query: Query, out: Out, mut stop: watch::Receiver<bool>) {
    let gone = out.clone();
    let status = tokio::select! {
        status = follow(&log, query, &out) => status,
        () = stopped(&mut stop) => stopping(),
        () = gone.closed() => return,
    };
    // fails only when the client is gone
    let _ = out.send(Err(status)).await;
}

/// Follows a source; answers why it cannot any more.
async fn follow(log: &Log, query: Query, out: &Out) -> Status {
    match Follower::begin(log, query, out).await {
        Ok(mut follower) => loop {
            if let Err(status) = follower.step().await {
                return status;
            }
        },
        Err(status) => status,
    }
}

struct Follower<'a> {
    out: &'a Out,
    query: Query,
    tail: Tail,
    /// Events looked at since the last checkpoint, and how far that was.
    looked_at: u64,
    upto: u64,
}

impl<'a> Follower<'a> {
    async fn begin(log: &Log, query: Query, out: &'a Out) -> Result<Self, Status> {
        // strictly after the given place
        let (from, upto) = match query.from {
            From::Start => (0, 0),
            From::At(place) => (place.saturating_add(1), place),
            From::End => end(log, &query.source, &query.sight).await?,
        };
        let tail = Tail::new(Forward::new(
            log,
            query.source.clone(),
            query.sight.clone(),
            query.filter.clone(),
            from,
        ));
        let mut follower = Self { out, query, tail, looked_at: 0, upto };
        let subscription_id = Uuid::new_v4().to_string();
        follower.say(Content::Confirmation(wire::SubscriptionConfirmation { subscription_id })).await?;
        Ok(follower)
    }

    async fn step(&mut self) -> Result<(), Status> {
        match self.tail.next().await? {
            Heard::Page(page) => self.pass_on(page).await,
            Heard::CaughtUp => {
                if self.query.filter.is_some() && self.upto > 0 {
                    self.checkpoint().await?;
                }
                self.say(Content::CaughtUp(wire::Empty {})).await
            }
        }
    }

    async fn pass_on(&mut self, page: Page) -> Result<(), Status> {
        for item in &page.items {
            self.say(Content::Event(item.wire(self.query.ids, self.query.resolve))).await?;
        }
        self.looked_at = self.looked_at.saturating_add(page.looked_at);
        self.upto = page.upto;
        match &self.query.filter {
            Some(filter) if self.looked_at >= filter.checkpoint_interval => self.checkpoint().await,
            Some(_) | None => Ok(()),
        }
    }

    /// Tells how far the log was looked through, whether or not anything was wanted.
    async fn checkpoint(&mut self) -> Result<(), Status> {
        self.looked_at = 0;
        let position = wire::Position { commit_position: self.upto, prepare_position: self.upto };
        self.say(Content::Checkpoint(position)).await
    }

    async fn say(&mut self, content: Content) -> Result<(), Status> {
        let answer = wire::streams::ReadResp { content: Some(content) };
        self.out.send(Ok(answer)).await
    }
}

/// The first place that is not there yet, and the position of the newest event.
pub(super) async fn end(log: &Log, source: &Source, sight: &Sight) -> Result<(u64, u64), Status> {
    let head = log.store.head().await.map_err(|error| unreadable(&error))?.map_or(0, Position::get);
    let place = match source {
        Source::All | Source::Nothing(_) => head.saturating_add(1),
        Source::Stream(stream) => {
            let newest = log.store.read_stream_backward(stream, None, 1).await;
            let newest = newest.map_err(|error| unreadable(&error))?.last_revision();
            newest.map_or(0, |newest| newest.saturating_add(1))
        }
        Source::Links(_) => {
            let mut forward = Forward::new(log, source.clone(), sight.clone(), None, u64::MAX);
            while forward.page(usize::MAX).await?.is_some() {}
            forward.count()
        }
    };
    Ok((place, head))
}
