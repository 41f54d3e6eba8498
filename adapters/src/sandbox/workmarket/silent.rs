//! What happens in WorkMarket and no webhook tells: only who asks again finds it.

use serde_json::{Value, json};

use super::lifecycle::alter;
use super::world::{Market, missing, put_work_order};
use crate::sandbox::answer::{Outcome, Refusal};
use crate::sandbox::form::{Form, INVALID_INPUT};

/// The worker is taken off; the work order is offered again.
pub(super) fn remove_worker(market: &mut Market, now: i64, id: &str, _: &Value) -> Outcome {
    alter(market, now, id, None, |work_order| {
        work_order.set("worker_id", Value::Null);
        work_order.set("status", "SENT");
        work_order.set("started_at", Value::Null);
    })
}

/// The work rests, by whatever word; `ASSIGNED` or `IN_PROGRESS` has it go on.
pub(super) fn set_status(market: &mut Market, now: i64, id: &str, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let status = form.text("status");
    form.done()?;
    alter(market, now, id, None, |work_order| work_order.set("status", status))
}

/// The client gets the money back.
pub(super) fn refund(market: &mut Market, now: i64, id: &str, _: &Value) -> Outcome {
    alter(market, now, id, None, |work_order| work_order.set("status", "refunded"))
}

/// Somebody edits it directly: the fields that are sent, and no others.
pub(super) fn edit(market: &mut Market, now: i64, id: &str, body: &Value) -> Outcome {
    let found = market.work_orders.get(id).ok_or_else(|| missing("there is no such work order"))?;
    let mut fields = found.fields.clone();
    let edited =
        body.as_object().ok_or_else(|| Refusal::bad(INVALID_INPUT, "the body must be a JSON object"))?;
    fields.extend(edited.clone());
    fields.insert("id".to_owned(), json!(id));
    put_work_order(market, now, &Value::Object(fields))
}
