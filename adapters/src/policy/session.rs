//! Insurance applications that contractors fill in.

use crate::http::fields::{Fields, Malformed};
use crate::http::value;
use crate::link::WebLink;
use covertrail_domain::id::SessionId;
use serde_json::value::RawValue;

/// An insurance application that waits for the contractor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The application.
    pub id: SessionId,
    /// Where the contractor fills it in.
    pub url: WebLink,
}

/// What becomes of a request for an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionAnswer {
    /// It waits for the contractor.
    Open(Session),
    /// It is over already, unfinished: a new one is to be opened.
    Expired {
        /// The one that is over, where the vendor names it.
        session: Option<Session>,
    },
    /// The contractor has applied on this quote already.
    Complete,
}

/// How far an insurance application has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionState {
    /// It waits for the contractor at the vendor's step of this name.
    Open {
        /// Such as `verify_info`.
        step: String,
    },
    /// The contractor is through with it.
    Complete,
    /// It waited too long.
    Expired,
}

pub(super) fn answer(body: &[u8]) -> Result<SessionAnswer, Malformed> {
    let mut fields = Fields::open(body)?;
    let id = fields.required("id", value::id(SessionId::parse));
    let url = fields.required("url", link);
    let step = fields.optional("step", value::text).unwrap_or_default();
    let expired = fields.optional("expired", value::flag).unwrap_or(false);
    let session = id.zip(url).map(|(id, url)| Session { id, url });
    fields.finish(session.map(|session| match SessionState::of(step, expired) {
        SessionState::Open { .. } => SessionAnswer::Open(session),
        SessionState::Complete => SessionAnswer::Complete,
        SessionState::Expired => SessionAnswer::Expired { session: Some(session) },
    }))
}

pub(super) fn state(body: &[u8]) -> Result<SessionState, Malformed> {
    let mut fields = Fields::open(body)?;
    let step = fields.required("step", value::filled);
    let expired = fields.optional("expired", value::flag).unwrap_or(false);
    fields.finish(step.map(|step| SessionState::of(step, expired)))
}

impl SessionState {
    fn of(step: String, expired: bool) -> Self {
        match step.as_str() {
            "application_complete" => Self::Complete,
            _ if expired => Self::Expired,
            _ => Self::Open { step },
        }
    }

    /// The state that a refusal tells by its code; nothing where it is a refusal indeed.
    pub(super) fn of_refusal(code: &str) -> Option<Self> {
        match code {
            "session_expired" => Some(Self::Expired),
            "application_already_complete" => Some(Self::Complete),
            _ => None,
        }
    }
}

impl SessionAnswer {
    /// The answer that a refusal is by its code; nothing where it is a refusal indeed.
    pub(super) fn of_refusal(code: &str) -> Option<Self> {
        match SessionState::of_refusal(code)? {
            SessionState::Expired => Some(Self::Expired { session: None }),
            SessionState::Complete => Some(Self::Complete),
            SessionState::Open { .. } => None,
        }
    }
}

/// An address that is safe to offer as a link.
fn link(value: &RawValue) -> Result<WebLink, &'static str> {
    WebLink::parse(&value::filled(value)?)
        .map_err(|_| "not a web address: https, or http to this machine, and at most 2048 bytes")
}
