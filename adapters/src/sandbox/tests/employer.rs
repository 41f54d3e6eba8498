//! The employer API of the simulated WorkMarket, as our client and as anybody else meets it.

use std::time::Duration;

use super::super::WebhookTarget;
use super::super::workmarket::{self, EMPLOYER_PATH, Hooks, WorkMarketSettings};
use super::receiver::Receiver;
use super::*;
use crate::http::testing::Vendor;
use crate::secret::Secret;
use crate::webhook::workmarket::{Event, Notice};
use crate::workmarket::{Client, Error, Status, Wage};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::money::Cents;
use covertrail_domain::time::Timestamp;

async fn market(change: impl FnOnce(&mut WorkMarketSettings)) -> Bench {
    let (hour, clock) = clock();
    let mut settings = WorkMarketSettings::new(clock);
    change(&mut settings);
    let running = workmarket::start(listener().await, settings).await.unwrap();
    let bench = Bench::around(running, "wm_live_sandbox", hour);
    let worker = json!({
        "id": "wk_421", "first_name": "Alex", "last_name": "Nguyen", "email": null, "country": "US", "region": "NV",
    });
    assert_eq!(bench.order("/workers", worker).await.0, 201);
    assert_eq!(bench.order("/workorders", work_order("12345", &json!({}))).await.0, 201);
    bench
}

fn work_order(id: &str, other: &Value) -> Value {
    let mut order = json!({
        "id": id, "title": "Cabling", "description": "Drops", "category": "Low Voltage Cabling", "client_id": "77",
        "pricing": "flat", "budget_amount": "325.00", "region": "CA", "start": NOW + 100, "end": NOW + 200,
    });
    order.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    order
}

async fn client(bench: &Bench, secret: &str) -> Client {
    let mut settings = Vendor::replying([]).await.settings();
    settings.base_url = bench.url(EMPLOYER_PATH).parse().unwrap();
    settings.api_key = Secret::new(bench.key.to_owned());
    Client::employer_v1(&settings, Secret::new(secret.to_owned()), Duration::from_hours(8)).unwrap()
}

async fn ours(bench: &Bench) -> Client {
    client(bench, "wm_secret_sandbox").await
}

fn id(text: &str) -> WorkOrderId {
    WorkOrderId::parse(text).unwrap()
}

#[tokio::test]
async fn a_work_order_is_followed_by_the_employer_api_from_sent_to_paid() {
    let bench = market(|_| {}).await;
    let client = ours(&bench).await;
    let (order, worker) = client.work_order(&id("12345")).await.unwrap();
    assert_eq!((order.status, worker), (Status::Sent, None));
    bench.order("/workorders/12345/assign", json!({ "worker_id": "wk_421" })).await;
    let (order, worker) = client.work_order(&id("12345")).await.unwrap();
    assert_eq!((order.status, order.wage), (Status::Assigned, Wage::FlatFee(Cents::new(32_500))));
    assert_eq!((order.region.as_deref(), order.country.as_deref()), (Some("CA"), Some("US")));
    assert_eq!(worker.unwrap().region.as_deref(), Some("NV"));
    bench.order("/workorders/12345/start", json!({ "at": NOW + 101 })).await;
    bench.order("/workorders/12345/complete", json!({ "at": NOW + 199, "final_pay": "410.07" })).await;
    let (order, _) = client.work_order(&id("12345")).await.unwrap();
    let at = |seconds| Some(Timestamp::from_unix(seconds));
    assert_eq!((order.status, order.started_at), (Status::Completed, at(NOW + 101)));
    assert_eq!((order.ended_at, order.paid_on), (at(NOW + 199), at(NOW + 199)));
    assert_eq!(order.final_pay, Some(Cents::new(41_007)));
}

