//! Who asks: found by their token, and let in by their role.

use super::refusals::RefusedBecause;
use super::{Shared, body, problem};
use crate::config::{People, Right, Role, Token};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use covertrail_adapters::secret::bearer_token;
use covertrail_domain::id::PersonId;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use subtle::ConstantTimeEq as _;

/// Everybody who may ask. Only what their tokens hash to is kept.
#[derive(Debug, Clone, Default)]
pub struct Access {
    known: Vec<(Who, [u8; 32])>,
}

/// Somebody who may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Their name, as events have it.
    pub name: PersonId,
    /// What they may do.
    pub role: Role,
}

impl Access {
    /// Those of the configuration, and those of the environment, who are reviewers.
    pub fn new(tokens: &[Token], people: &People) -> Self {
        let tokens = tokens.iter().map(|token| (token.name.clone(), token.role, token.sha256.0));
        let people = people
            .0
            .iter()
            .map(|(name, token)| (name.clone(), Role::Reviewer, Sha256::digest(token.as_bytes()).into()));
        let known = tokens.chain(people).map(|(name, role, hash)| (Who { name, role }, hash));
        Self { known: known.collect() }
    }

    /// Whose token came with the request. Hashes are compared, and all of them, so that neither content nor length nor
    /// whose it is shows in the time it takes.
    pub fn who(&self, headers: &HeaderMap) -> Option<&Who> {
        let mut all = headers.get_all("authorization").iter();
        // of two, one might be looked at here and the other by a proxy
        let (Some(only), None) = (all.next(), all.next()) else { return None };
        self.holder(bearer_token(only.to_str().ok()?)?)
    }

    /// Whose token it is.
    pub fn holder(&self, token: &str) -> Option<&Who> {
        let told: [u8; 32] = Sha256::digest(Some(token).filter(|token| !token.is_empty())?).into();
        self.known.iter().fold(
            None,
            |found, (who, known)| {
                if bool::from(known.ct_eq(&told)) { Some(who) } else { found }
            },
        )
    }
}

/// Lets in whoever has a token, and tells the handler who it is.
async fn readers(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    match shared.access.who(request.headers()).cloned() {
        Some(who) => {
            body::authenticate(request.extensions());
            request.extensions_mut().insert(who);
            next.run(request).await
        }
        None => unknown(),
    }
}

/// Routes for those who have a token.
pub(super) fn guarded(routes: Router<Arc<Shared>>, shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    routes.layer(from_fn_with_state(Arc::clone(shared), readers))
}

/// The answer to somebody whose role it is not for.
pub(super) fn forbidden(who: &Who, right: Right) -> Response {
    let roles: Vec<_> = right.roles().map(Role::as_str).collect();
    let why = format!("{} is a {}; this wants the role {}", who.name, who.role.as_str(), roles.join(" or "));
    let mut answer = problem(StatusCode::FORBIDDEN, &why);
    answer.extensions_mut().insert(RefusedBecause(why));
    answer
}

/// The answer to whoever has no token that is known.
pub(super) fn unknown() -> Response {
    let mut answer = problem(StatusCode::UNAUTHORIZED, "a bearer token of a person is needed");
    answer.headers_mut().insert("www-authenticate", axum::http::HeaderValue::from_static("Bearer"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(axum::http::header::AUTHORIZATION, value.parse().unwrap())])
    }

    #[test]
    fn everybody_is_known_by_their_own_token_and_nobody_without() {
        let sha256 = crate::config::Sha256Hex(Sha256::digest("a-token-of-a-screen").into());
        let screen = Token { name: PersonId::parse("screen").unwrap(), role: Role::Viewer, sha256 };
        let ana = (PersonId::parse("ana").unwrap(), "a-token-of-anas".to_owned());
        let access = Access::new(&[screen], &People(vec![ana]));
        let role = |value: &str| access.who(&headers(value)).map(|who| who.role);
        assert_eq!(role("Bearer a-token-of-a-screen"), Some(Role::Viewer));
        for form in ["Bearer a-token-of-anas", "bearer a-token-of-anas", "BEARER   a-token-of-anas "] {
            assert_eq!(role(form), Some(Role::Reviewer), "{form}");
        }
        let mut twice = headers("Bearer a-token-of-anas");
        twice.append(axum::http::header::AUTHORIZATION, "Bearer a-token-of-a-screen".parse().unwrap());
        assert_eq!(access.who(&twice), None);
        for stranger in ["Bearer ", "Bearer a-token-of-ana", "a-token-of-anas", "Basic a-token-of-anas"] {
            assert_eq!(role(stranger), None, "{stranger}");
        }
        assert_eq!(access.who(&HeaderMap::new()), None);
        assert_eq!(Access::default().who(&headers("Bearer ")), None);
    }
}
