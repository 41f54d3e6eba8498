//! What one attempt brought: an answer, a definite no, or nothing to work with.

use super::refusal::Refusal;
use super::retry::retry_after;
use bytes::{Bytes, BytesMut};
use reqwest::{Response, StatusCode};
use std::error::Error;
use std::time::Duration;

/// The longest answer that is read, in bytes; the vendors' are a few thousand.
const MAX_ANSWER: usize = 4 << 20;

/// An attempt without a result.
pub(super) enum Attempt {
    Refused(Refusal),
    Missed(Miss),
    /// It was not made: the vendor is left alone for so long.
    LeftAlone(Duration),
}

/// An attempt worth repeating.
pub(super) struct Miss {
    pub(super) reason: String,
    pub(super) may_be_done: bool,
    /// Whether it shows that the vendor is out of order, and not only busy.
    pub(super) is_down: bool,
    pub(super) retry_after: Option<Duration>,
}

impl Miss {
    pub(super) fn unanswered(error: &reqwest::Error) -> Self {
        let (what, may_be_done) = match error {
            error if error.is_connect() => ("it cannot be reached", false),
            error if error.is_timeout() => ("it did not answer in time", true),
            _ => ("the connection was lost", true),
        };
        Self { reason: with_cause(what, error), may_be_done, is_down: true, retry_after: None }
    }
}

pub(super) async fn read(response: Response) -> Result<Bytes, Attempt> {
    let status = response.status();
    let retry_after = retry_after(response.headers());
    let is_down = status.is_server_error();
    let miss =
        |reason: String, may_be_done| Attempt::Missed(Miss { reason, may_be_done, is_down, retry_after });
    match status {
        StatusCode::REQUEST_TIMEOUT
        | StatusCode::TOO_EARLY
        | StatusCode::TOO_MANY_REQUESTS
        | StatusCode::SERVICE_UNAVAILABLE => return Err(miss(format!("it answered {status}"), false)),
        _ if is_down => return Err(miss(format!("it answered {status}"), true)),
        _ => {}
    }
    let body = body(response).await.map_err(|reason| miss(reason, true))?;
    if status.is_success() {
        return Ok(body);
    }
    let refusal = Refusal::read(status, &body);
    Err(if refusal.is_in_progress() {
        miss("it is still working on the same request".to_owned(), true)
    } else {
        Attempt::Refused(refusal)
    })
}

async fn body(mut response: Response) -> Result<Bytes, String> {
    let mut body = BytesMut::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| with_cause("its answer broke off", &error))?
    {
        if body.len().saturating_add(chunk.len()) > MAX_ANSWER {
            return Err("its answer is too long to be one".to_owned());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The innermost cause says the most (`connection refused`, `invalid peer certificate`) and names no URL.
fn with_cause(what: &str, error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(Error::source) {
        cause = Some(deeper);
    }
    cause.map_or_else(|| what.to_owned(), |cause| format!("{what}: {cause}"))
}
