//! What a notice says of cover: its lines, and from when to when.

use super::*;

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
