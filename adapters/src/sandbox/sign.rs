//! Signing the webhooks that the simulated vendors send.

use std::fmt::{self, Write as _};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How a webhook proves where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,<base64>` over `id.timestamp.body`; the secret
    /// is `whsec_` and base64.
    StandardWebhooks,
    /// `X-Signature: t=<timestamp>,v1=<hex>` over `timestamp.body`.
    Stripe,
    /// `X-Signature-256: sha256=<hex>` over the body.
    GitHub,
    /// `Authorization: Bearer <secret>`: no signature at all.
    Bearer,
}

/// Where webhooks are posted to, and how they are signed.
#[derive(Clone)]
pub struct WebhookTarget {
    /// The receiver; WorkMarket's sandbox adds `/{event}` to it.
    pub url: String,
    /// The shared secret.
    pub secret: String,
    /// How the secret is used.
    pub scheme: Scheme,
}

impl WebhookTarget {
    /// A receiver that trusts a static bearer, as WorkMarket's do.
    pub fn bearer(url: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { url: url.into(), secret: secret.into(), scheme: Scheme::Bearer }
    }

    /// A receiver that checks Standard Webhooks signatures; `secret` is `whsec_` and base64.
    pub fn standard(url: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { url: url.into(), secret: secret.into(), scheme: Scheme::StandardWebhooks }
    }
}

impl fmt::Debug for WebhookTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("WebhookTarget")
            .field("url", &self.url)
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}

/// Why a webhook cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Standard Webhooks secrets are base64 after `whsec_`.
    #[error("the webhook secret is not `whsec_` followed by base64")]
    SecretNotBase64,
    /// An empty secret would let anybody sign.
    #[error("the webhook secret is empty")]
    SecretEmpty,
}

/// The headers that sign `body` as of `timestamp` (Unix seconds).
pub(crate) fn headers(
    target: &WebhookTarget,
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> Result<Vec<(&'static str, String)>, SignError> {
    let key = key(target)?;
    let moment = timestamp.to_string();
    Ok(match target.scheme {
        Scheme::StandardWebhooks => {
            let digest = digest(&key, &[id.as_bytes(), b".", moment.as_bytes(), b".", body])?;
            vec![
                ("webhook-id", id.to_owned()),
                ("webhook-timestamp", moment),
                ("webhook-signature", format!("v1,{}", STANDARD.encode(digest))),
            ]
        }
        Scheme::Stripe => {
            let digest = digest(&key, &[moment.as_bytes(), b".", body])?;
            vec![("x-signature", format!("t={moment},v1={}", hex(&digest)))]
        }
        Scheme::GitHub => {
            let digest = digest(&key, &[body])?;
            vec![("x-signature-256", format!("sha256={}", hex(&digest)))]
        }
        Scheme::Bearer => vec![("authorization", format!("Bearer {}", target.secret))],
    })
}

/// The bytes a target's secret stands for; the check of a target's settings.
pub(crate) fn key(target: &WebhookTarget) -> Result<Vec<u8>, SignError> {
    let key = match target.scheme {
        Scheme::StandardWebhooks => {
            let encoded = target.secret.strip_prefix("whsec_").unwrap_or(&target.secret);
            STANDARD.decode(encoded).map_err(|_| SignError::SecretNotBase64)?
        }
        Scheme::Stripe | Scheme::GitHub | Scheme::Bearer => target.secret.clone().into_bytes(),
    };
    if key.is_empty() {
        return Err(SignError::SecretEmpty);
    }
    Ok(key)
}

fn digest(key: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>, SignError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| SignError::SecretEmpty)?;
    for part in parts {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
