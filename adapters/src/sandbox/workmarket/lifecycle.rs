//! What happens to a work order: each changes it, and tells of it by webhook unless told to stay silent.

use serde_json::Value;

use super::world::{Market, Record, check_amount, check_moment, check_worker, missing};
use crate::sandbox::answer::{Answer, Outcome, Refusal};
use crate::sandbox::form::Form;

/// The worker takes the work order.
pub(super) fn assign(market: &mut Market, now: i64, id: &str, body: &Value) -> Outcome {
    let (worker, silent) = read_worker(market, body)?;
    change(market, now, id, silent.event("assigned"), |work_order| {
        work_order.set("worker_id", worker);
        work_order.set("status", "ASSIGNED");
    })
}

/// Another worker takes it; what the first had started counts no more.
pub(super) fn reassign(market: &mut Market, now: i64, id: &str, body: &Value) -> Outcome {
    let (worker, silent) = read_worker(market, body)?;
    change(market, now, id, silent.event("reassigned"), |work_order| {
        work_order.set("worker_id", worker);
        work_order.set("status", "ASSIGNED");
        work_order.set("started_at", Value::Null);
    })
}

/// The worker checks in, now or at `at`.
pub(super) fn start(market: &mut Market, now: i64, id: &str, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let at = form.whole_if_sent("at").unwrap_or(now);
    let silent = Silent::read(&mut form);
    form.done()?;
    change(market, now, id, silent.event("in_progress"), |work_order| {
        work_order.set("status", "IN_PROGRESS");
        work_order.set("started_at", at);
    })
}

/// The work is done, now or at `at`, for `final_pay` in dollars.
pub(super) fn complete(market: &mut Market, now: i64, id: &str, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let at = form.whole_if_sent("at").unwrap_or(now);
    check_amount(&mut form, body, "final_pay");
    let silent = Silent::read(&mut form);
    form.done()?;
    change(market, now, id, silent.event("completed"), |work_order| {
        work_order.set("status", "COMPLETED");
        work_order.set("completed_at", at);
        if let Some(pay) = body.get("final_pay") {
            work_order.set("final_pay", pay.clone());
        }
    })
}

/// The client calls the work off.
pub(super) fn cancel(market: &mut Market, now: i64, id: &str, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let silent = Silent::read(&mut form);
    form.done()?;
    change(market, now, id, silent.event("canceled"), |work_order| {
        work_order.set("status", "CANCELLED");
    })
}

/// The work moves to `start` and `end`.
pub(super) fn reschedule(market: &mut Market, now: i64, id: &str, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    for field in ["start", "end"] {
        if form.has(field) {
            check_moment(&mut form, body, field);
        } else {
            form.refuse(field, crate::sandbox::form::INVALID_INPUT, "is required");
        }
    }
    let silent = Silent::read(&mut form);
    form.done()?;
    change(market, now, id, silent.event("rescheduled"), |work_order| {
        for field in ["start", "end"] {
            work_order.set(field, body.get(field).cloned().unwrap_or_default());
        }
    })
}

/// Whether the webhook stays away, as it does for changes WorkMarket has no event for.
struct Silent(bool);

impl Silent {
    fn read(form: &mut Form<'_>) -> Self {
        Self(form.has("webhook") && !form.yes_or_no("webhook"))
    }

    fn event(&self, name: &'static str) -> Option<&'static str> {
        (!self.0).then_some(name)
    }
}

fn read_worker(market: &Market, body: &Value) -> Result<(String, Silent), Refusal> {
    let mut form = Form::read(body)?;
    let worker = form.text("worker_id");
    if form.has("worker_id") {
        check_worker(market, &mut form, Some(&worker));
    }
    let silent = Silent::read(&mut form);
    form.done()?;
    Ok((worker, silent))
}

fn change(
    market: &mut Market,
    now: i64,
    id: &str,
    event: Option<&str>,
    change: impl FnOnce(&mut Record),
) -> Outcome {
    let found = market.work_orders.get(id);
    if found.is_some_and(|known| matches!(known.text("status"), Some("COMPLETED" | "CANCELLED"))) {
        return Err(Refusal::bad("work_order_closed", "the work order is completed or cancelled"));
    }
    alter(market, now, id, event, change)
}

/// Changes it, whatever became of it before.
pub(super) fn alter(
    market: &mut Market,
    now: i64,
    id: &str,
    event: Option<&str>,
    change: impl FnOnce(&mut Record),
) -> Outcome {
    let found = market.work_orders.get_mut(id);
    let work_order = found.ok_or_else(|| missing("there is no such work order"))?;
    change(work_order);
    work_order.modified = now;
    let work_order = work_order.clone();
    if let Some(event) = event {
        market.tell(now, event, &work_order);
    }
    Ok(Answer::ok(&work_order))
}
