//! What happened at 1099Policy, as its list of events tells it: what webhooks say, for those who missed them.

use super::answer::list;
use crate::http::fields::{Fields, Malformed};
use crate::http::value;
use bytes::Bytes;
use std::fmt;

/// An event, as the vendor wrote it. It may hold personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct PastEvent {
    /// The vendor's id of it, where it is readable.
    pub id: Option<String>,
    /// The same bytes that a webhook would bring.
    pub body: Bytes,
}

impl fmt::Debug for PastEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.id.as_deref().unwrap_or("no id"), self.body.len())
    }
}

/// The events of a page. One that cannot be read is kept like every other, for a person to see.
pub(super) fn page(body: &[u8]) -> Result<Vec<PastEvent>, Malformed> {
    Ok(list(body)?
        .into_iter()
        .map(|event| {
            let body = event.get().as_bytes();
            let id = Fields::open(body).ok().and_then(|mut fields| fields.optional("id", value::filled));
            PastEvent { id, body: Bytes::copy_from_slice(body) }
        })
        .collect())
}
