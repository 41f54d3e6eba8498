//! What follows the log for one subscriber.

use super::Ask;
use super::journal::{Journal, JournalError};
use super::lanes::{Lanes, Letter};
use super::pause::Patience;
use super::record::{Began, Reached, Record, Waiting};
use super::send::{Sender, Untaken};
use super::turn::Node;
use crate::clock;
use crate::config::{Events, From, Role};
use crate::engine::{COVERAGE, with_causes};
use crate::http::Who;
use covertrail_adapters::store::{Batch, Category, EventStore, Position, ReadError, Subscription, Update};
use futures_util::StreamExt as _;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// How many may wait before no more are read from the log.
const WINDOW: usize = 1_000;
/// How far it is, is written down after so many were taken, or so long after the first of them.
const TAKEN: u32 = 500;
const WRITTEN_EVERY: i64 = 10_000_000;
/// Nothing but failures is news so seldom: what is lost of it at a crash is a few more tries.
const WRITTEN_WHILE_DOWN: i64 = 300_000_000;
/// After so many events that it does not want, how far it is, is written down too.
const PASSED: u64 = 10_000;
/// After so many failures one after another, whoever takes something again is told all that waits at once.
pub(super) const DOWN: u32 = 3;
/// The pause before the log is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// How sending ended: which work order's, which position, and what came of it.
pub(super) type Sent = (Arc<str>, u64, Result<(), Untaken>);

/// Follows the log and tells one subscriber.
pub(super) struct Follower {
    pub(super) name: String,
    pub(super) events: Events,
    pub(super) from: From,
    pub(super) max_in_flight: usize,
    pub(super) patience: Patience,
    pub(super) sender: Sender,
    pub(super) who: Who,
    pub(super) category: Category,
    pub(super) store: Arc<dyn EventStore>,
    pub(super) journal: Journal,
    /// This node, where others may tell the same subscriber.
    pub(super) node: Option<Node>,
    pub(super) going: Going,
}

/// Where it is; everything of it that matters is in the log, too.
#[derive(Default)]
pub(super) struct Going {
    pub(super) lanes: Lanes,
    pub(super) under_way: FuturesUnordered<BoxFuture<'static, Sent>>,
    /// The log was read up to here, and up to its end at some time.
    pub(super) read: u64,
    pub(super) is_caught_up: bool,
    /// What has not been written down: how many were taken, and since when.
    pub(super) taken: u32,
    pub(super) unwritten_since: Option<i64>,
    pub(super) failures: u32,
    pub(super) last_failure: Option<(i64, String)>,
    pub(super) last_taken: Option<i64>,
    /// Another node has told it meanwhile: go on from where that is.
    pub(super) has_moved: bool,
}

impl Follower {
    /// Follows until told to stop; then what is under way is finished and how far it is written down.
    pub(super) async fn run(mut self, mut asks: mpsc::Receiver<Ask>, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            () = self.follow(&mut asks) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
        while let Some(sent) = self.going.under_way.next().await {
            self.ended(sent).await;
        }
        if let Err(error) = self.write_down().await {
            tracing::warn!(subscriber = self.name, %error, "how far a subscriber is was not written down");
        }
        self.leave_turn().await;
    }

    async fn follow(&mut self, asks: &mut mpsc::Receiver<Ask>) {
        while let Err(error) = self.begin().await {
            if !matches!(error, JournalError::Moved) {
                let error = with_causes(&error);
                tracing::error!(subscriber = self.name, error, "a subscriber cannot be told");
                tokio::time::sleep(PAUSE).await;
            }
        }
        let mut feed = None;
        loop {
            self.take_turn().await;
            if std::mem::take(&mut self.going.has_moved) {
                self.take_up();
                feed = None;
            }
            let open = match feed.as_mut() {
                Some(open) => open,
                None => match self.subscribe().await {
                    Ok(open) => feed.insert(open),
                    Err(error) => {
                        self.unread(&error).await;
                        continue;
                    }
                },
            };
            self.send_due();
            let has_room = self.going.lanes.len() < WINDOW;
            let wakes = self.wakes();
            tokio::select! {
                Some(sent) = self.going.under_way.next() => self.ended(sent).await,
                Some(ask) = asks.recv() => {
                    if self.answer(ask).await {
                        feed = None;
                    }
                }
                told = open.next(), if has_room => match told {
                    Ok(Update::Events(page)) => self.line_up(&page),
                    Ok(Update::CaughtUp) => self.going.is_caught_up = true,
                    Err(error) => {
                        self.unread(&error).await;
                        feed = None;
                    }
                },
                () = until(wakes) => {}
            }
            self.write_down_in_time().await;
        }
    }

