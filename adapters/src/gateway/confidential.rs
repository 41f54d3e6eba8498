//! What of the log is not for every reader: events that are left out, and members of events' data.

use bytes::Bytes;
use tonic::Status;

use super::access::Caller;
use super::refusal::access_denied;
use super::source::{Links, Source};
use crate::store::{Category, Recorded};

/// What only auditors and admins may read.
#[derive(Debug, Clone, Default)]
pub struct Confidential {
    /// Streams of these categories are not shown: reading one is denied, and `$all` passes over their events.
    pub hidden: Vec<Category>,
    /// From the data of a category's events, this member is taken out.
    pub removed: Vec<(Category, String)>,
}

/// What one client sees of the log.
#[derive(Debug, Clone)]
pub(super) struct Sight {
    confidential: std::sync::Arc<Confidential>,
    sees_everything: bool,
}

impl Sight {
    pub(super) fn of(confidential: &std::sync::Arc<Confidential>, sees_everything: bool) -> Self {
        Self { confidential: std::sync::Arc::clone(confidential), sees_everything }
    }

    pub(super) fn of_caller(confidential: &std::sync::Arc<Confidential>, caller: &Caller) -> Self {
        Self::of(confidential, caller.role.sees_everything())
    }

    /// Refuses a source that is confidential as a whole.
    pub(super) fn admits(&self, source: &Source) -> Result<(), Status> {
        if self.sees_everything {
            return Ok(());
        }
        let is_hidden = self.confidential.hidden.iter().any(|hidden| match source {
            Source::Stream(stream) => hidden.holds(stream.as_str()),
            Source::Links(Links::Category(category)) => category == hidden,
            // the program names its events <category>.<what happened>.<version>
            Source::Links(Links::Kind(kind)) => {
                kind.split_once('.').is_some_and(|(category, _)| category == hidden.as_str())
            }
            Source::All | Source::Nothing(_) => false,
        });
        if is_hidden { Err(access_denied("these events are for auditors")) } else { Ok(()) }
    }

    /// Whether events of a stream are shown.
    pub(super) fn shows(&self, stream: &str) -> bool {
        self.sees_everything || !self.confidential.hidden.iter().any(|hidden| hidden.holds(stream))
    }

    /// An event's data as it may be seen. What should have a member taken out and cannot be read is left empty.
    pub(super) fn data(&self, recorded: &Recorded<'_>) -> Bytes {
        let whole = || Bytes::copy_from_slice(recorded.data);
        if self.sees_everything {
            return whole();
        }
        // a member's name may be written with escapes
        let may_stand =
            |member: &str| contains(recorded.data, member.as_bytes()) || contains(recorded.data, b"\\u");
        let mut members = self.confidential.removed.iter();
        if !members.any(|(category, member)| category.holds(recorded.stream) && may_stand(member)) {
            return whole();
        }
        let Ok(serde_json::Value::Object(mut data)) = serde_json::from_slice(recorded.data) else {
            return Bytes::from_static(b"{}");
        };
        let before = data.len();
        for (category, member) in &self.confidential.removed {
            if category.holds(recorded.stream) {
                data.remove(member);
            }
        }
        if data.len() == before {
            return whole();
        }
        serde_json::to_vec(&data).map_or_else(|_| Bytes::from_static(b"{}"), Bytes::from)
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len().max(1)).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Position, StreamName};
    use std::sync::Arc;

    fn sight(sees_everything: bool) -> Sight {
        let category = |name: &str| Category::parse(name).unwrap();
        let confidential = Confidential {
            hidden: vec![category("delivery")],
            removed: vec![(category("coverage"), "url".to_owned())],
        };
        Sight::of(&Arc::new(confidential), sees_everything)
    }

    fn recorded<'a>(stream: &'a str, data: &'a [u8]) -> Recorded<'a> {
        let (position, kind) = (Position::new(1), "thing.happened.v1");
        Recorded {
            position,
            stream,
            revision: 0,
            id: uuid::Uuid::nil(),
            kind,
            data,
            metadata: b"{}",
            recorded_at: 0,
        }
    }

    #[test]
    fn confidential_streams_are_denied_under_each_of_their_names() {
        for (name, is_denied) in [
            ("delivery-policy-1", true),
            ("$ce-delivery", true),
            ("$et-delivery.received.v1", true),
            ("$et-delivery.anything", true),
            ("coverage-1", false),
            ("$ce-coverage", false),
            ("$et-coverage.quoted.v1", false),
            ("$all", false),
        ] {
            let source = Source::parse(name.as_bytes());
            assert_eq!(sight(false).admits(&source).is_err(), is_denied, "{name}");
            assert!(sight(true).admits(&source).is_ok(), "{name}");
        }
        assert!(StreamName::parse("delivery-1").is_ok() && !sight(false).shows("delivery-1"));
        assert!(sight(false).shows("deliveries-1") && sight(true).shows("delivery-1"));
    }

    #[test]
    fn a_confidential_member_is_taken_out_and_the_rest_stays_as_it_is() {
        let data = br#"{"session":"s_1","url":"https://example.com/secret"}"#;
        assert_eq!(&sight(false).data(&recorded("coverage-1", data))[..], br#"{"session":"s_1"}"#);
        assert_eq!(&sight(true).data(&recorded("coverage-1", data))[..], data);
        assert_eq!(
            &sight(false).data(&recorded("notes-1", data))[..],
            data,
            "clients' own streams are theirs"
        );
        let plain = br#"{"b":1,  "a":2}"#;
        assert_eq!(&sight(false).data(&recorded("coverage-1", plain))[..], plain, "exact bytes");
        let escaped = br#"{"\u0075rl":"https://example.com/secret"}"#;
        assert_eq!(&sight(false).data(&recorded("coverage-1", escaped))[..], b"{}");
        assert_eq!(&sight(false).data(&recorded("coverage-1", b"{\"url\":\"http"))[..], b"{}");
    }
}
