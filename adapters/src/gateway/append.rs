//! Appends, one at a time or in batches, with what the log does not allow.

use std::collections::HashMap;
use std::sync::Arc;

use tonic::{Status, Streaming};
use uuid::Uuid;

use super::access::Caller;
use super::event::id_of;
use super::refusal::{access_denied, missing, not_appended, refusal, too_large, unreadable};
use super::source::Source;
use super::wire;
use super::wire::streams::append_req::options::ExpectedStreamRevision as WireExpected;
use super::wire::streams::append_req::{Content, Options};
use super::wire::streams::{AppendReq, ProposedMessage};
use crate::store::{AppendError, Appended, EventStore, Expected, MAX_APPEND_BYTES, NewEvent, StreamName};
use crate::{ClientCategory, OwnCategory};

/// The most events of one append, and what each weighs beside its bytes.
const MAX_EVENTS: usize = 8192;
const EVENT_BYTES: usize = 128;
/// The longest type of an event, in bytes.
const MAX_KIND_BYTES: usize = 512;

/// The time in microseconds since 1970 UTC, from the one who has a clock.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Appends for clients, if they may.
#[derive(Clone)]
pub(super) struct Appends {
    pub(super) store: Arc<dyn EventStore>,
    pub(super) appendable: Appendable,
    pub(super) clock: Clock,
}

/// What clients may append to.
#[derive(Debug, Clone)]
pub enum Appendable {
    /// Streams of these categories, and no others; of none, the log is served for reading only.
    Categories(Arc<[ClientCategory]>),
    /// Every stream, also those that mean something to the program: for a log whose clients are nodes of the program
    /// itself.
    Everything,
}

/// One append, as far as it has come in.
pub(super) struct Proposal {
    stream: StreamName,
    pub(super) wanted: Wanted,
    events: Vec<NewEvent>,
    bytes: usize,
    /// Whether its events may have the types of the program's own, by which they are read (`$et-coverage.quoted.v1`).
    may_be_own: bool,
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
    /// What one client may append to.
    pub(super) fn of_caller(&self, caller: &Caller) -> Self {
        let mut own = self.clone();
        if !caller.role.may_append() {
            own.appendable = Appendable::none();
        }
        own
    }

    /// Reads an append to its end; one that is cut off is not written.
    pub(super) async fn receive(&self, mut messages: Streaming<AppendReq>) -> Result<Proposal, Status> {
        let Some(AppendReq { content: Some(Content::Options(options)) }) = messages.message().await? else {
            return Err(missing("options"));
        };
        let mut proposal = self.begin(options)?;
        while let Some(message) = messages.message().await.map_err(incoming)? {
            match message.content {
                Some(Content::ProposedMessage(message)) => proposal.add(message, &self.clock)?,
                Some(Content::Options(_)) | None => return Err(missing("proposed_message")),
            }
        }
        Ok(proposal)
    }

    pub(super) fn begin(&self, options: Options) -> Result<Proposal, Status> {
        if self.appendable.is_none() {
            return Err(access_denied("this log is served to you for reading only"));
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
            Source::Stream(stream) if !self.appendable.holds(&stream) => {
                Err(access_denied("clients do not append to streams of this category"))
            }
            Source::Stream(stream) => {
                let may_be_own = matches!(self.appendable, Appendable::Everything);
                Ok(Proposal { stream, wanted, events: Vec::new(), bytes: 0, may_be_own })
            }
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

/// What is wrong with a message that did not come in: one that is too large is an append that is too large.
pub(super) fn incoming(status: Status) -> Status {
    if status.code() == tonic::Code::OutOfRange { too_large() } else { status }
}

impl Appendable {
    /// Nothing.
    pub fn none() -> Self {
        Self::Categories(Arc::default())
    }

    fn is_none(&self) -> bool {
        matches!(self, Self::Categories(categories) if categories.is_empty())
    }

    fn holds(&self, stream: &StreamName) -> bool {
        match self {
            Self::Categories(categories) => categories.iter().any(|category| category.holds(stream)),
            Self::Everything => true,
        }
    }
}

impl Proposal {
    /// What it holds in memory, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.bytes.saturating_add(self.events.len().saturating_mul(EVENT_BYTES))
    }

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
        if self.bytes > MAX_APPEND_BYTES || self.events.len() >= MAX_EVENTS {
            return Err(too_large());
        }
        if kind.len() > MAX_KIND_BYTES || kind.chars().any(char::is_control) {
            return Err(Status::invalid_argument(format!(
                "an event's type has at most {MAX_KIND_BYTES} bytes and no control characters"
            )));
        }
        if !self.may_be_own && OwnCategory::of_kind(&kind).is_some() {
            return Err(access_denied("events of this type are written by the program alone"));
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
