//! Under which name a delivery is stored, so that the same one twice is stored once.
//!
//! The vendor's id of an event is the key wherever there is one, whatever else the body says: a redelivery may differ in
//! white space, in a count of attempts or in the time of sending. It counts together with the event's type, and not
//! where it is the id of the object instead of the event, so that a policy's end can never be taken for a repetition
//! of its beginning.

#[cfg(test)]
mod tests;

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt};

/// What says only when or how often something was sent, and so differs between deliveries of the same thing.
const OF_SENDING: [&str; 6] = ["now", "timestamp", "sent_at", "delivered_at", "attempt", "attempts"];

/// A delivery's name within its source: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(String);

impl DeliveryId {
    /// Of a 1099Policy delivery: by the event's id, else the header `webhook-id` where it is signed
    /// ([`super::verify::Verifier::signed_id`]), else the very bytes.
    pub fn of_policy(webhook_id: Option<&[u8]>, body: &[u8]) -> Self {
        let json = serde_json::from_slice(body).unwrap_or(Value::Null);
        match (event_id(&json), webhook_id.filter(|id| !id.is_empty())) {
            (Some((kind, id)), _) => {
                Self::of("event", |hash| [kind, id].into_iter().for_each(|v| feed(hash, v)))
            }
            (None, Some(id)) => Self::of("header", |hash| hash.update(id)),
            (None, None) => Self::of_bytes(body),
        }
    }

    /// Of a WorkMarket delivery, which has no id: by the URL's last segment and all that the body says, save the time.
    ///
    /// Two changes that a template renders alike are one delivery here; polling finds what the second changed.
    pub fn of_workmarket(segment: &str, body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(mut members)) => {
                members.retain(|name, _| !OF_SENDING.contains(&name.as_str()));
                Self::of("content", |hash| {
                    feed(hash, &Value::from(segment));
                    feed(hash, &Value::Object(members));
                })
            }
            Ok(_) | Err(_) => Self::of("bytes", |hash| {
                feed(hash, &Value::from(segment));
                hash.update(body);
            }),
        }
    }

    /// Reads it back from the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (text.len() == 32 && text.bytes().all(digit)).then(|| Self(text.to_owned()))
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of_bytes(body: &[u8]) -> Self {
        Self::of("bytes", |hash| hash.update(body))
    }

    /// Half of a SHA-256 is beyond meeting by chance, and those who could try hold the vendor's secret.
    fn of(what: &str, content: impl FnOnce(&mut Sha256)) -> Self {
        let mut hash = Sha256::new();
        hash.update(what);
        hash.update([0]);
        content(&mut hash);
        let half = hash.finalize().iter().take(16).fold(0_u128, |half, byte| half << 8 | u128::from(*byte));
        Self(format!("{half:032x}"))
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The type and the id of an event, where the body is an envelope and the id its own.
fn event_id(body: &Value) -> Option<(&Value, &Value)> {
    let (kind, id, data) = (body.get("type")?, body.get("id")?, body.get("data")?);
    let subject = data.get("object").filter(|object| object.is_object()).unwrap_or(data);
    // A number beyond 64 bits is read as a float, which several ids would share.
    let usable = id.is_i64() || id.is_u64() || id.as_str().is_some_and(|id| !id.is_empty());
    (usable && subject.get("id") != Some(id)).then_some((kind, id))
}

/// Hashes the value as JSON with sorted members, the same for every order and spacing it may have been written in.
fn feed(hash: &mut Sha256, value: &Value) {
    match value {
        Value::Object(members) => {
            hash.update(b"{");
            for (name, value) in members.iter().collect::<BTreeMap<_, _>>() {
                feed(hash, &Value::from(name.as_str()));
                feed(hash, value);
            }
            hash.update(b"}");
        }
        Value::Array(items) => {
            hash.update(b"[");
            for item in items {
                feed(hash, item);
            }
            hash.update(b"]");
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            hash.update(value.to_string());
            hash.update(b",");
        }
    }
}
