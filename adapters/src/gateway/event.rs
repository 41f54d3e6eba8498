//! An event on its way to a client, and how ids look on the wire.

use std::collections::HashMap;

use bytes::Bytes;
use uuid::Uuid;

use super::confidential::Sight;
use super::wire;
use crate::store::Recorded;

/// How a client wants ids to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdForm {
    Structured,
    Text,
}

/// One event of a stream, of the whole log, or of a system stream that links to it.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Where it stands in what is read: the position in `$all`, the revision in a stream.
    pub(super) place: u64,
    pub(super) event: Event,
    /// The event that links to it, in a system stream.
    pub(super) link: Option<Event>,
}

/// A stored event that outlives its page.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) id: Uuid,
    pub(super) stream: String,
    pub(super) revision: u64,
    pub(super) position: u64,
    pub(super) kind: String,
    pub(super) data: Bytes,
    pub(super) metadata: Bytes,
    pub(super) recorded_at: i64,
}

impl Event {
    /// An event as a reader may see it.
    pub(super) fn seen(sight: &Sight, recorded: &Recorded<'_>) -> Self {
        Self {
            id: recorded.id,
            stream: recorded.stream.to_owned(),
            revision: recorded.revision,
            position: recorded.position.get(),
            kind: recorded.kind.to_owned(),
            data: sight.data(recorded),
            metadata: Bytes::copy_from_slice(recorded.metadata),
            recorded_at: recorded.recorded_at,
        }
    }

    fn wire(&self, ids: IdForm) -> wire::RecordedEvent {
        // 100 ns ticks since 1970, as a server of version 20.6 or later writes them
        let created = self.recorded_at.saturating_mul(10).to_string();
        let metadata = [("type", self.kind.clone()), ("content-type", self.content_type().to_owned())];
        let metadata = metadata.into_iter().chain([("created", created)]);
        wire::RecordedEvent {
            id: Some(ids.wire(self.id)),
            stream_identifier: Some(stream_identifier(&self.stream)),
            stream_revision: self.revision,
            prepare_position: self.position,
            commit_position: self.position,
            metadata: metadata.map(|(key, value)| (key.to_owned(), value)).collect::<HashMap<_, _>>(),
            custom_metadata: self.metadata.clone(),
            data: self.data.clone(),
        }
    }

    /// The log keeps no content type; what Covertrail writes is JSON objects.
    fn content_type(&self) -> &'static str {
        match (self.data.first(), self.data.last()) {
            (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')) => "application/json",
            _ => "application/octet-stream",
        }
    }
}

impl Item {
    /// What it holds in memory, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.event.data.len().saturating_add(self.event.metadata.len()).saturating_add(512)
    }

    /// The id by which a consumer answers: that of the event it read, which is the link where there is one.
    pub(super) fn id(&self) -> Uuid {
        self.link.as_ref().map_or(self.event.id, |link| link.id)
    }

    /// As a client reads it; without `resolve`, a link itself instead of what it points at.
    pub(super) fn wire(&self, ids: IdForm, resolve: bool) -> wire::ReadEvent {
        let link = self.link.as_ref().map(|link| link.wire(ids));
        let (event, link) = match link {
            Some(link) if !resolve => (link, None),
            link => (self.event.wire(ids), link),
        };
        wire::ReadEvent {
            event: Some(event),
            link,
            position: Some(wire::read_event::Position::CommitPosition(self.event.position)),
            count: None,
        }
    }
}

impl IdForm {
    pub(super) fn of(option: Option<wire::UuidOption>) -> Self {
        match option.and_then(|option| option.content) {
            Some(wire::uuid_option::Content::String(_)) => Self::Text,
            Some(wire::uuid_option::Content::Structured(_)) | None => Self::Structured,
        }
    }

    pub(super) fn wire(self, id: Uuid) -> wire::Uuid {
        let value = match self {
            Self::Text => wire::uuid::Value::String(id.to_string()),
            Self::Structured => {
                let (most, least) = id.as_u64_pair();
                wire::uuid::Value::Structured(wire::uuid::Structured {
                    most_significant_bits: most.cast_signed(),
                    least_significant_bits: least.cast_signed(),
                })
            }
        };
        wire::Uuid { value: Some(value) }
    }
}

/// An id in either form, if it is one.
pub(super) fn id_of(id: Option<wire::Uuid>) -> Option<Uuid> {
    match id?.value? {
        wire::uuid::Value::String(text) => Uuid::parse_str(&text).ok(),
        wire::uuid::Value::Structured(id) => Some(Uuid::from_u64_pair(
            id.most_significant_bits.cast_unsigned(),
            id.least_significant_bits.cast_unsigned(),
        )),
    }
}

pub(super) fn stream_identifier(name: &str) -> wire::StreamIdentifier {
    wire::StreamIdentifier { stream_name: Bytes::copy_from_slice(name.as_bytes()) }
}
