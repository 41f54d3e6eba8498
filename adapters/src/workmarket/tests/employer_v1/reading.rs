use super::samples::{assignment_json, client, fine, id, read, token, work_order, wrong};
use crate::http::testing::Vendor;
use crate::workmarket::tests::samples::{mapping, with};
use crate::workmarket::{Error, Status, Wage};
use covertrail_domain::id::WorkerId;
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use proptest::prelude::*;
use serde_json::{Value, json};

fn window(start: i64, end: i64) -> Window {
    Window::new(Timestamp::from_unix(start), Timestamp::from_unix(end)).unwrap()
}

#[tokio::test]
async fn an_assignment_is_read_whole_with_its_worker() {
    let vendor = Vendor::replying([token("at_1"), fine(&assignment_json())]).await;
    let (order, worker) = client(&vendor).work_order(&id()).await.unwrap();
    assert_eq!(vendor.asked()[1].target, "/api/v1/assignments/get?id=6029116324");
    assert_eq!((order.id, order.status), (id(), Status::Assigned));
    assert_eq!(order.title, "WO 6029116324 — Low Voltage Cabling");
    assert_eq!(order.category, "Low Voltage Cabling");
    assert_eq!(order.client.unwrap().as_str(), "77");
    assert_eq!(order.wage, Wage::FlatFee(Cents::new(32_500)));
    assert_eq!((order.region.as_deref(), order.country.as_deref()), (Some("CA"), Some("US")));
    assert_eq!(order.window, window(1_761_997_200, 1_762_083_600));
    assert_eq!((order.started_at, order.ended_at, order.final_pay), (None, None, None));
    let worker = worker.unwrap();
    assert_eq!(order.worker.as_ref(), Some(&worker.id));
    assert_eq!(
        (worker.id.as_str(), worker.first_name.as_str(), worker.last_name.as_str()),
        ("10023", "Alex", "Nguyen")
    );
    assert_eq!(worker.email.as_deref(), Some("alex@example.com"));
    assert_eq!((worker.region.as_deref(), worker.country.as_deref()), (Some("NV"), Some("US")));
}

#[tokio::test]
async fn every_status_of_the_vendor_is_known_and_any_other_is_kept_as_its_word() {
    for (words, status) in [
        (&["draft"][..], Status::Draft),
        (&["sent"], Status::Sent),
        (&["declined", "DECLINED"], Status::Declined),
        (&["active", "Active"], Status::Assigned),
        (&["inprogress", "inProgress"], Status::InProgress),
        (&["complete", "paymentPending", "PAYMENTPENDING", "paid"], Status::Completed),
        (&["void", "cancelled"], Status::Canceled),
        (&["refunded"], Status::Other("refunded".to_owned())),
        (&["exception"], Status::Other("exception".to_owned())),
        (&["onHold"], Status::Other("onHold".to_owned())),
    ] {
        for word in words {
            assert_eq!(work_order(json!({ "status": word })).await.status, status, "{word}");
        }
    }
}

#[tokio::test]
async fn each_pricing_is_read_by_its_own_price_to_the_cent() {
    for (pricing, wage) in [
        (json!({ "type": "flat", "flat_price": 0.29 }), Wage::FlatFee(Cents::new(29))),
        (json!({ "type": "FLAT", "flat_price": "325.00" }), Wage::FlatFee(Cents::new(32_500))),
        (
            json!({ "type": "per_hour", "per_hour_price": "48.50", "max_number_of_hours": 8 }),
            Wage::Hourly(Cents::new(4_850)),
        ),
        (
            json!({ "type": "per_unit", "per_unit_price": 12, "max_number_of_units": 40 }),
            Wage::Unit(Cents::new(1_200)),
        ),
        (
            json!({ "type": "blended_per_hour", "initial_per_hour_price": "50.10", "additional_per_hour_price": 75 }),
            Wage::Blended(Cents::new(5_010)),
        ),
        (json!({ "type": "internal" }), Wage::Internal),
    ] {
        assert_eq!(work_order(json!({ "pricing": pricing })).await.wage, wage, "{pricing}");
    }
    for (pricing, expected) in [
        (json!({ "type": "per_hour", "flat_price": 1 }), "pricing.per_hour_price: missing"),
        (
            json!({ "type": "by weight" }),
            "pricing.type: none of flat, per_hour, per_unit, blended_per_hour and internal",
        ),
        (
            json!({ "type": "flat", "flat_price": "lots" }),
            "pricing.flat_price: not a decimal amount such as 325.00",
        ),
        (json!(null), "pricing.type: missing"),
    ] {
        let wrong = wrong(json!({ "pricing": pricing })).await;
        assert_eq!(wrong, format!("workmarket's answer cannot be used: {expected}"));
    }
}

