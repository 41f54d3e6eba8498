//! Whatever the network brings: every reader answers with a value or the names of what is wrong.

use super::samples::Guide;
use crate::policy::{Verdict, answer, assignment, contractor, event, quote, record, session};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Reads it in every way that an answer is read; answers what each found wrong.
fn read(body: &[u8]) -> Vec<String> {
    let guide = Guide::new();
    let wrong = [
        quote::read(body, &guide.quote()).err(),
        assignment::answer(body, &guide.assignment()).err(),
        assignment::read(body).err(),
        session::answer(body).err(),
        session::state(body).err(),
        record::policy(body).err(),
        record::policies(body).err(),
        record::certificate(body).err(),
        event::page(body).err(),
        answer::list(body).err(),
    ];
    let named = wrong.into_iter().flatten().map(|malformed| {
        assert!(malformed.fields().next().is_some(), "something is wrong, and nothing is named");
        malformed.to_string()
    });
    let found = contractor::with_email_of(&guide.contractor(), body).err();
    named.chain(found.map(|error| error.to_string())).collect()
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_fall_over(noise in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(read(&noise).len(), 11, "noise is nothing that was asked for");
    }

    #[test]
    fn no_json_makes_a_reader_fall_over_or_repeat_a_value(json in hostile(), whole in anything()) {
        for body in [json!([json]), json!({ "data": [json] }), json, whole] {
            for wrong in read(body.to_string().as_bytes()) {
                prop_assert!(!wrong.contains(PERSONAL), "{}", wrong);
            }
        }
    }

    #[test]
    fn whatever_else_an_assignment_says_it_is_not_cover_unless_its_status_is_active(json in hostile()) {
        let guide = Guide::new();
        let body = json.to_string();
        let answered = assignment::answer(body.as_bytes(), &guide.assignment()).map(|answer| answer.verdict);
        let read = assignment::read(body.as_bytes()).map(|assignment| assignment.verdict);
        for verdict in [answered, read].into_iter().flatten() {
            prop_assert!(verdict != Verdict::Active || json["status"] == "active");
        }
    }

    #[test]
    fn a_refusal_becomes_an_outcome_only_by_the_vendors_words(code in "[a-z_]{0,40}", message in "\\PC{0,80}") {
        let told = quote::outcome_of(&code, &message, &Guide::new().quote());
        let said = format!("{code} {message}").to_ascii_lowercase();
        prop_assert!(told.is_none() || said.contains("polic") || said.contains("worker"));
    }
}

const PERSONAL: &str = "Quartermaine";

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "(active|cancelled|an_1|2025-11-01T11:40:00Z|https://x.com|.{0,6})".prop_map(Value::from),
        Just(Value::from(PERSONAL)),
        Just(json!(["general", 7])),
        Just(json!({ "result": false, "message": [] })),
        Just(json!({ "email": "wk_421@relay.yourdomain.com" })),
    ]
}

/// Objects with the fields that are read, and values of every kind in them.
fn hostile() -> impl Strategy<Value = Value> {
    let field = prop::sample::select(vec![
        "id",
        "status",
        "eligible",
        "eligible_message",
        "message",
        "effective_date",
        "end_date",
        "expiration_date",
        "cancelled_at",
        "canceled_at",
        "coverage_type",
        "policy",
        "url",
        "step",
        "expired",
        "quote",
        "failed_rules",
        "contact",
        "email",
        "custom_metadata",
    ]);
    prop::collection::btree_map(field, value(), 0..12).prop_map(|fields| json!(fields))
}

fn anything() -> impl Strategy<Value = Value> {
    value().prop_recursive(4, 40, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("(id|data|object|\\PC{0,4})", inner, 0..6)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}
