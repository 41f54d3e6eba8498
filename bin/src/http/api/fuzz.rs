//! Query strings of lists, damaged at random: what is understood can be asked of the read models.

use super::asked::Asked;
use super::{cursor, list, listings};
use crate::config::Right;
use crate::http::query::{self, Parameters};
use crate::http::routes::{Door, Route};
use axum::http::{Method, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as CODE;
use covertrail_domain::testkit::mutate::fuzz;

#[test]
fn query_strings_of_lists() {
    let good: [&[u8]; 4] = [
        b"standing=at-risk&stage=quoted&limit=10&min_position=7&open=true",
        b"as_of=2026-11-22T14%3A30%3A00Z&known_at=2026-11-22&text=Wi-Fi",
        b"after=WyJXTy0xIl0&worker=wk_1",
        b"limit=1000&contractor=cn_1&client=cl%2F1",
    ];
    let names = listings::ALL.iter().flat_map(|listing| listing.filters).map(|filter| filter.name);
    let words: Vec<&str> =
        names.chain(["limit=", "after=", "as_of=", "&", "%00", "%2e%2e%2f", "%ff", "+", "="]).collect();
    fuzz("query strings: lists", &good, &words, |query| {
        let Ok(uri) = Uri::try_from([b"/v1/board?", query].concat()) else { return vec![0] };
        let query = uri.query().unwrap_or_default();
        let read = |listing| {
            let parameters = list::parameters(listing).collect();
            let (method, door) = (Method::GET, Door::Token(Right::Read));
            let route = Route { method, path: "/v1/list".to_owned(), door, parameters };
            let Ok(Parameters(pairs)) = query::read(query, &route) else { return 1 };
            match Asked::of(listing, &pairs) {
                Ok(asked) => {
                    assert!((1..=1_000).contains(&asked.limit));
                    let query = list::query(listing, &asked, None);
                    let after = asked.after.as_deref();
                    let after = after.map(|after| cursor::read(listing.table, &query, after));
                    2 + usize::from(after.is_some_and(|after| after.is_some())) + asked.wheres.len()
                }
                Err(why) => 1_000 + why.len(),
            }
        };
        listings::ALL.iter().map(read).collect()
    });
}

#[test]
fn places_of_pages() {
    let good: [&[u8]; 3] = [b"[\"WO-1\"]", b"[1761997200,\"WO-1\"]", b"[null,3,\"WO-1\"]"];
    fuzz("query strings: places of pages", &good, &["null", "true", "1e400", "{", "\"\\u0000\""], |json| {
        let (coded, raw) = (CODE.encode(json), String::from_utf8_lossy(json));
        let read = |listing| {
            let asked = Asked::of(listing, &[]).unwrap();
            let query = list::query(listing, &asked, None);
            let place = cursor::read(listing.table, &query, &coded);
            if let Some(place) = &place {
                assert_eq!(place.len(), query.places(listing.table).count());
            }
            (place.is_some(), cursor::read(listing.table, &query, &raw).is_some())
        };
        listings::ALL.iter().map(read).collect::<Vec<_>>()
    });
}
