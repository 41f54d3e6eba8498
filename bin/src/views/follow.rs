//! Keeping up: with the log as it is written, and with time as it passes.

use super::as_of::{Question, each, story};
use super::{ReadModels, Trouble, delivery, rebuild};
use crate::clock;
use crate::engine::{COVERAGE, DELIVERY, with_causes};
use covertrail_adapters::store::{Batch, Position, Subscription, Update};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use covertrail_projections::{
    Checklist, Checkpoint, Delivery, Entry, Moved, Story, Told, Views, ViewsError, tables,
};
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The pause before what failed is tried again.
const PAUSE: Duration = Duration::from_millis(500);
/// The pause between two looks at a log that is being written to: what comes meanwhile is one transaction.
const BREATH: Duration = Duration::from_millis(5);
/// So many events behind, folding the whole log anew is faster than following it.
const FAR_BEHIND: u64 = 200_000;
/// How often it is looked whether the file is still there.
const LOOK: Duration = Duration::from_secs(2);
/// The longest that a wait for the next change by time alone is trusted: clocks are set now and then.
const LONGEST: Duration = Duration::from_mins(5);

impl ReadModels {
    /// Keeps the read models up with the log and with time. Ends only where the log cannot be read by this version, which
    /// stops the engine too.
    pub async fn follow_always(self: Arc<Self>) {
        let mut reported = String::new();
        loop {
            let Err(trouble) = self.follow().await;
            match &trouble {
                Trouble::Malformed { .. } => {
                    tracing::error!(error = %trouble, "the read models follow no longer");
                    return;
                }
                Trouble::Views(error) if error.is_damage() => match Views::put_aside(&self.path) {
                    Ok(aside) => {
                        let aside = aside.unwrap_or_default();
                        tracing::warn!(%error, aside = %aside.display(), "the read models are folded again in a new file");
                        self.forget();
                    }
                    Err(refusal) => report(&mut reported, with_causes(&refusal)),
                },
                Trouble::Gone => {
                    tracing::warn!(error = %trouble, "the read models are folded again in a new file");
                    self.forget();
                }
                // a full disk is tried again and again, and reported once
                Trouble::Log(_) | Trouble::Views(_) | Trouble::Ending => {
                    report(&mut reported, with_causes(&trouble));
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn follow(&self) -> Result<std::convert::Infallible, Trouble> {
        let mut views = Views::open_shared(&self.path, &self.sharing)?;
        loop {
            views = self.fold_stale(views).await?;
            let reached = views.checkpoint(&tables::BOARD)?;
            let Some(reached) = reached else { continue };
            self.hub.go(reached);
            let after = (reached.position > 0).then(|| Position::new(reached.position));
            let subscription = self.store.subscribe(after, None).await?;
            views = self.keep_up(views, reached, subscription).await?;
        }
    }

    /// Folds those anew that are not there, or of another version, up to where the others are. All of them are, up to the
    /// end, where that is far away, or where they are beyond it: then they were of another log.
    async fn fold_stale(&self, views: Views) -> Result<Views, Trouble> {
        let (mut stale, mut reached) = (views.stale()?, None);
        for table in tables::STORED {
            reached = views.checkpoint(table)?.or(reached);
        }
        let position = self.store.head().await?.map_or(0, Position::get);
        let is_near = |reached: &Checkpoint| {
            position.checked_sub(reached.position).is_some_and(|behind| behind < FAR_BEHIND)
        };
        let reached = reached.filter(is_near).unwrap_or_else(|| {
            stale = tables::STORED.to_vec();
            Checkpoint { position, at: clock::now() }
        });
        if stale.is_empty() {
            return Ok(views);
        }
        let names: Vec<_> = stale.iter().map(|table| table.name).collect();
        tracing::info!(read_models = names.join(","), upto = reached.position, "folding anew");
        let (views, rebuilt) =
            rebuild(&self.store, views, stale, (Question::NOW, reached), |_| (), |_| ()).await?;
        let Ok(rebuilt) = rebuilt else { return Ok(views) };
        tracing::info!(work_orders = rebuilt.work_orders, deliveries = rebuilt.deliveries, "folded anew");
        Ok(views)
    }

    /// Goes on until somebody else has written to the read models.
    async fn keep_up(
        &self,
        mut views: Views,
        mut reached: Checkpoint,
        mut subscription: Subscription,
    ) -> Result<Views, Trouble> {
        let mut checklist = views.checklist()?;
        let file = identity(&self.path);
        loop {
            // moved or removed, or another file is there now
            if file.is_none() || identity(&self.path) != file {
                return Err(Trouble::Gone);
            }
            let wait = until(views.next_turn()?);
            let events = tokio::select! {
                update = subscription.next() => match update? {
                    Update::CaughtUp => {
                        self.hub.catch_up();
                        continue;
                    }
                    Update::Events(events) => Some(events),
                },
                () = tokio::time::sleep(wait) => None,
                () = tokio::time::sleep(LOOK) => continue,
            };
            let from = reached.position;
            let position = events.as_ref().and_then(Batch::last_position).map_or(from, Position::get);
            reached = Checkpoint { position, at: clock::now().max(reached.at) };
            let turned = views.turned(reached.at)?;
            let touched = self.touched(turned, events.as_ref(), position, &mut checklist).await?;
            let (back, followed) = write(views, from, touched, checklist.clone(), reached).await?;
            views = back;
            match followed {
                Ok(changes) => self.hub.tell(changes, events),
                Err(moved) => {
                    tracing::info!(reason = %moved, "the read models are taken up anew");
                    views.take_up()?;
                    self.hub.reset();
                    return Ok(views);
                }
            }
            self.hub.go(reached);
            if position > from {
                tokio::time::sleep(BREATH).await;
            }
        }
    }

    /// What something happened to, and what has changed with time, folded up to a position.
    async fn touched(
        &self,
        turned: Vec<WorkOrderId>,
        events: Option<&Batch>,
        upto: u64,
        checklist: &mut Checklist,
    ) -> Result<Touched, Trouble> {
        let streams: BTreeSet<&str> = events.into_iter().flatten().map(|recorded| recorded.stream).collect();
        let of = |category| {
            let parts = streams.iter().filter_map(|stream| stream.split_once('-'));
            parts.filter(move |(of, _)| *of == category).map(|(_, id)| id)
        };
        let mut work_orders: BTreeSet<WorkOrderId> =
            of(COVERAGE).filter_map(|id| WorkOrderId::parse(id).ok()).collect();
        work_orders.extend(turned);
        let question = Question { known: super::Known::Position(upto), ..Question::NOW };
        let mut touched = Touched::default();
        for work_order in &work_orders {
            touched.stories.extend(story(&self.store, work_order, question, checklist).await?);
        }
        for id in of(DELIVERY) {
            touched.deliveries.extend(self.delivery(id, upto, checklist).await?);
        }
        Ok(touched)
    }

    async fn delivery(
        &self,
        id: &str,
        upto: u64,
        checklist: &mut Checklist,
    ) -> Result<Option<Delivery>, Trouble> {
        let mut found: Option<Delivery> = None;
        each(&self.store, &format!("{DELIVERY}-{id}"), |recorded| {
            let known = recorded.position.get() <= upto;
            match &mut found {
                Some(delivery) if known => delivery::tell(delivery, recorded),
                None if known => found = delivery::received(recorded, checklist),
                Some(_) | None => {}
            }
            Ok(known)
        })
        .await?;
        Ok(found)
    }
}

#[derive(Default)]
struct Touched {
    stories: Vec<Story>,
    deliveries: Vec<Delivery>,
}

async fn write(
    mut views: Views,
    from: u64,
    touched: Touched,
    checklist: Checklist,
    reached: Checkpoint,
) -> Result<(Views, Result<Vec<Entry>, Moved>), Trouble> {
    let writing = tokio::task::spawn_blocking(move || {
        let Touched { stories, deliveries } = &touched;
        let told = Told { stories, deliveries, checklist: &checklist };
        let followed = views.follow(from, told, reached)?;
        Ok::<_, ViewsError>((views, followed))
    });
    Ok(writing.await.map_err(|_| Trouble::Ending)??)
}

/// How long it is until a moment.
fn until(turn: Option<Timestamp>) -> Duration {
    let seconds = turn.map(|turn| turn.unix().saturating_sub(clock::now().unix()));
    let wait =
        seconds.map_or(LONGEST, |seconds| u64::try_from(seconds).map_or(Duration::ZERO, Duration::from_secs));
    wait.min(LONGEST)
}

/// The device of a file and its number there.
fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

/// Logs why the read models cannot follow, once for each reason.
fn report(reported: &mut String, reason: String) {
    if *reported != reason {
        tracing::warn!(error = reason, "the read models cannot follow; trying again");
        *reported = reason;
    }
}
