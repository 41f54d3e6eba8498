//! What a request says of itself in its headers: under which key it is done once, and which revision it is about.

use axum::http::HeaderMap;
use covertrail_domain::id::PersonId;
use std::fmt;

/// A person's own key of a request, `Idempotency-Key`: 1 to 128 of the characters `!` to `~`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads the header; nothing where there is none.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, &'static str> {
        let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
        let key = value.to_str().unwrap_or_default();
        if (1..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Some(Self(key.to_owned())))
        } else {
            Err("Idempotency-Key: takes 1 to 128 ASCII letters, digits and marks, without spaces")
        }
    }

    /// The key as this person's, so that no two people share one: a name has no colon in it.
    pub(super) fn of_person(&self, person: &PersonId) -> String {
        format!("person-{person}:{self}")
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `If-Match`: the request is about one of these revisions of a work order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum IfMatch {
    /// `*`: any revision, but there is one.
    Any,
    /// `"5"`, or several with commas between.
    Revisions(Vec<u64>),
}

impl IfMatch {
    /// Reads the header; nothing where there is none.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, &'static str> {
        let Some(value) = headers.get("if-match") else { return Ok(None) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Some(Self::Any));
        }
        let revision = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        let revisions: Option<Vec<u64>> = text.split(',').map(revision).collect();
        revisions
            .map(|revisions| Some(Self::Revisions(revisions)))
            .ok_or("If-Match: takes the ETag of the work order, such as \"5\", or *")
    }

    /// Whether a work order at this revision is meant.
    pub(super) fn is_met(&self, revision: Option<u64>) -> bool {
        match self {
            Self::Any => revision.is_some(),
            Self::Revisions(revisions) => revision.is_some_and(|revision| revisions.contains(&revision)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headers(name: &'static str, value: &[u8]) -> HeaderMap {
        let value = axum::http::HeaderValue::from_bytes(value).unwrap();
        HeaderMap::from_iter([(axum::http::HeaderName::from_static(name), value)])
    }

    #[test]
    fn a_key_is_one_word_and_one_persons() {
        let key = |value: &[u8]| IdempotencyKey::of(&headers("idempotency-key", value));
        assert_eq!(key(b"k/1:a").unwrap().unwrap().to_string(), "k/1:a");
        assert_eq!(IdempotencyKey::of(&HeaderMap::new()), Ok(None));
        for wrong in [&b""[..], b"a b", b"\xc3\xa9", b"\xff", b"a\tb", &[b'x'; 129]] {
            assert!(key(wrong).is_err());
        }
        let of = |person: &str, text: &[u8]| {
            key(text).unwrap().unwrap().of_person(&PersonId::parse(person).unwrap())
        };
        assert_ne!(of("ana", b"b-c"), of("ana-b", b"c"));
    }

    #[test]
    fn a_precondition_names_revisions() {
        let read = |value: &str| IfMatch::of(&headers("if-match", value.as_bytes()));
        assert_eq!(read("*"), Ok(Some(IfMatch::Any)));
        assert_eq!(read("\"5\", \"7\""), Ok(Some(IfMatch::Revisions(vec![5, 7]))));
        for wrong in
            ["", "5", "W/\"5\"", "\"\"", "\"5\",", "\"-1\"", "\"5\" or 1=1", "\"99999999999999999999\""]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let seven = IfMatch::Revisions(vec![5, 7]);
        assert!(seven.is_met(Some(7)) && !seven.is_met(Some(6)) && !seven.is_met(None));
        assert!(IfMatch::Any.is_met(Some(0)) && !IfMatch::Any.is_met(None));
    }

    proptest! {
        #[test]
        fn whatever_a_header_has_it_is_read_or_refused(value in "[\\x20-\\x7e\\u{80}-\\u{ff}]{0,200}") {
            let _ = IdempotencyKey::of(&headers("idempotency-key", value.as_bytes()));
            let _ = IfMatch::of(&headers("if-match", value.as_bytes()));
        }
    }
}
