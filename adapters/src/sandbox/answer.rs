//! What a vendor says: an answer, or a refusal in its flat error form.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

/// What every operation of the simulated vendors comes to.
pub(crate) type Outcome = Result<Answer, Refusal>;

/// Something was done or found.
pub(crate) struct Answer {
    status: StatusCode,
    body: Value,
}

impl Answer {
    pub(crate) fn created(object: &impl Serialize) -> Self {
        Self { status: StatusCode::CREATED, body: as_json(object) }
    }

    pub(crate) fn ok(object: &impl Serialize) -> Self {
        Self { status: StatusCode::OK, body: as_json(object) }
    }

    /// The same answer in other words.
    pub(crate) fn spelt(self, spell: impl FnOnce(Value) -> Value) -> Self {
        Self { body: spell(self.body), ..self }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

/// The vendor says no; `message` is a sentence, or an object that names every wrong field.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    error_code: &'static str,
    message: Value,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, error_code: &'static str, message: impl Into<Value>) -> Self {
        Self { status, error_code, message: message.into() }
    }

    /// A 400, the vendor's answer to everything the caller could have known.
    pub(crate) fn bad(error_code: &'static str, message: impl Into<Value>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error_code, message)
    }

    pub(crate) fn message(&self) -> String {
        self.message.as_str().map_or_else(|| self.message.to_string(), str::to_owned)
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({"message": self.message, "error_code": self.error_code});
        (self.status, Json(body)).into_response()
    }
}

/// Our own objects have only text keys, so they always have a JSON form.
pub(crate) fn as_json(object: &impl Serialize) -> Value {
    serde_json::to_value(object).unwrap_or_default()
}
