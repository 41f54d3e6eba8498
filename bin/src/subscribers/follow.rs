//! What follows the log for one subscriber.

use super::journal::{Journal, JournalError};
use super::lanes::{Lanes, Letter};
use super::pause::Patience;
use super::record::{Began, Dead, Reached, Record, Redelivered, Replay, Waiting};
use super::send::{Sender, Untaken};
use super::{Ask, Look};
use crate::clock;
use crate::config::{Events, From, Role};
use crate::engine::{COVERAGE, with_causes};
use crate::http::{Who, cloud_event};
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
/// After so many events that it does not want, how far it is, is written down too.
const PASSED: u64 = 10_000;
/// After so many failures one after another, whoever takes something again is told all that waits at once.
const DOWN: u32 = 3;
/// The pause before the log is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// How sending ended: which work order's, which position, and what came of it.
type Sent = (Arc<str>, u64, Result<(), Untaken>);

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
    pub(super) going: Going,
}

/// Where it is; everything of it that matters is in the log, too.
#[derive(Default)]
pub(super) struct Going {
    lanes: Lanes,
    under_way: FuturesUnordered<BoxFuture<'static, Sent>>,
    /// The log was read up to here, and up to its end at some time.
    read: u64,
    is_caught_up: bool,
    /// What has not been written down: how many were taken, and since when.
    taken: u32,
    unwritten_since: Option<i64>,
    failures: u32,
    last_failure: Option<(i64, String)>,
    last_taken: Option<i64>,
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
    }

    async fn follow(&mut self, asks: &mut mpsc::Receiver<Ask>) {
        while let Err(error) = self.begin().await {
            tracing::error!(
                subscriber = self.name,
                error = with_causes(&error),
                "a subscriber cannot be told"
            );
            tokio::time::sleep(PAUSE).await;
        }
        let mut feed = None;
        loop {
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
        let standing = self.journal.standing();
        self.going.read = standing.after;
        for waiting in &standing.waiting {
            let letter = Letter::new(waiting.recorded_at, waiting.failures, waiting.since);
            self.going.lanes.add(&waiting.work_order, waiting.position, letter);
        }
        self.line_up_the_dead();
        Ok(())
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

    fn line_up_the_dead(&mut self) {
        let standing = self.journal.standing();
        for dead in standing.again.iter().filter_map(|position| standing.dead.get(position)) {
            self.going.lanes.add(&dead.work_order, dead.position, Letter::new(dead.recorded_at, 0, None));
        }
    }

    fn send_due(&mut self) {
        let now = clock::now_micros();
        while self.going.under_way.len() < self.max_in_flight
            && let Some((work_order, position)) = self.going.lanes.take(now)
        {
            let (store, category) = (Arc::clone(&self.store), self.category.clone());
            let (sender, who) = (self.sender.clone(), self.who.clone());
            self.going.under_way.push(Box::pin(async move {
                let sent = match event_at(store.as_ref(), &category, position, &who).await {
                    Ok((id, body)) => sender.send(&id, body).await,
                    Err(untaken) => Err(untaken),
                };
                (work_order, position, sent)
            }));
        }
    }

    async fn ended(&mut self, (work_order, position, sent): Sent) {
        let now = clock::now_micros();
        match sent {
            Ok(()) => self.taken(&work_order, position, now).await,
            Err(untaken) => self.untaken(&work_order, position, untaken, now).await,
        }
    }

    async fn taken(&mut self, work_order: &Arc<str>, position: u64, now: i64) {
        if self.journal.standing().dead.contains_key(&position) {
            let taken = Record::Redelivered(Redelivered { position });
            if let Err(error) = self.journal.append(taken, None).await {
                self.going.lanes.failed(work_order, position, now);
                return self.put_off(work_order, position, &error);
            }
        }
        let going = &mut self.going;
        going.lanes.remove(work_order, position);
        going.taken = going.taken.saturating_add(1);
        going.unwritten_since.get_or_insert(now);
        going.last_taken = Some(now);
        if std::mem::take(&mut going.failures) >= DOWN {
            tracing::info!(subscriber = self.name, "a subscriber takes events again");
            going.lanes.hurry();
        }
    }

    async fn untaken(&mut self, work_order: &Arc<str>, position: u64, untaken: Untaken, now: i64) {
        let letter = self.going.lanes.failed(work_order, position, now);
        let going = &mut self.going;
        going.failures = going.failures.saturating_add(1);
        going.unwritten_since.get_or_insert(now);
        let failures = letter.failures;
        tracing::warn!(
            subscriber = self.name,
            position,
            failures,
            why = untaken.why,
            "an event was not taken"
        );
        going.last_failure = Some((now, untaken.why.clone()));
        let since = letter.since.unwrap_or(now);
        let ends = since.saturating_add(micros(self.patience.give_up_after));
        if now < ends {
            let pause = micros(self.patience.pause(failures, untaken.pause));
            return going.lanes.put_off(work_order, position, now.saturating_add(pause).min(ends));
        }
        let dead = Dead {
            position,
            work_order: work_order.to_string(),
            recorded_at: letter.recorded_at,
            failures,
            since,
            reason: untaken.why,
        };
        match self.journal.append(Record::DeadLettered(dead), None).await {
            Ok(()) => {
                tracing::error!(subscriber = self.name, position, failures, "an event is a dead letter");
                self.going.lanes.remove(work_order, position);
            }
            Err(error) => self.put_off(work_order, position, &error),
        }
    }

    /// What came of an event could not be stored, so it is sent again: twice is better than never.
    fn put_off(&mut self, work_order: &Arc<str>, position: u64, error: &JournalError) {
        tracing::warn!(subscriber = self.name, position, error = with_causes(error), "the log took no note");
        let until = clock::now_micros().saturating_add(micros(self.patience.first));
        self.going.lanes.put_off(work_order, position, until);
    }

    /// Answers; says whether the log is to be followed from another position now.
    async fn answer(&mut self, ask: Ask) -> bool {
        let (replay, by, answer) = match ask {
            Ask::Look(answer) => {
                // whoever asked may have gone
                let _ = answer.send(self.look());
                return false;
            }
            Ask::Replay(replay, by, answer) => (replay, by, answer),
        };
        let recorded = self.write_down().await.map(drop);
        let recorded = match recorded {
            Ok(()) => self.journal.append(Record::ReplayAsked(replay), Some(by)).await,
            Err(error) => Err(error),
        };
        let is_recorded = recorded.is_ok();
        if let Err(error) = recorded {
            tracing::error!(subscriber = self.name, error = with_causes(&error), "a replay was not recorded");
        } else {
            if let Replay::From(position) = replay {
                self.going.lanes.forgive(position);
                self.going.is_caught_up = false;
                self.going.read = self.journal.standing().after;
            }
            self.line_up_the_dead();
        }
        // whoever asked may have gone
        let _ = answer.send(is_recorded.then(|| self.look()));
        is_recorded && matches!(replay, Replay::From(_))
    }

    fn look(&self) -> Look {
        let (going, standing) = (&self.going, self.journal.standing());
        let oldest = going.lanes.iter().map(|(_, _, letter)| letter.recorded_at).min();
        Look {
            position: going.read,
            is_caught_up: going.is_caught_up,
            waiting: going.lanes.len(),
            oldest_waiting: oldest,
            last_taken: going.last_taken,
            last_failure: going.last_failure.clone(),
            dead: standing.dead.values().cloned().collect(),
        }
    }

    async fn write_down_in_time(&mut self) {
        let due = self.going.unwritten_since.map(|since| since.saturating_add(WRITTEN_EVERY));
        let is_due = self.going.taken >= TAKEN || due.is_some_and(|due| due <= clock::now_micros());
        if is_due && let Err(error) = self.write_down().await {
            // sent twice after a crash, no more than that
            tracing::warn!(subscriber = self.name, error = with_causes(&error), "the log took no note");
            self.going.taken = 0;
            self.going.unwritten_since = Some(clock::now_micros());
        }
    }

    /// Writes down how far it is, if that has changed.
    async fn write_down(&mut self) -> Result<(), JournalError> {
        if self.going.unwritten_since.is_none() {
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
        self.journal.append(Record::Reached(reached), None).await?;
        self.going.taken = 0;
        self.going.unwritten_since = None;
        Ok(())
    }

    /// When there is something to do though nothing happens.
    fn wakes(&self) -> Option<i64> {
        let is_free = self.going.under_way.len() < self.max_in_flight;
        let due = self.going.lanes.next_due().filter(|_| is_free);
        let written = self.going.unwritten_since.map(|since| since.saturating_add(WRITTEN_EVERY));
        due.into_iter().chain(written).min()
    }
}

async fn until(moment: Option<i64>) {
    let Some(moment) = moment else { return std::future::pending().await };
    let wait = u64::try_from(moment.saturating_sub(clock::now_micros())).unwrap_or(0);
    tokio::time::sleep(Duration::from_micros(wait)).await;
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The id of the event at a position, and what is posted of it.
async fn event_at(
    store: &dyn EventStore,
    category: &Category,
    position: u64,
    who: &Who,
) -> Result<(String, String), Untaken> {
    let before = position.checked_sub(1).filter(|before| *before > 0).map(Position::new);
    let page = store.read_all(before, Some(category), 1).await;
    let page = page.map_err(|_| Untaken::because("the log cannot be read now"))?;
    let recorded = page.iter().find(|recorded| recorded.position.get() == position);
    let recorded = recorded.ok_or_else(|| Untaken::because("the log does not have it"))?;
    Ok((recorded.id.to_string(), cloud_event(&recorded, who).to_string()))
}

/// As whom a subscriber is told: as anybody who may read.
pub(super) const ROLE: Role = Role::Viewer;

/// Whose streams are told.
pub(super) const TOLD: &str = COVERAGE;
