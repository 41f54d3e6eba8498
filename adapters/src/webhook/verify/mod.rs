//! Whether a delivery is the vendor's: one of the live secrets signed it, and not long ago.

mod claim;
mod key;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;

use crate::secret::WeakSecret;
use claim::Claim;
use covertrail_domain::time::Timestamp;
use key::Key;
use std::fmt;
use subtle::{Choice, ConstantTimeEq};

/// How far a delivery's time of sending may lie from now, either way, unless configured otherwise.
pub const DEFAULT_TOLERANCE_SECONDS: u64 = 300;

/// How a vendor shows that a delivery is its own. 1099Policy documents none, so all in common use are spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`, secrets `whsec_<base64>`.
    StandardWebhooks,
    /// Stripe's way: `t=<seconds>,v1=<hex>` over `t.body`.
    TimestampedHex {
        /// The header that carries it, such as `stripe-signature`.
        header: String,
    },
    /// GitHub's way: `sha256=<hex>` over the body. It has no time of sending, so replays are left to deduplication.
    BodyHex {
        /// The header that carries it, such as `x-hub-signature-256`.
        header: String,
    },
    /// The secret itself, after `Bearer` or alone: all that WorkMarket can send. It says nothing about the body.
    Bearer {
        /// The header that carries it, such as `authorization`.
        header: String,
    },
}

impl Scheme {
    fn header(&self) -> &str {
        match self {
            Self::StandardWebhooks => claim::STANDARD_SIGNATURE,
            Self::TimestampedHex { header } | Self::BodyHex { header } | Self::Bearer { header } => header,
        }
    }
}

/// Why a verifier cannot be built: the configuration's key or which of the secrets, and what is wrong, never the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// No header of HTTP is called that.
    #[error("{0}.header: this is no header name")]
    Header(String),
    /// There is no secret at all, so that nothing could be verified.
    #[error("{0}: at least one secret is needed")]
    NoSecret(String),
    /// A secret is too weak.
    #[error("{section}: secret {number} {problem}")]
    Secret {
        /// Of which section of the configuration.
        section: String,
        /// Which one, from 1.
        number: usize,
        /// What is wrong with it.
        problem: WeakSecret,
    },
}

/// Why a delivery is not believed: for our own log. The sender is answered the same for each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unauthentic {
    /// A header that the scheme needs is absent.
    #[error("the header {0} is missing")]
    Missing(String),
    /// A header is not written as the scheme writes it.
    #[error("the header {0} cannot be read")]
    Malformed(String),
    /// No live secret made the signature.
    #[error("no live secret made the signature")]
    Mismatch,
    /// It was sent at a time too far from now: a replay, or a clock that is wrong.
    #[error("signed for {sent} (unix seconds), too far from now")]
    Stale {
        /// When the sender says it was sent.
        sent: i64,
    },
}

/// What the headers of a delivery tell before its body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderCheck {
    /// A live secret stands behind it, whatever the body.
    Authentic,
    /// The signature covers the body, which has to be read.
    BodyNeeded,
}

/// Verifies deliveries of one vendor. Several secrets may be live at once, so that they can be rotated.
#[derive(Clone)]
pub struct Verifier {
    scheme: Scheme,
    keys: Vec<Key>,
    tolerance_seconds: u64,
}

impl Verifier {
    /// Builds it from a section of the configuration, which errors name.
    ///
    /// Refused are no secret at all, and one that is weak: see [`crate::secret`].
    pub fn new<S: AsRef<str>>(
        section: &str,
        mut scheme: Scheme,
        secrets: impl IntoIterator<Item = S>,
    ) -> Result<Self, Unusable> {
        match &mut scheme {
            Scheme::StandardWebhooks => {}
            Scheme::TimestampedHex { header } | Scheme::BodyHex { header } | Scheme::Bearer { header } => {
                header.make_ascii_lowercase();
            }
        }
        let letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if scheme.header().is_empty() || !scheme.header().bytes().all(letter) {
            return Err(Unusable::Header(section.to_owned()));
        }
        let read = |(number, secret): (usize, S)| {
            Key::new(&scheme, secret.as_ref()).map_err(|problem| Unusable::Secret {
                section: section.to_owned(),
                number,
                problem,
            })
        };
        let keys: Vec<Key> = (1..).zip(secrets).map(read).collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(Unusable::NoSecret(section.to_owned()));
        }
        Ok(Self { scheme, keys, tolerance_seconds: DEFAULT_TOLERANCE_SECONDS })
    }

    /// With another tolerance between the time of sending and now.
    #[must_use]
    pub fn tolerating(self, tolerance_seconds: u64) -> Self {
        Self { tolerance_seconds, ..self }
    }

    /// What the headers alone tell, before the body is read. Refused is what no body could make authentic: a header that
    /// is missing or malformed, a time of sending too far from now, a bearer token that is none of ours.
    pub fn check_headers<'a>(
        &self,
        header: impl Fn(&str) -> Option<&'a [u8]>,
        now: Timestamp,
    ) -> Result<HeaderCheck, Unauthentic> {
        let claim = Claim::read(&self.scheme, header, b"")?;
        match &self.scheme {
            Scheme::Bearer { .. } => self.signed_by_us(&claim).map(|()| HeaderCheck::Authentic),
            Scheme::StandardWebhooks | Scheme::TimestampedHex { .. } | Scheme::BodyHex { .. } => {
                self.is_recent(&claim, now).map(|()| HeaderCheck::BodyNeeded)
            }
        }
    }

    /// Whether a live secret stands behind these very bytes. `header` is asked with lower-case names.
    ///
    /// Every secret is tried against every signature in constant time, whichever fits, so that the time taken tells
    /// nothing of either. The age is looked at last: `Stale` means authentic and old.
    pub fn verify<'a>(
        &self,
        header: impl Fn(&str) -> Option<&'a [u8]>,
        body: &'a [u8],
        now: Timestamp,
    ) -> Result<(), Unauthentic> {
        let claim = Claim::read(&self.scheme, header, body)?;
        self.signed_by_us(&claim)?;
        self.is_recent(&claim, now)
    }

    fn signed_by_us(&self, claim: &Claim<'_>) -> Result<(), Unauthentic> {
        let mut known = Choice::from(0);
        for key in &self.keys {
            let expected = key.expected(&claim.signed);
            for signature in &claim.signatures {
                known |= expected.ct_eq(signature.as_slice());
            }
        }
        if bool::from(known) { Ok(()) } else { Err(Unauthentic::Mismatch) }
    }

    fn is_recent(&self, claim: &Claim<'_>, now: Timestamp) -> Result<(), Unauthentic> {
        match claim.sent {
            Some(sent) if now.unix().abs_diff(sent) > self.tolerance_seconds => {
                Err(Unauthentic::Stale { sent })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The id that the vendor gave the delivery, where the signature covers it: any other could be changed by whoever
    /// sends an old delivery again.
    pub fn signed_id<'a>(&self, header: impl Fn(&str) -> Option<&'a [u8]>) -> Option<&'a [u8]> {
        match self.scheme {
            Scheme::StandardWebhooks => header(claim::STANDARD_ID),
            Scheme::TimestampedHex { .. } | Scheme::BodyHex { .. } | Scheme::Bearer { .. } => None,
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("scheme", &self.scheme)
            .field("secrets", &self.keys.len())
            .field("tolerance_seconds", &self.tolerance_seconds)
            .finish()
    }
}
