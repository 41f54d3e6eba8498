//! Telling one subscriber what is due, and what comes of it.

use super::follow::{DOWN, Follower, Sent};
use super::journal::JournalError;
use super::record::{Dead, Record, Redelivered};
use super::send::Untaken;
use crate::clock;
use crate::engine::with_causes;
use crate::http::{Who, cloud_event};
use covertrail_adapters::store::{Category, EventStore, Position};
use std::sync::Arc;
use std::time::Duration;

impl Follower {
    pub(super) fn send_due(&mut self) {
        let now = clock::now_micros();
        if !self.is_our_turn(now) {
            return;
        }
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

    pub(super) async fn ended(&mut self, (work_order, position, sent): Sent) {
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
        if letter.failures == 1 {
            // since when it is tried is kept; a mere retry is not worth an event
            going.unwritten_since.get_or_insert(now);
        }
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
        if now < ends && !untaken.is_for_good {
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
        self.going.has_moved |= matches!(error, JournalError::Moved);
        tracing::warn!(subscriber = self.name, position, error = with_causes(error), "the log took no note");
        let until = clock::now_micros().saturating_add(micros(self.patience.first));
        self.going.lanes.put_off(work_order, position, until);
    }
}

pub(super) fn micros(duration: Duration) -> i64 {
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
