use super::super::sign::{Scheme, SignError, WebhookTarget, headers};

const BODY: &[u8] = br#"{"email":"test@example.com","username":"test_user"}"#;

fn target(secret: &str, scheme: Scheme) -> WebhookTarget {
    WebhookTarget { url: "http://127.0.0.1:1".to_owned(), secret: secret.to_owned(), scheme }
}

#[test]
fn standard_webhooks_own_vector_is_met() {
    let target = target("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", Scheme::StandardWebhooks);
    let headers = headers(&target, "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553, BODY).unwrap();
    assert_eq!(
        headers,
        [
            ("webhook-id", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk".to_owned()),
            ("webhook-timestamp", "1649367553".to_owned()),
            ("webhook-signature", "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=".to_owned()),
        ]
    );
}

/// GitHub's own documented example.
#[test]
fn githubs_own_vector_is_met() {
    let target = target("It's a Secret to Everybody", Scheme::GitHub);
    let headers = headers(&target, "ev_1", 1, b"Hello, World!").unwrap();
    let digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert_eq!(headers, [("x-signature-256", format!("sha256={digest}"))]);
}

#[test]
fn stripes_form_signs_the_moment_and_the_body() {
    let plain = target("secret", Scheme::GitHub);
    let (_, over_both) = headers(&plain, "ev_1", 1, b"12.{}").unwrap().remove(0);
    let digest = over_both.strip_prefix("sha256=").unwrap();
    let stripe = headers(&target("secret", Scheme::Stripe), "ev_1", 12, b"{}").unwrap();
    assert_eq!(stripe, [("x-signature", format!("t=12,v1={digest}"))]);
}

#[test]
fn a_bearer_is_sent_as_it_is() {
    let headers = headers(&target("s3cret", Scheme::Bearer), "ev_1", 1, BODY).unwrap();
    assert_eq!(headers, [("authorization", "Bearer s3cret".to_owned())]);
}

#[test]
fn secrets_that_sign_nothing_are_refused_and_never_shown() {
    let wrong = target("whsec_not base64", Scheme::StandardWebhooks);
    assert_eq!(headers(&wrong, "ev_1", 1, BODY), Err(SignError::SecretNotBase64));
    assert_eq!(headers(&target("", Scheme::GitHub), "ev_1", 1, BODY), Err(SignError::SecretEmpty));
    assert!(!format!("{wrong:?}").contains("base64"));
}
