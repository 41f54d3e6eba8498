//! Bodies as the guide's sections 4.1 and 4.2 write them.

use super::{NewContractor, NewJob, given, with, with_address};
use serde_json::{Value, json};

/// The person is nested in `contact`.
pub(super) fn contractor(new: &NewContractor<'_>) -> Value {
    let body = json!({
        "contact": { "first_name": new.first_name, "last_name": new.last_name, "email": new.email },
        "custom_metadata": { "workmarket_worker_id": new.worker.as_str() },
    });
    with_address(body, given([("country", new.country), ("region", new.region)]))
}

/// The region stands at the top.
pub(super) fn job(new: &NewJob<'_>) -> Value {
    match new.region {
        Some(region) => with(new.common(), "region", region.into()),
        None => new.common(),
    }
}
