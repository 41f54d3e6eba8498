use super::*;
use covertrail_domain::cover::Line;
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(body: &Value) -> Notice {
    Notice::read(body.to_string().as_bytes()).unwrap()
}

fn refusal(body: &Value) -> String {
    Notice::read(body.to_string().as_bytes()).unwrap_err().to_string()
}

fn event(kind: &str, data: &Value) -> Value {
    json!({ "id": "ev_1", "type": kind, "created": 1_761_997_000, "data": data })
}

fn policy() -> Value {
    json!({
        "id": "pl_1", "object": "policy", "status": "active", "contractor": "cn_1", "quote": "qt_1",
        "coverage_type": ["general", "workers-comp"],
        "effective_date": 1_761_997_200, "expiration_date": 1_762_083_600,
        "custom_metadata": { "work_order_id": "12345" }, "premium": 12.5,
    })
}

#[test]
fn a_policy_is_read_from_either_envelope() {
    let plain = read(&event("policy.active", &policy()));
    assert_eq!(plain.id.as_deref(), Some("ev_1"));
    assert_eq!(plain.kind, Kind::Policy(Policy::Active));
    assert_eq!(plain.created, Some(Timestamp::from_unix(1_761_997_000)));
    assert_eq!(
        plain.refs,
        References {
            work_order: WorkOrderId::parse("12345").ok(),
            contractor: ContractorId::parse("cn_1").ok(),
            quote: QuoteId::parse("qt_1").ok(),
            policy: PolicyId::parse("pl_1").ok(),
            ..References::default()
        }
    );
    assert_eq!(plain.lines, Some(Lines::from_iter([Line::General, Line::WorkersComp])));
    let window = Window::new(Timestamp::from_unix(1_761_997_200), Timestamp::from_unix(1_762_083_600));
    assert_eq!(plain.window(), window);
    assert!(window.is_some());
    assert_eq!(read(&event("policy.active", &json!({ "object": policy() }))), plain);
}

#[test]
fn every_word_of_both_vocabularies_is_known() {
    for (word, kind) in [
        ("policy.active", Kind::Policy(Policy::Active)),
        ("policy.active.media", Kind::Policy(Policy::Active)),
        ("policy.expired", Kind::Policy(Policy::Expired)),
        ("policy.canceled", Kind::Policy(Policy::Canceled)),
        ("policy.cancelled", Kind::Policy(Policy::Canceled)),
        ("policy.reactivated", Kind::Policy(Policy::Reactivated)),
        ("application.created", Kind::Application(Application::Created)),
        ("application.started", Kind::Application(Application::Started)),
        ("application.complete", Kind::Application(Application::Complete)),
        ("application.expired", Kind::Application(Application::Expired)),
        ("application.ineligible", Kind::Application(Application::Ineligible)),
        ("application.manual_review", Kind::Application(Application::ManualReview)),
        ("application.manual_review_approved", Kind::Application(Application::ManualReviewApproved)),
        ("assignment.active", Kind::Assignment(Assignment::Active)),
        ("assignment.cancelled", Kind::Assignment(Assignment::Canceled)),
        ("assignment.canceled", Kind::Assignment(Assignment::Canceled)),
        ("certificate.validated", Kind::Certificate(Certificate::Approved)),
        ("certificate.approved", Kind::Certificate(Certificate::Approved)),
        ("certificate.flagged", Kind::Certificate(Certificate::Flagged)),
        ("certificate.denied", Kind::Certificate(Certificate::Denied)),
        ("certificate.error", Kind::Certificate(Certificate::Unexamined)),
        ("invoice.charge_card_failed", Kind::Charge(Charge::Failed)),
        ("invoice.charge_card_succeeded", Kind::Charge(Charge::Succeeded)),
        ("category_code.added", Kind::CategoryAdded),
        ("policy.Active", Kind::Unknown("policy.Active".to_owned())),
    ] {
        assert_eq!(read(&event(word, &json!({}))).kind, kind, "{word}");
    }
}

#[test]
fn the_objects_own_id_is_that_of_the_events_subject() {
    let data = json!({ "id": "x_1", "policy": "pl_9" });
    let refs = |kind| read(&event(kind, &data)).refs;
    let text = |id: Option<&str>| id.map(str::to_owned);
    assert_eq!(refs("policy.expired").policy.map(|id| id.to_string()), text(Some("x_1")));
    let assignment = refs("assignment.active");
    assert_eq!(assignment.assignment.map(|id| id.to_string()), text(Some("x_1")));
    assert_eq!(assignment.policy.map(|id| id.to_string()), text(Some("pl_9")));
    assert_eq!(refs("application.complete").session.map(|id| id.to_string()), text(Some("x_1")));
    assert_eq!(refs("certificate.denied").certificate.map(|id| id.to_string()), text(Some("x_1")));
    assert_eq!(refs("invoice.charge_card_failed").invoice.map(|id| id.to_string()), text(Some("x_1")));
    assert_eq!(refs("category_code.added").certificate, None);
}

#[test]
fn an_assignment_names_its_job_and_ends_at_its_end_date() {
    let data = json!({
        "id": "an_1", "job": "jb_1", "contractor": { "id": "cn_1", "object": "contractor" }, "policy": null,
        "effective_date": "1761997200", "end_date": "2025-11-02T11:40:00Z",
        "eligible": { "result": true, "message": null },
    });
    let notice = read(&event("assignment.active", &data));
    assert_eq!(notice.refs.job, JobId::parse("jb_1").ok());
    assert_eq!(notice.refs.contractor, ContractorId::parse("cn_1").ok());
    assert_eq!(notice.refs.policy, None);
    assert_eq!(notice.window().map(Window::seconds), Some(86_400));
}

