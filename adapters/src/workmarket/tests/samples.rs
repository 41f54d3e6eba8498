//! WorkMarket's answers with the values of the guide's samples.

use crate::http::testing::Vendor;
use crate::workmarket::{Client, Malformed, Mapping, WorkOrder, Worker, work_order, worker};
use serde_json::{Value, json};

pub(super) fn client(vendor: &Vendor) -> Client {
    Client::guide(&vendor.settings()).unwrap()
}

pub(super) fn work_order_json() -> Value {
    json!({
        "id": "12345",
        "status": "ASSIGNED",
        "title": "WO 12345 — Low Voltage Cabling",
        "description": "Install Cat6 and test drops at client site",
        "category": "Low Voltage Cabling",
        "client_id": "cl_7",
        "worker_id": "wk_421",
        "pricing": "flat",
        "budget_amount": "325.00",
        "rate_amount": null,
        "region": "CA",
        "country": "US",
        "start": 1_761_997_200,
        "end": 1_762_083_600,
        "started_at": null,
        "completed_at": null,
        "final_pay": null
    })
}

pub(super) fn worker_json() -> Value {
    json!({
        "id": "wk_421", "first_name": "Alex", "last_name": "Nguyen", "email": null,
        "country": "US", "region": "CA"
    })
}

/// The sample with other values in these fields.
pub(super) fn work_order(other: Value) -> Result<WorkOrder, Malformed> {
    work_order::read(with(work_order_json(), other).to_string().as_bytes())
}

/// The sample with other values in these fields.
pub(super) fn worker(other: Value) -> Result<Worker, Malformed> {
    worker::read(with(worker_json(), other).to_string().as_bytes())
}

/// The tables that the guide's samples ask for.
pub(super) fn mapping() -> Mapping {
    let row = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
    Mapping {
        categories: row("Low Voltage Cabling", "jc_MTqpkbkp6G"),
        entities: row("cl_7", "en_abc123"),
        relay_domain: "relay.yourdomain.com".to_owned(),
        ..Mapping::default()
    }
}

pub(super) fn with(mut sample: Value, other: Value) -> Value {
    let Value::Object(other) = other else { panic!("fields are an object") };
    sample.as_object_mut().unwrap().extend(other);
    sample
}
