use super::*;
use std::collections::BTreeMap;

pub(super) type Headers = BTreeMap<&'static str, Vec<u8>>;

pub(super) const STANDARD_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const OTHER_SECRET: &str = "whsec_b3RoZXItc2VjcmV0LW9mLXRoZS12ZW5kb3I=";
const STANDARD_BODY: &[u8] = br#"{"email":"test@example.com","username":"test_user"}"#;
const STANDARD_SENT: i64 = 1_649_367_553;

pub(super) fn headers(pairs: &[(&'static str, &str)]) -> Headers {
    pairs.iter().map(|(name, value)| (*name, value.as_bytes().to_vec())).collect()
}

pub(super) fn verify(
    verifier: &Verifier,
    headers: &Headers,
    body: &[u8],
    now: i64,
) -> Result<(), Unauthentic> {
    verifier.verify(|name| headers.get(name).map(Vec::as_slice), body, Timestamp::from_unix(now))
}

fn standard(secrets: &[&str]) -> Verifier {
    Verifier::new("webhooks.policy", Scheme::StandardWebhooks, secrets).unwrap()
}

fn standard_headers(signature: &str) -> Headers {
    headers(&[
        ("webhook-id", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"),
        ("webhook-timestamp", "1649367553"),
        ("webhook-signature", signature),
    ])
}

const STANDARD_SIGNATURE: &str = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";

pub(super) fn timestamped() -> Scheme {
    Scheme::TimestampedHex { header: "Policy-Signature".to_owned() }
}

pub(super) fn body_hex() -> Scheme {
    Scheme::BodyHex { header: "X-Hub-Signature-256".to_owned() }
}

pub(super) fn bearer() -> Scheme {
    Scheme::Bearer { header: "Authorization".to_owned() }
}

#[test]
fn the_published_vector_of_standard_webhooks_verifies() {
    let verifier = standard(&[STANDARD_SECRET]);
    let good = standard_headers(STANDARD_SIGNATURE);
    assert_eq!(verify(&verifier, &good, STANDARD_BODY, STANDARD_SENT), Ok(()));
    let several = standard_headers(&format!("v1a,abcd v1,AAAA {STANDARD_SIGNATURE} v1,###"));
    assert_eq!(verify(&verifier, &several, STANDARD_BODY, STANDARD_SENT), Ok(()));
    let other = standard_headers(&format!("v2{}", &STANDARD_SIGNATURE[2..]));
    let refused = verify(&verifier, &other, STANDARD_BODY, STANDARD_SENT);
    assert_eq!(refused, Err(Unauthentic::Malformed("webhook-signature".to_owned())));
}

#[test]
fn the_time_of_sending_may_lie_within_the_tolerance_either_way() {
    let verifier = standard(&[STANDARD_SECRET]);
    let good = standard_headers(STANDARD_SIGNATURE);
    let stale = Err(Unauthentic::Stale { sent: STANDARD_SENT });
    for (off, expected) in [(300, Ok(())), (-300, Ok(())), (301, stale.clone()), (-301, stale.clone())] {
        assert_eq!(verify(&verifier, &good, STANDARD_BODY, STANDARD_SENT + off), expected, "{off}");
    }
    let strict = verifier.tolerating(0);
    assert_eq!(verify(&strict, &good, STANDARD_BODY, STANDARD_SENT + 1), stale);
}

#[test]
fn an_age_is_told_only_of_what_is_authentic() {
    let verifier = standard(&[OTHER_SECRET]);
    let good = standard_headers(STANDARD_SIGNATURE);
    assert_eq!(verify(&verifier, &good, STANDARD_BODY, 0), Err(Unauthentic::Mismatch));
}

#[test]
fn an_empty_signature_is_made_by_none_of_several_live_secrets() {
    let sent = "1649367553";
    for (scheme, secrets, header, empties) in [
        (
            Scheme::StandardWebhooks,
            [STANDARD_SECRET, OTHER_SECRET],
            "webhook-signature",
            vec![String::new(), "v1".to_owned(), "v1,".to_owned(), "v1, v1,".to_owned()],
        ),
        (
            timestamped(),
            ["the-one-secret-of-theirs", "the-other-secret-of-theirs"],
            "policy-signature",
            vec![String::new(), format!("t={sent}"), format!("t={sent},v1="), format!("t={sent},v1=,v1=")],
        ),
        (
            body_hex(),
            ["the-one-secret-of-theirs", "the-other-secret-of-theirs"],
            "x-hub-signature-256",
            vec![String::new(), "sha256".to_owned(), "sha256=".to_owned()],
        ),
        (
            bearer(),
            ["the-one-secret-of-theirs", "the-other-secret-of-theirs"],
            "authorization",
            vec![String::new(), "Bearer".to_owned(), "Bearer ".to_owned()],
        ),
    ] {
        let verifier = Verifier::new("webhooks.policy", scheme, secrets).unwrap();
        for empty in empties {
            let mut all = standard_headers(STANDARD_SIGNATURE);
            all.insert(header, empty.clone().into_bytes());
            assert!(verify(&verifier, &all, STANDARD_BODY, STANDARD_SENT).is_err(), "{header}: {empty:?}");
        }
    }
}

/// Computed with Python's `hmac`, over `1761997200.` and the body.
#[test]
fn a_timestamped_hex_signature_verifies_among_others() {
    const BODY: &[u8] = br#"{"id":"ev_1","type":"policy.active"}"#;
    const HEX: &str = "caf632a88e377f3bd1b742e42a7dff8bb9e19dd196a45f8bb15320a109c75f2b";
    let verifier = Verifier::new("webhooks.policy", timestamped(), ["whsec_stripe_style_of_theirs"]).unwrap();
    for text in [
        format!("t=1761997200,v1={HEX}"),
        format!("t=1761997200, v0=00,v1=00ff, v1={}", HEX.to_uppercase()),
        format!("v1={HEX},junk,t=1761997200"),
    ] {
        let good = headers(&[("policy-signature", &text)]);
        assert_eq!(verify(&verifier, &good, BODY, 1_761_997_200), Ok(()), "{text}");
    }
    let another_time = headers(&[("policy-signature", &format!("t=1761997201,v1={HEX}"))]);
    assert_eq!(verify(&verifier, &another_time, BODY, 1_761_997_200), Err(Unauthentic::Mismatch));
}

/// The vector that GitHub publishes, computed again with Python's `hmac`.
#[test]
fn a_hex_signature_of_the_body_verifies() {
    let verifier = Verifier::new(
        "webhooks.policy",
        body_hex(),
        ["the-old-secret-of-theirs", "It's a Secret to Everybody"],
    )
    .unwrap();
    let text = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let good = headers(&[("x-hub-signature-256", text)]);
    assert_eq!(verify(&verifier, &good, b"Hello, World!", 0), Ok(()));
    assert_eq!(verify(&verifier, &good, b"Hello, World?", 0), Err(Unauthentic::Mismatch));
}

#[test]
fn a_static_secret_verifies_after_bearer_or_alone() {
    let verifier =
        Verifier::new("webhooks.workmarket", bearer(), ["first-secret-of-theirs", "second-secret-of-theirs"])
            .unwrap();
    for (text, expected) in [
        ("Bearer first-secret-of-theirs", Ok(())),
        ("bearer  second-secret-of-theirs", Ok(())),
        ("second-secret-of-theirs", Ok(())),
        ("Bearer third-secret-of-theirs", Err(Unauthentic::Mismatch)),
        ("Bearer first-secret-of-their", Err(Unauthentic::Mismatch)),
        ("Basic first-secret-of-theirs", Err(Unauthentic::Mismatch)),
        (" ", Err(Unauthentic::Malformed("authorization".to_owned()))),
    ] {
        assert_eq!(verify(&verifier, &headers(&[("authorization", text)]), b"", 0), expected, "{text:?}");
    }
}

#[test]
fn every_live_secret_is_accepted_and_no_retired_one() {
    let good = standard_headers(STANDARD_SIGNATURE);
    for (secrets, accepted) in [
        ([OTHER_SECRET, STANDARD_SECRET], true),
        ([STANDARD_SECRET, OTHER_SECRET], true),
        ([OTHER_SECRET, OTHER_SECRET], false),
    ] {
        assert_eq!(verify(&standard(&secrets), &good, STANDARD_BODY, STANDARD_SENT).is_ok(), accepted);
    }
}

#[test]
fn a_missing_header_is_named() {
    for (scheme, name) in [
        (Scheme::StandardWebhooks, "webhook-id"),
        (timestamped(), "policy-signature"),
        (body_hex(), "x-hub-signature-256"),
        (bearer(), "authorization"),
    ] {
        let verifier = Verifier::new("webhooks", scheme, [STANDARD_SECRET]).unwrap();
        let refused = verify(&verifier, &Headers::new(), b"", 0);
        assert_eq!(refused, Err(Unauthentic::Missing(name.to_owned())));
    }
}

#[test]
fn a_secret_that_would_not_protect_is_refused_by_its_place_in_the_configuration() {
    let refused = |scheme, secrets: &[&str]| {
        Verifier::new("webhooks.policy", scheme, secrets).map(drop).unwrap_err().to_string()
    };
    assert_eq!(refused(body_hex(), &[]), "webhooks.policy: at least one secret is needed");
    for scheme in [Scheme::StandardWebhooks, timestamped(), body_hex(), bearer()] {
        for (weak, told) in [
            ("", "is empty"),
            (" \n", "is empty"),
            ("s3cret\n", "has white space around it"),
            ("c2hvcnQ=", "is too short"),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "can be guessed"),
        ] {
            let said = refused(scheme.clone(), &[STANDARD_SECRET, weak]);
            assert!(said.starts_with(&format!("webhooks.policy: secret 2 {told}")), "{scheme:?}: {said}");
        }
    }
    for (weak, told) in [
        ("whsec_", "is empty"),
        ("whsec_AA==", "is too short: it needs 24 bytes or more"),
        ("whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "is too short: it needs 24 bytes or more"),
        ("whsec_s3cret!", "is not whsec_ and the base64 of 24 to 64 random bytes"),
    ] {
        let said = refused(Scheme::StandardWebhooks, &[weak]);
        assert_eq!(said, format!("webhooks.policy: secret 1 {told}"));
    }
    let said = refused(Scheme::BodyHex { header: "x y".to_owned() }, &[STANDARD_SECRET]);
    assert_eq!(said, "webhooks.policy.header: this is no header name");
}

#[test]
fn debug_output_counts_the_secrets_and_shows_none() {
    let shown = format!(
        "{:?}",
        Verifier::new("webhooks", bearer(), ["hunter2-hunter2-1", "hunter2-hunter2-2"]).unwrap()
    );
    assert_eq!(
        shown,
        r#"Verifier { scheme: Bearer { header: "authorization" }, secrets: 2, tolerance_seconds: 300 }"#
    );
}

#[test]
fn the_id_of_a_delivery_counts_only_where_it_is_signed() {
    let headers = standard_headers(STANDARD_SIGNATURE);
    for (scheme, id) in [
        (Scheme::StandardWebhooks, Some(&b"msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"[..])),
        (timestamped(), None),
        (body_hex(), None),
        (bearer(), None),
    ] {
        let verifier = Verifier::new("webhooks", scheme, [STANDARD_SECRET]).unwrap();
        assert_eq!(verifier.signed_id(|name| headers.get(name).map(Vec::as_slice)), id);
    }
}

#[test]
fn headers_that_no_body_could_make_authentic_are_refused_before_it() {
    let check = |verifier: &Verifier, headers: &Headers, now: i64| {
        verifier.check_headers(|name| headers.get(name).map(Vec::as_slice), Timestamp::from_unix(now))
    };
    let signed = standard(&[STANDARD_SECRET]);
    let good = standard_headers(STANDARD_SIGNATURE);
    assert_eq!(check(&signed, &good, STANDARD_SENT), Ok(HeaderCheck::BodyNeeded));
    assert_eq!(check(&signed, &good, 0), Err(Unauthentic::Stale { sent: STANDARD_SENT }));
    assert!(matches!(check(&signed, &Headers::new(), STANDARD_SENT), Err(Unauthentic::Missing(_))));
    let malformed = standard_headers("nothing");
    assert!(matches!(check(&signed, &malformed, STANDARD_SENT), Err(Unauthentic::Malformed(_))));
    let token = Verifier::new("webhooks.workmarket", bearer(), ["a-long-token-of-ours"]).unwrap();
    let ours = headers(&[("authorization", "Bearer a-long-token-of-ours")]);
    assert_eq!(check(&token, &ours, 0), Ok(HeaderCheck::Authentic));
    let theirs = headers(&[("authorization", "Bearer a-token-of-theirs")]);
    assert_eq!(check(&token, &theirs, 0), Err(Unauthentic::Mismatch));
}
