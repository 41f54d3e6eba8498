//! Appends, one at a time or in batches, with what the log does not allow.

use std::collections::HashMap;
use std::sync::Arc;

use tonic::{Status, Streaming};
use uuid::Uuid;

use super::event::id_of;
use super::refusal::{access_denied, missing, not_appended, refusal, too_large, unreadable};
use super::source::Source;
use super::wire;
use super::wire::streams::append_req::options::ExpectedStreamRevision as WireExpected;
use super::wire::streams::append_req::{Content, Options};
use super::wire::streams::{AppendReq, ProposedMessage};
use crate::store::{
    AppendError, Appended, Category, EventStore, Expected, MAX_APPEND_BYTES, NewEvent, StreamName,
};

/// The time in microseconds since 1970 UTC, from the one who has a clock.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Appends for clients, if they may.
#[derive(Clone)]
pub(super) struct Appends {
    pub(super) store: Arc<dyn EventStore>,
    pub(super) allowed: bool,
    /// Categories that are not for clients to append to.
    pub(super) own: Arc<[Category]>,
    pub(super) clock: Clock,
}

/// One append, as far as it has come in.
pub(super) struct Proposal {
    stream: StreamName,
    pub(super) wanted: Wanted,
    events: Vec<NewEvent>,
    bytes: usize,
}

/// What the client believes the stream to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    Revision(u64),
    NoStream,
    Any,
    Exists,
}

/// What became of an append that was understood.
pub(super) enum Outcome {
    Written(Appended),
    /// The stream is elsewhere: at that revision, or nowhere.
    Wrong(Option<u64>),
}

impl Appends {
    /// Reads an append to its end; one that is cut off is not written.
    pub(super) async fn receive(&self, mut messages: Streaming<AppendReq>) -> Result<Proposal, Status> {
        let Some(AppendReq { content: Some(Content::Options(options)) }) = messages.message().await? else {
            return Err(missing("options"));
        };
        let mut proposal = self.begin(options)?;
        while let Some(message) = messages.message().await? {
            match message.content {
                Some(Content::ProposedMessage(message)) => proposal.add(message, &self.clock)?,
                Some(Content::Options(_)) | None => return Err(missing("proposed_message")),
            }
        }
        Ok(proposal)
    }

    pub(super) fn begin(&self, options: Options) -> Result<Proposal, Status> {
        if !self.allowed {
            return Err(access_denied("this log is served for reading only"));
        }
        let name = options.stream_identifier.ok_or_else(|| missing("stream_identifier"))?.stream_name;
        let wanted = match options.expected_stream_revision {
            Some(WireExpected::Revision(revision)) => Wanted::Revision(revision),
            Some(WireExpected::NoStream(_)) => Wanted::NoStream,
            Some(WireExpected::Any(_)) => Wanted::Any,
            Some(WireExpected::StreamExists(_)) => Wanted::Exists,
            None => return Err(missing("expected_stream_revision")),
        };
        match Source::parse(&name) {
            Source::Stream(stream) if self.own.iter().any(|category| category.holds(stream.as_str())) => {
                Err(access_denied("streams of this category are written by the program alone"))
            }
            Source::Stream(stream) => Ok(Proposal { stream, wanted, events: Vec::new(), bytes: 0 }),
            Source::All | Source::Links(_) => Err(access_denied("system streams write themselves")),
            Source::Nothing(_) => {
                Err(access_denied("a stream is named <category>-<id> and does not begin with $"))
            }
        }
    }

    pub(super) async fn write(&self, proposal: Proposal) -> Result<Outcome, Status> {
        let expected = match proposal.wanted {
            Wanted::Revision(revision) => Expected::Exact(revision),
            Wanted::NoStream => Expected::NoStream,
            Wanted::Any => Expected::Any,
            Wanted::Exists => {
                let newest = self.store.read_stream_backward(&proposal.stream, None, 1).await;
                if newest.map_err(|error| unreadable(&error))?.is_empty() {
                    return Ok(Outcome::Wrong(None));
                }
                // a stream that is there stays there
                Expected::Any
            }
        };
        match self.store.append(&proposal.stream, expected, proposal.events).await {
            Ok(appended) => Ok(Outcome::Written(appended)),
            Err(AppendError::Conflict { current, .. }) => Ok(Outcome::Wrong(current)),
            Err(error) => Err(not_appended(&error)),
        }
    }
}

impl Proposal {
    pub(super) fn add(&mut self, message: ProposedMessage, clock: &Clock) -> Result<(), Status> {
        let mut metadata: HashMap<_, _> = message.metadata;
        let mut required = |name: &str| {
            let missing = || {
                let mut status = refusal(
                    tonic::Code::InvalidArgument,
                    "missing-required-metadata-property",
                    &format!("{name} is missing"),
                );
                status.metadata_mut().insert(
                    "required-metadata-properties",
                    tonic::metadata::MetadataValue::from_static("type,content-type"),
                );
                status
            };
            metadata.remove(name).filter(|value| !value.is_empty()).ok_or_else(missing)
        };
        let kind = required("type")?;
        // asked for and not kept: the log keeps bytes
        required("content-type")?;
        let id: Uuid = id_of(message.id).ok_or_else(|| missing("an event's id"))?;
        self.bytes = self
            .bytes
            .saturating_add(kind.len())
            .saturating_add(message.data.len())
            .saturating_add(message.custom_metadata.len());
        if self.bytes > MAX_APPEND_BYTES {
            return Err(too_large());
        }
        self.events.push(NewEvent {
            id,
            kind,
            data: message.data.into(),
            metadata: message.custom_metadata.into(),
            recorded_at: clock(),
        });
        Ok(())
    }
}

impl Outcome {
    pub(super) fn answer(&self, wanted: Wanted) -> wire::streams::AppendResp {
        use wire::streams::append_resp::{
            Result as Answer, WrongExpectedVersion, wrong_expected_version as wrong,
        };
        let result = match self {
            Self::Written(appended) => Answer::Success(success(appended)),
            Self::Wrong(current) => Answer::WrongExpectedVersion(WrongExpectedVersion {
                current_revision_option: Some(match current {
                    Some(revision) => wrong::CurrentRevisionOption::CurrentRevision(*revision),
                    None => wrong::CurrentRevisionOption::CurrentNoStream(wire::Empty {}),
                }),
                expected_revision_option: Some(match wanted {
                    Wanted::Revision(revision) => wrong::ExpectedRevisionOption::ExpectedRevision(revision),
                    Wanted::NoStream => wrong::ExpectedRevisionOption::ExpectedNoStream(wire::Empty {}),
                    Wanted::Any => wrong::ExpectedRevisionOption::ExpectedAny(wire::Empty {}),
                    Wanted::Exists => wrong::ExpectedRevisionOption::ExpectedStreamExists(wire::Empty {}),
                }),
            }),
        };
        wire::streams::AppendResp { result: Some(result) }
    }
}

pub(super) fn success(appended: &Appended) -> wire::streams::Success {
    use wire::streams::success::{CurrentRevisionOption, PositionOption};
    let position = appended.position.get();
    wire::streams::Success {
        current_revision_option: Some(CurrentRevisionOption::CurrentRevision(appended.last_revision)),
        position_option: Some(PositionOption::Position(wire::Position {
            commit_position: position,
            prepare_position: position,
        })),
    }
}
