//! Made-up histories, as they could have happened: to try Covertrail on a year of many work orders.
//!
//! The rules themselves decide what comes of each step, and the log is written as the engine would have: deliveries
//! first, then what came of them, in the order in which it all happened.

mod history;
mod steps;
mod telling;
#[cfg(test)]
mod tests;

use covertrail_adapters::schema::{self, Envelope};
use covertrail_adapters::store::{AppendError, EventStore, Expected, NewEvent, StreamName};
use covertrail_domain::coverage::State;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use futures_util::FutureExt as _;
use futures_util::future::{MaybeDone, maybe_done};
use history::{Cause, Step, Written as _};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use tokio::task::unconstrained;

/// How many histories are told at once: that far apart do the events of one work order lie.
const AT_ONCE: u64 = 2_000;
/// How many appends are under way at once; the store makes one transaction of what waits.
const UNDER_WAY: usize = 512;

/// What to make up.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many work orders.
    pub work_orders: u64,
    /// What everything is made from.
    pub seed: u64,
    /// What would have happened later has not happened yet.
    pub until: Timestamp,
}

/// Why it was not made up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was made up is no id.
    #[error("an id that was made up is none: {0}")]
    Id(String),
    /// The store does not take it.
    #[error(transparent)]
    Store(#[from] AppendError),
}

/// Events of one stream that belong together, and when they were recorded.
struct Append {
    at: Timestamp,
    stream: StreamName,
    expected: Expected,
    events: Vec<NewEvent>,
}

/// Makes up histories and appends them; answers how many events that were. `done` hears of how many more work orders
/// are told.
pub async fn generate(store: &Arc<dyn EventStore>, plan: &Plan, done: impl Fn(u64)) -> Result<u64, Error> {
    let mut events = 0_u64;
    let mut first = 0;
    while first < plan.work_orders {
        let last = plan.work_orders.min(first.saturating_add(AT_ONCE));
        let appends = wave(plan, first, last)?;
        let mut under_way = VecDeque::new();
        for append in appends {
            if under_way.len() >= UNDER_WAY {
                events = events.saturating_add(next(&mut under_way).await?);
            }
            let store = Arc::clone(store);
            // asked once, it has its place in the store's queue, and so all come in their order
            let mut appending = Box::pin(maybe_done(unconstrained(append.to(store))));
            let _ = (&mut appending).now_or_never();
            under_way.push_back(appending);
        }
        while !under_way.is_empty() {
            events = events.saturating_add(next(&mut under_way).await?);
        }
        done(last.saturating_sub(first));
        first = last;
    }
    Ok(events)
}

/// What is asked of the store, until it is done.
type UnderWay<F> = VecDeque<Pin<Box<MaybeDone<F>>>>;

/// Waits for what was asked first; answers how many events that were.
async fn next<F: Future<Output = Result<u64, AppendError>>>(
    under_way: &mut UnderWay<F>,
) -> Result<u64, Error> {
    let Some(mut first) = under_way.pop_front() else { return Ok(0) };
    first.as_mut().await;
    Ok(first.as_mut().take_output().transpose()?.unwrap_or_default())
}

impl Append {
    async fn to(self, store: Arc<dyn EventStore>) -> Result<u64, AppendError> {
        let events = u64::try_from(self.events.len()).unwrap_or(0);
        store.append(&self.stream, self.expected, self.events).await.map(|_| events)
    }
}

/// Everything that happened to some work orders, in the order in which it did. The first of all work orders are the
/// earliest.
fn wave(plan: &Plan, first: u64, last: u64) -> Result<Vec<Append>, Error> {
    let mut appends = Vec::new();
    for number in first..last {
        let mut random = StdRng::seed_from_u64(plan.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number);
        let history = steps::of(plan, number, &mut random)?;
        let (mut state, mut revision) = (State::default(), None);
        for (index, step) in (0_u32..).zip(history.steps.iter().take_while(|step| step.at <= plan.until)) {
            appends.extend(told(&history.work_order, index, step, &mut state, &mut revision)?);
        }
    }
    // stable: what happened at one moment stays in its order
    appends.sort_by_key(|append| append.at);
    Ok(appends)
}

/// What a step comes to: its delivery, if it came by one, then its events, then what became of the delivery.
fn told(
    work_order: &WorkOrderId,
    index: u32,
    step: &Step,
    state: &mut State,
    revision: &mut Option<u64>,
) -> Result<Vec<Append>, Error> {
    let mut appends = Vec::new();
    let delivery = match &step.cause {
        Cause::Delivered(delivery) => Some(delivery),
        Cause::Answered(_) | Cause::Person(_) => None,
    };
    if let Some(delivery) = delivery {
        appends.push(delivery.received(step.at)?);
    }
    let happened = state.decide(&step.command).unwrap_or_default();
    let envelope = Envelope {
        actor: step.cause.actor(),
        correlation: schema::correlation(work_order),
        causation: step.cause.name(),
        occurred_at: step.at,
        recorded_at: micros(step.at),
        source: step.cause.source(),
        reason: None,
    };
    let expected = revision.map_or(Expected::NoStream, Expected::Exact);
    let mut events = Vec::with_capacity(happened.len());
    for (place, event) in (0_u32..).zip(&happened) {
        let schema::Stored { kind, data } = schema::encode(event);
        let occurred_at = event.at().unwrap_or(step.at);
        let id = schema::event_id(&format!("generate-{work_order}-{index}"), place);
        let metadata = Envelope { occurred_at, ..envelope.clone() }.encode();
        events.push(NewEvent { id, kind: kind.to_owned(), data, metadata, recorded_at: micros(step.at) });
        *state = std::mem::take(state).evolve(event);
        *revision = Some(revision.map_or(0, |revision| revision.saturating_add(1)));
    }
    let is_news = !events.is_empty();
    if is_news {
        let stream = name(&schema::correlation(work_order))?;
        appends.push(Append { at: step.at, stream, expected, events });
    }
    if let Some(delivery) = delivery {
        appends.push(delivery.handled(step.at, work_order, is_news)?);
    }
    Ok(appends)
}

fn name(stream: &str) -> Result<StreamName, Error> {
    StreamName::parse(stream).map_err(|bad| Error::Id(bad.to_string()))
}

fn micros(at: Timestamp) -> i64 {
    at.unix().saturating_mul(1_000_000)
}
