use bytes::Bytes;
use eventstore::{AppendToStreamOptions, CurrentRevision, Error, EventData, ExpectedRevision, WriteResult};
use serde_json::value::RawValue;

use super::client::{ATTEMPTS, Failure, Link, Remedy, pause};
use super::{metadata, read};
use crate::store::{AppendError, Appended, Expected, NewEvent, Position, ReadError, StreamName};

/// Appends, and when it is not known what became of it, appends the same again: the server answers the first
/// time's answer.
pub(super) async fn append(
    link: &Link,
    stream: &StreamName,
    expected: Expected,
    events: &[NewEvent],
) -> Result<Appended, AppendError> {
    let append = Append { link, stream, events, before: newest(link).await? };
    match expected {
        Expected::NoStream => append.at(expected, ExpectedRevision::NoStream).await,
        Expected::Exact(revision) => match i64::try_from(revision) {
            Ok(_) => append.at(expected, ExpectedRevision::Exact(revision)).await,
            // no stream is that long, and the server would not understand
            Err(_) => Err(append.conflict(expected, append.current().await?)),
        },
        Expected::Any => append.anywhere().await,
    }
}

/// The greatest position that anybody had seen before: what is answered with it, or with a smaller one, was
/// there before.
async fn newest(link: &Link) -> Result<Position, AppendError> {
    let newest = link.newest();
    if newest.get() > 0 {
        return Ok(newest);
    }
    // the first append asks
    match read::all_backward(link, None, 1).await {
        Ok(_) => Ok(link.newest()),
        Err(error) => Err(unavailable(error)),
    }
}

struct Append<'a> {
    link: &'a Link,
    stream: &'a StreamName,
    events: &'a [NewEvent],
    before: Position,
}

impl Append<'_> {
    async fn at(&self, asked: Expected, expected: ExpectedRevision) -> Result<Appended, AppendError> {
        let mut unknown = false;
        let mut attempt = 1;
        loop {
            let failure = match self.once(expected).await {
                Ok(result) => return Ok(self.appended(&result)),
                Err(Failure::Answered(Error::WrongExpectedVersion { current, .. })) => {
                    let current = match current {
                        CurrentRevision::Current(revision) => Some(revision),
                        CurrentRevision::NoStream => None,
                    };
                    return Err(self.conflict(asked, current));
                }
                Err(failure) => failure,
            };
            let remedy = failure.remedy();
            unknown = unknown || remedy == Remedy::Unknown;
            if remedy == Remedy::GiveUp || attempt >= ATTEMPTS {
                return Err(if unknown {
                    AppendError::OutcomeUnknown(failure.cause())
                } else {
                    refused(failure)
                });
            }
            pause(attempt).await;
            attempt = attempt.saturating_add(1);
        }
    }

    async fn once(&self, expected: ExpectedRevision) -> Result<WriteResult, Failure> {
        let events: Vec<_> = self.events.iter().map(event_data).collect();
        let options = AppendToStreamOptions::default().expected_revision(expected);
        let options = self.link.login(options, AppendToStreamOptions::authenticated);
        self.link
            .once(
                |client| async move { client.append_to_stream(self.stream.as_str(), &options, events).await },
            )
            .await
    }

    /// At whatever revision the stream is. The server would remember ids for a while only; here they are
    /// looked at.
    async fn anywhere(&self) -> Result<Appended, AppendError> {
        loop {
            let newest = read::stream_backward(self.link, self.stream, None, self.events.len())
                .await
                .map_err(unavailable)?;
            let ids = newest.iter().map(|event| event.id);
            if newest.len() == self.events.len() && ids.eq(self.events.iter().rev().map(|event| event.id)) {
                let last = newest.iter().next();
                if let Some(last) = last {
                    return Ok(self.placed(last.revision, last.position));
                }
            }
            let expected = newest.iter().next().map(|last| last.revision);
            let expected = expected.map_or(ExpectedRevision::NoStream, ExpectedRevision::Exact);
            match self.at(Expected::Any, expected).await {
                // somebody was quicker: look again
                Err(AppendError::Conflict { .. }) => {}
                answer => return answer,
            }
        }
    }

    async fn current(&self) -> Result<Option<u64>, AppendError> {
        let newest = read::stream_backward(self.link, self.stream, None, 1).await.map_err(unavailable)?;
        Ok(newest.last_revision())
    }

    fn conflict(&self, expected: Expected, current: Option<u64>) -> AppendError {
        AppendError::Conflict { stream: self.stream.clone(), expected, current }
    }

    fn appended(&self, result: &WriteResult) -> Appended {
        self.placed(result.next_expected_version, Position::new(result.position.commit))
    }

    fn placed(&self, last_revision: u64, position: Position) -> Appended {
        self.link.saw(position);
        let others = u64::try_from(self.events.len().saturating_sub(1)).unwrap_or(u64::MAX);
        Appended {
            first_revision: last_revision.saturating_sub(others),
            last_revision,
            position,
            repeated: position <= self.before,
        }
    }
}

fn event_data(event: &NewEvent) -> EventData {
    // JSON is marked as such, so that the server shows it; its bytes stay as they are
    let json = serde_json::from_slice::<&RawValue>(&event.data)
        .ok()
        .filter(|raw| raw.get().len() == event.data.len())
        .and_then(|raw| EventData::json(&event.kind, &raw).ok());
    let data = json.unwrap_or_else(|| EventData::binary(&event.kind, Bytes::copy_from_slice(&event.data)));
    data.id(event.id).metadata(metadata::write(event.recorded_at, &event.metadata).into())
}

fn refused(failure: Failure) -> AppendError {
    match &failure {
        Failure::Answered(Error::Grpc { code: tonic::Code::InvalidArgument, .. }) => {
            AppendError::Malformed("the server does not take it")
        }
        Failure::Answered(Error::ResourceDeleted) => AppendError::Malformed("the stream has been deleted"),
        Failure::Answered(_) | Failure::Silence => AppendError::Unavailable(failure.cause()),
    }
}

fn unavailable(error: ReadError) -> AppendError {
    match error {
        ReadError::Unavailable(cause) | ReadError::Malformed(cause) => AppendError::Unavailable(cause),
    }
}
