//! Section 4.7, "Record Invoice (Optional)".

use super::{contractor, invoices, made, played};
use serde_json::json;

#[test]
fn the_invoice_is_for_the_contractor_and_the_job() {
    let invoice = invoices("12345")[0];
    assert_eq!(invoice["contractor"], contractor("wk_421")["id"]);
    assert_eq!(invoice["job"], made("jobs", "12345")["id"]);
}

#[test]
fn the_gross_pay_is_the_final_pay_in_cents() {
    assert_eq!(invoices("12345")[0]["gross_pay"], 120_000);
}

#[test]
fn the_pay_cycle_is_the_time_of_work_in_unix_seconds() {
    let (invoice, played) = (invoices("12345")[0], played());
    let cycle = (&invoice["paycycle_startdate"], &invoice["paycycle_enddate"]);
    assert_eq!(cycle, (&json!(played.starts), &json!(played.ends)));
}

#[test]
fn no_invoice_is_recorded_where_the_pay_is_what_was_estimated() {
    assert!(invoices("12347").is_empty());
    assert_eq!(invoices("12345").len(), 1);
}
