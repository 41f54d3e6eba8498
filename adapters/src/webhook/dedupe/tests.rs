use super::*;
use proptest::prelude::*;
use serde_json::json;

fn policy(body: &Value) -> DeliveryId {
    DeliveryId::of_policy(None, body.to_string().as_bytes())
}

fn workmarket(body: &str) -> DeliveryId {
    DeliveryId::of_workmarket("assigned", body.as_bytes())
}

fn event(id: &str, kind: &str, subject: &str) -> Value {
    json!({ "id": id, "type": kind, "created": 1, "data": { "id": subject } })
}

#[test]
fn the_vendors_id_of_an_event_is_its_key_whatever_else_is_said() {
    let once = policy(&event("ev_1", "policy.active", "pl_1"));
    let again =
        br#" {"attempt":2, "id":"ev_1", "data":{"id":"pl_1","status":"active"},"type":"policy.active"}"#;
    assert_eq!(DeliveryId::of_policy(Some(b"msg_2"), again), once);
    assert_ne!(policy(&event("ev_2", "policy.active", "pl_1")), once);
}

#[test]
fn an_end_is_never_taken_for_a_repeated_beginning() {
    let active = event("ev_1", "policy.active", "pl_1");
    assert_ne!(policy(&active), policy(&event("ev_1", "policy.expired", "pl_1")));
    // Where the envelope repeats the object's id, the same type may come twice and mean two things.
    let first = json!({ "id": "pl_1", "type": "policy.active", "created": 1, "data": { "id": "pl_1" } });
    let second = json!({ "id": "pl_1", "type": "policy.active", "created": 2, "data": { "id": "pl_1" } });
    assert_ne!(policy(&first), policy(&second));
    // Without an envelope, the id is the object's.
    assert_ne!(policy(&json!({ "id": "pl_1", "status": "active" })), policy(&json!({ "id": "pl_1" })));
}

#[test]
fn without_an_events_id_the_header_counts_and_then_the_bytes() {
    let body = br#"{"type":"policy.active","data":{}}"#;
    let spaced = br#"{"type":"policy.active", "data":{}}"#;
    assert_eq!(DeliveryId::of_policy(Some(b"msg_1"), body), DeliveryId::of_policy(Some(b"msg_1"), spaced));
    assert_ne!(DeliveryId::of_policy(Some(b"msg_1"), body), DeliveryId::of_policy(Some(b"msg_2"), body));
    assert_ne!(DeliveryId::of_policy(None, body), DeliveryId::of_policy(None, spaced));
    assert_eq!(DeliveryId::of_policy(Some(b""), body), DeliveryId::of_policy(None, body));
}

#[test]
fn a_workmarket_delivery_is_all_that_it_says_save_the_time_of_sending() {
    let once = workmarket(r#"{"work_order_id":"1","status":"ASSIGNED","now":1}"#);
    assert_eq!(workmarket(r#"{ "now":2, "status":"ASSIGNED", "work_order_id":"1", "attempt":2 }"#), once);
    for other in [
        r#"{"work_order_id":"2","status":"ASSIGNED"}"#,
        r#"{"work_order_id":"1","status":"COMPLETED"}"#,
        r#"{"work_order_id":"1","status":"ASSIGNED","check_in_out_id":7}"#,
        r#"{"work_order_id":"1","status":"ASSIGNED","event_id":"e"}"#,
        r#"{"work_order_id":1,"status":"ASSIGNED"}"#,
    ] {
        assert_ne!(workmarket(other), once, "{other}");
    }
    let elsewhere = DeliveryId::of_workmarket("completed", br#"{"work_order_id":"1","status":"ASSIGNED"}"#);
    assert_ne!(elsewhere, once);
}

/// Computed with Python's `hashlib`: a changed name would store every redelivery across an update again.
#[test]
fn names_stay_what_they_are_across_releases() {
    let active = event("ev_1", "policy.active", "pl_1");
    assert_eq!(policy(&active).as_str(), "cd8170ba800f0c4664826273879d57ba");
    assert_eq!(workmarket(r#"{"work_order_id":"1","now":1}"#).as_str(), "94bf7ae342416ece22c33dcd7f74a2b4");
}

proptest! {
    #[test]
    fn whatever_comes_has_a_name_that_is_safe_in_a_stream_and_comes_again(
        header in prop::option::of(prop::collection::vec(any::<u8>(), 0..20)),
        segment in "\\PC{0,20}",
        body in prop::collection::vec(any::<u8>(), 0..100),
        other in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let of_policy = DeliveryId::of_policy(header.as_deref(), &body);
        prop_assert_eq!(&of_policy, &DeliveryId::of_policy(header.as_deref(), &body));
        let of_workmarket = DeliveryId::of_workmarket(&segment, &body);
        prop_assert_eq!(&of_workmarket, &DeliveryId::of_workmarket(&segment, &body));
        for id in [of_policy, of_workmarket.clone()] {
            prop_assert_eq!(DeliveryId::parse(id.as_str()), Some(id));
        }
        if body != other {
            prop_assert_ne!(DeliveryId::of_workmarket(&segment, &other), of_workmarket);
            prop_assert_ne!(DeliveryId::of_policy(None, &other), DeliveryId::of_policy(None, &body));
        }
    }

    #[test]
    fn the_order_of_members_and_the_time_of_sending_change_nothing(
        members in prop::collection::btree_map("[a-z_]{1,8}", any::<i32>(), 1..8),
        now in any::<i64>(),
    ) {
        let written = |members: Vec<(&String, &i32)>, now: Option<i64>| {
            let mut parts: Vec<String> = members.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
            parts.extend(now.map(|now| format!("\"now\":{now}")));
            workmarket(&format!("{{{}}}", parts.join(", ")))
        };
        let forward = written(members.iter().collect(), None);
        prop_assert_eq!(&forward, &written(members.iter().rev().collect(), None));
        prop_assert_eq!(&forward, &written(members.iter().collect(), Some(now)));
    }
}