#[tokio::test]
async fn the_schedule_is_read_by_either_name_in_either_form_and_without_an_end() {
    let gone = json!(null);
    let older = json!({
        "assignment_window_start": gone, "assignment_window_end": gone,
        "scheduled_start": "2025-11-01T11:40:00Z", "scheduled_end": 1_762_000_800
    });
    assert_eq!(work_order(older).await.window, window(1_761_997_200, 1_762_000_800));
    let endless = json!({ "assignment_window_end": gone });
    assert_eq!(work_order(endless).await.window, window(1_761_997_200, 1_761_997_200 + 8 * 3600));
    let backwards = wrong(json!({ "assignment_window_end": 1_761_997_200 })).await;
    assert!(backwards.ends_with("assignment_window_end: not after the start"), "{backwards}");
    let none = wrong(json!({ "assignment_window_start": gone, "scheduled_end": 5 })).await;
    assert!(none.ends_with("assignment_window_start: missing"), "{none}");
}

#[tokio::test]
async fn what_was_worked_is_read_from_the_check_ins() {
    let visits = json!([
        { "checked_in_on": 1_761_997_300, "checked_out_on": 1_762_000_000 },
        { "checked_in_on": 1_762_010_000, "checked_out_on": null },
        { "checked_in_on": 1_761_998_000, "checked_out_on": "1762020000" },
    ]);
    let resource = with(assignment_json()["active_resource"].clone(), json!({ "check_in_out": visits }));
    let at = |seconds| Some(Timestamp::from_unix(seconds));
    let working = work_order(json!({ "status": "inprogress", "active_resource": resource })).await;
    assert_eq!((working.started_at, working.ended_at), (at(1_761_997_300), None));
    let done = work_order(json!({ "status": "complete", "active_resource": resource })).await;
    assert_eq!((done.started_at, done.ended_at), (at(1_761_997_300), at(1_762_020_000)));
    let resource = with(resource, json!({ "check_in_out": [7] }));
    let wrong = wrong(json!({ "active_resource": resource })).await;
    assert!(wrong.ends_with("active_resource.check_in_out: not a list of objects"), "{wrong}");
}

#[tokio::test]
async fn the_final_pay_is_the_cost_without_the_fee_once_it_is_approved() {
    let payment =
        json!({ "total_cost": "357.57", "buyer_fee": 32.5, "hours_worked": 7.25, "paid_on": 1_762_100_000 });
    for (status, pay) in
        [("inprogress", None), ("complete", None), ("paymentPending", Some(32_507)), ("paid", Some(32_507))]
    {
        let order = work_order(json!({ "status": status, "payment": payment })).await;
        assert_eq!(order.final_pay, pay.map(Cents::new), "{status}");
        assert_eq!(order.hours_worked_hundredths, Some(725));
        assert_eq!(order.paid_on, Some(Timestamp::from_unix(1_762_100_000)));
    }
    let no_fee = json!({ "status": "paid", "payment": { "total_cost": 300.1 } });
    assert_eq!(work_order(no_fee).await.final_pay, Some(Cents::new(30_010)));
    let unknown = json!({ "status": "paid", "payment": null });
    assert_eq!(work_order(unknown).await.final_pay, None);
    let wrong = wrong(json!({ "status": "paid", "payment": { "total_cost": 1, "buyer_fee": 2 } })).await;
    assert!(wrong.ends_with("payment.buyer_fee: more than the total cost"), "{wrong}");
}

