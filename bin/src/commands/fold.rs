//! The log folded again, up to a point: what was known then.

use super::log::Wrong;
use crate::views;
use covertrail_adapters::schema::{self, Envelope};
use covertrail_adapters::store::{Position, Recorded};
use covertrail_domain::coverage::State;
use covertrail_domain::time::Timestamp;
use covertrail_projections::{AsOf, Story};
use serde::de::IgnoredAny;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;

/// Which events count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// All that there are.
    Everything,
    /// Those up to a position.
    Position(Position),
    /// Those recorded up to a moment, in Unix microseconds. Clocks are set back now and then, so each stream ends
    /// before its first event that was recorded later.
    Recorded(i64),
}

/// What the events come to.
pub(crate) struct Fold {
    bound: Bound,
    as_of: Option<Timestamp>,
    streams: HashMap<String, Stream>,
    digest: Sha256,
    events: u64,
    last: Option<Position>,
}

#[derive(Default)]
struct Stream {
    story: Story,
    then: Option<Box<AsOf>>,
    next_revision: u64,
    ended: bool,
}

impl Stream {
    fn story(&self) -> &Story {
        self.then.as_ref().map_or(&self.story, |then| then.story())
    }
}

impl Fold {
    pub(crate) fn new(bound: Bound) -> Self {
        Self { bound, as_of: None, streams: HashMap::new(), digest: Sha256::new(), events: 0, last: None }
    }

    /// The same, of how it was in the world at a moment.
    pub(crate) fn looking_at(self, as_of: Option<Timestamp>) -> Self {
        Self { as_of, ..self }
    }

    /// Folds one event of a work order, unless it lies beyond the bound.
    pub(crate) fn take(&mut self, recorded: &Recorded<'_>) -> Result<(), Wrong> {
        let stream = match self.streams.get_mut(recorded.stream) {
            Some(stream) => stream,
            None => self.streams.entry(recorded.stream.to_owned()).or_default(),
        };
        stream.ended |= match self.bound {
            Bound::Everything => false,
            Bound::Position(last) => recorded.position > last,
            Bound::Recorded(last) => recorded.recorded_at > last,
        };
        if stream.ended {
            return Ok(());
        }
        if recorded.revision != stream.next_revision {
            return Err(Wrong::OutOfOrder { found: recorded.revision, expected: stream.next_revision });
        }
        let event = schema::decode(recorded.kind, recorded.data)?;
        serde_json::from_slice::<IgnoredAny>(recorded.metadata).map_err(|_| Wrong::NotJson("metadata"))?;
        match self.as_of {
            None => stream.story.tell(&event, views::place(recorded)),
            Some(at) => {
                let occurred = Envelope::decode(recorded.metadata)?.occurred_at;
                let then = stream.then.get_or_insert_with(|| Box::new(AsOf::new(at)));
                then.hear(&event, occurred, views::place(recorded));
            }
        }
        stream.next_revision = stream.next_revision.saturating_add(1);
        line(recorded, |part| self.digest.update(part));
        self.events = self.events.saturating_add(1);
        self.last = Some(recorded.position);
        Ok(())
    }

    /// The work orders that are known, by the name of their stream, in no order.
    pub(crate) fn stories(&self) -> impl Iterator<Item = (&str, &Story)> {
        let known = self.streams.iter().map(|(name, stream)| (name, stream.story()));
        let known = known.filter(|(_, story)| story.state.coverage().is_some());
        known.map(|(name, story)| (name.split_once('-').map_or(name.as_str(), |(_, id)| id), story))
    }

    /// The state of each of them.
    pub(crate) fn states(&self) -> impl Iterator<Item = (&str, &State)> {
        self.stories().map(|(id, story)| (id, &story.state))
    }

    /// How many events were folded.
    pub(crate) const fn events(&self) -> u64 {
        self.events
    }

    /// The position of the last of them.
    pub(crate) const fn last(&self) -> Option<Position> {
        self.last
    }

    /// SHA-256, in hex, over the [`line`] of each folded event.
    pub(crate) fn digest(&self) -> String {
        self.digest.clone().finalize().iter().fold(String::new(), |mut hex, byte| {
            // writing to a string cannot fail
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// An event as one line for auditors: `{"kind":…,"data":…,"metadata":…}` and a line feed, with data and metadata
/// byte for byte as they are stored. Since each is JSON by itself, no two histories make the same lines.
pub(crate) fn line(recorded: &Recorded<'_>, mut write: impl FnMut(&[u8])) {
    // a text always has a JSON form
    let kind = serde_json::to_string(recorded.kind).unwrap_or_default();
    for part in [b"{\"kind\":", kind.as_bytes(), b",\"data\":", recorded.data, b",\"metadata\":"] {
        write(part);
    }
    write(recorded.metadata);
    write(b"}\n");
}

#[cfg(test)]
mod tests;