    async fn begin(&mut self) -> Result<(), JournalError> {
        self.journal.load().await?;
        if !self.journal.standing().has_begun {
            let after = match self.from {
                From::Start => 0,
                From::Now => self.store.head().await?.map_or(0, Position::get),
            };
            self.journal.append(Record::Began(Began { after }), None).await?;
        }
        self.take_up();
        Ok(())
    }

    /// Goes on from where the log says it is.
    fn take_up(&mut self) {
        let (going, standing) = (&mut self.going, self.journal.standing());
        going.lanes = Lanes::default();
        (going.read, going.is_caught_up) = (standing.after, false);
        (going.taken, going.unwritten_since) = (0, None);
        for waiting in &standing.waiting {
            let letter = Letter::new(waiting.recorded_at, waiting.failures, waiting.since);
            going.lanes.add(&waiting.work_order, waiting.position, letter);
        }
        self.line_up_the_dead();
    }

    async fn subscribe(&mut self) -> Result<Subscription, ReadError> {
        let after = (self.going.read > 0).then(|| Position::new(self.going.read));
        self.store.subscribe(after, Some(self.category.clone())).await
    }

    async fn unread(&mut self, error: &ReadError) {
        tracing::error!(subscriber = self.name, error = with_causes(error), "the log cannot be followed");
        tokio::time::sleep(PAUSE).await;
    }

    /// Those of a page that are wanted. A dead letter is told again only when a person asks.
    fn line_up(&mut self, page: &Batch) {
        for recorded in page {
            let position = recorded.position.get();
            self.going.read = self.going.read.max(position);
            let is_dead = self.journal.standing().dead.contains_key(&position);
            if let (Some((_, work_order)), false) = (recorded.stream.split_once('-'), is_dead)
                && self.events.include(recorded.kind)
            {
                self.going.lanes.add(work_order, position, Letter::new(recorded.recorded_at, 0, None));
            }
        }
        if self.going.read > self.journal.standing().after.saturating_add(PASSED) {
            self.going.unwritten_since.get_or_insert(clock::now_micros());
        }
    }

    pub(super) fn line_up_the_dead(&mut self) {
        let standing = self.journal.standing();
        for dead in standing.again.iter().filter_map(|position| standing.dead.get(position)) {
            self.going.lanes.add(&dead.work_order, dead.position, Letter::new(dead.recorded_at, 0, None));
        }
    }

    async fn write_down_in_time(&mut self) {
        let is_due =
            self.going.taken >= TAKEN || self.write_due().is_some_and(|due| due <= clock::now_micros());
        if !is_due {
            return;
        }
        if let Err(error) = self.write_down().await {
            // sent twice after a crash, no more than that
            tracing::warn!(subscriber = self.name, error = with_causes(&error), "the log took no note");
            self.going.taken = 0;
            self.going.unwritten_since = Some(clock::now_micros());
        }
    }

    /// Writes down how far it is, if that has changed.
    pub(super) async fn write_down(&mut self) -> Result<(), JournalError> {
        if self.going.unwritten_since.is_none() || self.others_turn(clock::now_micros()).is_some() {
            return Ok(());
        }
        let again = &self.journal.standing().again;
        let waiting = self.going.lanes.iter().filter(|(_, position, _)| !again.contains(position));
        let waiting = waiting.map(|(work_order, position, letter)| Waiting {
            position,
            work_order: work_order.to_owned(),
            recorded_at: letter.recorded_at,
            failures: letter.failures,
            since: letter.since,
        });
        let reached = Reached { after: self.going.read, waiting: waiting.collect() };
        let written = self.journal.append(Record::Reached(reached), None).await;
        self.going.has_moved |= matches!(written, Err(JournalError::Moved));
        written?;
        self.going.taken = 0;
        self.going.unwritten_since = None;
        Ok(())
    }

    /// When there is something to do though nothing happens.
    fn wakes(&self) -> Option<i64> {
        let is_free = self.going.under_way.len() < self.max_in_flight;
        let due = self.going.lanes.next_due().filter(|_| is_free);
        match self.others_turn(clock::now_micros()) {
            Some(ends) => due.map(|due| due.max(ends)),
            None => due.into_iter().chain(self.write_due()).min(),
        }
    }

    /// When how far it is has to be written down.
    fn write_due(&self) -> Option<i64> {
        let pause = if self.going.failures >= DOWN { WRITTEN_WHILE_DOWN } else { WRITTEN_EVERY };
        self.going.unwritten_since.map(|since| since.saturating_add(pause))
    }
}

async fn until(moment: Option<i64>) {
    let Some(moment) = moment else { return std::future::pending().await };
    let wait = u64::try_from(moment.saturating_sub(clock::now_micros())).unwrap_or(0);
    tokio::time::sleep(Duration::from_micros(wait)).await;
}

/// As whom a subscriber is told: as anybody who may read.
pub(super) const ROLE: Role = Role::Viewer;

/// Whose streams are told.
pub(super) const TOLD: &str = COVERAGE;
