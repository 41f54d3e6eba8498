//! Bodies as the vendor's API reference and its official clients write them.

use super::{NewContractor, NewJob, given, with_address};
use serde_json::{Value, json};

/// The person stands at the top.
pub(super) fn contractor(new: &NewContractor<'_>) -> Value {
    let body = json!({
        "first_name": new.first_name,
        "last_name": new.last_name,
        "email": new.email,
        "custom_metadata": { "workmarket_worker_id": new.worker.as_str() },
    });
    with_address(body, given([("country", new.country), ("region", new.region)]))
}

/// The region is nested in `address`.
pub(super) fn job(new: &NewJob<'_>) -> Value {
    with_address(new.common(), given([("region", new.region)]))
}
