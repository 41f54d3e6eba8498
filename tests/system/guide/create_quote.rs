//! Section 4.3, "Create Quote".

use super::{contractor, made, played};
use serde_json::json;

#[test]
fn the_contractor_is_the_workers_own() {
    assert_eq!(made("quotes", "12345")["contractor"], contractor("wk_421")["id"]);
}

#[test]
fn the_job_is_the_one_that_was_returned() {
    assert_eq!(made("quotes", "12345")["job"], made("jobs", "12345")["id"]);
}

#[test]
fn the_coverage_types_are_those_that_are_required() {
    assert_eq!(made("quotes", "12345")["coverage_type"], json!(["general", "workers-comp"]));
}

#[test]
fn the_effective_date_is_the_start_of_the_work_order() {
    assert_eq!(made("quotes", "12345")["effective_date"], played().starts);
}

#[test]
fn the_end_date_is_the_end_of_the_work_order() {
    assert_eq!(made("quotes", "12345")["end_date"], played().ends);
}

#[test]
fn the_work_order_id_is_in_the_quotes_custom_metadata() {
    assert_eq!(made("quotes", "12345")["custom_metadata"]["work_order_id"], "12345");
}
