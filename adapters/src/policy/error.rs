//! How a call to 1099Policy fails, by what the caller does about it.

use super::redact::without;
use crate::http::{Failure, Refusal, capped, fields::Malformed};
use reqwest::StatusCode;
use std::time::Duration;
use thiserror::Error;

/// A call that brought no answer to work with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// The vendor said no, and will again: tell a person.
    #[error("1099policy refused ({code}): {message}")]
    Refused {
        /// The vendor's `error_code`, or `http_<status>` where it gave none.
        code: String,
        /// The vendor's words, on one line, without the personal data of the request.
        message: String,
    },
    /// Nothing was done; try later.
    #[error("1099policy is unavailable: {reason}")]
    Unavailable {
        /// What happened to the last attempt.
        reason: String,
        /// How long the vendor asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// It may have been done: try later, with the same key. Never of a call that only reads.
    #[error("1099policy may or may not have done it: {reason}")]
    UnknownOutcome {
        /// What happened to the last attempt.
        reason: String,
    },
}

impl Error {
    /// The failure of a request that sent these words about a person.
    pub(super) fn from_failure(failure: Failure, personal: &[&str]) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::refused(refusal, personal),
            Failure::Unavailable { reason, retry_after } => Self::Unavailable { reason, retry_after },
            Failure::UnknownOutcome { reason } => Self::UnknownOutcome { reason },
        }
    }

    /// An answer that cannot be read to a request that brings something about.
    pub(super) fn unread_outcome(malformed: &Malformed) -> Self {
        Self::UnknownOutcome { reason: unreadable(malformed) }
    }

    /// An answer that cannot be read to a request that only reads.
    pub(super) fn unread(malformed: &Malformed) -> Self {
        Self::Unavailable { reason: unreadable(malformed), retry_after: None }
    }

    fn refused(refusal: Refusal, personal: &[&str]) -> Self {
        let Refusal { status, code, message } = refusal;
        let mut message = capped(&without(&message, personal));
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            message.push_str(" (check COVERTRAIL_POLICY_API_KEY)");
        }
        Self::Refused { code, message }
    }
}

fn unreadable(malformed: &Malformed) -> String {
    format!("its answer cannot be read: {malformed}")
}
