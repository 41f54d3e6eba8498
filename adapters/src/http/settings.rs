//! Where a vendor is, how to authenticate there, and how patiently to try.

use super::limits::Limits;
use super::retry::Retry;
use crate::address;
use crate::secret::Secret;
use reqwest::header::HeaderValue;
use std::time::Duration;
use thiserror::Error;
use url::Url;

/// How to reach a vendor.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The root of the vendor's API, such as `https://api.1099policy.com/api/v1`.
    pub base_url: Url,
    /// The bearer key of our account there.
    pub api_key: Secret,
    /// How long one attempt may take, from connecting to the last byte of the answer.
    pub timeout: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How often a request is sent before its failure is the caller's; at least once.
    pub attempts: u32,
    /// The longest pause before the second attempt; it doubles with every attempt after that.
    pub first_backoff: Duration,
    /// The longest pause of all, before what the vendor asks for.
    pub max_backoff: Duration,
    /// The longest `Retry-After` that is waited for here; a longer one is handed to the caller.
    pub max_retry_after: Duration,
    /// How hard the vendor may be pressed by all requests together.
    pub limits: Limits,
}

/// Why no client can be built from the settings.
#[derive(Debug, Error)]
pub enum Misconfigured {
    /// The key would travel in the clear.
    #[error("base_url must be https, or http to this machine alone")]
    Insecure,
    /// It cannot be extended by the path of a resource.
    #[error("base_url must be a plain address without user, query or fragment")]
    NotABase,
    /// It is empty or cannot stand in a header.
    #[error("the api key is empty or has characters that no header can carry")]
    UnusableKey,
    /// The HTTP client itself cannot start, as when TLS has no roots.
    #[error("the HTTP client cannot be built")]
    Client(#[source] reqwest::Error),
}

impl Settings {
    /// The HTTP client these settings ask for.
    ///
    /// The key goes nowhere else: see [`address::client`].
    pub(super) fn client(&self) -> Result<reqwest::Client, Misconfigured> {
        if !address::is_private(&self.base_url) {
            return Err(Misconfigured::Insecure);
        }
        let bare = self.base_url.username().is_empty()
            && self.base_url.password().is_none()
            && self.base_url.query().is_none()
            && self.base_url.fragment().is_none();
        if !bare {
            return Err(Misconfigured::NotABase);
        }
        address::client(&self.base_url)
            .user_agent(concat!("covertrail/", env!("CARGO_PKG_VERSION")))
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            .build()
            .map_err(Misconfigured::Client)
    }

    pub(super) const fn retry(&self) -> Retry {
        Retry {
            attempts: self.attempts,
            first: self.first_backoff,
            max: self.max_backoff,
            max_retry_after: self.max_retry_after,
        }
    }
}

/// The `Authorization` header of a key, marked so that nothing prints it.
pub(super) fn bearer(key: &Secret) -> Result<HeaderValue, Misconfigured> {
    if key.expose().is_empty() {
        return Err(Misconfigured::UnusableKey);
    }
    let mut bearer =
        HeaderValue::from_str(&format!("Bearer {}", key.expose())).map_err(|_| Misconfigured::UnusableKey)?;
    bearer.set_sensitive(true);
    Ok(bearer)
}
