//! Section 4.5, "Create Assignment".

use super::{contractor, made, played};
use serde_json::json;

#[test]
fn the_assignment_is_the_contractors() {
    assert_eq!(made("assignments", "12345")["contractor"], contractor("wk_421")["id"]);
}

#[test]
fn the_assignment_is_to_the_job() {
    assert_eq!(made("assignments", "12345")["job"], made("jobs", "12345")["id"]);
}

#[test]
fn the_assignment_lasts_as_long_as_the_work_order() {
    let made = made("assignments", "12345");
    assert_eq!(
        (&made["effective_date"], &made["end_date"]),
        (&json!(played().starts), &json!(played().ends))
    );
}

#[test]
fn the_assignment_has_the_required_coverage_types() {
    assert_eq!(made("assignments", "12345")["coverage_type"], json!(["general", "workers-comp"]));
}

#[test]
fn the_work_order_id_is_in_the_assignments_custom_metadata() {
    assert_eq!(made("assignments", "12345")["custom_metadata"]["work_order_id"], "12345");
}
