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

#[test]
fn every_template_is_of_ids_only_and_read_as_its_event_once_it_is_filled_in() {
    for template in &TEMPLATES {
        let body: serde_json::Value = serde_json::from_str(&template.body()).unwrap();
        for (name, value) in body.as_object().unwrap() {
            assert_eq!(value, &format!("${{{name}}}"), "{}", template.event());
        }
        for now in ["1761997200", "2025-11-01T11:40:00Z"] {
            let rendered = template.rendered(|variable| match variable {
                "assignment_id" => "6029116324".to_owned(),
                "now" => now.to_owned(),
                other => format!("{other}-1"),
            });
            let notice = Notice::read(template.segment(), rendered.as_bytes()).unwrap();
            assert_eq!(notice.work_order.as_str(), "6029116324");
            assert_eq!(notice.now.map(Timestamp::unix), Some(1_761_997_200), "{now}");
            assert_eq!(notice.event, Event::parse(template.segment()));
        }
        let unfilled = Notice::read(template.segment(), template.body().as_bytes()).unwrap_err();
        assert_eq!(unfilled.to_string(), "assignment_id: the template's variable was not filled in");
    }
    let accepted = Template::of("Accepted").unwrap();
    assert_eq!(
        accepted.url("https://covertrail.acme.test/"),
        "https://covertrail.acme.test/webhooks/workmarket/accepted"
    );
    assert_eq!(
        accepted.body(),
        r#"{"assignment_id":"${assignment_id}","status":"${status}","resource_id":"${resource_id}","now":"${now}"}"#
    );
}

#[test]
fn the_events_of_the_templates_mean_what_they_say() {
    for (event, meaning) in [
        ("Accepted", Event::Assigned),
        ("Confirm", Event::Assigned),
        ("Check In", Event::InProgress),
        ("Check Out", Event::CheckedOut),
        ("Completed", Event::Completed),
        ("Approved", Event::Completed),
        ("Paid", Event::Completed),
        ("Cancel", Event::Canceled),
        ("Voided", Event::Canceled),
        ("Reschedule Approved", Event::Rescheduled),
        ("Budget Increase", Event::Other("budget_increase".to_owned())),
    ] {
        assert_eq!(Event::parse(Template::of(event).unwrap().segment()), meaning, "{event}");
    }
    assert_eq!(Template::of("Note"), None);
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
