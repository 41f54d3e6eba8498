//! Bodies and headers, damaged at random: nothing of it panics, and nobody is let in.

use super::access::Access;
use super::people::ReviewAsked;
use crate::commands::until::Until;
use crate::config::{Config, Secrets, TEMPLATE};
use crate::subscribers::Keys;
use axum::http::{HeaderMap, HeaderValue};
use covertrail_domain::id::PersonId;
use covertrail_domain::testkit::mutate::{fuzz, outcome};
use covertrail_domain::time::Timestamp;
use std::str::FromStr as _;

const TOKEN: &str = "tok_riley_7f3a9c51d2e84b06";

fn secrets(people: &str) -> Result<Secrets, crate::config::Error> {
    Secrets::from_lookup(&Config::default(), |name| {
        Some(match name {
            "COVERTRAIL_PEOPLE" => people.to_owned(),
            "COVERTRAIL_POLICY_WEBHOOK_SECRETS" => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
            other => format!("{other}: 0123456789abcdef"),
        })
    })
}

#[test]
fn authorization() {
    let access = Access::new(&[], &secrets(&format!("riley={TOKEN}")).unwrap().people);
    let good = format!("Bearer {TOKEN}");
    fuzz(
        "headers: authorization",
        &[good.as_bytes(), b"Basic cmlsZXk6"],
        &["Bearer ", "bearer", TOKEN],
        |value| {
            let Ok(value) = HeaderValue::from_bytes(value) else { return 0 };
            let headers = HeaderMap::from_iter([(axum::http::header::AUTHORIZATION, value.clone())]);
            let known = access.who(&headers).is_some();
            assert!(
                !known || value.as_bytes().trim_ascii_end().ends_with(TOKEN.as_bytes()),
                "somebody without a token is known"
            );
            1 + usize::from(known)
        },
    );
}

#[test]
fn reviews_in_json() {
    let good = br#"{"certificate":"ce_1","decision":"approve","reason":"seen","lines":["general"],"start":1761997200,"end":1793533200}"#;
    let words = ["\"lines\":", "\"start\":", "null", "\"deny\"", "\\u0000", "[[", "1e999", "-0"];
    let by = PersonId::parse("riley").unwrap();
    fuzz("JSON bodies: review", &[good], &words, |body| {
        let review: Result<ReviewAsked, _> = serde_json::from_slice(body);
        match review {
            Ok(review) => outcome(&review.command(by.clone(), Timestamp::from_unix(1_761_997_200))),
            Err(error) => format!("{:?} {}", error.classify(), outcome::<(), _>(&Err(error))),
        }
    });
}

#[test]
fn configuration() {
    let lines: Vec<&str> =
        TEMPLATE.lines().filter(|line| line.starts_with('[') || line.contains('=')).collect();
    let words: Vec<&str> = lines.iter().map(|line| line.trim_start_matches("# ")).collect();
    let short = "[server]\nlisten = \"127.0.0.1:8099\"\n[engine]\nworkers = 8\n[log]\nformat = \"json\"\n";
    fuzz("configuration", &[short.as_bytes(), TEMPLATE.as_bytes()], &words, |text| {
        // the last line says what is wrong, the others where
        let parsed = Config::parse(&String::from_utf8_lossy(text));
        outcome(&parsed.map_err(|problem| problem.lines().last().unwrap_or_default().to_owned()))
    });
}

#[test]
fn secrets_and_people() {
    let good = format!("riley={TOKEN},sam=tok_sam_0123456789abcdef");
    fuzz("secrets: people", &[good.as_bytes()], &["=", ",", "riley", "\u{ff52}iley"], |text| {
        let text = String::from_utf8_lossy(text);
        let read = secrets(&text);
        assert!(read.is_ok() || !outcome(&read).contains("tokriley"), "a token is shown");
        outcome(&read)
    });
    let good = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";
    fuzz("secrets: subscribers", &[good.as_bytes()], &["whsec_", ",", "="], |text| {
        outcome(&Keys::new(&[String::from_utf8_lossy(text).into_owned()]).map_err(|(_, weak)| weak))
    });
}

#[test]
fn moments() {
    let good: [&[u8]; 5] = [
        b"120",
        b"2026-11-22",
        b"2026-11-22T14:30:00Z",
        b"2026-11-22T14:30:00.25+02:00",
        b"2026-11-22 23:14:22 UTC",
    ];
    fuzz("query strings: moments", &good, &["T", "Z", "+23:59", "-", " UTC", "60", "9999"], |text| {
        outcome(&Until::from_str(&String::from_utf8_lossy(text)))
    });
}
