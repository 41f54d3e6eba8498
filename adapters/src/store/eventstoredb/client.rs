//! The connection, made anew whenever it may be dead. A client that could not connect once answers
//! `ConnectionClosed` for ever, and one that stands on a dead node answers `ServerError` for ever; neither
//! looks for another node.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use eventstore::{Client, Credentials, Error};

use super::Settings;
use crate::store::{Cause, Position};

/// How many calls in a row may fail on one client before it is dropped.
const STRIKES: u32 = 2;

/// How often a call is tried, and the pause before the second try; it doubles up to a second.
pub(super) const ATTEMPTS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(25);

/// A call that is not answered in this time is tried again. The client has no time limit of its own.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The client in use, and what is known of the log.
pub(super) struct Link {
    settings: Settings,
    current: Mutex<Current>,
    /// The greatest position seen.
    newest: AtomicU64,
}

#[derive(Default)]
struct Current {
    client: Option<Client>,
    generation: u64,
    strikes: u32,
}

/// Why a call has no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Failure {
    #[error("{}", told(.0))]
    Answered(Error),
    #[error("no answer in {} seconds", TIMEOUT.as_secs())]
    Silence,
}

/// In words for the operator; the client's own are for programmers.
fn told(error: &Error) -> String {
    match error {
        Error::ConnectionClosed | Error::GrpcConnectionError(_) => {
            "the server cannot be connected to".to_owned()
        }
        Error::AccessDenied => "the server refuses the credentials, or asks for some".to_owned(),
        Error::Grpc { code: tonic::Code::Unauthenticated, .. } => {
            "the server refuses the credentials".to_owned()
        }
        Error::Grpc { code, message } => format!("{message} ({code:?})"),
        Error::ServerError(message) => message.clone(),
        Error::NotLeaderException(_)
        | Error::DeadlineExceeded
        | Error::InternalParsingError(_)
        | Error::ResourceAlreadyExists
        | Error::ResourceNotFound
        | Error::ResourceDeleted
        | Error::UnsupportedFeature
        | Error::InternalClientError
        | Error::InitializationError(_)
        | Error::IllegalStateError(_)
        | Error::WrongExpectedVersion { .. } => error.to_string(),
    }
}

/// What to do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// It certainly was not done: do it again, on a new client if need be.
    Again,
    /// It may have been done: do the same again.
    Unknown,
    /// It will fail again.
    GiveUp,
}

impl Link {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings, current: Mutex::default(), newest: AtomicU64::new(0) }
    }

    /// Where the server is, as the settings say.
    pub(super) fn hosts(&self) -> Vec<(String, u16)> {
        self.settings.hosts()
    }

    /// Options with the credentials.
    pub(super) fn login<O>(&self, options: O, with: impl FnOnce(O, Credentials) -> O) -> O {
        match self.settings.credentials() {
            Some(credentials) => with(options, credentials),
            None => options,
        }
    }

    /// The client in use, made if there is none, with the number that [`Self::failed`] is told.
    pub(super) fn client(&self) -> Result<(Client, u64), Failure> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &current.client {
            return Ok((client.clone(), current.generation));
        }
        let client = Client::new(self.settings.client()).map_err(Failure::Answered)?;
        current.client = Some(client.clone());
        Ok((client, current.generation))
    }

    /// Drops the client if it may be dead.
    pub(super) fn failed(&self, generation: u64, failure: &Failure) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        // others may have failed on the same client, and it is another one by now
        if current.generation != generation {
            return;
        }
        current.strikes = current.strikes.saturating_add(1);
        if failure.is_dead() || current.strikes >= STRIKES {
            *current = Current { client: None, generation: generation.saturating_add(1), strikes: 0 };
        }
    }

    pub(super) fn worked(&self, generation: u64) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.generation == generation {
            current.strikes = 0;
        }
    }

    /// One try of a call, within its time.
    pub(super) async fn once<T, F>(&self, call: impl FnOnce(Client) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let (client, generation) = self.client()?;
        let answer = match tokio::time::timeout(TIMEOUT, call(client)).await {
            Ok(answer) => answer.map_err(Failure::Answered),
            Err(_) => Err(Failure::Silence),
        };
        match &answer {
            Ok(_) => self.worked(generation),
            Err(failure) if failure.remedy() == Remedy::GiveUp => self.worked(generation),
            Err(failure) => self.failed(generation, failure),
        }
        answer
    }

    /// A call that may be made any number of times, until it is answered or has failed too often.
    pub(super) async fn read<T, F>(&self, mut call: impl FnMut(Client) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut attempt = 1;
        loop {
            match self.once(&mut call).await {
                Err(failure) if failure.remedy() != Remedy::GiveUp && attempt < ATTEMPTS => {
                    pause(attempt).await;
                    attempt = attempt.saturating_add(1);
                }
                answer => return answer,
            }
        }
    }

    /// The greatest position that anybody here has seen.
    pub(super) fn newest(&self) -> Position {
        Position::new(self.newest.load(Ordering::Acquire))
    }

    pub(super) fn saw(&self, position: Position) {
        self.newest.fetch_max(position.get(), Ordering::AcqRel);
    }
}

/// Waits before the next attempt, longer each time.
pub(super) async fn pause(attempt: u32) {
    tokio::time::sleep(FIRST_PAUSE.saturating_mul(1 << attempt.min(5))).await;
}

impl Failure {
    /// The client will never answer anything else.
    fn is_dead(&self) -> bool {
        match self {
            Self::Answered(Error::ConnectionClosed | Error::GrpcConnectionError(_)) => true,
            // it looks for the leader that it was told of, and dies if that one is not there
            Self::Answered(_) | Self::Silence => false,
        }
    }

    pub(super) fn remedy(&self) -> Remedy {
        let error = match self {
            Self::Answered(error) => error,
            Self::Silence => return Remedy::Unknown,
        };
        match error {
            Error::ConnectionClosed | Error::GrpcConnectionError(_) | Error::NotLeaderException(_) => {
                Remedy::Again
            }
            Error::ServerError(_)
            | Error::DeadlineExceeded
            | Error::Grpc { code: tonic::Code::Aborted | tonic::Code::Cancelled, .. } => Remedy::Unknown,
            Error::Grpc { .. }
            | Error::InternalParsingError(_)
            | Error::AccessDenied
            | Error::ResourceAlreadyExists
            | Error::ResourceNotFound
            | Error::ResourceDeleted
            | Error::UnsupportedFeature
            | Error::InternalClientError
            | Error::InitializationError(_)
            | Error::IllegalStateError(_)
            | Error::WrongExpectedVersion { .. } => Remedy::GiveUp,
        }
    }

    pub(super) fn cause(self) -> Cause {
        Arc::new(self)
    }
}
