//! Bodies in JSON: what is no JSON is 400, what is JSON of another form is 422 with the field, and what says that it is
//! something else is 415.

use super::problem;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// Why a body is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BodyRefusal {
    status: StatusCode,
    why: String,
}

impl BodyRefusal {
    fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self { status, why: why.into() }
    }
}

impl IntoResponse for BodyRefusal {
    fn into_response(self) -> Response {
        problem(self.status, &self.why)
    }
}

/// Reads a body.
pub(super) fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, BodyRefusal> {
    if body.is_empty() {
        return Err(BodyRefusal::new(StatusCode::BAD_REQUEST, "the body is missing; it takes JSON"));
    }
    if !says_json(headers) {
        let why = "Content-Type: must be application/json";
        return Err(BodyRefusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    check(body).map_err(|error| {
        let why = format!("the body is not JSON that can be read: {error}");
        BodyRefusal::new(StatusCode::BAD_REQUEST, why)
    })?;
    let mut json = serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let why = error.into_inner();
        let why = if path == "." { why.to_string() } else { format!("{path}: {why}") };
        BodyRefusal::new(StatusCode::UNPROCESSABLE_ENTITY, why)
    })
}

/// Checks that bytes are one JSON value, whatever it is, that is nested no deeper than is read anywhere (127 levels).
pub(super) fn check(body: &[u8]) -> Result<(), serde_json::Error> {
    serde_json::from_slice::<AnyJson>(body).map(|_| ())
}

/// A JSON value of which nothing is kept. Unlike what serde ignores, it is read as a value is: its depth is limited and its
/// texts are decoded.
struct AnyJson;

impl<'de> Deserialize<'de> for AnyJson {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(AnyJsonVisitor)
    }
}

struct AnyJsonVisitor;

impl<'de> Visitor<'de> for AnyJsonVisitor {
    type Value = AnyJson;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<AnyJson, E> {
        Ok(AnyJson)
    }

    fn visit_bool<E>(self, _: bool) -> Result<AnyJson, E> {
        Ok(AnyJson)
    }

    fn visit_i64<E>(self, _: i64) -> Result<AnyJson, E> {
        Ok(AnyJson)
    }

    fn visit_u64<E>(self, _: u64) -> Result<AnyJson, E> {
        Ok(AnyJson)
    }

    fn visit_f64<E>(self, _: f64) -> Result<AnyJson, E> {
        Ok(AnyJson)
    }

    fn visit_str<E>(self, _: &str) -> Result<AnyJson, E> {
        Ok(AnyJson)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<AnyJson, A::Error> {
        while items.next_element::<AnyJson>()?.is_some() {}
        Ok(AnyJson)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<AnyJson, A::Error> {
        while members.next_entry::<AnyJson, AnyJson>()?.is_some() {}
        Ok(AnyJson)
    }
}

/// Whether the body says that it is JSON, in UTF-8 where it names a character set.
fn says_json(headers: &HeaderMap) -> bool {
    // a program that says nothing means what the address takes
    let Some(said) = headers.get(CONTENT_TYPE) else { return true };
    let said = said.to_str().unwrap_or_default();
    let mut parts = said.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.all(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            !name.trim().eq_ignore_ascii_case("charset")
                || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Waiver {
        #[expect(dead_code, reason = "only read")]
        reason: String,
        #[expect(dead_code, reason = "only read")]
        until: i64,
    }

    fn refusal(kind: &str, body: &[u8]) -> (u16, String) {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]);
        let refusal = read::<Waiver>(&headers, body).unwrap_err();
        (refusal.status.as_u16(), refusal.why)
    }

    #[test]
    fn each_mistake_has_its_status_and_is_named() {
        let json = "application/json";
        let deep = [b"{\"reason\":".as_slice(), &b"[".repeat(100_000), &b"]".repeat(100_000), b"}"].concat();
        for (kind, body, status, named) in [
            (json, b"".as_slice(), 400, "missing"),
            (json, b"{", 400, "not JSON"),
            (json, b"{\"reason\":\"a\",\"until\":1} x", 400, "trailing"),
            (json, b"\xff", 400, "not JSON"),
            (json, b"{\"reason\":\"\\ud800\",\"until\":1}", 400, "not JSON"),
            (json, b"{\"reason\":1e999,\"until\":1}", 400, "not JSON"),
            (json, &b"[".repeat(100_000), 400, "recursion limit"),
            (json, &deep, 400, "recursion limit"),
            (json, b"[]", 422, "invalid"),
            (json, b"{\"reason\":\"a\"}", 422, "until"),
            (json, b"{\"reason\":1,\"until\":1}", 422, "reason: invalid type"),
            (json, b"{\"reason\":\"a\",\"until\":\"tomorrow\"}", 422, "until: invalid type"),
            (json, b"{\"reason\":\"a\",\"until\":99999999999999999999}", 422, "until"),
            (json, b"{\"reason\":\"a\",\"until\":1,\"verdict\":2}", 422, "verdict"),
            (json, b"{\"reason\":\"a\",\"reason\":\"b\",\"until\":1}", 422, "reason"),
            ("text/plain", b"{}", 415, "application/json"),
            ("application/json; charset=latin1", b"{}", 415, "application/json"),
            ("application/jsonp", b"{}", 415, "application/json"),
        ] {
            let (found, detail) = refusal(kind, body);
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]);
            assert!(found == status && detail.contains(named), "{kind} {shown}: {found} {detail}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_body_is_it_is_checked_as_it_is_read(
            body in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..64),
                r#"([\[\]{}:,"0-9eE.\-]|true|null|\\u[0-9a-f]{4}|"a"){0,40}"#.prop_map(String::into_bytes),
            ],
        ) {
            prop_assert_eq!(check(&body).is_ok(), serde_json::from_slice::<serde_json::Value>(&body).is_ok());
        }
    }

    #[test]
    fn json_may_name_its_character_set() {
        assert!(read::<Waiver>(&HeaderMap::new(), b"{\"reason\":\"a\",\"until\":1}").is_ok());
        for kind in
            ["application/json", "Application/JSON ; Charset=\"UTF-8\"", "application/json;charset=utf-8"]
        {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]);
            assert!(read::<Waiver>(&headers, b"{\"reason\":\"a\",\"until\":1}").is_ok(), "{kind}");
        }
    }
}
