use super::CopyError;
use covertrail_adapters::store::{Expected, NewEvent, Recorded, StreamName};

/// How much goes into one append: well below what any server takes.
const MOST_EVENTS: usize = 256;
const MOST_BYTES: usize = 256 << 10;

/// Events that follow each other in the log and in their stream, to be appended together.
pub(super) struct Run {
    pub(super) stream: StreamName,
    pub(super) expected: Expected,
    pub(super) events: Vec<NewEvent>,
    bytes: usize,
}

/// Events as they are appended.
pub(super) fn runs<'a>(events: impl Iterator<Item = Recorded<'a>>) -> Result<Vec<Run>, CopyError> {
    let mut runs: Vec<Run> = Vec::new();
    for event in events {
        let bytes = event.data.len().saturating_add(event.metadata.len());
        let fits = |run: &&mut Run| {
            run.stream.as_str() == event.stream
                && run.events.len() < MOST_EVENTS
                && run.bytes.saturating_add(bytes) <= MOST_BYTES
        };
        match runs.last_mut().filter(fits) {
            Some(run) => {
                run.bytes = run.bytes.saturating_add(bytes);
                run.events.push(new(&event));
            }
            None => runs.push(Run {
                stream: StreamName::parse(event.stream).map_err(|source| CopyError::Unnamable {
                    position: event.position,
                    stream: event.stream.to_owned(),
                    source,
                })?,
                expected: event.revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact),
                events: vec![new(&event)],
                bytes,
            }),
        }
    }
    Ok(runs)
}

fn new(event: &Recorded<'_>) -> NewEvent {
    NewEvent {
        id: event.id,
        kind: event.kind.to_owned(),
        data: event.data.to_vec(),
        metadata: event.metadata.to_vec(),
        recorded_at: event.recorded_at,
    }
}
