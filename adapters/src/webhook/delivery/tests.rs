use super::*;
use proptest::prelude::*;

fn delivery(body: &'static [u8]) -> Delivery {
    Delivery::from_policy(None, Bytes::from_static(body))
}

fn check(record: &Record, name: &str, json: &str) {
    assert_eq!((record.name(), record.to_json().as_str()), (name, json));
    assert_eq!(&Record::from_json(name, json.as_bytes()).unwrap(), record);
}

#[test]
fn a_delivery_is_stored_as_this_golden_line() {
    let text = delivery(br#"{"id":"ev_1", "type":"policy.active","data":{}}"#);
    let json = concat!(
        r#"{"body":"{\"id\":\"ev_1\", \"type\":\"policy.active\",\"data\":{}}","#,
        r#""event":"policy.active","id":"cd8170ba800f0c4664826273879d57ba","source":"policy"}"#
    );
    check(&Record::Received(text), "delivery.received.v1", json);
    let hint = Delivery::from_workmarket("check_in", Bytes::from_static(b"{\"id\":\"1\",\"note\":\"\xff\"}"));
    let json = concat!(
        r#"{"body_base64":"eyJpZCI6IjEiLCJub3RlIjoi/yJ9","#,
        r#""event":"check_in","id":"46b851cadaf783d750803414d73a1aff","source":"workmarket"}"#
    );
    check(&Record::Received(hint), "delivery.received.v1", json);
}

#[test]
fn what_became_of_it_is_stored_as_these_golden_lines() {
    let work_orders = vec![WorkOrderId::parse("12345").unwrap()];
    for (outcome, json) in [
        (Outcome::Applied, r#"{"outcome":"applied","reason":null,"work_orders":["12345"]}"#),
        (Outcome::NothingNew, r#"{"outcome":"nothing_new","reason":null,"work_orders":["12345"]}"#),
        (Outcome::Refused, r#"{"outcome":"refused","reason":null,"work_orders":["12345"]}"#),
        (Outcome::Ignored, r#"{"outcome":"ignored","reason":null,"work_orders":["12345"]}"#),
        (Outcome::Malformed, r#"{"outcome":"malformed","reason":null,"work_orders":["12345"]}"#),
    ] {
        let handled = Handled { outcome, work_orders: work_orders.clone(), reason: None };
        check(&Record::Handled(handled), "delivery.handled.v1", json);
    }
    let reason = Some("data.id: an id is empty".to_owned());
    let unread = Handled { outcome: Outcome::Malformed, work_orders: Vec::new(), reason };
    let json = r#"{"outcome":"malformed","reason":"data.id: an id is empty","work_orders":[]}"#;
    check(&Record::Handled(unread), "delivery.handled.v1", json);
    let waiting = Waiting { reason: "no quote qt_1 yet".to_owned() };
    check(&Record::Waiting(waiting), "delivery.waiting.v1", r#"{"reason":"no quote qt_1 yet"}"#);
}

#[test]
fn what_is_not_of_its_form_is_refused_and_shown_where_without_being_quoted() {
    let refusal = |name, json: &str| Record::from_json(name, json.as_bytes()).unwrap_err().to_string();
    assert_eq!(refusal("delivery.lost.v1", "{}"), "no event of a delivery is called `delivery.lost.v1`");
    let id = "0".repeat(32);
    for (json, said) in [
        (
            format!(r#"{{"source":"policy","event":"e","id":"{id}"}}"#),
            "body: either it or body_base64 is there",
        ),
        (
            format!(r#"{{"source":"policy","event":"e","id":"{id}","body":"","body_base64":""}}"#),
            "body: either it or body_base64 is there",
        ),
        (r#"{"source":"policy","event":"e","id":"../x","body":""}"#.to_owned(), "id: not 32 hex digits"),
    ] {
        assert_eq!(refusal(RECEIVED, &json), format!("{RECEIVED}, {said}"));
    }
    let place = |name| format!("{name} at line 1 column ");
    for (name, json) in [
        (RECEIVED, format!(r#"{{"source":"policy","event":"e","id":"{id}","body":"","at":"Ann"}}"#)),
        (RECEIVED, format!(r#"{{"source":"Ann","event":"e","id":"{id}","body":""}}"#)),
        (HANDLED, r#"{"outcome":"Ann","work_orders":[],"reason":null}"#.to_owned()),
        (HANDLED, r#"{"outcome":"applied","work_orders":[],"reason":null,"who":"Ann"}"#.to_owned()),
        (WAITING, r#"{"reason":"r","who":"Ann"}"#.to_owned()),
    ] {
        let said = refusal(name, &json);
        assert!(said.starts_with(&place(name)) && !said.contains("Ann"), "{said}");
    }
    let said = refusal(HANDLED, r#"{"outcome":"applied","work_orders":[""],"reason":null}"#);
    assert_eq!(said, format!("{HANDLED}, work_orders: an id is empty"));
}

#[test]
fn a_delivery_is_called_by_its_type_or_by_the_end_of_its_url() {
    assert_eq!(delivery(br#"{"type":"policy.active"}"#).event, "policy.active");
    assert_eq!(delivery(b"no json").event, "");
    assert_eq!(Delivery::from_workmarket("check\nin", Bytes::new()).event, "checkin");
}

#[test]
fn debug_output_shows_no_body_and_no_reason() {
    let shown = format!("{:?}", delivery(br#"{"type":"policy.active","name":"Ann"}"#));
    assert!(
        shown.ends_with(" of policy.active (37 bytes)") && shown.starts_with("delivery-policy-"),
        "{shown}"
    );
    let handled =
        Handled { outcome: Outcome::Refused, work_orders: Vec::new(), reason: Some("Ann".to_owned()) };
    assert_eq!(format!("{handled:?}"), "refused for 0 work orders");
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![prop::collection::vec(any::<u8>(), 0..200), any::<String>().prop_map(String::into_bytes)]
}

proptest! {
    #[test]
    fn every_byte_of_a_body_comes_back(body in body(), segment in any::<String>(), header in body()) {
        for delivery in [
            Delivery::from_policy(Some(&header), Bytes::from(body.clone())),
            Delivery::from_workmarket(&segment, Bytes::from(body.clone())),
        ] {
            prop_assert_eq!(&delivery.body[..], &body[..]);
            let read = Delivery::from_json(delivery.to_json().as_bytes()).unwrap();
            prop_assert_eq!(&read, &delivery);
            let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            prop_assert!(delivery.stream().chars().all(safe));
        }
    }

    #[test]
    fn random_bytes_are_no_record_and_no_panic(json in prop::collection::vec(any::<u8>(), 0..100)) {
        for name in [RECEIVED, HANDLED, WAITING] {
            prop_assert!(Record::from_json(name, &json).is_err());
        }
    }
}

#[test]
fn the_largest_body_fits_into_an_append_whatever_its_bytes() {
    const APPEND: usize = 1_500_000;
    assert!(body_within(APPEND) >= 1 << 20);
    let event = "e".repeat(4096);
    for byte in [b'x', b'"', b'\n', 0, 0xff] {
        let body = Bytes::from(vec![byte; body_within(APPEND)]);
        let delivery = Delivery::from_workmarket(&event, body);
        let stored = delivery.to_json();
        assert!(stored.len() + 2048 < APPEND, "{byte}: {}", stored.len());
        assert_eq!(Delivery::from_json(stored.as_bytes()).unwrap(), delivery);
    }
}
