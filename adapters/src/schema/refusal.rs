//! What the rules refused, as it is stored in the stream `refusal-<work order>`: so that an auditor can ask why
//! something did not happen. Who asked, and by which delivery, call or request, is in the envelope.

use super::form::json;
use super::malformed::{self, Fault, Malformed};
use super::scan::{Scan, Scanned};
use serde::{Deserialize, Serialize};

/// The name that a refusal is stored under.
pub const REFUSED: &str = "refusal.given.v1";

/// Something that was asked for and did not happen. It names no person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct Refusal {
    /// What was asked for: a command such as `record_quote`, or what a delivery said, such as `policy.active`.
    pub asked: String,
    /// The id of what it was about, where it named one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Why the rules refuse it.
    pub reason: String,
}

impl Refusal {
    /// The stored form.
    pub fn encode(&self) -> Vec<u8> {
        json(self)
    }

    /// Reads the stored form of the event with that name.
    pub fn decode(kind: &str, data: &[u8]) -> Result<Self, Malformed> {
        if kind != REFUSED {
            return Err(Malformed::UnknownKind { kind: kind.to_owned() });
        }
        malformed::parse(data).map_err(|fault: Fault| Malformed::Event { kind: REFUSED, fault })
    }
}

/// Refusals are few, and left to serde.
impl<'a> Scanned<'a> for Refusal {
    fn scan(_: &mut Scan<'a>) -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_stored_as_these_golden_lines() {
        let refusal = |about: Option<&str>| Refusal {
            asked: "record_quote".to_owned(),
            about: about.map(str::to_owned),
            reason: "it belongs to round 1, and round 2 is under way".to_owned(),
        };
        for (refusal, line) in [
            (
                refusal(Some("qt_1")),
                r#"{"asked":"record_quote","about":"qt_1","reason":"it belongs to round 1, and round 2 is under way"}"#,
            ),
            (
                refusal(None),
                r#"{"asked":"record_quote","reason":"it belongs to round 1, and round 2 is under way"}"#,
            ),
        ] {
            assert_eq!(String::from_utf8(refusal.encode()).unwrap(), line);
            assert_eq!(Refusal::decode("refusal.given.v1", line.as_bytes()), Ok(refusal));
        }
    }

    #[test]
    fn what_is_not_of_its_form_stops_the_reader_without_being_quoted() {
        for (kind, data) in [
            ("refusal.given.v2", r#"{"asked":"a","reason":"r"}"#),
            (REFUSED, r#"{"asked":"a"}"#),
            (REFUSED, r#"{"asked":"a","reason":"r","by":"Ann"}"#),
            (REFUSED, r#"{"asked":1,"reason":"Ann"}"#),
        ] {
            let told = Refusal::decode(kind, data.as_bytes()).unwrap_err().to_string();
            assert!(told.contains(kind) && !told.contains("Ann"), "{told}");
        }
    }
}
