//! Batches: many appends over one call, each answered by its correlation id. One that fails does not end the
//! others.

use std::collections::HashMap;

use prost::Message;
use tonic::{Code, Status, Streaming};
use uuid::Uuid;

use super::append::{Appends, Outcome, Proposal, Wanted, incoming, success};
use super::event::{IdForm, id_of};
use super::outbox::Outbox;
use super::refusal::missing;
use super::wire;
use super::wire::streams::batch_append_resp::{
    Any, ExpectedStreamPosition, Result as Answer, Status as WireStatus,
};
use super::wire::streams::{BatchAppendReq, BatchAppendResp};
use crate::store::MAX_APPEND_BYTES;

type Out = Outbox<BatchAppendResp>;

/// How many appends of one call may have begun and not ended, and what they may hold together, in bytes.
const MAX_BEGUN: usize = 64;
const MAX_BEGUN_BYTES: usize = 4 * MAX_APPEND_BYTES;

/// An append that has begun and whose end has not come.
struct Begun {
    stream: wire::StreamIdentifier,
    wanted: Option<Wanted>,
    proposal: Result<Proposal, Status>,
}

/// Answers appends until the client has no more.
pub(super) async fn serve(appends: Appends, mut requests: Streaming<BatchAppendReq>, out: Out) {
    let mut begun = HashMap::new();
    loop {
        let answer = match requests.message().await {
            Ok(Some(request)) => take(&appends, &mut begun, request).await,
            Ok(None) => return,
            Err(status) => Err(incoming(status)),
        };
        let ended = answer.is_err();
        if let Some(answer) = answer.transpose()
            && (out.send(answer).await.is_err() || ended)
        {
            return;
        }
    }
}

async fn take(
    appends: &Appends,
    begun: &mut HashMap<Uuid, Begun>,
    request: BatchAppendReq,
) -> Result<Option<BatchAppendResp>, Status> {
    let correlation = id_of(request.correlation_id).ok_or_else(|| missing("correlation_id"))?;
    let mut batch = match (begun.remove(&correlation), request.options) {
        (Some(batch), _) => batch,
        (None, Some(options)) => {
            let stream = options.stream_identifier.clone().unwrap_or_default();
            let proposal = appends.begin(options);
            Begun { stream, wanted: proposal.as_ref().ok().map(|proposal| proposal.wanted), proposal }
        }
        (None, None) => return Err(missing("options")),
    };
    for message in request.proposed_messages {
        let Ok(proposal) = &mut batch.proposal else { break };
        if let Err(status) = proposal.add(message, &appends.clock) {
            batch.proposal = Err(status);
        }
    }
    if !request.is_final {
        begun.insert(correlation, batch);
        let held = begun.values().filter_map(|batch| batch.proposal.as_ref().ok()).map(Proposal::weight);
        if begun.len() > MAX_BEGUN || held.sum::<usize>() > MAX_BEGUN_BYTES {
            return Err(Status::resource_exhausted("too many appends have begun and not ended"));
        }
        return Ok(None);
    }
    let outcome = match batch.proposal {
        Ok(proposal) => appends.write(proposal).await,
        Err(status) => Err(status),
    };
    let answer = match outcome {
        Ok(Outcome::Written(appended)) => Answer::Success(success(&appended)),
        Ok(Outcome::Wrong(current)) => Answer::Error(wrong(batch.wanted, current)),
        Err(status) => Answer::Error(failed(&status)),
    };
    Ok(Some(BatchAppendResp {
        correlation_id: Some(IdForm::Structured.wire(correlation)),
        stream_identifier: Some(batch.stream),
        expected_stream_position: batch.wanted.map(|wanted| match wanted {
            Wanted::Revision(revision) => ExpectedStreamPosition::StreamPosition(revision),
            Wanted::NoStream => ExpectedStreamPosition::NoStream(wire::Empty {}),
            Wanted::Any => ExpectedStreamPosition::Any(wire::Empty {}),
            Wanted::Exists => ExpectedStreamPosition::StreamExists(wire::Empty {}),
        }),
        result: Some(answer),
    }))
}

fn wrong(wanted: Option<Wanted>, current: Option<u64>) -> WireStatus {
    use wire::wrong_expected_version::{CurrentStreamRevisionOption, ExpectedStreamPositionOption};
    let details = wire::WrongExpectedVersion {
        current_stream_revision_option: Some(match current {
            Some(revision) => CurrentStreamRevisionOption::CurrentStreamRevision(revision),
            None => CurrentStreamRevisionOption::CurrentNoStream(wire::Empty {}),
        }),
        expected_stream_position_option: wanted.map(|wanted| match wanted {
            Wanted::Revision(revision) => ExpectedStreamPositionOption::ExpectedStreamPosition(revision),
            Wanted::NoStream => ExpectedStreamPositionOption::ExpectedNoStream(wire::Empty {}),
            Wanted::Any => ExpectedStreamPositionOption::ExpectedAny(wire::Empty {}),
            Wanted::Exists => ExpectedStreamPositionOption::ExpectedStreamExists(wire::Empty {}),
        }),
    };
    detailed(Code::FailedPrecondition, "the stream is at another revision", "WrongExpectedVersion", &details)
}

/// Clients read the kind of a failure from its details.
fn failed(status: &Status) -> WireStatus {
    let (code, message) = (status.code(), status.message());
    let exception = status.metadata().get("exception").and_then(|name| name.to_str().ok());
    match (code, exception) {
        (_, Some("access-denied")) => detailed(code, message, "AccessDenied", &wire::AccessDenied {}),
        (_, Some("maximum-append-size-exceeded")) => {
            let max_append_size = u32::try_from(MAX_APPEND_BYTES).unwrap_or(u32::MAX);
            let details = wire::MaximumAppendSizeExceeded { max_append_size };
            detailed(code, message, "MaximumAppendSizeExceeded", &details)
        }
        (Code::InvalidArgument, _) => {
            detailed(code, message, "BadRequest", &wire::BadRequest { message: message.to_owned() })
        }
        _ => detailed(code, message, "Unknown", &wire::Unknown {}),
    }
}

fn detailed(code: Code, message: &str, name: &str, details: &impl Message) -> WireStatus {
    WireStatus {
        code: code.into(),
        message: message.to_owned(),
        details: Some(Any {
            type_url: format!("type.googleapis.com/event_store.client.{name}"),
            value: details.encode_to_vec().into(),
        }),
    }
}
