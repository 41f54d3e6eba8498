//! Who may use a vendor's API, and for what.

use axum::http::{HeaderMap, Method, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The keys that a vendor knows.
#[derive(Clone, Default)]
pub(crate) struct Keys {
    /// May do everything.
    pub full: Vec<String>,
    /// May only look.
    pub read_only: Vec<String>,
    /// Whether a key may come as the user of Basic authentication, too.
    pub basic: bool,
}

/// What the keys say to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    Admitted,
    Unknown,
    /// The key is known, and may not do this.
    Forbidden,
}

impl Keys {
    pub(crate) fn admit(&self, method: &Method, headers: &HeaderMap) -> Admission {
        let Some(key) = self.key(headers) else {
            return Admission::Unknown;
        };
        if self.full.contains(&key) {
            Admission::Admitted
        } else if !self.read_only.contains(&key) {
            Admission::Unknown
        } else if method == Method::GET {
            Admission::Admitted
        } else {
            Admission::Forbidden
        }
    }

    fn key(&self, headers: &HeaderMap) -> Option<String> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, rest) = value.split_once(' ')?;
        match scheme {
            "Bearer" => Some(rest.trim().to_owned()),
            "Basic" if self.basic => {
                let text = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
                Some(text.split_once(':').map_or(text.as_str(), |(user, _)| user).to_owned())
            }
            _ => None,
        }
    }
}
