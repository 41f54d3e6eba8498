//! Signatures in the form of Standard Webhooks.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt;

/// The fewest and the most bytes that a secret may stand for, as Standard Webhooks has it.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// What signs for one subscriber: its secrets, several while they are changed.
#[derive(Clone)]
pub struct Keys(Vec<Hmac<Sha256>>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(not shown)")
    }
}

impl Keys {
    /// Reads secrets by commas; what is wrong with them is said without showing them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let secrets: Vec<&str> = text.split(',').map(str::trim).filter(|secret| !secret.is_empty()).collect();
        if secrets.is_empty() {
            return Err("is not set: what signs the subscriber's webhooks, whsec_ and base64".to_owned());
        }
        secrets.into_iter().map(key).collect::<Option<_>>().map(Self).ok_or_else(|| {
            format!(
                "is malformed: a secret is whsec_ and the base64 of {} to {} random bytes",
                BYTES.start(),
                BYTES.end()
            )
        })
    }

    /// The value of `webhook-signature`.
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let one = |keyed: &Hmac<Sha256>| {
            let signed = [id.as_bytes(), b".", timestamp.to_string().as_bytes(), b".", body].concat();
            format!("v1,{}", STANDARD.encode(keyed.clone().chain_update(signed).finalize().into_bytes()))
        };
        self.0.iter().map(one).collect::<Vec<_>>().join(" ")
    }
}

fn key(secret: &str) -> Option<Hmac<Sha256>> {
    let bytes = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    if BYTES.contains(&bytes.len()) { Hmac::new_from_slice(&bytes).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use covertrail_adapters::webhook::verify::{Scheme, Verifier};

    #[test]
    fn the_specifications_own_example_is_signed_as_it_says() {
        let keys = Keys::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = keys.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_secrets_change_either_verifies() {
        let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"];
        let signature = Keys::parse(&secrets.join(", ")).unwrap().sign("id", 1_000, b"{}");
        assert_eq!(signature.split(' ').count(), 2);
        for secret in secrets {
            let verifier = Verifier::new("tried", Scheme::StandardWebhooks, &[secret.to_owned()]).unwrap();
            let header = |name: &str| -> Option<&[u8]> {
                match name {
                    "webhook-id" => Some(b"id"),
                    "webhook-timestamp" => Some(b"1000"),
                    "webhook-signature" => Some(signature.as_bytes()),
                    _ => None,
                }
            };
            let now = covertrail_domain::time::Timestamp::from_unix(1_000);
            verifier.verify(header, b"{}", now).unwrap();
        }
    }

    #[test]
    fn a_secret_that_is_none_is_refused_and_never_shown() {
        for secret in ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_!!", ""] {
            let problem = Keys::parse(secret).unwrap_err();
            assert!(secret.is_empty() || !problem.contains(secret), "{problem}");
        }
    }
}
