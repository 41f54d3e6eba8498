//! Why a call brought no answer, by what is to be done about it.

use covertrail_adapters::{policy, workmarket};
use std::time::Duration;

/// Why a call brought no answer.
#[derive(Debug, thiserror::Error)]
pub(in crate::engine) enum CallError {
    /// The vendor said no, so nothing came of it; a person must look.
    #[error("{0}")]
    Refused(String),
    /// It was not made, and will not work until a person does something.
    #[error("{0}")]
    Blocked(String),
    /// It may work later; the same key makes repeating it harmless.
    #[error("{reason}")]
    Later {
        /// What happened.
        reason: String,
        /// How long the vendor asks to be left alone.
        retry_after: Option<Duration>,
    },
}

impl CallError {
    pub(in crate::engine) fn later(reason: &str) -> Self {
        Self::Later { reason: reason.to_owned(), retry_after: None }
    }
}

/// The codes of a refused key. That is the operator's to mend, and then everything goes on by itself.
const KEY_REFUSED: [&str; 4] = ["invalid_api_key", "insufficient_permissions", "http_401", "http_403"];

impl From<policy::Error> for CallError {
    fn from(error: policy::Error) -> Self {
        let reason = error.to_string();
        match error {
            policy::Error::Refused { code, .. } if KEY_REFUSED.contains(&code.as_str()) => {
                Self::later(&reason)
            }
            policy::Error::Refused { .. } => Self::Refused(reason),
            policy::Error::Unavailable { retry_after, .. } => Self::Later { reason, retry_after },
            policy::Error::UnknownOutcome { .. } => Self::later(&reason),
        }
    }
}

impl From<workmarket::Error> for CallError {
    fn from(error: workmarket::Error) -> Self {
        let reason = error.to_string();
        match error {
            workmarket::Error::Refused { code, .. } if KEY_REFUSED.contains(&code.as_str()) => {
                Self::later(&reason)
            }
            workmarket::Error::Unavailable { retry_after, .. } => Self::Later { reason, retry_after },
            workmarket::Error::NotFound
            | workmarket::Error::NotOnWorkOrder
            | workmarket::Error::Refused { .. }
            | workmarket::Error::Malformed(_) => Self::Blocked(reason),
        }
    }
}
