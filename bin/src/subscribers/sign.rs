//! Signatures in the form of Standard Webhooks.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use covertrail_adapters::secret::{WeakSecret, own_standard_key};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt;

/// What signs for one subscriber: its secrets, several while they are changed.
#[derive(Clone)]
pub struct Keys(Vec<Hmac<Sha256>>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(not shown)")
    }
}

impl Keys {
    /// Makes keys of secrets; the first weak one is named by its number.
    pub fn new(secrets: &[String]) -> Result<Self, (usize, WeakSecret)> {
        let key = |(number, secret): (usize, &String)| {
            let key = own_standard_key(secret).map_err(|weak| (number, weak))?;
            // of any length, as HMAC has it; an error there is none
            Hmac::new_from_slice(&key).map_err(|_| (number, WeakSecret::Empty))
        };
        (1..).zip(secrets).map(key).collect::<Result<_, _>>().map(Self)
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

#[cfg(test)]
mod tests {
    use super::*;
    use covertrail_adapters::webhook::verify::{Scheme, Verifier};

    #[test]
    fn the_specifications_own_example_is_signed_as_it_says() {
        let keys = Keys::new(&["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()]).unwrap();
        let signature = keys.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_secrets_change_either_verifies() {
        let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1u"];
        let signature = Keys::new(&secrets.map(str::to_owned)).unwrap().sign("id", 1_000, b"{}");
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
    fn a_weak_secret_is_refused_by_its_number() {
        let good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
        for weak in ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_!!", ""] {
            let (number, _) = Keys::new(&[good.clone(), weak.to_owned()]).unwrap_err();
            assert_eq!(number, 2, "{weak}");
        }
    }
}
