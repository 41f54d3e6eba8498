//! Everything that happened to a work order and what was refused, read from the log.

use super::super::Failed;
use crate::engine::{COVERAGE, REFUSAL};
use crate::http::Shared;
use covertrail_adapters::schema::{self, Envelope, Malformed, REFUSED, Refusal};
use covertrail_adapters::store::Recorded;
use covertrail_domain::coverage::{Event, State};
use covertrail_domain::id::WorkOrderId;

/// Something that happened, or was refused.
#[derive(Debug)]
pub(super) struct Past {
    pub(super) position: u64,
    pub(super) revision: u64,
    pub(super) kind: String,
    pub(super) recorded_at: i64,
    pub(super) envelope: Envelope,
    pub(super) what: What,
    /// The key of the call that it made due, and which step that is.
    pub(super) due: Option<(&'static str, String)>,
    pub(super) data: Vec<u8>,
    pub(super) metadata: Vec<u8>,
}

/// What it was.
#[derive(Debug)]
pub(super) enum What {
    Happened(Box<Event>),
    Refused(Refusal),
}

/// All of it, in the order of the log.
pub(super) async fn past(shared: &Shared, id: &WorkOrderId) -> Result<Vec<Past>, Failed> {
    let mut read = Vec::new();
    for category in [COVERAGE, REFUSAL] {
        let take = |recorded: &Recorded<'_>| read.push(past_of(recorded));
        let told = shared.models.events_of(&format!("{category}-{id}"), take).await;
        told.map_err(|trouble| Failed::from(&trouble))?;
    }
    let mut past = read.into_iter().collect::<Result<Vec<Past>, Malformed>>().map_err(|error| {
        tracing::error!(%error, "a history cannot be read");
        Failed::Trouble
    })?;
    past.sort_by_key(|past| past.position);
    make_due(&mut past);
    Ok(past)
}

fn past_of(recorded: &Recorded<'_>) -> Result<Past, Malformed> {
    let what = if recorded.kind == REFUSED {
        What::Refused(Refusal::decode(recorded.kind, recorded.data)?)
    } else {
        What::Happened(Box::new(schema::decode(recorded.kind, recorded.data)?))
    };
    Ok(Past {
        position: recorded.position.get(),
        revision: recorded.revision,
        kind: recorded.kind.to_owned(),
        recorded_at: recorded.recorded_at,
        envelope: Envelope::decode(recorded.metadata)?,
        what,
        due: None,
        data: recorded.data.to_vec(),
        metadata: recorded.metadata.to_vec(),
    })
}

/// The next action follows from the state alone, so what an event made due is found by folding once more.
fn make_due(past: &mut [Past]) {
    let (mut state, mut before) = (State::default(), None);
    for past in past {
        let What::Happened(event) = &past.what else { continue };
        state = state.evolve(event);
        let due = state.next_action().map(|action| (action.step().as_str(), action.idempotency_key()));
        past.due = due.clone().filter(|due| Some(due) != before.as_ref());
        before = due;
    }
}
