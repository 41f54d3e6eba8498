use super::samples::{work_order, work_order_json};
use crate::workmarket::{Status, Wage, work_order, worker};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use proptest::prelude::*;
use serde_json::{Value, json};

fn wrong(other: Value) -> String {
    work_order(other).unwrap_err().to_string()
}

#[test]
fn a_work_order_is_read_whole() {
    let order = work_order(json!({
        "started_at": 1_761_997_300, "completed_at": "2025-11-02T11:40:00Z", "final_pay": "1200.00", "status": "Paid"
    }))
    .unwrap();
    let at = Timestamp::from_unix;
    assert_eq!((order.id.as_str(), order.status), ("12345", Status::Completed));
    assert_eq!(order.title, "WO 12345 — Low Voltage Cabling");
    assert_eq!(order.category, "Low Voltage Cabling");
    assert_eq!(order.client.unwrap().as_str(), "cl_7");
    assert_eq!(order.worker.unwrap().as_str(), "wk_421");
    assert_eq!(order.wage, Wage::FlatFee(Cents::new(32500)));
    assert_eq!((order.region.as_deref(), order.country.as_deref()), (Some("CA"), Some("US")));
    assert_eq!(Some(order.window), Window::new(at(1_761_997_200), at(1_762_083_600)));
    assert_eq!((order.started_at, order.ended_at), (Some(at(1_761_997_300)), Some(at(1_762_083_600))));
    assert_eq!(order.final_pay, Some(Cents::new(120_000)));
}

#[test]
fn what_may_be_absent_may_be_absent_null_or_empty() {
    let optional = ["client_id", "worker_id", "region", "country", "started_at", "completed_at", "final_pay"];
    for nothing in [None, Some(json!(null)), Some(json!(""))] {
        let mut body = work_order_json();
        for field in optional {
            match &nothing {
                None => drop(body.as_object_mut().unwrap().remove(field)),
                Some(value) => body[field] = value.clone(),
            }
        }
        let order = work_order::read(body.to_string().as_bytes()).unwrap();
        assert_eq!((order.client, order.worker, order.region, order.country), (None, None, None, None));
        assert_eq!((order.started_at, order.ended_at, order.final_pay), (None, None, None));
    }
}

#[test]
fn what_has_to_be_there_is_named_when_it_is_missing() {
    for field in ["id", "status", "title", "description", "category", "budget_amount", "start", "end"] {
        for nothing in [json!(null), json!("")] {
            assert_eq!(wrong(json!({ field: nothing })), format!("{field}: missing"));
        }
    }
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let wrong = wrong(json!({
        "id": "1 2", "status": 7, "title": " ", "description": [], "category": {}, "client_id": true,
        "worker_id": "a\tb", "pricing": "by weight", "region": 7, "country": false,
        "start": "2025-11-01T11:40:00", "end": "later", "started_at": 1.5, "completed_at": {}, "final_pay": "lots"
    }));
    let expected = [
        "id: an id has other characters than ASCII letters, digits and _ - . ~ :",
        "status: not a text",
        "title: empty",
        "description: not a text",
        "category: not a text",
        "client_id: not a text",
        "worker_id: an id has other characters than ASCII letters, digits and _ - . ~ :",
        "pricing: neither flat nor hourly",
        "region: not a text",
        "country: not a text",
        "start: a date without a zone",
        "end: not a date",
        "started_at: not a date",
        "completed_at: neither a number nor a text",
        "final_pay: not a decimal amount such as 325.00",
    ];
    assert_eq!(wrong, expected.join("; "));
}

#[test]
fn the_wage_is_the_amount_that_the_pricing_calls_for() {
    let wage = |other: Value| work_order(other).map(|order| order.wage).map_err(|wrong| wrong.to_string());
    let (flat, hourly) = (Wage::FlatFee(Cents::new(32500)), Wage::Hourly(Cents::new(4850)));
    assert_eq!(wage(json!({ "rate_amount": "48.50" })), Ok(flat));
    assert_eq!(wage(json!({ "pricing": "HOURLY", "rate_amount": 48.5 })), Ok(hourly));
    assert_eq!(wage(json!({ "pricing": null, "rate_amount": 48.5 })), Ok(flat));
    assert_eq!(wage(json!({ "pricing": null, "budget_amount": null, "rate_amount": 48.5 })), Ok(hourly));
    assert_eq!(wage(json!({ "pricing": "hourly" })), Err("rate_amount: missing".to_owned()));
    assert_eq!(wage(json!({ "budget_amount": -1 })), Err("budget_amount: a negative amount".to_owned()));
    let exponent = work_order_json().to_string().replace("\"325.00\"", "3.25e2");
    assert_eq!(
        work_order::read(exponent.as_bytes()).unwrap_err().to_string(),
        "budget_amount: not a decimal amount such as 325.00"
    );
}

#[test]
fn a_work_order_that_ends_before_it_starts_is_refused() {
    assert_eq!(wrong(json!({ "end": 1_761_997_200 })), "end: not after the start");
}

#[test]
fn a_status_is_read_in_any_spelling_and_an_unknown_one_is_kept() {
    for (spellings, status) in [
        (&["Draft"][..], Status::Draft),
        (&["sent"], Status::Sent),
        (&["ASSIGNED", "active"], Status::Assigned),
        (&["IN_PROGRESS", "inprogress", "In progress", "inProgress"], Status::InProgress),
        (&["COMPLETED", "complete", "paymentPending", "paid"], Status::Completed),
        (&["CANCELED", "cancelled", "void", "VOIDED"], Status::Canceled),
        (&["On Hold"], Status::Other("On Hold".to_owned())),
    ] {
        for spelling in spellings {
            assert_eq!(Status::parse(spelling), status);
        }
    }
}

#[test]
fn a_place_is_two_capital_letters_where_we_know_it() {
    for (region, expected) in [
        ("ca", "CA"),
        ("North Dakota", "ND"),
        ("DISTRICT OF COLUMBIA", "DC"),
        ("Ontario", "Ontario"),
        ("XX", "XX"),
    ] {
        assert_eq!(work_order(json!({ "region": region })).unwrap().region.as_deref(), Some(expected));
    }
    for (country, expected) in [("USA", "US"), ("us", "US"), ("CAN", "CA"), ("DE", "DE")] {
        assert_eq!(work_order(json!({ "country": country })).unwrap().country.as_deref(), Some(expected));
    }
}

proptest! {
    #[test]
    fn an_amount_is_the_same_as_a_number_and_as_a_text(cents in 0_i64..9_000_000_000_000_000) {
        let written = format!("{}.{:02}", cents / 100, cents % 100);
        for json in [format!("\"{written}\""), written] {
            let body = work_order_json().to_string().replace("\"325.00\"", &json);
            let order = work_order::read(body.as_bytes()).unwrap();
            prop_assert_eq!(order.wage, Wage::FlatFee(Cents::new(cents)));
        }
    }

    #[test]
    fn no_bytes_make_a_reader_fall_over(noise in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (work_order::read(&noise), worker::read(&noise));
    }

    #[test]
    fn no_value_of_a_field_makes_a_reader_fall_over(
        field in prop::sample::select(work_order_json().as_object().unwrap().keys().cloned().collect::<Vec<_>>()),
        value in prop_oneof![
            any::<i64>().prop_map(Value::from), any::<f64>().prop_map(Value::from), ".{0,40}".prop_map(Value::from),
        ],
    ) {
        if let Err(wrong) = work_order(json!({ &field: value })) {
            prop_assert!(wrong.fields().all(|(named, _)| named == field || named == "end"), "{}", wrong);
        }
    }
}
