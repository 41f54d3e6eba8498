//! What stands behind the question mark of an address: only parameters that the route names, each once, and each a text
//! that can be shown and stored.

use super::board::asked_wrongly;
use super::problem;
use super::routes::Route;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use percent_encoding::percent_decode_str;
use std::convert::Infallible;
use std::sync::Arc;

/// The longest value of a parameter, in bytes: the rows that a page of the board shows, by their ids, and more.
const MAX_VALUE_BYTES: usize = 8_192;

/// The parameters of a request that its route names, decoded, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parameters(pub(super) Vec<(String, String)>);

impl Parameters {
    /// A parameter's value.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }
}

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = Infallible;

    /// What [`checked`] has read.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Reads the query of a request before its handler runs.
pub(super) async fn checked(State(route): State<Arc<Route>>, mut request: Request, next: Next) -> Response {
    let parameters = match read(request.uri().query().unwrap_or_default(), &route) {
        Ok(parameters) => parameters,
        Err(why) if route.door.shows_pages() => return asked_wrongly(&why),
        Err(why) if route.door.refuses_unknown_parameters() => return problem(StatusCode::BAD_REQUEST, &why),
        // whether a key is wrong or missing, a link's answer is the same
        Err(_) => Parameters::default(),
    };
    request.extensions_mut().insert(parameters);
    next.run(request).await
}

pub(super) fn read(query: &str, route: &Route) -> Result<Parameters, String> {
    let mut read = Parameters::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decoded(name).filter(|name| route.parameters.contains(&name.as_str()));
        let Some(name) = name else {
            if route.door.refuses_unknown_parameters() {
                let shown = pair.split('=').next().unwrap_or_default();
                return Err(format!("there is no parameter {}", shown.get(..64).unwrap_or(shown)));
            }
            continue;
        };
        let value = decoded(value).ok_or_else(|| format!("{name}: is not UTF-8"))?;
        if value.len() > MAX_VALUE_BYTES {
            return Err(format!("{name}: is longer than {MAX_VALUE_BYTES} bytes"));
        }
        if value.contains(char::is_control) {
            return Err(format!("{name}: has control characters"));
        }
        if read.get(&name).is_some() {
            return Err(format!("{name}: stands there twice"));
        }
        read.0.push((name, value));
    }
    Ok(read)
}

/// A name or a value as forms and links write it; nothing where it is not UTF-8.
fn decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(Into::into)
}

/// The most characters of words that are searched for.
pub(super) const MAX_WORDS: usize = 200;

/// Words to be searched for, of at most [`MAX_WORDS`] characters; white space around them says nothing.
pub(super) fn words(value: &str) -> Result<String, String> {
    let words = value.trim();
    if words.chars().count() > MAX_WORDS {
        return Err(format!("takes at most {MAX_WORDS} characters"));
    }
    Ok(words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::routes::Door;
    use super::*;
    use crate::config::Right;
    use axum::http::Method;
    use proptest::prelude::*;

    fn route(door: Door) -> Route {
        Route { method: Method::GET, path: "/v1/lists".to_owned(), door, parameters: vec!["after", "text"] }
    }

    fn read_by(door: Door, query: &str) -> Result<Vec<(String, String)>, String> {
        read(query, &route(door)).map(|read| read.0)
    }

    #[test]
    fn a_query_is_decoded_as_forms_and_links_write_it() {
        let pairs = |pairs: &[(&str, &str)]| {
            Ok(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        let token = Door::Token(Right::Read);
        assert_eq!(read_by(token, ""), pairs(&[]));
        assert_eq!(read_by(token, "&&text=a+b%26&after=%C3%A9"), pairs(&[("text", "a b&"), ("after", "é")]));
        assert_eq!(read_by(token, "text"), pairs(&[("text", "")]));
        assert_eq!(read_by(token, "te%78t=%zz"), pairs(&[("text", "%zz")]));
        assert_eq!(read_by(Door::LinkHolder, "utm_source=mail&text=a"), pairs(&[("text", "a")]));
    }

    #[test]
    fn what_is_wrong_with_a_query_is_named() {
        let long = format!("text={}", "x".repeat(MAX_VALUE_BYTES + 1));
        for (query, why) in [
            ("colour=red", "there is no parameter colour"),
            ("%ff=1", "there is no parameter %ff"),
            ("text=%ff", "text: is not UTF-8"),
            ("text=a%00b", "text: has control characters"),
            ("text=%0d%0a", "text: has control characters"),
            ("text=1&after=2&text=1", "text: stands there twice"),
            (long.as_str(), "text: is longer than 8192 bytes"),
        ] {
            assert_eq!(
                read_by(Door::Session, query),
                Err(why.to_owned()),
                "{}",
                query.get(..20).unwrap_or(query)
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_the_query_is_it_is_read_or_refused(query in "\\PC{0,40}|([%&=+a-f0-9;]|text|after){0,40}") {
            for door in [Door::Vendor, Door::Session] {
                if let Ok(read) = read(&query, &route(door)) {
                    let is_sound = |(name, value): &(String, String)| {
                        ["after", "text"].contains(&name.as_str()) && !value.contains(char::is_control)
                    };
                    prop_assert!(read.0.iter().all(is_sound));
                }
            }
        }
    }
}
