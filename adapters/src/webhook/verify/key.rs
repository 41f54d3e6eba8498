//! What is kept of a secret: enough to check with, never the text.

use super::Scheme;
use crate::secret::{WeakSecret, require_strong_text, strong_standard_key};
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
    pub(super) fn new(scheme: &Scheme, secret: &str) -> Result<Self, WeakSecret> {
        match scheme {
            Scheme::StandardWebhooks => signing(&strong_standard_key(secret)?),
            Scheme::TimestampedHex { .. } | Scheme::BodyHex { .. } => {
                require_strong_text(secret)?;
                signing(secret.as_bytes())
            }
            Scheme::Bearer { .. } => {
                require_strong_text(secret)?;
                Ok(Self::Token(token_digest(secret.as_bytes())))
            }
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

/// HMAC takes keys of any length, so that only an empty one could be refused.
fn signing(key: &[u8]) -> Result<Key, WeakSecret> {
    Hmac::new_from_slice(key).map(Key::Signing).map_err(|_| WeakSecret::Empty)
}
