//! Everything that happened to a work order and what was refused, read from the log.

use super::super::Failed;
use crate::engine::{COVERAGE, REFUSAL};
use crate::http::Shared;
use covertrail_adapters::schema::{self, Envelope, Malformed, Refusal};
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

/// A line of the log that cannot be read: it is shown as that, and stops nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UnreadableLine {
    pub(super) position: u64,
    pub(super) stream: String,
    pub(super) revision: u64,
    pub(super) recorded_at: i64,
    pub(super) why: String,
}

/// All of it, in the order of the log, and apart from it the lines that cannot be read.
pub(super) async fn past(
    shared: &Shared,
    id: &WorkOrderId,
) -> Result<(Vec<Past>, Vec<UnreadableLine>), Failed> {
    let (mut past, mut unreadable) = (Vec::new(), Vec::new());
    for category in [COVERAGE, REFUSAL] {
        let take = |recorded: &Recorded<'_>| match past_of(recorded, category == REFUSAL) {
            Ok(read) => past.push(read),
            Err(error) => unreadable.push(UnreadableLine {
                position: recorded.position.get(),
                stream: recorded.stream.to_owned(),
                revision: recorded.revision,
                recorded_at: recorded.recorded_at,
                why: error.to_string(),
            }),
        };
        let told = shared.models.events_of(&format!("{category}-{id}"), take).await;
        told.map_err(|trouble| Failed::from(&trouble))?;
    }
    past.sort_by_key(|past| past.position);
    make_due(&mut past);
    Ok((past, unreadable))
}

/// A line of a stream of refusals is a refusal, and one of coverage an event; nothing else can stand there.
fn past_of(recorded: &Recorded<'_>, is_refusal: bool) -> Result<Past, Malformed> {
    let what = if is_refusal {
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
