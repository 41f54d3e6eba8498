//! Every event that either of the vendor's documents names, in both envelopes, with Unix seconds or ISO times, with an
//! id of its own or without: whatever the configuration, all of them are read alike.

use super::{Application, Assignment, Certificate, Charge, Kind, Notice, Policy};
use crate::webhook::delivery::Delivery;
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::time::{Timestamp, Window};
use serde_json::{Value, json};

const CREATED: i64 = 1_761_997_000;
const START: i64 = 1_761_997_200;
const END: i64 = 1_762_083_600;

/// What happened, as the guide names it or as the reference does, and the object that it happened to.
fn documented() -> Vec<(&'static str, Kind, Value)> {
    let all = |words: &[(&'static str, Kind)], object: &Value| {
        words.iter().map(|(word, kind)| (*word, kind.clone(), object.clone())).collect::<Vec<_>>()
    };
    let policy = json!({
        "id": "pl_1", "object": "policy", "status": "active", "contractor": "cn_1", "quote": "qt_1",
        "coverage_type": ["general"], "effective_date": START, "expiration_date": END
    });
    let session = json!({
        "id": "ias_1", "object": "insurance_application_session", "quote": "qt_1", "contractor": "cn_1",
        "step": "application_complete", "expired": false
    });
    let assignment = json!({
        "id": "an_1", "object": "assignment", "contractor": "cn_1", "job": "jb_1", "policy": "pl_1",
        "coverage_type": ["general"], "effective_date": START, "end_date": END,
        "eligible": { "result": true, "message": null }, "net_rate": 123
    });
    let certificate = json!({
        "id": "ci_1", "object": "certificate", "status": "flagged", "contractor": "cn_1",
        "coverage_type": ["general"], "effective_date": START, "expiration_date": END, "failed_rules": ["limit"]
    });
    let invoice =
        json!({ "id": "in_1", "object": "invoice", "contractor": "cn_1", "job": "jb_1", "premium_due": 12 });
    let category = json!({ "category_code": "jc_1", "name": "Cabling" });
    [
        all(
            &[
                ("policy.active", Kind::Policy(Policy::Active)),
                ("policy.active.media", Kind::Policy(Policy::Active)),
                ("policy.expired", Kind::Policy(Policy::Expired)),
                ("policy.canceled", Kind::Policy(Policy::Canceled)),
                ("policy.cancelled", Kind::Policy(Policy::Canceled)),
                ("policy.reactivated", Kind::Policy(Policy::Reactivated)),
            ],
            &policy,
        ),
        all(
            &[
                ("application.created", Kind::Application(Application::Created)),
                ("application.started", Kind::Application(Application::Started)),
                ("application.complete", Kind::Application(Application::Complete)),
                ("application.expired", Kind::Application(Application::Expired)),
                ("application.ineligible", Kind::Application(Application::Ineligible)),
                ("application.manual_review", Kind::Application(Application::ManualReview)),
                ("application.manual_review_approved", Kind::Application(Application::ManualReviewApproved)),
            ],
            &session,
        ),
        all(
            &[
                ("assignment.active", Kind::Assignment(Assignment::Active)),
                ("assignment.cancelled", Kind::Assignment(Assignment::Canceled)),
            ],
            &assignment,
        ),
        all(
            &[
                ("certificate.validated", Kind::Certificate(Certificate::Approved)),
                ("certificate.approved", Kind::Certificate(Certificate::Approved)),
                ("certificate.flagged", Kind::Certificate(Certificate::Flagged)),
                ("certificate.denied", Kind::Certificate(Certificate::Denied)),
                ("certificate.error", Kind::Certificate(Certificate::Unexamined)),
            ],
            &certificate,
        ),
        all(
            &[
                ("invoice.charge_card_failed", Kind::Charge(Charge::Failed)),
                ("invoice.charge_card_succeeded", Kind::Charge(Charge::Succeeded)),
            ],
            &invoice,
        ),
        all(&[("category_code.added", Kind::CategoryAdded)], &category),
    ]
    .concat()
}

/// The object with its times as ISO texts.
fn in_iso(mut object: Value) -> Value {
    for date in ["effective_date", "expiration_date", "end_date"] {
        if let Some(seconds) = object[date].as_i64() {
            object[date] = iso(seconds).into();
        }
    }
    object.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    object
}

fn iso(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0).unwrap().to_rfc3339()
}

/// Every way in which the vendor may write one event.
fn written(kind: &str, object: &Value) -> Vec<Value> {
    let wrapped = json!({ "object": object });
    vec![
        json!({ "id": "ev_1", "type": kind, "created": CREATED, "data": object }),
        json!({ "id": "evt_1", "type": kind, "created": CREATED, "data": wrapped }),
        json!({ "id": "evt_1", "type": kind, "created": iso(CREATED), "data": { "object": in_iso(object.clone()) } }),
        json!({ "type": kind, "created": iso(CREATED), "data": in_iso(object.clone()) }),
        json!({ "type": kind, "created": CREATED, "data": wrapped, "livemode": false }),
    ]
}

#[test]
fn an_event_says_the_same_in_whichever_envelope_and_times_it_comes() {
    for (word, kind, object) in documented() {
        let read = |body: &Value| Notice::read(body.to_string().as_bytes()).unwrap();
        let first = read(&written(word, &object)[0]);
        assert_eq!((&first.kind, first.created), (&kind, Some(Timestamp::from_unix(CREATED))), "{word}");
        for body in written(word, &object) {
            let notice = Notice { id: first.id.clone(), ..read(&body) };
            assert_eq!(notice, first, "{body}");
        }
    }
}

#[test]
fn an_event_of_something_insured_names_it_and_what_it_covers() {
    for (word, kind, object) in documented() {
        let notice = Notice::read(written(word, &object)[0].to_string().as_bytes()).unwrap();
        let refs = &notice.refs;
        let named = [
            refs.policy.as_ref().map(ToString::to_string),
            refs.session.as_ref().map(ToString::to_string),
            refs.assignment.as_ref().map(ToString::to_string),
            refs.certificate.as_ref().map(ToString::to_string),
            refs.invoice.as_ref().map(ToString::to_string),
        ];
        let is_category = kind == Kind::CategoryAdded;
        assert_eq!(named.iter().flatten().any(|id| object["id"] == id.as_str()), !is_category, "{word}");
        if object.get("effective_date").is_some() {
            let window = Window::new(Timestamp::from_unix(START), Timestamp::from_unix(END));
            let general = Lines::from_iter([Line::General]);
            assert_eq!((notice.window(), notice.lines), (window, Some(general)), "{word}");
        }
    }
}

#[test]
fn the_same_event_by_webhook_and_by_the_list_of_events_is_one_delivery() {
    let (word, _, object) = documented().swap_remove(0);
    let written = written(word, &object);
    let (as_object, wrapped) = (&written[0], &written[1]);
    let delivery = |webhook_id: Option<&[u8]>, body: &Value| {
        Delivery::from_policy(webhook_id, body.to_string().into()).stream()
    };
    assert_eq!(delivery(Some(b"msg_1"), as_object), delivery(None, as_object));
    assert_ne!(delivery(None, as_object), delivery(None, wrapped), "another id is another event");
}
