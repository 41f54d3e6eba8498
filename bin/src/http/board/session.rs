//! Who is signed in: a random name in a cookie, known here by its hash, kept in memory and gone with the process.

use super::forms::PageForm;
use super::page;
use crate::clock;
use crate::config::Role;
use crate::http::query::Parameters;
use crate::http::{Shared, Who};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use covertrail_domain::time::Timestamp;
use maud::html;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use subtle::ConstantTimeEq as _;

/// How long a session lasts: a long day at work.
const LASTS_SECONDS: i64 = 14 * 3_600;
/// How many there may be; beyond it the one that ends soonest goes.
const MOST: usize = 10_000;
/// What the cookie is called.
const COOKIE: &str = "covertrail";

/// Everybody who is signed in.
#[derive(Debug, Default)]
pub struct Sessions {
    open: Mutex<HashMap<[u8; 32], Viewer>>,
    over_tls: bool,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(super) struct Viewer {
    pub(super) who: Who,
    /// What their forms must have in them, which no other site can know.
    pub(super) form_key: String,
    until: Timestamp,
}

impl Viewer {
    pub(super) const fn role(&self) -> Role {
        self.who.role
    }

    /// Whether a form is one of theirs.
    pub(super) fn sent(&self, form_key: &str) -> bool {
        self.form_key.as_bytes().ct_eq(form_key.as_bytes()).into()
    }
}

impl Sessions {
    /// Nobody yet. Over TLS the cookie never leaves it.
    pub fn new(over_tls: bool) -> Self {
        Self { open: Mutex::default(), over_tls }
    }

    /// Signs somebody in; answers with the cookie to set.
    pub(super) fn begin(&self, who: Who, now: Timestamp) -> String {
        let (name, until) = (random(), now.plus(LASTS_SECONDS));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, viewer| viewer.until > now);
        if open.len() >= MOST {
            let first = open.iter().min_by_key(|(_, viewer)| viewer.until).map(|(hash, _)| *hash);
            first.and_then(|hash| open.remove(&hash));
        }
        open.insert(hash(&name), Viewer { who, form_key: random(), until });
        format!("{COOKIE}={name}; Max-Age={LASTS_SECONDS}; {}", self.attributes())
    }

    /// Who sent a request.
    pub(super) fn viewer(&self, headers: &HeaderMap, now: Timestamp) -> Option<Viewer> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(&hash(named(headers)?)).filter(|viewer| viewer.until > now).cloned()
    }

    /// Signs somebody out; answers with the cookie that takes theirs away.
    pub(super) fn end(&self, headers: &HeaderMap) -> String {
        if let Some(name) = named(headers) {
            self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash(name));
        }
        format!("{COOKIE}=; Max-Age=0; {}", self.attributes())
    }

    fn attributes(&self) -> &'static str {
        if self.over_tls {
            "Path=/; HttpOnly; SameSite=Lax; Secure"
        } else {
            "Path=/; HttpOnly; SameSite=Lax"
        }
    }
}

fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

fn hash(name: &str) -> [u8; 32] {
    Sha256::digest(name.as_bytes()).into()
}

