//! The errors that clients of EventStoreDB know: a status, and in its trailer `exception` the name.

use tonic::metadata::MetadataValue;
use tonic::{Code, Status};

use crate::store::{AppendError, MAX_APPEND_BYTES, ReadError};

/// A status that carries the name of its exception.
pub(super) fn refusal(code: Code, exception: &'static str, message: &str) -> Status {
    let mut status = Status::new(code, message);
    status.metadata_mut().insert("exception", MetadataValue::from_static(exception));
    status
}

/// What the log does not allow at all.
pub(super) fn access_denied(message: &str) -> Status {
    refusal(Code::PermissionDenied, "access-denied", message)
}

/// The end of a subscription when the server stops. Clients take an end without an error for a subscription
/// that goes on, so it is an error.
pub(super) fn stopping() -> Status {
    Status::unavailable("the server stops")
}

/// What is asked for is incomplete.
pub(super) fn missing(what: &str) -> Status {
    Status::invalid_argument(format!("{what} is missing"))
}

pub(super) fn too_large() -> Status {
    let mut status = refusal(
        Code::InvalidArgument,
        "maximum-append-size-exceeded",
        &format!("an append has at most {MAX_APPEND_BYTES} bytes"),
    );
    status.metadata_mut().insert("maximum-append-size", MetadataValue::from(MAX_APPEND_BYTES));
    status
}

pub(super) fn unreadable(error: &ReadError) -> Status {
    match error {
        ReadError::Unavailable(_) => Status::unavailable(error.to_string()),
        ReadError::Malformed(_) => Status::data_loss(error.to_string()),
    }
}

/// Every failed append but a conflict, which is an answer of its own.
pub(super) fn not_appended(error: &AppendError) -> Status {
    match error {
        AppendError::Conflict { .. } => {
            refusal(Code::FailedPrecondition, "wrong-expected-version", &error.to_string())
        }
        AppendError::TooLarge { .. } => too_large(),
        AppendError::Malformed(_) => Status::invalid_argument(error.to_string()),
        AppendError::Unavailable(_) => Status::unavailable(error.to_string()),
        AppendError::OutcomeUnknown(_) => Status::aborted(error.to_string()),
    }
}