#[tokio::test]
async fn nobody_is_on_it_as_null_as_an_empty_object_and_as_nothing_at_all() {
    for nobody in [json!(null), json!({}), json!({ "id": null, "first_name": null })] {
        let (order, worker) = read(json!({ "status": "sent", "active_resource": nobody })).await.unwrap();
        assert_eq!((order.worker, worker), (None, None));
    }
}

#[tokio::test]
async fn a_worker_without_an_address_gets_a_proxy_and_one_of_another_work_order_is_none() {
    for missing in [json!(null), json!(""), json!(" ")] {
        let resource = with(assignment_json()["active_resource"].clone(), json!({ "email": missing }));
        let (_, worker) = read(json!({ "active_resource": resource })).await.unwrap();
        assert_eq!(mapping().email(&worker.unwrap()), "10023@relay.yourdomain.com");
    }
    let vendor = Vendor::replying([token("at_1"), fine(&assignment_json()), fine(&assignment_json())]).await;
    let client = client(&vendor);
    let worker = client.worker(&WorkerId::parse("10023").unwrap(), &id()).await.unwrap();
    assert_eq!(worker.first_name, "Alex");
    let other = client.worker(&WorkerId::parse("10024").unwrap(), &id()).await;
    assert_eq!(other, Err(Error::NotOnWorkOrder));
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once_by_its_way_and_no_value_is_repeated() {
    let wrong = wrong(json!({
        "status": 7, "title": " ", "industry": {}, "client": true, "location": { "state": 7 },
        "active_resource": { "id": "a b", "first_name": "Alex", "email": ["alex@example.com"] },
        "assignment_window_start": "2025-11-01", "pricing": { "type": 5 }, "payment": { "total_cost": "secret" }
    }))
    .await;
    let expected = [
        "status: not a text",
        "title: empty",
        "industry: not a text",
        "client: not a text",
        "pricing.type: not a text",
        "location.state: not a text",
        "assignment_window_start: a date without a zone",
        "payment.total_cost: not a decimal amount such as 325.00",
        "active_resource.id: an id has other characters than ASCII letters, digits and _ - . ~ :",
        "active_resource.last_name: missing",
        "active_resource.email: not a text",
    ];
    assert_eq!(wrong, format!("workmarket's answer cannot be used: {}", expected.join("; ")));
}

#[tokio::test]
async fn another_than_was_asked_for_is_not_taken_for_it() {
    assert!(wrong(json!({ "id": "1" })).await.ends_with("id: another than was asked for"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_value_of_a_field_makes_a_reader_fall_over(
        (way, value) in (
            prop::sample::select(vec![
                "id", "title", "status", "client", "industry", "location", "active_resource", "pricing", "payment",
                "assignment_window_start", "assignment_window_end",
            ]),
            prop_oneof![
                any::<i64>().prop_map(Value::from),
                any::<f64>().prop_map(Value::from),
                ".{0,40}".prop_map(Value::from),
                Just(json!([])),
                Just(json!([[{}]])),
                Just(json!({ "type": 1, "id": {}, "state": [], "address": { "state": 1 } })),
            ],
        )
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let read = runtime.block_on(read(json!({ way: value })));
        if let Err(Error::Malformed(wrong)) = &read {
            let named = |field: &str| field.starts_with(way) || way.starts_with("assignment_window");
            prop_assert!(wrong.fields().all(|(field, _)| named(field)), "{} made {}", way, wrong);
        } else {
            prop_assert!(read.is_ok(), "{:?}", read);
        }
    }
}
