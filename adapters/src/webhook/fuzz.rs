//! What strangers send to the webhooks' addresses, damaged at random: nothing of it panics, and nothing is believed
//! that was not signed.

use super::delivery::Delivery;
use super::verify::{Scheme, Unauthentic, Verifier};
use super::{policy, workmarket};
use crate::schema;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use covertrail_domain::coverage::State;
use covertrail_domain::testkit::mutate::{fuzz, outcome};
use covertrail_domain::time::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac};
use sha2::Sha256;
use std::fmt::Write as _;

const KEY: &[u8] = b"0123456789abcdef01234567";
const SENT: i64 = 1_761_997_200;
const BODY: &str = r#"{"id":"ev_1","type":"policy.active","created":1761997200,"data":{"object":{"id":"pl_1","status":"active","job":"jb_1","contractor":"cn_1","effective_date":"2026-11-01T10:00:00Z","expiration_date":1793533200,"coverage_type":["general","workers-comp"],"custom_metadata":{"work_order_id":"12345"}}}}"#;
const HINT: &str = r#"{"event_id":"we_1","work_order_id":"12345","now":"1761997200"}"#;

fn signed(parts: &[&str]) -> [u8; 32] {
    let keyed = Hmac::<Sha256>::new_from_slice(KEY).unwrap();
    parts.iter().fold(keyed, Mac::chain_update).finalize().into_bytes().into()
}

fn hex(bytes: [u8; 32]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// A request as one text: headers, an empty line, the body.
fn split(request: &[u8]) -> (Vec<(String, &[u8])>, &[u8]) {
    let end = request.windows(2).position(|two| two == b"\n\n").unwrap_or(request.len());
    let body = request.get(end + 2..).unwrap_or_default();
    let headers = request[..end].split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        Some((String::from_utf8_lossy(&line[..colon]).to_ascii_lowercase(), &line[colon + 1..]))
    });
    (headers.collect(), body)
}

/// Damages a request that is authentic. What is believed has exactly its body, where the scheme signs it.
fn signatures(name: &str, scheme: &Scheme, secret: &str, authentic: &str) {
    let verifier = Verifier::new("policy.webhook", scheme.clone(), [secret]).unwrap();
    let words = ["v1,", "v1=", "t=", "sha256=", "Bearer ", "webhook-id:", "webhook-signature:", "\n\n", ","];
    fuzz(name, &[authentic.as_bytes()], &words, |request| {
        let (headers, body) = split(request);
        let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
        let answer = verifier.verify(header, body, Timestamp::from_unix(SENT));
        if matches!(answer, Ok(()) | Err(Unauthentic::Stale { .. }))
            && !matches!(scheme, Scheme::Bearer { .. })
        {
            assert_eq!(body, BODY.as_bytes(), "a body that nobody signed is believed");
            assert!(answer.is_ok(), "a time that nobody signed is believed");
        }
        let id = verifier.signed_id(header);
        let delivery = Delivery::from_policy(id, Bytes::copy_from_slice(body));
        assert!(crate::store::StreamName::parse(&delivery.stream()).is_ok());
        outcome(&answer)
    });
}

#[test]
fn standard_signatures() {
    let signature = STANDARD.encode(signed(&["ev_1.", &SENT.to_string(), ".", BODY]));
    let authentic = format!(
        "webhook-id:ev_1\nwebhook-timestamp:{SENT}\nwebhook-signature:v1,AAAA v1,{signature}\n\n{BODY}"
    );
    let secret = format!("whsec_{}", STANDARD.encode(KEY));
    signatures("signatures: standard-webhooks", &Scheme::StandardWebhooks, &secret, &authentic);
}

#[test]
fn timestamped_signatures() {
    let scheme = Scheme::TimestampedHex { header: "x-signature".to_owned() };
    let signature = hex(signed(&[&SENT.to_string(), ".", BODY]));
    let authentic = format!("x-signature:t={SENT},v1={signature},v0=00\n\n{BODY}");
    signatures("signatures: timestamped-hex", &scheme, std::str::from_utf8(KEY).unwrap(), &authentic);
}

#[test]
fn body_signatures() {
    let scheme = Scheme::BodyHex { header: "x-signature".to_owned() };
    let authentic = format!("x-signature:sha256={}\n\n{BODY}", hex(signed(&[BODY])));
    signatures("signatures: body-hex", &scheme, std::str::from_utf8(KEY).unwrap(), &authentic);
}

#[test]
fn bearer_secrets() {
    let scheme = Scheme::Bearer { header: "authorization".to_owned() };
    let secret = std::str::from_utf8(KEY).unwrap();
    let authentic = format!("authorization:Bearer {secret}\n\n{BODY}");
    signatures("signatures: bearer", &scheme, secret, &authentic);
}

