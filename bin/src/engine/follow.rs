//! Following the log: folded from its start, then as it is written.

use super::run::{PAUSE, Stopped};
use super::{COVERAGE, Engine};
use covertrail_adapters::schema;
use covertrail_adapters::store::{Batch, Position, ReadError, Recorded, Update};
use covertrail_domain::coverage::Event;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc;

/// The pause between two looks at a log that is being written to: what comes meanwhile is read at once, and those
/// who write to it, the vendors' deliveries first of all, are not kept from it by those who read.
const BREATH: Duration = Duration::from_millis(2);

/// How many events are read at once at the start.
const PAGE: usize = 4096;

/// A page whose events are decoded already: at the start that is another thread's work.
struct Decoded {
    batch: Batch,
    /// As many as in the page; nothing for what is not a work order's.
    events: Vec<Option<Event>>,
}

impl Engine {
    /// Folds the log from its start and follows it; ends only where it cannot be read.
    pub(super) async fn follow(&self) -> Result<(), Stopped> {
        let mut after = None;
        loop {
            match self.follow_from(&mut after).await {
                Ok(()) => {}
                Err(Stopped::Damaged(ReadError::Unavailable(error))) => {
                    tracing::warn!(%error, "the event log cannot be read; trying again");
                    tokio::time::sleep(PAUSE).await;
                }
                Err(stopped) => return Err(stopped),
            }
        }
    }

    async fn follow_from(&self, after: &mut Option<Position>) -> Result<(), Stopped> {
        if !self.is_caught_up() {
            self.fold_what_is_stored(after).await?;
        }
        let mut subscription = self.store.subscribe(*after, None).await.map_err(Stopped::Damaged)?;
        loop {
            match subscription.next().await.map_err(Stopped::Damaged)? {
                Update::Events(batch) => {
                    // most of it was folded by whoever appended it, and need not be decoded
                    self.fold(&batch, [], after)?;
                    if self.is_caught_up() {
                        tokio::time::sleep(BREATH).await;
                    }
                }
                Update::CaughtUp => self.go_live(),
            }
        }
    }

    /// The start: pages are read and decoded on one thread while those before are folded on another.
    async fn fold_what_is_stored(&self, after: &mut Option<Position>) -> Result<(), Stopped> {
        let (decoded, mut pages) = mpsc::channel(2);
        let (store, mut from) = (Arc::clone(&self.store), *after);
        tokio::spawn(async move {
            loop {
                let page = store.read_for_fold(from, None, PAGE).await.map(Decoded::of);
                from = page.as_ref().ok().and_then(|page| page.batch.last_position());
                if decoded.send(page).await.is_err() || from.is_none() {
                    return;
                }
            }
        });
        while let Some(page) = pages.recv().await {
            let Decoded { batch, events } = page.map_err(Stopped::Damaged)?;
            self.fold(&batch, events, after)?;
        }
        Ok(())
    }

    fn fold(
        &self,
        batch: &Batch,
        decoded: impl IntoIterator<Item = Option<Event>>,
        after: &mut Option<Position>,
    ) -> Result<(), Stopped> {
        let mut decoded = decoded.into_iter();
        let mut ledger = self.ledger();
        for recorded in batch {
            let position = recorded.position.get();
            let folded = ledger.fold(&recorded, decoded.next().flatten());
            folded.map_err(|source| Stopped::Malformed { position, source })?;
            *after = Some(recorded.position);
        }
        self.dispatch(&mut ledger);
        drop(ledger);
        self.folded.send_replace(*after);
        Ok(())
    }

    fn go_live(&self) {
        {
            // at once, so that whatever is folded after this wakes somebody
            let mut ledger = self.ledger();
            ledger.go_live();
            self.caught_up.store(true, Ordering::Release);
        }
        self.sweep();
    }
}

impl Decoded {
    fn of(batch: Batch) -> Self {
        let decoded = |recorded: Recorded<'_>| {
            let (category, _) = recorded.stream.split_once('-')?;
            // what cannot be decoded is met again, and its place told, where it is folded
            if category == COVERAGE { schema::decode(recorded.kind, recorded.data).ok() } else { None }
        };
        let events = batch.iter().map(decoded).collect();
        Self { batch, events }
    }
}
