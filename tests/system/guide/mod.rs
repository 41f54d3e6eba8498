//! The vendor's guide, row by row: what arrives at 1099Policy for what WorkMarket said.

mod checklist;
mod create_assignment;
mod create_contractor;
mod create_job;
mod create_quote;
mod open_application;
mod record_invoice;
mod upload_certificate;
mod webhooks;

use crate::world::{DAY, Order, Plan, World, now, objects};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// A course of events that uses every row, and what it left behind.
struct Played {
    policy: Value,
    requests: Value,
    /// When the work orders were scheduled.
    starts: i64,
    ends: i64,
    /// What became of a webhook that somebody else signed.
    forged: u16,
    badges: Value,
}

/// Plays it once for all rows:
/// - 12345, by a worker without an email, for a flat fee: applied for, begun, done for another pay.
/// - 12346, by a worker with an email, by the hour, in no region of its own: insured by a certificate.
/// - 12347: applied for, begun, done for the pay that was agreed.
fn played() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| {
        let playing = std::thread::spawn(|| {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(play())
        });
        playing.join().unwrap()
    })
}

async fn play() -> Played {
    let world = World::begin(Plan { required_lines: &["general", "workers-comp"], ..Plan::default() }).await;
    let (starts, ends) = (now() + DAY, now() + 2 * DAY);
    let order = |id: &str, worker: &str| Order { starts, ends, ..Order::new(&world, id, worker) };
    let (first, second, third) =
        (order("12345", "wk_421"), order("12346", "wk_422"), order("12347", "wk_423"));
    first.create(json!({}), json!({})).await;
    let sam =
        json!({ "first_name": "Sam", "last_name": "Ortiz", "email": "sam@ortiz.example", "region": "NY" });
    let hourly =
        json!({ "pricing": "hourly", "rate_amount": "48.50", "budget_amount": null, "region": null });
    second.create(sam, hourly).await;
    third.create(json!({}), json!({})).await;
    second.contractor("never").await;
    for order in [&first, &second, &third] {
        order.assign().await;
        order.event("application_opened").await;
    }
    let certificate = second.hand_in().await;
    let forged = world.deliver("/webhooks/1099policy", &vec![("webhook-id", "ev_1".into())], "{}").await;
    let verdict = json!({
        "verdict": "validated", "coverage_type": ["general", "workers-comp"],
        "effective_date": starts - DAY, "expiration_date": ends + DAY,
    });
    world.at_policy(&format!("certificates/{certificate}/verdict"), verdict).await;
    second.event("certificate_validated").await;
    for (order, pay) in [(&first, "1200.00"), (&third, "325.00")] {
        order.policy_id().await;
        order.at_workmarket("start", json!({ "at": starts })).await;
        order.event("coverage_assigned").await;
        order.at_workmarket("complete", json!({ "at": ends, "final_pay": pay })).await;
        order.event("work_completed").await;
    }
    first.event("invoice_recorded").await;
    world.settles().await;
    let policy = world.ask(&world.policy, "state").await;
    let requests = world.ask(&world.policy, "requests").await;
    let badge = second.until("its badge", |told| Some(told.badge().as_str())).await;
    Played { policy, requests, starts, ends, forged: forged.status, badges: json!({ "12346": badge }) }
}

/// The one object of that kind that was made for a work order.
fn made(kind: &str, work_order: &str) -> &'static Value {
    let of_order = |object: &&Value| object["custom_metadata"]["work_order_id"] == work_order;
    let made: Vec<_> = objects(&played().policy, kind).filter(of_order).collect();
    assert_eq!(made.len(), 1, "{kind} of {work_order}: {made:?}");
    made[0]
}

/// The contractor made for a worker.
fn contractor(worker: &str) -> &'static Value {
    let of_worker = |object: &&Value| object["custom_metadata"]["workmarket_worker_id"] == worker;
    let made: Vec<_> = objects(&played().policy, "contractors").filter(of_worker).collect();
    assert_eq!(made.len(), 1, "contractors of {worker}: {made:?}");
    made[0]
}

/// The invoices of a work order's job.
fn invoices(work_order: &str) -> Vec<&'static Value> {
    let job = &made("jobs", work_order)["id"];
    objects(&played().policy, "invoices").filter(|invoice| invoice["job"] == *job).collect()
}
