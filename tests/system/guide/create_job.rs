//! Section 4.2, "Create Job".

use super::{made, played};

#[test]
fn the_title_becomes_the_name() {
    assert_eq!(made("jobs", "12345")["name"], "WO 12345 — Low Voltage Cabling");
}

#[test]
fn the_description_is_passed_on() {
    assert_eq!(made("jobs", "12345")["description"], "Install Cat6 and test drops at client site");
}

#[test]
fn the_client_becomes_an_entity_that_exists_at_1099policy() {
    assert_eq!(made("jobs", "12345")["entity"], "en_abc123");
}

#[test]
fn the_category_becomes_its_mapped_code() {
    assert_eq!(made("jobs", "12345")["category_code"], "jc_MTqpkbkp6G");
}

#[test]
fn the_budget_becomes_a_wage_in_cents() {
    assert_eq!(made("jobs", "12345")["wage"], 32_500);
}

#[test]
fn the_rate_becomes_a_wage_in_cents() {
    assert_eq!(made("jobs", "12346")["wage"], 4_850);
}

#[test]
fn flat_pay_is_a_flatfee_and_hourly_pay_is_hourly() {
    assert_eq!(made("jobs", "12345")["wage_type"], "flatfee");
    assert_eq!(made("jobs", "12346")["wage_type"], "hourly");
}

#[test]
fn the_work_location_becomes_the_region() {
    assert_eq!(made("jobs", "12345")["region"], "CA");
}

#[test]
fn without_a_work_location_the_region_is_the_contractors() {
    assert_eq!(made("jobs", "12346")["region"], "NY");
}

#[test]
fn the_work_order_id_is_kept_in_custom_metadata_for_reconciliation() {
    assert_eq!(made("jobs", "12345")["custom_metadata"]["work_order_id"], "12345");
    assert_ne!(made("jobs", "12345")["id"], "12345", "never as the primary id");
    assert_eq!(played().policy["counts"]["jobs"], 3);
}
