use super::*;
use proptest::prelude::*;

fn refusal(body: &str) -> String {
    Notice::read("assigned", body.as_bytes()).unwrap_err().to_string()
}

#[test]
fn every_word_for_an_event_is_known_and_any_other_is_kept() {
    for (segments, event) in [
        (vec!["accepted", "assigned", "confirm", "ASSIGNED"], Event::Assigned),
        (vec!["check_in", "in_progress", "check-in"], Event::InProgress),
        (vec!["check_out"], Event::CheckedOut),
        (vec!["completed", "approved", "paid"], Event::Completed),
        (vec!["cancel", "canceled", "cancelled", "voided"], Event::Canceled),
        (vec!["reschedule_approved", "rescheduled"], Event::Rescheduled),
        (vec!["reassigned"], Event::Reassigned),
        (vec!["note_added"], Event::Other("note_added".to_owned())),
        (vec![""], Event::Other(String::new())),
    ] {
        for segment in segments {
            assert_eq!(Event::parse(segment), event, "{segment}");
        }
    }
}

#[test]
fn the_work_order_is_found_under_any_of_its_names_as_text_or_number() {
    for body in [
        r#"{"work_order_id":"12345","id":"ev_1"}"#,
        r#"{"assignment_id":12345,"status":"active"}"#,
        r#"{"workorder_id":"12345"}"#,
        r#"{"work_order_id":null,"id":12345}"#,
    ] {
        let notice = Notice::read("assigned", body.as_bytes()).unwrap();
        assert_eq!(notice.work_order.as_str(), "12345", "{body}");
    }
}

#[test]
fn the_time_is_read_if_it_can_be() {
    for (now, read) in [
        ("1761997200", Some(1_761_997_200)),
        ("\"1761997200\"", Some(1_761_997_200)),
        ("\"2025-11-01T11:40:00Z\"", Some(1_761_997_200)),
        ("\"Sat Nov 1\"", None),
        ("null", None),
    ] {
        let body = format!(r#"{{"id":"1","now":{now}}}"#);
        let notice = Notice::read("assigned", body.as_bytes()).unwrap();
        assert_eq!(notice.now.map(Timestamp::unix), read, "{now}");
    }
}

#[test]
fn an_error_names_the_member() {
    assert_eq!(refusal(r#"{"status":"active"}"#), "work_order_id: missing");
    assert_eq!(refusal(r#"{"assignment_id":""}"#), "assignment_id: an id is empty");
    assert_eq!(refusal(r#"{"assignment_id":1.5}"#), "assignment_id: neither text nor a whole number");
    assert_eq!(
        refusal(r#"{"assignment_id":"${assignment_id}"}"#),
        "assignment_id: the template's variable was not filled in"
    );
    assert_eq!(refusal("[1]"), "body: not a JSON object");
    assert_eq!(refusal(r#"{"id":"1","note":"a "quote""}"#), "body: not JSON at line 1 column 22");
}

proptest! {
    #[test]
    fn random_bytes_are_refused_without_a_panic(
        segment in "\\PC{0,80}",
        body in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        prop_assert!(Notice::read(&segment, &body).is_err());
    }
}
