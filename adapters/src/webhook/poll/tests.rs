use super::*;
use crate::webhook::workmarket::{Event, Notice};
use covertrail_domain::id::WorkOrderId;

fn change(status: &str, modified: Option<&str>) -> Change {
    Change {
        work_order: WorkOrderId::parse("12345").unwrap(),
        status: status.to_owned(),
        modified: modified.map(ToOwned::to_owned),
    }
}

#[test]
fn a_change_is_kept_by_ids_and_read_as_any_other_hint() {
    let delivery = Delivery::from_poll(&change("active", Some("1761990000")));
    assert!(delivery.is_polled());
    assert_eq!(
        delivery.body,
        r#"{"assignment_id":"12345","last_modified_on":"1761990000","status":"active"}"#
    );
    let notice = Notice::read(&delivery.event, &delivery.body).unwrap();
    assert_eq!(notice.work_order.as_str(), "12345");
    assert_eq!(notice.event, Event::Other("polled".to_owned()));
    assert!(!Delivery::from_workmarket("accepted", delivery.body).is_polled());
}

#[test]
fn a_change_is_another_once_the_status_or_the_time_of_it_is() {
    let id = |status, modified| Delivery::from_poll(&change(status, modified)).id;
    assert_eq!(id("active", Some("1")), id("active", Some("1")));
    assert_ne!(id("active", Some("1")), id("active", Some("2")));
    assert_ne!(id("active", Some("1")), id("sent", Some("1")));
    assert_eq!(id("active", None), id("active", None));
}

#[test]
fn how_far_the_asking_has_come_reads_back_and_its_stored_form_never_changes() {
    let until = Timestamp::from_unix(1_761_990_000);
    let golden = r#"{"until":1761990000}"#;
    assert_eq!(advanced_to_json(until), golden);
    assert_eq!(advanced_from_json("poll.advanced.v1", golden.as_bytes()).unwrap(), until);
    assert!(matches!(advanced_from_json("poll.advanced.v2", b"{}"), Err(Unreadable::Name(_))));
    for wrong in ["{}", r#"{"until":"x"}"#, r#"{"until":1,"more":2}"#, "["] {
        assert!(matches!(advanced_from_json(ADVANCED, wrong.as_bytes()), Err(Unreadable::Form { .. })));
    }
}
