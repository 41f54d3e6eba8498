//! Who is signed in: a random name in a cookie, known here by its hash, kept in memory and gone with the process.

use super::forms::PageForm;
use super::page;
use crate::clock;
use crate::config::Role;
use crate::http::query::Parameters;
use crate::http::refusals::SignedOut;
use crate::http::{Peer, Shared, Who, body};
use axum::Extension;
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
use std::time::Duration;
use subtle::ConstantTimeEq as _;
use tokio::sync::watch;
use url::Url;

/// How long a session lasts: a long day at work.
const LASTS_SECONDS: i64 = 14 * 3_600;
/// How many sessions one person may have at once; beyond it their own oldest ends. Everybody's together are bounded by
/// the people whom the configuration names.
const MOST_OF_A_PERSON: usize = 20;
/// How often a stream looks at the clock, which may be set or stand still while a machine sleeps.
const LOOK: Duration = Duration::from_secs(2);
/// What the cookie is called.
const COOKIE: &str = "covertrail";
/// What it is called over TLS: browsers then take it from this very host alone, and only over TLS.
const COOKIE_OVER_TLS: &str = "__Host-covertrail";

/// Everybody who is signed in.
#[derive(Debug, Default)]
pub struct Sessions {
    open: Mutex<HashMap<[u8; 32], BoardSession>>,
    over_tls: bool,
}

/// One sign-in. What it holds open ends when it is dropped.
#[derive(Debug)]
struct BoardSession {
    viewer: Viewer,
    /// The order of sign-ins.
    number: u64,
    _open: watch::Sender<()>,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub(super) struct Viewer {
    pub(super) who: Who,
    /// What their forms must have in them, which no other site can know.
    pub(super) form_key: String,
    until: Timestamp,
    open: watch::Receiver<()>,
}

impl Viewer {
    pub(super) const fn role(&self) -> Role {
        self.who.role
    }

    /// Whether a form is one of theirs.
    pub(super) fn sent(&self, form_key: &str) -> bool {
        self.form_key.as_bytes().ct_eq(form_key.as_bytes()).into()
    }

    /// Waits until the session has ended: by signing out, by age, or because its person has too many.
    pub(super) fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        let (mut open, until) = (self.open.clone(), self.until);
        async move {
            while clock::now() < until {
                // nothing is ever sent: what ends the wait early is the session's end
                if tokio::time::timeout(LOOK, open.changed()).await.is_ok() {
                    return;
                }
            }
        }
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
        open.retain(|_, session| session.viewer.until > now);
        let mut theirs: Vec<(u64, [u8; 32])> = open
            .iter()
            .filter(|(_, session)| session.viewer.who.name == who.name)
            .map(|(hash, session)| (session.number, *hash))
            .collect();
        theirs.sort_unstable();
        for (_, oldest) in theirs.iter().rev().skip(MOST_OF_A_PERSON - 1) {
            open.remove(oldest);
        }
        let number =
            open.values().map(|session| session.number).max().map_or(0, |last| last.saturating_add(1));
        let (is_open, opened) = watch::channel(());
        let viewer = Viewer { who, form_key: random(), until, open: opened };
        open.insert(hash(&name), BoardSession { viewer, number, _open: is_open });
        format!("{}={name}; Max-Age={LASTS_SECONDS}; {}", self.cookie(), self.attributes())
    }

    /// Who sent a request.
    pub(super) fn viewer(&self, headers: &HeaderMap, now: Timestamp) -> Option<Viewer> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let session = open.get(&hash(self.named(headers)?))?;
        Some(&session.viewer).filter(|viewer| viewer.until > now).cloned()
    }

    /// Signs somebody out, in all tabs of the browser; answers with the cookie that takes theirs away.
    pub(super) fn end(&self, headers: &HeaderMap) -> String {
        if let Some(name) = self.named(headers) {
            self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash(name));
        }
        format!("{}=; Max-Age=0; {}", self.cookie(), self.attributes())
    }

    const fn cookie(&self) -> &'static str {
        if self.over_tls { COOKIE_OVER_TLS } else { COOKIE }
    }

    const fn attributes(&self) -> &'static str {
        if self.over_tls {
            "Path=/; HttpOnly; SameSite=Lax; Secure"
        } else {
            "Path=/; HttpOnly; SameSite=Lax"
        }
    }

    fn named<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let cookies = headers.get_all("cookie").iter().filter_map(|value| value.to_str().ok());
        let mut pairs =
            cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find_map(|(name, value)| (name == self.cookie()).then_some(value))
    }
}

fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

fn hash(name: &str) -> [u8; 32] {
    Sha256::digest(name.as_bytes()).into()
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
    body::authenticate(request.extensions());
    request.extensions_mut().insert(viewer);
    next.run(request).await
}

fn foreign() -> Response {
    let why = html! { p { "This did not come from a page of Covertrail, so nothing was done." } };
    (StatusCode::FORBIDDEN, page::bare("Not from here", &why)).into_response()
}

