//! The envelope of every answer, `{"meta": {"status_code", "errors", "timestamp"}, "response"}`. An answer of 200 with
//! errors in it is a failure.

use crate::http::fields::{Fields, Malformed};
use crate::http::{Failure, Refusal, value};
use crate::workmarket::Error;
use covertrail_domain::time::Timestamp;
use reqwest::StatusCode;
use serde_json::Value;
use serde_json::value::RawValue;

/// What was in the envelope.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) response: Box<RawValue>,
    /// The vendor's time when it answered.
    pub(super) as_of: Option<Timestamp>,
}

/// Why there is nothing to take out of it.
#[derive(Debug)]
pub(super) enum Unopened {
    /// The vendor says no, or not now.
    Failed(Failure),
    /// It is not of the form.
    Malformed(Malformed),
}

impl Unopened {
    /// Whether the access token is no longer taken.
    pub(super) fn is_unauthorized(&self) -> bool {
        match self {
            Self::Failed(Failure::Refused(refusal)) => refusal.status == StatusCode::UNAUTHORIZED,
            Self::Failed(Failure::Unavailable { .. } | Failure::UnknownOutcome { .. })
            | Self::Malformed(_) => false,
        }
    }
}

impl From<Unopened> for Error {
    fn from(unopened: Unopened) -> Self {
        match unopened {
            Unopened::Failed(failure) => Self::from_failure(coded(failure)),
            Unopened::Malformed(malformed) => malformed.into(),
        }
    }
}

/// The vendor counts its errors (`"code": "1"`), so who is not let in is told by the status.
fn coded(failure: Failure) -> Failure {
    match failure {
        Failure::Refused(mut refusal) => {
            if matches!(refusal.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
                refusal.code = format!("http_{}", refusal.status.as_u16());
            }
            Failure::Refused(refusal)
        }
        Failure::Unavailable { .. } | Failure::UnknownOutcome { .. } => failure,
    }
}

pub(super) fn open(body: &[u8]) -> Result<Opened, Unopened> {
    let mut fields = Fields::open(body).map_err(Unopened::Malformed)?;
    let meta =
        fields.required("meta", |meta| Fields::open(meta.get().as_bytes()).map_err(|_| "not an object"));
    let Some(mut meta) = meta else {
        return Err(Unopened::Malformed(fields.refused()));
    };
    if let Some(failure) = failure(&mut meta) {
        return Err(Unopened::Failed(failure));
    }
    let as_of = meta.optional("timestamp", value::timestamp);
    let response = fields.required("response", |response| Ok(response.to_owned()));
    fields.finish(response.map(|response| Opened { response, as_of })).map_err(Unopened::Malformed)
}

fn failure(meta: &mut Fields<'_>) -> Option<Failure> {
    let errors: Value =
        meta.raw("errors").and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    let told = meta.optional("status_code", value::text_or_number).and_then(|code| code.parse().ok());
    let told: Option<StatusCode> = told.and_then(|code: u16| StatusCode::from_u16(code).ok());
    let failed = told.filter(|status| status.is_client_error() || status.is_server_error());
    let has_errors = match &errors {
        Value::Array(errors) => !errors.is_empty(),
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => true,
    };
    let status = match failed {
        Some(status) => status,
        None if has_errors => StatusCode::UNPROCESSABLE_ENTITY,
        None => return None,
    };
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Some(Failure::Unavailable { reason: format!("it answered {status}"), retry_after: None });
    }
    Some(Failure::Refused(Refusal::listed(status, &errors)))
}
