use crate::schema::{Malformed, decode};

fn check(kind: &str, data: &str, field: &str, message: &str) {
    let error = decode(kind, data.as_bytes()).expect_err(data);
    let Malformed::Event { kind: named, fault } = &error else { panic!("{error}") };
    assert_eq!((*named, fault.field()), (kind, field), "{error}");
    assert!(error.to_string().contains(message), "{error}");
}

const QUOTED: &str = "coverage.quoted.v1";
const ASSIGNED: &str = "coverage.assigned.v1";
const EXPIRED: &str = "coverage.coverage_expired.v1";
const REVIEWED: &str = "coverage.certificate_reviewed.v1";

#[test]
fn an_unknown_name_asks_for_a_newer_version() {
    for kind in ["coverage.quoted.v2", "coverage.quoted", "", "delivery.received.v1"] {
        let error = decode(kind, b"{}").unwrap_err();
        assert_eq!(error, Malformed::UnknownKind { kind: kind.into() });
        assert!(error.to_string().contains("written by a newer version?"), "{error}");
    }
}

#[test]
fn a_missing_an_unknown_and_a_repeated_field_are_named() {
    check(QUOTED, "{}", "quote", "missing field `quote`");
    check(QUOTED, r#"{"quote":{"id":"qt_1"}}"#, "cover", "missing field `cover`");
    check("coverage.application_completed.v1", r#"{"note":1}"#, "note", "unknown field `note`");
    check("coverage.job_created.v1", r#"{"job":"jb_1","life":null}"#, "life", "unknown field `life`");
    check("coverage.job_created.v1", r#"{"job":"jb_1","job":"jb_2"}"#, "job", "duplicate field `job`");
}

#[test]
fn a_wrong_type_is_placed_at_its_field() {
    check("coverage.pay_settled.v1", r#"{"pay_cents":12.5}"#, "pay_cents", "line 1 column 17");
    check("coverage.job_created.v1", r#"{"job":7}"#, "job", "expected a string");
    check("coverage.work_started.v1", r#"{"started_at":"today"}"#, "started_at", "expected i64");
    check(EXPIRED, r#"{"evidence":{},"expired_at":true}"#, "expired_at", "expected i64");
    check(EXPIRED, r#"{"evidence":"pl_1","expired_at":1}"#, "evidence", "expected an object");
}

#[test]
fn an_empty_a_broken_and_a_trailed_line_are_refused() {
    check(QUOTED, "", "", "EOF");
    check("coverage.job_created.v1", r#"{"job":"jb_1""#, "job", "EOF");
    check("coverage.job_created.v1", r#"{"job":"jb_1"}{}"#, "job", "trailing characters");
    check("coverage.job_created.v1", "{\"job\":\n7}", "job", "line 2");
}

#[test]
fn what_is_not_utf_8_is_refused() {
    let error = decode("coverage.job_created.v1", b"{\"job\":\"\xff\"}").unwrap_err();
    assert_eq!(error.to_string(), "`coverage.job_created.v1` does not read: is not UTF-8");
}

#[test]
fn a_window_that_ends_before_it_starts_is_refused() {
    let cover = r#"{"lines":["general"],"start":10,"end":10}"#;
    let quoted = format!(r#"{{"quote":{{"id":"qt_1","cover":{cover}}}}}"#);
    check(QUOTED, &quoted, "quote.cover.end", "is not after the start");
    let rescheduled = r#"{"window":{"start":10,"end":9},"rescheduled_at":1}"#;
    check("coverage.rescheduled.v1", rescheduled, "window.end", "is not after the start");
}

#[test]
fn a_line_that_is_not_sold_is_refused() {
    let quoted = r#"{"quote":{"id":"qt_1","cover":{"lines":["marine"],"start":1,"end":2}}}"#;
    check(QUOTED, quoted, "lines", "names no coverage line that is known");
}

#[test]
fn an_id_that_is_none_is_refused() {
    check("coverage.job_created.v1", r#"{"job":""}"#, "job", "an id is empty");
    check(EXPIRED, r#"{"evidence":{"policy":"p l"},"expired_at":1}"#, "evidence.policy", "U+0020 at place 2");
}

#[test]
fn a_moment_that_no_calendar_writes_is_refused_and_not_drawn_in() {
    let data = r#"{"started_at":253402300800}"#;
    check("coverage.work_started.v1", data, "started_at", "lies outside the years 0 to 9999");
}

#[test]
fn evidence_is_of_exactly_one_thing() {
    for evidence in ["{}", r#"{"policy":"pl_1","assignment":"an_1"}"#] {
        let data = format!(r#"{{"evidence":{evidence},"expired_at":1}}"#);
        check(EXPIRED, &data, "evidence", "is not one of `policy`, `assignment` and `certificate`");
    }
}

#[test]
fn a_wage_is_exactly_one_amount() {
    for wage in ["{}", r#"{"flat_fee_cents":1,"hourly_cents":1}"#, r#"{"unit_cents":1,"blended_cents":1}"#] {
        let terms = format!(
            r#"{{"title":"","description":"","category":"","wage":{wage},"window":{{"start":1,"end":2}},"required_lines":[],"bind_on":"applied"}}"#
        );
        let data = format!(r#"{{"work_order":"1","worker":"2","terms":{terms},"assigned_at":1}}"#);
        check(
            ASSIGNED,
            &data,
            "terms.wage",
            "is not one of `flat_fee_cents`, `hourly_cents`, `unit_cents` and `blended_cents`",
        );
    }
}

#[test]
fn an_approval_has_lines_and_dates_and_a_denial_has_none() {
    let cover = r#","cover":{"lines":[],"start":1,"end":2}"#;
    for (outcome, cover, field) in [
        ("approved", "", "decision.cover"),
        ("denied", cover, "decision.cover"),
        ("perhaps", "", "decision.outcome"),
    ] {
        let decision = format!(r#"{{"outcome":"{outcome}"{cover}}}"#);
        let data =
            format!(r#"{{"certificate":"ci_1","by":"p","decision":{decision},"reason":"","reviewed_at":1}}"#);
        check(REVIEWED, &data, field, field.rsplit('.').next().unwrap());
    }
}

#[test]
fn a_step_and_a_moment_of_binding_are_of_the_known_ones() {
    let data = r#"{"step":"guess","by":"p"}"#;
    check("coverage.step_retried.v1", data, "step", "names no step that is known");
    let terms = r#"{"title":"","description":"","category":"","wage":{"hourly_cents":1},"window":{"start":1,"end":2},"required_lines":[],"bind_on":"never"}"#;
    let data = format!(r#"{{"work_order":"1","worker":"2","terms":{terms},"assigned_at":1}}"#);
    check(ASSIGNED, &data, "terms.bind_on", "is neither `in_progress` nor `applied`");
}

#[test]
fn no_error_repeats_a_text_that_was_stored() {
    for (kind, data) in [
        ("coverage.work_started.v1", r#"{"started_at":"Jane \"JD\" Doe"}"#),
        ("coverage.quote_declined.v1", r#"{"reason":"\"Jane Doe\":","more":1}"#),
        ("coverage.quote_declined.v1", r#"{"reason":"\"Jane\":" Doe"#),
        ("coverage.step_retried.v1", r#"{"step":"Jane","by":"Doe"}"#),
        (QUOTED, r#""Jane Doe""#),
        (QUOTED, r#"{"quote":{"id":"qt_1","cover":{"lines":["Jane"],"start":1,"end":2}}}"#),
    ] {
        let error = decode(kind, data.as_bytes()).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("Jane") && !shown.contains("Doe"), "{shown}");
    }
}
