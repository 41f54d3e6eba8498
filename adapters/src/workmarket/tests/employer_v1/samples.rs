//! The employer API's answers.

use crate::http::testing::{Reply, Vendor};
use crate::secret::Secret;
use crate::workmarket::tests::samples::with;
use crate::workmarket::{Client, Error, WorkOrder, Worker};
use covertrail_domain::id::WorkOrderId;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) const SECRET: &str = "wm_secret_of_the_account";

pub(super) fn client(vendor: &Vendor) -> Client {
    Client::employer_v1(&vendor.settings(), Secret::new(SECRET.to_owned()), Duration::from_hours(8)).unwrap()
}

pub(super) fn id() -> WorkOrderId {
    WorkOrderId::parse("6029116324").unwrap()
}

pub(super) fn enveloped(response: &Value) -> String {
    json!({
        "meta": {
            "errors": [], "status_code": 200, "version": 1, "requestId": "r-1", "execution_time": 0.02,
            "timestamp": 1_761_990_000
        },
        "response": response
    })
    .to_string()
}

pub(super) fn refused(status: u16, code: &str, message: &str) -> String {
    json!({
        "meta": {
            "errors": [{ "message": message, "code": code }], "status_code": status, "requestId": "r-2",
            "timestamp": 1_761_990_000
        },
        "response": null
    })
    .to_string()
}

pub(super) fn token(token: &str) -> Reply {
    Reply::Answer(200, enveloped(&json!({ "access_token": token })))
}

pub(super) fn fine(response: &Value) -> Reply {
    Reply::Answer(200, enveloped(response))
}

/// An assignment with every field that is read, and some that are not.
pub(super) fn assignment_json() -> Value {
    json!({
        "id": "6029116324",
        "title": "WO 6029116324 — Low Voltage Cabling",
        "description": "Install Cat6 and test drops at client site",
        "industry": "Low Voltage Cabling",
        "status": "active",
        "client": 77,
        "assignment_window_start": 1_761_997_200,
        "assignment_window_end": 1_762_083_600,
        "location": { "id": 5, "city": "Oakland", "state": "CA", "zip": "94607", "country": "USA" },
        "active_resource": {
            "id": "10023", "uuid": "8f14e45f-ceea-467f-a8c4-1f6a3f0f6f77",
            "first_name": "Alex", "last_name": "Nguyen", "email": "alex@example.com",
            "phone_numbers": [{ "phone": "5105550100", "type": "mobile" }],
            "address": { "city": "Reno", "state": "Nevada", "zip": "89501", "country": "USA" },
            "check_in_out": []
        },
        "pricing": { "type": "flat", "flat_price": "325.00", "spend_limit": 325.0 },
        "payment": { "max_spend_limit": 357.5, "buyer_fee": null, "total_cost": null },
        "last_modified_on": 1_761_990_000,
        "history": [{ "date": 1, "text": "made" }]
    })
}

/// How the sample with other values in these fields is read.
pub(super) async fn read(other: Value) -> Result<(WorkOrder, Option<Worker>), Error> {
    let body = fine(&with(assignment_json(), other));
    client(&Vendor::replying([token("at_1"), body]).await).work_order(&id()).await
}

pub(super) async fn work_order(other: Value) -> WorkOrder {
    read(other).await.unwrap().0
}

pub(super) async fn wrong(other: Value) -> String {
    read(other).await.unwrap_err().to_string()
}
