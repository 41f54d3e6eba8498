//! How a call to WorkMarket fails, by what the caller does about it.

use crate::http::fields::Malformed;
use crate::http::{Failure, capped};
use reqwest::StatusCode;
use std::time::Duration;
use thiserror::Error;

/// A call that brought nothing to work with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// There is none with this id, or none that our account may see.
    #[error("workmarket knows no such thing")]
    NotFound,
    /// The worker was taken off the work order.
    #[error("the worker is no longer on the work order")]
    NotOnWorkOrder,
    /// The vendor said no, and will again: tell a person.
    #[error("workmarket refused ({code}): {message}")]
    Refused {
        /// The vendor's `error_code`, or `http_<status>` where it gave none.
        code: String,
        /// The vendor's words, on one line.
        message: String,
    },
    /// It could not be read now; try later.
    #[error("workmarket is unavailable: {reason}")]
    Unavailable {
        /// What happened to the last attempt.
        reason: String,
        /// How long the vendor asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// It was read, and cannot be worked with as it stands: tell a person which fields to mend.
    #[error("workmarket's answer cannot be used: {0}")]
    Malformed(#[from] Malformed),
}

impl Error {
    pub(super) fn from_failure(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) if refusal.status == StatusCode::NOT_FOUND => Self::NotFound,
            Failure::Refused(refusal) => {
                let mut message = capped(&refusal.message);
                if matches!(refusal.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
                    message.push_str(" (check COVERTRAIL_WORKMARKET_TOKEN)");
                }
                Self::Refused { code: refusal.code, message }
            }
            Failure::Unavailable { reason, retry_after } => Self::Unavailable { reason, retry_after },
            // Only said of requests with an effect, and none here has one.
            Failure::UnknownOutcome { reason } => Self::Unavailable { reason, retry_after: None },
        }
    }
}
