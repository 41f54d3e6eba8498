//! Section 6, "Testing Checklist", line by line.

use super::{contractor, invoices, made, played};
use crate::world::{DAY, Order, Plan, World, now};
use covertrail_domain::coverage::{Badge, Stage};
use serde_json::json;

#[tokio::test]
async fn coverage_is_bound_automatically_when_work_orders_are_assigned() {
    let world = World::begin(Plan { bind_on: "applied", ..Plan::default() }).await;
    let order = Order { starts: now() + DAY, ends: now() + 2 * DAY, ..Order::new(&world, "12345", "wk_421") };
    order.create(json!({}), json!({})).await;
    order.assign().await;
    order.is(Stage::Active, Badge::Insured).await;
}

#[test]
fn contractor_created_with_a_proxy_email_if_missing() {
    let email = |worker| contractor(worker)["contact"]["email"].as_str().unwrap();
    assert_eq!([email("wk_421"), email("wk_422")], ["wk_421@relay.yourdomain.com", "sam@ortiz.example"]);
}

#[test]
fn job_created_with_wage_and_metadata_mapping() {
    let job = made("jobs", "12345");
    assert_eq!(
        (&job["wage"], &job["custom_metadata"]),
        (&json!(32_500), &json!({ "work_order_id": "12345" }))
    );
}

#[test]
fn quote_created_with_coverage_types_and_dates() {
    let (quote, played) = (made("quotes", "12345"), played());
    assert_eq!(quote["coverage_type"], json!(["general", "workers-comp"]));
    assert_eq!((&quote["effective_date"], &quote["end_date"]), (&json!(played.starts), &json!(played.ends)));
}

#[test]
fn application_session_launched_successfully() {
    assert_eq!(made("sessions", "12345")["step"], "application_complete");
}

#[test]
fn assignment_matches_the_work_orders_term() {
    let (made, played) = (made("assignments", "12345"), played());
    assert_eq!((&made["effective_date"], &made["end_date"]), (&json!(played.starts), &json!(played.ends)));
    assert_eq!(made["status"], "active");
}

#[test]
fn coi_uploads_validated_and_webhook_verified() {
    assert_eq!(made("certificates", "12346")["status"], "validated");
    assert_eq!(played().badges["12346"], "insured");
    assert_eq!(played().forged, 401);
}

#[test]
fn optional_invoice_recorded_when_remuneration_differs() {
    assert_eq!((invoices("12345").len(), invoices("12347").len()), (1, 0));
}
