//! Every row of the tables in the guide's sections 4.1 to 4.3: what WorkMarket has, and what 1099Policy is
//! sent for it.

use super::samples::{mapping, work_order, worker};
use crate::policy::{NewContractor, NewJob, NewQuote, WageType};
use crate::workmarket::Wage;
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::id::{ContractorId, JobId};
use serde_json::{Value, json};

/// The contractor that is made for a worker with these fields.
fn contractor(fields: Value) -> Value {
    let worker = worker(fields).unwrap();
    let email = mapping().email(&worker);
    let new = NewContractor {
        worker: &worker.id,
        first_name: &worker.first_name,
        last_name: &worker.last_name,
        email: &email,
        country: worker.country.as_deref(),
        region: worker.region.as_deref(),
    };
    new.body()
}

/// The job that is made for a work order with these fields.
fn job(fields: Value) -> Value {
    let (mapping, order, worker) = (mapping(), work_order(fields).unwrap(), worker(json!({})).unwrap());
    let (wage, wage_type) = match order.wage {
        Wage::FlatFee(cents) => (cents, WageType::FlatFee),
        Wage::Hourly(cents) => (cents, WageType::Hourly),
        Wage::Unit(_) | Wage::Blended(_) | Wage::Internal => panic!("the guide has no such wage"),
    };
    let new = NewJob {
        name: &order.title,
        description: &order.description,
        entity: mapping.entity(order.client.as_ref()).unwrap(),
        category_code: mapping.category_code(&order.category).unwrap(),
        wage,
        wage_type,
        region: order.insured_region(&worker),
        work_order: &order.id,
    };
    new.body()
}

/// The quote that is asked for for a work order with these fields.
fn quote(fields: Value) -> Value {
    let order = work_order(fields).unwrap();
    let lines: Lines = [Line::General, Line::WorkersComp].into_iter().collect();
    let contractor = ContractorId::parse("cn_Ehb3bYa").unwrap();
    let job = JobId::parse("jb_jsb9KEcTpc").unwrap();
    let new =
        NewQuote { contractor: &contractor, job: &job, lines, window: order.window, work_order: &order.id };
    new.body()
}

#[test]
fn contractor_row_worker_id_is_kept_as_custom_metadata() {
    assert_eq!(
        contractor(json!({ "id": "wk_7" }))["custom_metadata"],
        json!({ "workmarket_worker_id": "wk_7" })
    );
}

#[test]
fn contractor_row_first_and_last_name_are_the_contacts() {
    let made = contractor(json!({ "first_name": " Zoë ", "last_name": "Van der Berg" }));
    assert_eq!(made["contact"]["first_name"], "Zoë");
    assert_eq!(made["contact"]["last_name"], "Van der Berg");
}

#[test]
fn contractor_row_email_is_the_contacts_and_a_proxy_when_missing() {
    assert_eq!(contractor(json!({ "email": "alex@example.com" }))["contact"]["email"], "alex@example.com");
    for missing in [json!(null), json!(""), json!("  ")] {
        assert_eq!(
            contractor(json!({ "email": missing }))["contact"]["email"],
            "wk_421@relay.yourdomain.com"
        );
    }
}

#[test]
fn contractor_row_country_is_optional() {
    assert_eq!(contractor(json!({ "country": "USA" }))["address"]["country"], "US");
    assert_eq!(contractor(json!({ "country": null }))["address"], json!({ "region": "CA" }));
}

#[test]
fn contractor_row_region_is_optional() {
    assert_eq!(contractor(json!({ "region": "california" }))["address"]["region"], "CA");
    assert_eq!(contractor(json!({ "region": null }))["address"], json!({ "country": "US" }));
}

#[test]
fn job_row_name_is_the_title() {
    assert_eq!(job(json!({ "title": "Paint" }))["name"], "Paint");
}

#[test]
fn job_row_description_is_the_description() {
    assert_eq!(job(json!({ "description": "Two coats" }))["description"], "Two coats");
}

#[test]
fn job_row_entity_is_mapped_from_the_client() {
    assert_eq!(job(json!({ "client_id": "cl_7" }))["entity"], "en_abc123");
}

#[test]
fn job_row_category_code_is_mapped_from_the_category() {
    assert_eq!(job(json!({ "category": " low voltage CABLING " }))["category_code"], "jc_MTqpkbkp6G");
}

#[test]
fn job_row_wage_is_the_amount_in_cents() {
    assert_eq!(job(json!({ "budget_amount": "325.00" }))["wage"], 32500);
    assert_eq!(job(json!({ "budget_amount": 0.29 }))["wage"], 29);
    assert_eq!(job(json!({ "pricing": "hourly", "rate_amount": "48.50" }))["wage"], 4850);
}

#[test]
fn job_row_wage_type_is_flatfee_or_hourly() {
    assert_eq!(job(json!({ "pricing": "flat" }))["wage_type"], "flatfee");
    assert_eq!(job(json!({ "pricing": "hourly", "rate_amount": 48 }))["wage_type"], "hourly");
}

#[test]
fn job_row_region_is_the_work_location_and_the_contractors_by_default() {
    assert_eq!(job(json!({ "region": "New York" }))["region"], "NY");
    assert_eq!(job(json!({ "region": null }))["region"], "CA");
}

#[test]
fn job_row_work_order_id_is_kept_as_custom_metadata() {
    assert_eq!(job(json!({ "id": "WO-9" }))["custom_metadata"], json!({ "work_order_id": "WO-9" }));
}

#[test]
fn quote_row_contractor_is_the_one_made_first() {
    assert_eq!(quote(json!({}))["contractor"], "cn_Ehb3bYa");
}

#[test]
fn quote_row_job_is_the_returned_one() {
    assert_eq!(quote(json!({}))["job"], "jb_jsb9KEcTpc");
}

#[test]
fn quote_row_coverage_type_is_the_policy_requirement() {
    assert_eq!(quote(json!({}))["coverage_type"], json!(["general", "workers-comp"]));
}

#[test]
fn quote_row_effective_date_is_the_start() {
    assert_eq!(quote(json!({ "start": "2025-11-01T04:40:01-07:00" }))["effective_date"], 1_761_997_201);
}

#[test]
fn quote_row_end_date_is_the_end() {
    assert_eq!(quote(json!({ "end": "1762083601" }))["end_date"], 1_762_083_601);
}

#[test]
fn quote_row_work_order_id_is_kept_as_custom_metadata() {
    assert_eq!(quote(json!({ "id": 12345 }))["custom_metadata"], json!({ "work_order_id": "12345" }));
}
