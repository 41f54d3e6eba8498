//! What requests carry.

use bytes::Bytes;
use serde_json::Value;
use std::fmt;
use url::form_urlencoded;

/// What a request carries. Its `Debug` shows no byte of it.
#[derive(Clone)]
pub(crate) struct Content {
    pub(crate) media_type: String,
    pub(crate) bytes: Bytes,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.media_type, self.bytes.len())
    }
}

impl Content {
    /// The fields as a browser's form sends them.
    pub(crate) fn form(fields: &[(&str, &str)]) -> Self {
        let bytes = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self { media_type: "application/x-www-form-urlencoded".to_owned(), bytes: bytes.into() }
    }

    pub(crate) fn json(body: &Value) -> Self {
        Self { media_type: "application/json".to_owned(), bytes: body.to_string().into() }
    }
}