#[test]
fn secrets() {
    let schemes = [
        Scheme::StandardWebhooks,
        Scheme::BodyHex { header: "x-signature".to_owned() },
        Scheme::Bearer { header: "authorization".to_owned() },
    ];
    let standard = format!("whsec_{}", STANDARD.encode(KEY));
    fuzz("secrets", &[standard.as_bytes(), KEY], &["whsec_", "=", " "], |text| {
        let text = String::from_utf8_lossy(text);
        schemes.clone().map(|scheme| match Verifier::new("policy.webhook", scheme, [&text]) {
            Ok(verifier) => {
                assert!(!format!("{verifier:?}").contains(&*text) || text.len() < 8, "a secret is shown");
                String::new()
            }
            Err(error) => {
                assert!(!error.to_string().contains(&*text) || text.len() < 8, "a secret is shown");
                error.to_string()
            }
        })
    });
}

const MEMBERS: [&str; 18] = [
    "\"id\":",
    "\"type\":",
    "\"data\":",
    "\"object\":",
    "\"created\":",
    "\"status\":",
    "\"job\":",
    "\"contractor\":",
    "\"effective_date\":",
    "\"expiration_date\":",
    "\"cancelled_at\":",
    "\"coverage_type\":",
    "\"custom_metadata\":",
    "\"work_order_id\":",
    "null,",
    "true,",
    "\\u0000",
    "\\ud800",
];

#[test]
fn bodies_of_1099policy() {
    let kinds = [
        "policy.active",
        "policy.canceled",
        "assignment.created",
        "quote.created",
        "certificate.approved",
        "application.completed",
        "contractor.updated",
    ];
    let bodies: Vec<String> = kinds.iter().map(|kind| BODY.replace("policy.active", kind)).collect();
    let bodies: Vec<&[u8]> = bodies.iter().map(String::as_bytes).collect();
    let words: Vec<&str> = MEMBERS.into_iter().chain(kinds).collect();
    fuzz("webhook bodies: 1099Policy", &bodies, &words, |body| {
        let delivery = Delivery::from_policy(None, Bytes::copy_from_slice(body));
        assert!(crate::store::StreamName::parse(&delivery.stream()).is_ok());
        let notice = policy::Notice::read(body);
        if let Ok(notice) = &notice {
            // what was read is used: its window is well-formed or not there
            assert!(notice.window().is_none_or(|window| window.start() < window.end()));
        }
        outcome(&notice)
    });
}

#[test]
fn bodies_of_workmarket() {
    let segments = ["assigned", "check-in", "cancel", "anything", "A\u{202e}"];
    fuzz("webhook bodies: WorkMarket", &[HINT.as_bytes()], &MEMBERS, |body| {
        segments.map(|segment| {
            let delivery = Delivery::from_workmarket(segment, Bytes::copy_from_slice(body));
            assert!(crate::store::StreamName::parse(&delivery.stream()).is_ok());
            outcome(&workmarket::Notice::read(segment, body))
        })
    });
    fuzz("webhook addresses: WorkMarket", &segments.map(str::as_bytes), &["_", "-"], |segment| {
        let segment = String::from_utf8_lossy(segment);
        let delivery = Delivery::from_workmarket(&segment, Bytes::from_static(HINT.as_bytes()));
        assert!(crate::store::StreamName::parse(&delivery.stream()).is_ok());
        outcome(&workmarket::Notice::read(&segment, HINT.as_bytes()))
    });
}

/// A gateway's client may append what it likes, and a copied file may hold anything.
#[test]
fn stored_events() {
    let golden = include_str!("../schema/golden.jsonl");
    let lines: Vec<&[u8]> = golden.lines().map(str::as_bytes).collect();
    fuzz("stored events", &lines, &MEMBERS, |line| {
        // a golden line has the kind and the data beside each other
        let Ok(line) = serde_json::from_slice::<serde_json::Value>(line) else {
            return String::from("no JSON");
        };
        let kind =
            line.get("type").or_else(|| line.get("kind")).and_then(|kind| kind.as_str()).unwrap_or_default();
        let data = line.get("data").map(ToString::to_string).unwrap_or_default();
        let event = schema::decode(kind, data.as_bytes());
        if let Ok(event) = &event {
            // an event that can be read can be folded, whatever it says
            let state = State::default().evolve(event);
            let _ = state.standing(Timestamp::from_unix(SENT));
        }
        kind.to_owned() + &outcome(&event)
    });
}