fn to_sign_in(uri: &Uri, headers: &HeaderMap) -> Response {
    if headers.get("accept").is_some_and(|accept| accept == "text/event-stream") {
        let mut answer = StatusCode::UNAUTHORIZED.into_response();
        answer.extensions_mut().insert(SignedOut);
        return answer;
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
    /// A page of ours, in the characters that a header can carry; what is none leads to the overview.
    fn path(&self) -> String {
        own_path(&self.then).unwrap_or_else(|| "/".to_owned())
    }
}

/// The path and query of an address below this server, as a browser reads it there. Browsers drop control characters,
/// take `\` for `/`, and `//` for another host.
fn own_path(then: &str) -> Option<String> {
    let begins_well = then.starts_with('/') && !then.starts_with("//");
    if !begins_well || then.contains(|letter: char| letter.is_control() || letter == '\\') {
        return None;
    }
    let here = Url::parse("http://here.invalid/").ok()?;
    let there = here.join(then).ok().filter(|there| there.origin() == here.origin())?;
    let path = there.path();
    // `/..//elsewhere` has become `//elsewhere`
    if path.starts_with("//") {
        return None;
    }
    Some(there.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
}

/// `GET /sign-in`
pub(super) async fn ask(parameters: Parameters) -> Response {
    let then = Then { then: parameters.get("then").unwrap_or_default().to_owned() };
    page::sign_in(&then.path(), false).into_response()
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
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    PageForm(asked): PageForm<Asked>,
) -> Response {
    if !is_from_here(&headers) {
        return foreign();
    }
    let then = asked.then.path();
    let Some(who) = shared.access.holder(asked.token.trim()) else {
        return (StatusCode::UNAUTHORIZED, page::sign_in(&then, true)).into_response();
    };
    tracing::info!(name = %who.name, peer = peer.map(|Extension(Peer(ip))| ip.to_string()), "signed in");
    // this browser's session of before, which nobody has a cookie of any more
    shared.sessions.end(&headers);
    let cookie = shared.sessions.begin(who.clone(), clock::now());
    ([("set-cookie", cookie)], Redirect::to(&then)).into_response()
}

/// The answer to a wrong token after many from the same address.
pub(in crate::http) fn too_many_sign_ins() -> Response {
    let why = html! {
        p { "Too many wrong tokens came from your address. A right one is let in all the same." }
        p.acts { a.button href="/sign-in" { "Sign in" } }
    };
    (StatusCode::TOO_MANY_REQUESTS, page::bare("Wait a minute", &why)).into_response()
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

    fn cookie_of(set: &str) -> HeaderMap {
        headers(&[("cookie", set.split(';').next().unwrap())])
    }

    #[test]
    fn one_persons_sign_ins_end_their_own_oldest_session_and_nobody_elses() {
        let (sessions, now) = (Sessions::new(false), Timestamp::from_unix(1_000_000));
        let bob = Who { name: PersonId::parse("bob").unwrap(), role: Role::Viewer };
        let bobs = cookie_of(&sessions.begin(bob, now));
        let anas: Vec<_> = (0..10_001).map(|_| cookie_of(&sessions.begin(ana(), now))).collect();
        assert!(sessions.viewer(&bobs, now).is_some());
        let open = anas.iter().map(|cookie| sessions.viewer(cookie, now).is_some());
        let newest = anas.len() - MOST_OF_A_PERSON;
        assert!(open.enumerate().all(|(number, is_open)| is_open == (number >= newest)));
        assert_eq!(sessions.open.lock().unwrap().len(), MOST_OF_A_PERSON + 1);
        sessions.begin(ana(), now.plus(LASTS_SECONDS * 2));
        assert_eq!(sessions.open.lock().unwrap().len(), 1, "what ended by age is forgotten");
    }

    #[tokio::test]
    async fn what_a_session_holds_open_ends_with_it() {
        let (sessions, now) = (Sessions::new(false), clock::now());
        let cookies: Vec<_> = (0..2).map(|_| cookie_of(&sessions.begin(ana(), now))).collect();
        let [first, second] = [0, 1].map(|number| sessions.viewer(&cookies[number], now).unwrap());
        sessions.end(&cookies[0]);
        tokio::time::timeout(Duration::from_mins(1), first.ended()).await.expect("it ends");
        assert!(tokio::time::timeout(Duration::ZERO, second.ended()).await.is_err(), "the other goes on");
        let aged = Viewer { until: now, ..second };
        tokio::time::timeout(Duration::from_mins(1), aged.ended()).await.expect("it ends by age");
    }

    #[test]
    fn over_tls_the_cookie_is_of_this_host_alone() {
        let (sessions, now) = (Sessions::new(true), Timestamp::from_unix(1_000_000));
        let set = sessions.begin(ana(), now);
        assert!(
            set.starts_with("__Host-covertrail=") && set.ends_with("Path=/; HttpOnly; SameSite=Lax; Secure")
        );
        let value = set.split([';', '=']).nth(1).unwrap();
        let planted = headers(&[("cookie", &format!("covertrail={value}"))]);
        assert!(sessions.viewer(&planted, now).is_none(), "another host of the domain may set that one");
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
        let path = |then: &str| Then { then: then.to_owned() }.path();
        for (then, leads) in [
            ("/board?stage=active", "/board?stage=active"),
            ("/work-orders/a%2Fb", "/work-orders/a%2Fb"),
            ("/board?q=Zoë", "/board?q=Zo%C3%AB"),
            // not decoded again
            ("/%09/evil.example.com", "/%09/evil.example.com"),
            ("/a/../board#rows", "/board"),
        ] {
            assert_eq!(path(then), leads, "{then}");
        }
        for elsewhere in [
            "",
            "board",
            "https://evil.example.com",
            "//evil.example.com",
            "/\\evil.example.com",
            "\\/evil.example.com",
            "/\t/evil.example.com",
            "\t//evil.example.com",
            "/\n/evil.example.com",
            "/board\r\nset-cookie: a=b",
            "/\0",
            "/\u{7f}",
            "/\u{85}/evil.example.com",
            "/..//evil.example.com",
            "/.//evil.example.com",
            "/%2e//evil.example.com",
            "/a/..//evil.example.com",
            "javascript:alert(1)",
        ] {
            assert_eq!(path(elsewhere), "/", "{elsewhere:?}");
        }
        for text in ["/\u{2028}", "/\u{202e}board", "/é\u{1f600}", &"/a".repeat(30_000)] {
            assert!(HeaderValue::from_str(&path(text)).is_ok(), "{text:?}");
        }
    }
}
