//! What is kept of a secret: enough to check with, never the text.

use super::Scheme;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A secret made ready for checking.
#[derive(Clone)]
pub(super) enum Key {
    /// It signs: the keyed hash, before any message.
    Signing(Hmac<Sha256>),
    /// It is sent as it is: its hash, so that comparing takes the same time whatever the length.
    Token([u8; 32]),
}

impl Key {
    pub(super) fn new(scheme: &Scheme, secret: &str) -> Result<Self, &'static str> {
        if secret.trim().is_empty() {
            return Err("the secret is empty");
        }
        if secret.trim() != secret {
            return Err("the secret has white space around it");
        }
        match scheme {
            Scheme::StandardWebhooks => {
                let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
                match STANDARD.decode(encoded) {
                    Ok(bytes) if bytes.is_empty() => Err("the secret is empty"),
                    Ok(bytes) => signing(&bytes),
                    Err(_) => Err("the secret is not whsec_ and base64"),
                }
            }
            Scheme::TimestampedHex { .. } | Scheme::BodyHex { .. } => signing(secret.as_bytes()),
            Scheme::Bearer { .. } => Ok(Self::Token(token_digest(secret.as_bytes()))),
        }
    }

    /// What an authentic signature of these parts, joined, would be.
    pub(super) fn expected(&self, signed: &[&[u8]]) -> [u8; 32] {
        match self {
            Self::Signing(keyed) => {
                signed.iter().fold(keyed.clone(), Mac::chain_update).finalize().into_bytes().into()
            }
            Self::Token(digest) => *digest,
        }
    }
}

/// How a token that was sent is compared with [`Key::Token`].
pub(super) fn token_digest(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}

fn signing(bytes: &[u8]) -> Result<Key, &'static str> {
    Hmac::new_from_slice(bytes).map(Key::Signing).map_err(|_| "the secret cannot be a key")
}
