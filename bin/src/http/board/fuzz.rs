//! What browsers send, and what pages and spreadsheets are made of, damaged at random.

use super::filters::{self, Filters};
use super::session::{Sessions, Viewer};
use super::{Failed, forms, page};
use crate::clock;
use crate::config::Role;
use crate::http::access::Who;
use crate::http::body::UnreadBody;
use crate::http::query::{self, Parameters};
use crate::http::routes::{Door, Route};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use covertrail_domain::id::PersonId;
use covertrail_domain::testkit::mutate::fuzz;
use maud::html;
use tokio::runtime::Builder;

fn signed_in() -> (Sessions, String, Viewer) {
    let sessions = Sessions::new(true);
    let who = Who { name: PersonId::parse("riley").unwrap(), role: Role::Reviewer };
    let cookie = sessions.begin(who, clock::now());
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&cookie).unwrap())]);
    let viewer = sessions.viewer(&headers, clock::now()).unwrap();
    (sessions, cookie, viewer)
}

#[test]
fn cookies() {
    let (sessions, cookie, _) = signed_in();
    let (now, value) = (clock::now(), cookie.split_once('=').unwrap().1);
    let more = format!("theme=dark; {cookie}; other=1");
    let name = cookie.split_once('=').unwrap().0;
    fuzz(
        "headers: cookies",
        &[cookie.as_bytes(), more.as_bytes()],
        &[name, "=", "; ", ";", "\""],
        |cookie| {
            let Ok(cookie) = HeaderValue::from_bytes(cookie) else { return 0 };
            let is_whole = cookie.as_bytes().windows(value.len()).any(|part| part == value.as_bytes());
            let headers = HeaderMap::from_iter([(header::COOKIE, cookie)]);
            let known = sessions.viewer(&headers, now).is_some();
            assert!(!known || is_whole, "somebody without a session is known");
            1 + usize::from(known)
        },
    );
}

/// Damages a form's content type, its first line here, and its body.
#[test]
fn forms_in_parts() {
    let (_, _, viewer) = signed_in();
    let runtime = Builder::new_current_thread().build().unwrap();
    let parts = "multipart/form-data; boundary=XX\n--XX\r\ncontent-disposition: form-data; name=\"key\"\r\n\r\nabc\r\n--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\ncontent-type: application/pdf\r\n\r\n%PDF-1.7\r\n--XX--\r\n";
    let plain = "application/x-www-form-urlencoded\nkey=abc&reason=seen%20it&lines=general&lines=excess";
    let words = [
        "--XX",
        "--XX--",
        "\r\n\r\n",
        "boundary=",
        "name=\"",
        "filename*=UTF-8''",
        "content-transfer-encoding: base64\r\n",
    ];
    fuzz("forms", &[parts.as_bytes(), plain.as_bytes()], &words, |form| {
        let line = form.iter().position(|byte| *byte == b'\n').unwrap_or(form.len());
        let Ok(kind) = HeaderValue::from_bytes(&form[..line]) else { return 0 };
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind)]);
        let body = Bytes::copy_from_slice(form.get(line + 1..).unwrap_or_default());
        match runtime.block_on(forms::read(&viewer, &headers, UnreadBody::from(Body::from(body)))) {
            Ok(_) => panic!("a form without the page's key is taken"),
            Err(Failed::Asked(why)) => why.len(),
            Err(_) => 1,
        }
    });
}

#[test]
fn query_strings_of_the_board() {
    let good: [&[u8]; 2] = [
        b"standing=at-risk&stage=quoted&text=Wi-Fi&sort=-start&blocked=true",
        b"after=abc&worker=wk_1&client=cl%2F1",
    ];
    let words = ["sort=", "-", "standing=", "text=", "&", "%00", "%e2%80%ae", "+", "="];
    fuzz("query strings: board", &good, &words, |query| {
        let Ok(uri) = Uri::try_from([b"/?", query].concat()) else { return 0 };
        let parameters = filters::NAMES.to_vec();
        let route = Route { method: Method::GET, path: "/board".to_owned(), door: Door::Session, parameters };
        let Ok(Parameters(pairs)) = query::read(uri.query().unwrap_or_default(), &route) else { return 1 };
        match Filters::of(&pairs) {
            Ok(filters) => {
                assert!(!filters.queries(None).is_empty());
                let address = filters.address();
                let again: Vec<(String, String)> =
                    url::form_urlencoded::parse(address.as_bytes()).into_owned().collect();
                assert_eq!(Filters::of(&again).unwrap().address(), address, "an address names the same page");
                2 + address.len()
            }
            Err(why) => 100_000 + why.len(),
        }
    });
}

/// The marks that HTML is made of, in their order.
fn marks(html: &str) -> String {
    html.chars().filter(|mark| "<>\"".contains(*mark)).collect()
}

#[test]
fn pages() {
    let page = |text: &str| marks(&page::sign_in(text, true).into_string());
    let part = |text: &str| marks(&html! { p title=(text) data-x={ "a" (text) } { (text) } }.into_string());
    let (whole_page, whole_part) = (page("/x"), part("x"));
    let good: [&[u8]; 3] = [b"/board?text=a", b"<script>alert(1)</script>", b"\" onload=\"x' &amp;"];
    fuzz("HTML", &good, &["<", ">", "\"", "'", "&", "</p>", "javascript:", "<!--", "]]>"], |text| {
        let text = String::from_utf8_lossy(text);
        assert_eq!(page(&text), whole_page, "text becomes a mark of the page");
        assert_eq!(part(&text), whole_part, "text becomes a mark of the page");
        text.len()
    });
}