#[tokio::test]
async fn every_pricing_an_absent_end_and_an_unknown_status_are_there() {
    let bench = market(|_| {}).await;
    let client = ours(&bench).await;
    for (pricing, wage) in [
        ("hourly", Wage::Hourly(Cents::new(4_850))),
        ("per_hour", Wage::Hourly(Cents::new(4_850))),
        ("per_unit", Wage::Unit(Cents::new(4_850))),
        ("blended_per_hour", Wage::Blended(Cents::new(4_850))),
        ("internal", Wage::Internal),
    ] {
        let order = json!({ "pricing": pricing, "rate_amount": 48.5, "end": null, "status": "onHold" });
        bench.order("/workorders", work_order("2", &order)).await;
        let (order, _) = client.work_order(&id("2")).await.unwrap();
        assert_eq!((order.wage, order.window.seconds()), (wage, 8 * 3600), "{pricing}");
        assert_eq!(order.status, Status::Other("onHold".to_owned()));
    }
}

#[tokio::test]
async fn access_tokens_run_out_and_the_client_gets_another() {
    let bench = market(|settings| settings.token_lifetime = Some(600)).await;
    let client = ours(&bench).await;
    client.work_order(&id("12345")).await.unwrap();
    bench.move_hour_to(NOW + 600);
    client.work_order(&id("12345")).await.unwrap();
    let (status, answer) = bench.order("/tokens/expire", json!({})).await;
    assert_eq!((status, answer), (200, json!({ "expired": 2 })));
    client.work_order(&id("12345")).await.unwrap();
    let asked = bench.running.handle().requests();
    let exchanged = |call: &&Value| call["path"] == "/v1/authorization/request";
    assert_eq!(asked["requests"].as_array().unwrap().iter().filter(exchanged).count(), 3);
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_token_are_not_let_in() {
    let bench = market(|_| {}).await;
    let said = client(&bench, "another").await.check().await.unwrap_err();
    assert!(matches!(&said, Error::Refused { code, .. } if code == "http_401"), "{said}");
    for bearer in ["wm_live_sandbox", "at_unknown"] {
        let url = bench.url("/v1/employer/assignments/get?id=12345");
        let (status, answer) = read(bench.client.get(url).bearer_auth(bearer)).await;
        assert_eq!((status, &answer["meta"]["status_code"]), (401, &json!(401)), "{bearer}");
    }
}

#[tokio::test]
async fn a_refusal_comes_inside_of_a_200_or_by_its_status() {
    for (refusals_in_200, expected) in [(true, 200), (false, 404)] {
        let bench = market(|settings| settings.refusals_in_200 = refusals_in_200).await;
        assert_eq!(ours(&bench).await.work_order(&id("9")).await, Err(Error::NotFound));
        let exchange = bench.client.post(bench.url("/v1/employer/authorization/request"));
        let form = "token=wm_live_sandbox&secret=wm_secret_sandbox";
        let form = exchange.header("content-type", "application/x-www-form-urlencoded").body(form);
        let (_, got) = read(form).await;
        let token = got["response"]["access_token"].as_str().unwrap().to_owned();
        let url = bench.url("/v1/employer/assignments/get?id=9");
        let (status, answer) = read(bench.client.get(url).bearer_auth(token)).await;
        assert_eq!((status, &answer["meta"]["status_code"]), (expected, &json!(404)));
        assert_eq!(answer["meta"]["errors"][0]["message"], "Invalid assignment id");
        assert_eq!((answer["meta"]["timestamp"].as_i64(), &answer["response"]), (Some(NOW), &Value::Null));
    }
}

#[tokio::test]
async fn what_nobody_is_told_of_is_among_the_changes_page_by_page() {
    let receiver = Receiver::new().await;
    let bench = market(|settings| {
        settings.webhooks = Some(WebhookTarget::bearer(receiver.url(), "hook-secret"));
    })
    .await;
    for number in 0..30 {
        bench.order("/workorders", work_order(&format!("WO-{number:02}"), &json!({}))).await;
    }
    let client = ours(&bench).await;
    let api = client.as_employer_v1().unwrap();
    let since = Timestamp::from_unix;
    let first = api.changes(since(NOW), 0).await.unwrap();
    let second = api.changes(since(NOW), 25).await.unwrap();
    assert_eq!((first.changes.len(), first.is_last()), (25, false));
    assert_eq!((second.changes.len(), second.is_last(), second.as_of), (6, true, since(NOW)));
    bench.order("/workorders/12345/assign", json!({ "worker_id": "wk_421", "webhook": false })).await;
    for (hour, order, body, status) in [
        (1, "edit", json!({ "end": NOW + 900 }), "active"),
        (2, "status", json!({ "status": "onHold" }), "onHold"),
        (3, "status", json!({ "status": "ASSIGNED" }), "active"),
        (4, "remove-worker", json!({}), "sent"),
        (5, "refund", json!({}), "refunded"),
    ] {
        bench.move_hour_to(NOW + hour);
        let (answered, answer) = bench.order(&format!("/workorders/12345/{order}"), body).await;
        assert!(answered < 300, "{order}: {answer}");
        let changed = api.changes(since(NOW + hour), 0).await.unwrap().changes;
        let [change] = changed.as_slice() else { panic!("{order}: {changed:?}") };
        assert_eq!((change.work_order.as_str(), change.status.as_str()), ("12345", status), "{order}");
        assert_eq!(change.modified_at(), Some(since(NOW + hour)));
    }
    let (order, worker) = client.work_order(&id("12345")).await.unwrap();
    assert_eq!((order.window.end(), worker), (since(NOW + 900), None));
    assert_eq!(bench.running.handle().state()["webhooks"], json!([]));
}

#[tokio::test]
async fn webhooks_are_sent_as_the_templates_have_them_and_read_by_our_parser() {
    let receiver = Receiver::new().await;
    let bench = market(|settings| {
        settings.webhooks = Some(WebhookTarget::bearer(receiver.url(), "hook-secret"));
        settings.hooks = Hooks::Templates;
    })
    .await;
    for (verb, body) in [
        ("assign", json!({ "worker_id": "wk_421" })),
        ("reschedule", json!({ "start": NOW + 10, "end": NOW + 20 })),
        ("start", json!({})),
        ("complete", json!({ "final_pay": 300 })),
    ] {
        assert_eq!(bench.order(&format!("/workorders/12345/{verb}"), body).await.0, 200, "{verb}");
    }
    let taken = receiver.taken(4).await;
    let read: Vec<_> = taken
        .iter()
        .map(|one| {
            let segment = one.path.rsplit('/').next().unwrap();
            let notice = Notice::read(segment, one.bytes.as_bytes()).unwrap();
            assert_eq!((notice.work_order, notice.now), (id("12345"), Some(Timestamp::from_unix(NOW))));
            (notice.event, one.body["status"].as_str().unwrap().to_owned())
        })
        .collect();
    let told = |event, status: &str| (event, status.to_owned());
    assert_eq!(
        read,
        [
            told(Event::Assigned, "active"),
            told(Event::Rescheduled, "active"),
            told(Event::InProgress, "inprogress"),
            told(Event::Completed, "paid"),
        ]
    );
    assert_eq!(taken[0].body["resource_id"], "wk_421");
}

#[tokio::test]
async fn the_employer_api_has_outages_and_faults_too() {
    let bench = market(|_| {}).await;
    let client = ours(&bench).await;
    bench.order("/outage", json!({ "for_requests": 2 })).await;
    client.work_order(&id("12345")).await.unwrap();
    for faults in
        [json!({ "too_many_requests": 1.0 }), json!({ "server_error": 1.0 }), json!({ "answer_lost": 1.0 })]
    {
        bench.order("/faults", faults.clone()).await;
        let said = client.work_order(&id("12345")).await.unwrap_err();
        assert!(matches!(said, Error::Unavailable { .. }), "{faults}: {said}");
    }
}
