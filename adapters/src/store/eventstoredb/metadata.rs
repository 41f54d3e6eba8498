//! How `recorded_at` travels: in front of the metadata that the writer gave, which is found again byte for byte.
//!
//! Metadata that looks like a JSON object gets one more member at its front, so that the server and whoever
//! reads there see JSON still. Any other metadata is wrapped in an object, as base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What every metadata written here begins with; a number follows.
const RECORDED_AT: &str = "{\"covertrail.recorded_at\":";

/// What follows the number, and a comma, where the metadata is wrapped.
const WRAPPED: &str = "\"covertrail.metadata\":\"";

/// Metadata as it is stored.
pub(super) fn write(recorded_at: i64, metadata: &[u8]) -> Vec<u8> {
    let mut stored = format!("{RECORDED_AT}{recorded_at}").into_bytes();
    // what looks like wrapped is wrapped once more
    match metadata.strip_prefix(b"{").filter(|rest| !rest.starts_with(WRAPPED.as_bytes())) {
        Some(rest) if rest.starts_with(b"}") => stored.extend_from_slice(rest),
        Some(rest) => {
            stored.push(b',');
            stored.extend_from_slice(rest);
        }
        None => {
            stored.push(b',');
            stored.extend_from_slice(WRAPPED.as_bytes());
            stored.extend_from_slice(STANDARD.encode(metadata).as_bytes());
            stored.extend_from_slice(b"\"}");
        }
    }
    stored
}

/// The time and the metadata as they were given, or `None` if somebody else wrote it.
pub(super) fn read(stored: &[u8]) -> Option<(i64, Vec<u8>)> {
    let rest = stored.strip_prefix(RECORDED_AT.as_bytes())?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'-').count();
    let (number, rest) = rest.split_at_checked(digits)?;
    let recorded_at = std::str::from_utf8(number).ok()?.parse().ok()?;
    let rest = rest.strip_prefix(b",").unwrap_or(rest);
    if let Some(wrapped) = rest.strip_prefix(WRAPPED.as_bytes()) {
        return Some((recorded_at, STANDARD.decode(wrapped.strip_suffix(b"\"}")?).ok()?));
    }
    let mut metadata = b"{".to_vec();
    metadata.extend_from_slice(rest);
    Some((recorded_at, metadata))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(time: i64, metadata in "\\{?[,}{]?(\"covertrail\\.metadata\":\")?\\PC*") {
            let stored = write(time, metadata.as_bytes());
            prop_assert_eq!(read(&stored), Some((time, metadata.into_bytes())));
        }

        #[test]
        fn any_bytes_are_read_as_they_were_written(time: i64, metadata: Vec<u8>) {
            prop_assert_eq!(read(&write(time, &metadata)), Some((time, metadata)));
        }
    }

    #[test]
    fn objects_stay_objects_and_the_rest_becomes_one() {
        for (given, stored) in [
            ("{}", r#"{"covertrail.recorded_at":7}"#),
            (r#"{"actor":"clerk"}"#, r#"{"covertrail.recorded_at":7,"actor":"clerk"}"#),
            ("", r#"{"covertrail.recorded_at":7,"covertrail.metadata":""}"#),
        ] {
            assert_eq!(write(7, given.as_bytes()), stored.as_bytes(), "{given}");
        }
    }

    #[test]
    fn what_others_wrote_is_theirs() {
        for others in ["", "{}", r#"{"$causationId":"x"}"#, r#"{"covertrail.recorded_at":"soon"}"#] {
            assert_eq!(read(others.as_bytes()), None, "{others}");
        }
    }
}