#[test]
fn times_are_read_in_every_form_that_the_vendor_may_write() {
    for written in [
        json!(1_761_997_200),
        json!(1_761_997_200.75),
        json!("1761997200"),
        json!("2025-11-01T11:40:00Z"),
        json!("2025-11-01T11:40:00.123456+00:00"),
        json!("2025-11-01T07:40:00-04:00"),
        json!("2025-11-01T07:40:00-0400"),
        json!("2025-11-01T11:40:00"),
        json!("2025-11-01 11:40:00.5"),
    ] {
        let notice = read(&event("policy.active", &json!({ "effective_date": written })));
        assert_eq!(notice.effective, Some(Timestamp::from_unix(1_761_997_200)), "{written}");
    }
    let day = read(&event("policy.active", &json!({ "effective_date": "2025-11-01" })));
    assert_eq!(day.effective, Some(Timestamp::from_unix(1_761_955_200)));
}

#[test]
fn a_cancellation_says_when_in_either_spelling() {
    for name in ["cancelled_at", "canceled_at"] {
        let notice = read(&event("policy.canceled", &json!({ "id": "pl_1", name: 1_762_000_000 })));
        assert_eq!(notice.canceled, Some(Timestamp::from_unix(1_762_000_000)), "{name}");
    }
}

#[test]
fn a_flagged_certificate_gives_its_reasons_and_debug_output_does_not() {
    let data = json!({ "id": "ci_1", "failed_rules": ["limit too low", { "rule": "named insured" }] });
    let notice = read(&event("certificate.flagged", &data));
    assert_eq!(&*notice.reasons, ["limit too low", r#"{"rule":"named insured"}"#]);
    assert!(!format!("{notice:?}").contains("limit"));
    let alone = read(&event("certificate.denied", &json!({ "messages": "illegible" })));
    assert_eq!(&*alone.reasons, ["illegible"]);
}

#[test]
fn reasons_are_capped_in_number_and_length() {
    let data = json!({ "failed_rules": vec!["é".repeat(1000); 100] });
    let notice = read(&event("certificate.flagged", &data));
    assert_eq!(notice.reasons.len(), Texts::MOST);
    assert!(notice.reasons.iter().all(|reason| reason.chars().count() == Texts::LONGEST));
}

#[test]
fn a_line_we_do_not_know_covers_nothing_and_is_shown() {
    let notice = read(&event("policy.active", &json!({ "coverage_type": ["general", "marine"] })));
    assert_eq!(notice.lines, Some(Lines::from_iter([Line::General])));
    assert_eq!(&*notice.unknown_lines, ["marine"]);
    let single = read(&event("policy.active", &json!({ "coverage_type": "marine" })));
    assert_eq!(single.lines, Some(Lines::NONE));
}

#[test]
fn lines_are_read_in_any_case_and_are_left_out_only_where_none_is_named() {
    let lines = |named: Value| read(&event("policy.active", &json!({ "coverage_type": named }))).lines;
    assert_eq!(lines(json!(["General", " CYBER"])), Some(Lines::from_iter([Line::General, Line::Cyber])));
    assert_eq!(lines(json!(["umbrella"])), Some(Lines::NONE));
    for absent in [json!([]), json!(null), json!("")] {
        assert_eq!(lines(absent), None);
    }
}

#[test]
fn dates_that_leave_no_time_are_no_cover() {
    for dates in [
        json!({ "effective_date": 100, "expiration_date": 100 }),
        json!({ "effective_date": 100, "expiration_date": 50 }),
        json!({ "expiration_date": 100 }),
        json!({ "effective_date": 100 }),
    ] {
        let mut data = dates.clone();
        data["coverage_type"] = json!(["general"]);
        for kind in ["policy.active", "policy.active.media", "assignment.active"] {
            assert_eq!(read(&event(kind, &data)).lines, Some(Lines::NONE), "{kind} {dates}");
            assert_eq!(read(&event(kind, &dates)).lines, Some(Lines::NONE), "{kind} {dates}");
        }
        let expired = read(&event("policy.expired", &data));
        assert_eq!(expired.lines, Some(Lines::from_iter([Line::General])));
    }
}

#[test]
fn a_media_policy_that_names_no_lines_is_for_media_alone() {
    let lines = |kind| read(&event(kind, &json!({ "id": "pl_1" }))).lines;
    assert_eq!(lines("policy.active.media"), Some(Lines::from_iter([Line::Media])));
    assert_eq!(lines("policy.active"), None);
}

#[test]
fn an_error_names_the_member_and_never_its_value() {
    let moment = "neither unix seconds nor an ISO 8601 time";
    for (data, said) in [
        (json!({ "effective_date": "Ann" }), format!("data.effective_date: {moment}")),
        (json!({ "expiration_date": 1_761_997_200_000_i64 }), format!("data.expiration_date: {moment}")),
        (json!({ "effective_date": 1e300 }), format!("data.effective_date: {moment}")),
        (json!({ "object": { "cancelled_at": {} } }), format!("data.object.cancelled_at: {moment}")),
        (json!({ "id": "" }), "data.id: an id is empty".to_owned()),
        (json!({ "quote": "qt 1" }), "data.quote: an id has white space or control characters".to_owned()),
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