fn named(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all("cookie").iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// Whether a request that changes something comes from a page of ours: browsers say so, and pages cannot lie there.
fn is_from_here(headers: &HeaderMap) -> bool {
    let said = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let origin = said("origin").and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    match (said("sec-fetch-site"), origin) {
        (Some(site), _) => site == "same-origin",
        (None, Some(host)) => Some(host) == said("host"),
        (None, None) => false,
    }
}

/// Lets in whoever is signed in, and sends everybody else to sign in. What changes something must come from here.
pub(super) async fn signed_in(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Response {
    let is_change = request.method() != Method::GET && request.method() != Method::HEAD;
    if is_change && !is_from_here(request.headers()) {
        return foreign();
    }
    let Some(viewer) = shared.sessions.viewer(request.headers(), clock::now()) else {
        return to_sign_in(request.uri(), request.headers());
    };
    request.extensions_mut().insert(viewer);
    next.run(request).await
}

fn foreign() -> Response {
    let why = html! { p { "This did not come from a page of Covertrail, so nothing was done." } };
    (StatusCode::FORBIDDEN, page::bare("Not from here", &why)).into_response()
}

fn to_sign_in(uri: &Uri, headers: &HeaderMap) -> Response {
    if headers.get("accept").is_some_and(|accept| accept == "text/event-stream") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let then = uri.path_and_query().map_or("/", |path| path.as_str());
    let query: String =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("then", then).finish();
    Redirect::to(&if then == "/" { "/sign-in".to_owned() } else { format!("/sign-in?{query}") })
        .into_response()
}

/// Where to go afterwards.
#[derive(Deserialize, Default)]
pub(super) struct Then {
    #[serde(default)]
    then: String,
}

impl Then {
    /// A path of ours; what is none leads to the overview.
    fn path(&self) -> &str {
        let then = self.then.as_str();
        let ours = then.starts_with('/') && !then.starts_with("//") && !then.contains(['\\', '\r', '\n']);
        if ours { then } else { "/" }
    }
}

/// `GET /sign-in`
pub(super) async fn ask(parameters: Parameters) -> Response {
    let then = Then { then: parameters.get("then").unwrap_or_default().to_owned() };
    page::sign_in(then.path(), false).into_response()
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Asked {
    token: String,
    #[serde(flatten)]
    then: Then,
}

/// `POST /sign-in`
pub(super) async fn sign_in(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    PageForm(asked): PageForm<Asked>,
) -> Response {
    if !is_from_here(&headers) {
        return foreign();
    }
    let then = asked.then.path();
    let Some(who) = shared.access.holder(asked.token.trim()) else {
        return (StatusCode::UNAUTHORIZED, page::sign_in(then, true)).into_response();
    };
    tracing::info!(name = %who.name, "signed in");
    let cookie = shared.sessions.begin(who.clone(), clock::now());
    ([("set-cookie", cookie)], Redirect::to(then)).into_response()
}

/// `POST /sign-out`
pub(super) async fn sign_out(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    ([("set-cookie", shared.sessions.end(&headers))], Redirect::to("/sign-in")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use covertrail_domain::id::PersonId;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn ana() -> Who {
        Who { name: PersonId::parse("ana").unwrap(), role: Role::Viewer }
    }

    #[test]
    fn a_session_is_known_by_its_cookie_until_it_ends() {
        let (sessions, now) = (Sessions::new(true), Timestamp::from_unix(1_000_000));
        let set = sessions.begin(ana(), now);
        assert!(set.ends_with("Path=/; HttpOnly; SameSite=Lax; Secure"), "{set}");
        let cookie = headers(&[("cookie", &format!("other=1; {}", set.split(';').next().unwrap()))]);
        assert_eq!(sessions.viewer(&cookie, now).unwrap().who, ana());
        assert!(sessions.viewer(&cookie, now.plus(LASTS_SECONDS)).is_none());
        assert!(sessions.viewer(&headers(&[("cookie", "covertrail=guess")]), now).is_none());
        assert!(sessions.viewer(&HeaderMap::new(), now).is_none());
        sessions.end(&cookie);
        assert!(sessions.viewer(&cookie, now).is_none());
    }

    #[test]
    fn sessions_do_not_pile_up() {
        let (sessions, now) = (Sessions::new(false), Timestamp::from_unix(1_000_000));
        for number in 0..=MOST {
            sessions.begin(ana(), now.plus(i64::try_from(number).unwrap() / 100));
        }
        assert_eq!(sessions.open.lock().unwrap().len(), MOST);
        sessions.begin(ana(), now.plus(LASTS_SECONDS * 2));
        assert_eq!(sessions.open.lock().unwrap().len(), 1);
    }

    #[test]
    fn what_changes_something_must_come_from_a_page_of_ours() {
        let here = ("host", "board.example.com");
        assert!(is_from_here(&headers(&[here, ("sec-fetch-site", "same-origin")])));
        assert!(is_from_here(&headers(&[here, ("origin", "https://board.example.com")])));
        for foreign in [
            vec![here],
            vec![here, ("origin", "https://evil.example.com")],
            vec![here, ("origin", "null")],
            vec![here, ("sec-fetch-site", "cross-site"), ("origin", "https://board.example.com")],
            vec![here, ("sec-fetch-site", "same-site")],
        ] {
            assert!(!is_from_here(&headers(&foreign)), "{foreign:?}");
        }
    }

    #[test]
    fn after_signing_in_nobody_is_sent_elsewhere() {
        let path = |then: &str| Then { then: then.to_owned() }.path().to_owned();
        assert_eq!(path("/board?stage=active"), "/board?stage=active");
        for elsewhere in
            ["", "https://evil.example.com", "//evil.example.com", "/\\evil.example.com", "board"]
        {
            assert_eq!(path(elsewhere), "/", "{elsewhere}");
        }
    }
}
