//! Notices as no vendor should write them.

use super::*;
use proptest::prelude::*;

#[test]
fn an_error_names_the_member_and_never_its_value() {
    let moment = "neither unix seconds nor an ISO 8601 time";
    for (data, said) in [
        (json!({ "effective_date": "Ann" }), format!("data.effective_date: {moment}")),
        (json!({ "expiration_date": 1_761_997_200_000_i64 }), format!("data.expiration_date: {moment}")),
        (json!({ "effective_date": 1e300 }), format!("data.effective_date: {moment}")),
        (json!({ "object": { "cancelled_at": {} } }), format!("data.object.cancelled_at: {moment}")),
        (json!({ "id": "" }), "data.id: an id is empty".to_owned()),
        (
            json!({ "quote": "qt 1" }),
            "data.quote: U+0020 at place 3 of an id, which takes ASCII letters, digits and _ - . ~ :"
                .to_owned(),
        ),
        (json!({ "contractor": [1] }), "data.contractor: neither text nor a whole number".to_owned()),
        (json!({ "job": "j".repeat(129) }), "data.job: an id is longer than 128 bytes".to_owned()),
        (
            json!({ "custom_metadata": { "work_order_id": "" } }),
            "data.custom_metadata.work_order_id: an id is empty".to_owned(),
        ),
        (json!({ "coverage_type": [1] }), "data.coverage_type: not a list of lines of coverage".to_owned()),
        (json!("pl_1"), "data: not a JSON object".to_owned()),
    ] {
        assert_eq!(refusal(&event("policy.active", &data)), said, "{data}");
    }
    assert_eq!(refusal(&json!({ "data": {} })), "type: missing");
    assert_eq!(refusal(&json!({ "type": "policy.active" })), "data: missing");
    assert_eq!(refusal(&json!({ "type": 7 })), "type: not text");
    assert_eq!(
        refusal(&json!({ "type": "policy.active", "created": "x", "data": {} })),
        format!("created: {moment}")
    );
    assert_eq!(refusal(&json!([])), "body: not a JSON object");
    let broken = Notice::read(b"{\n\"type\": \"a").unwrap_err().to_string();
    assert_eq!(broken, "body: not JSON at line 2 column 10");
}

#[test]
fn an_unknown_event_is_no_error_whatever_is_in_it() {
    for data in [json!([]), json!(null), json!({ "id": [], "effective_date": "x" })] {
        let notice = read(&json!({ "type": "policy.renewed", "created": "soon", "data": data }));
        assert_eq!(notice.kind, Kind::Unknown("policy.renewed".to_owned()));
    }
    let known = read(&event("policy.renewed", &policy()));
    assert_eq!(known.refs.work_order, WorkOrderId::parse("12345").ok());
}

#[test]
fn metadata_that_is_no_object_is_as_good_as_none() {
    let notice = read(&event("policy.active", &json!({ "custom_metadata": [] })));
    assert_eq!(notice.refs.work_order, None);
    let number = read(&event("policy.active", &json!({ "custom_metadata": { "work_order_id": 12345 } })));
    assert_eq!(number.refs.work_order, WorkOrderId::parse("12345").ok());
}

/// Any JSON, but often with the members that are read.
fn hostile() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
            .prop_map(Value::from),
        "-?[0-9]{0,22}(\\.[0-9]{0,3})?".prop_map(Value::from),
        Just(Value::from("policy.active")),
    ];
    let name = prop_oneof![
        prop::sample::select(vec![
            "id",
            "type",
            "created",
            "data",
            "object",
            "contractor",
            "effective_date",
            "expiration_date",
            "cancelled_at",
            "coverage_type",
            "failed_rules",
            "custom_metadata",
            "work_order_id",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,4}",
    ];
    leaf.prop_recursive(4, 40, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..8)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn random_bytes_are_refused_without_a_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Notice::read(&body).is_err());
    }

    #[test]
    fn random_json_is_read_or_refused_without_a_panic(data in hostile(), whole in hostile()) {
        if let Ok(notice) = Notice::read(event("policy.active", &data).to_string().as_bytes()) {
            prop_assert_eq!(notice.kind, Kind::Policy(Policy::Active));
        }
        if let Err(error) = Notice::read(whole.to_string().as_bytes()) {
            prop_assert!(!error.field.is_empty());
        }
    }
}
