//! What must hold of every key, body and header.

use super::tests::{Headers, STANDARD_SECRET, bearer, body_hex, headers, timestamped, verify};
use super::*;
use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;

/// HMAC as RFC 2104 writes it, by the hash function alone.
fn sign(key: &[u8], message: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let padded = |with: u8| -> Vec<u8> {
        key.iter().copied().chain(std::iter::repeat(0)).take(64).map(|byte| byte ^ with).collect()
    };
    let inner = Sha256::digest([padded(0x36), message.to_vec()].concat());
    Sha256::digest([padded(0x5c), inner.to_vec()].concat()).to_vec()
}

/// A verifier and headers that are authentic for the body.
fn signed(scheme: &Scheme, key: &[u8], sent: i64, body: &[u8]) -> (Verifier, Headers) {
    let hex = |bytes: Vec<u8>| bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let text = String::from_utf8_lossy(key).into_owned();
    let (secret, headers) = match scheme {
        Scheme::StandardWebhooks => {
            let message = [format!("msg_1.{sent}.").as_bytes(), body].concat();
            let signature = format!("v1,{}", STANDARD.encode(sign(key, &message)));
            let headers = headers(&[
                ("webhook-id", "msg_1"),
                ("webhook-timestamp", &sent.to_string()),
                ("webhook-signature", &signature),
            ]);
            (format!("whsec_{}", STANDARD.encode(key)), headers)
        }
        Scheme::TimestampedHex { .. } => {
            let message = [format!("{sent}.").as_bytes(), body].concat();
            let signature = format!("t={sent},v1={}", hex(sign(key, &message)));
            (text, headers(&[("policy-signature", &signature)]))
        }
        Scheme::BodyHex { .. } => {
            let signature = format!("sha256={}", hex(sign(key, body)));
            (text, headers(&[("x-hub-signature-256", &signature)]))
        }
        Scheme::Bearer { .. } => {
            let token = format!("Bearer {text}");
            (text, headers(&[("authorization", &token)]))
        }
    };
    (Verifier::new("webhooks", scheme.clone(), [secret]).unwrap(), headers)
}

#[test]
fn the_furthest_times_are_refused_without_a_panic() {
    for scheme in [Scheme::StandardWebhooks, timestamped()] {
        for sent in [i64::MIN, i64::MAX, -1] {
            let (verifier, headers) = signed(&scheme, b"a-secret-of-twenty-four-bytes", sent, b"{}");
            for now in [i64::MIN, 1_761_997_200, i64::MAX] {
                assert_eq!(verify(&verifier, &headers, b"{}", now), Err(Unauthentic::Stale { sent }));
            }
        }
    }
}

fn signing_scheme() -> impl Strategy<Value = Scheme> {
    prop_oneof![Just(Scheme::StandardWebhooks), Just(timestamped()), Just(body_hex())]
}

proptest! {
    #[test]
    fn a_signed_body_verifies_and_with_one_bit_flipped_does_not(
        scheme in signing_scheme(),
        key in "key-of-[a-zA-Z0-9]{20,57}",
        sent in 0_i64..4_000_000_000,
        off in -300_i64..=300,
        body in prop::collection::vec(any::<u8>(), 1..200),
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let (verifier, headers) = signed(&scheme, key.as_bytes(), sent, &body);
        prop_assert_eq!(verify(&verifier, &headers, &body, sent + off), Ok(()));
        let mut forged = body.clone();
        forged[at.index(body.len())] ^= 1 << bit;
        prop_assert_eq!(verify(&verifier, &headers, &forged, sent), Err(Unauthentic::Mismatch));
    }

    #[test]
    fn a_header_with_one_byte_changed_does_not_verify(
        scheme in prop_oneof![signing_scheme(), Just(bearer())],
        key in "key-of-[a-z]{20,57}",
        body in prop::collection::vec(any::<u8>(), 0..50),
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let sent = 1_761_997_200;
        let (verifier, genuine) = signed(&scheme, key.as_bytes(), sent, &body);
        let mut forged = genuine.clone();
        let value = forged.values_mut().nth(which.index(genuine.len())).unwrap();
        let place = at.index(value.len());
        value[place] = byte;
        // White space, the case of hex digits and of `Bearer` may be written either way.
        let plain = |headers: &Headers| -> Vec<String> {
            let text = |value: &Vec<u8>| String::from_utf8_lossy(value).trim().to_owned();
            let any_case = scheme != Scheme::StandardWebhooks;
            headers.values().map(text).map(|t| if any_case { t.to_lowercase() } else { t }).collect()
        };
        prop_assume!(plain(&forged) != plain(&genuine));
        prop_assert!(verify(&verifier, &forged, &body, sent).is_err());
    }

    #[test]
    fn random_headers_and_bodies_are_refused_without_a_panic(
        scheme in prop_oneof![signing_scheme(), Just(bearer())],
        values in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..60),
                "(t=)?-?[0-9]{0,20}(,v1=[0-9a-f]{0,70}){0,3}".prop_map(String::into_bytes),
                "(sha256=|v1,)[0-9a-fé=]{0,70}".prop_map(String::into_bytes),
            ], 4),
        body in prop::collection::vec(any::<u8>(), 0..60),
        now in any::<i64>(),
    ) {
        let verifier = Verifier::new("webhooks", scheme.clone(), [STANDARD_SECRET]).unwrap();
        let names = match scheme {
            Scheme::StandardWebhooks => vec!["webhook-id", "webhook-timestamp", "webhook-signature"],
            Scheme::TimestampedHex { .. } => vec!["policy-signature"],
            Scheme::BodyHex { .. } => vec!["x-hub-signature-256"],
            Scheme::Bearer { .. } => vec!["authorization"],
        };
        let headers: Headers = names.into_iter().zip(values).collect();
        prop_assert!(verify(&verifier, &headers, &body, now).is_err());
    }
}
