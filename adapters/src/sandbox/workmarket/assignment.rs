//! A work order as the employer API tells it.

use covertrail_domain::money::Cents;
use serde_json::{Value, json};

use super::world::{Market, Record, missing};
use crate::sandbox::answer::{Answer, Outcome, Refusal};
use crate::sandbox::form::INVALID_INPUT;
use crate::sandbox::routes::Filters;
use crate::sandbox::shelf::Kept;

/// The most rows of one page.
const LONGEST_PAGE: usize = 25;

/// `GET /assignments/get?id=`
pub(super) fn find(market: &Market, filters: &Filters) -> Outcome {
    let id = filters.get("id").ok_or_else(|| Refusal::bad(INVALID_INPUT, "id is required"))?;
    let found = market.work_orders.get(id);
    found
        .map(|work_order| Answer::ok(&whole(market, work_order)))
        .ok_or_else(|| missing("Invalid assignment id"))
}

/// `GET /assignments/list_updated?modified_since=&start=&limit=`
pub(super) fn list_updated(market: &Market, filters: &Filters) -> Outcome {
    let since: i64 = number(filters, "modified_since")?
        .ok_or_else(|| Refusal::bad(INVALID_INPUT, "modified_since is required"))?;
    let start: usize = number(filters, "start")?.unwrap_or(0);
    let limit: usize = number(filters, "limit")?.unwrap_or(LONGEST_PAGE).min(LONGEST_PAGE);
    let mut changed: Vec<&Record> =
        market.work_orders.newest_first().filter(|order| order.modified >= since).collect();
    changed.sort_by(|one, other| (one.modified, one.id()).cmp(&(other.modified, other.id())));
    let rows: Vec<Value> = changed.iter().skip(start).take(limit).map(|order| row(order)).collect();
    Ok(Answer::ok(&json!({
        "total_results": changed.len(), "count": rows.len(), "start": start, "limit": limit, "data": rows,
    })))
}

fn number<T: std::str::FromStr>(filters: &Filters, name: &str) -> Result<Option<T>, Refusal> {
    let wrong = |_| Refusal::bad(INVALID_INPUT, format!("{name} must be a whole number"));
    filters.get(name).map(|text| text.parse()).transpose().map_err(wrong)
}

fn row(order: &Record) -> Value {
    json!({
        "id": order.id(), "title": order.text("title"), "status": status(order),
        "resource_user_number": order.text("worker_id"), "last_modified_on": order.modified,
    })
}

fn whole(market: &Market, order: &Record) -> Value {
    let field = |name: &str| order.fields.get(name).cloned().unwrap_or_default();
    json!({
        "id": order.id(), "title": field("title"), "description": field("description"),
        "industry": field("category"), "status": status(order), "client": field("client_id"),
        "assignment_window_start": field("start"), "assignment_window_end": field("end"),
        "location": { "state": field("region"), "country": country(order.text("country")) },
        "active_resource": order.text("worker_id").and_then(|id| market.workers.get(id))
            .map(|worker| resource(order, worker)),
        "pricing": pricing(order), "payment": payment(order), "last_modified_on": order.modified,
    })
}

/// The employer API's word; what the guide has no word for stands as it was set.
pub(super) fn status(order: &Record) -> String {
    let word = order.text("status").unwrap_or_default();
    let paid = order.fields.get("final_pay").is_some_and(|pay| !pay.is_null());
    match word {
        "ASSIGNED" => "active".to_owned(),
        "IN_PROGRESS" => "inprogress".to_owned(),
        "COMPLETED" if paid => "paid".to_owned(),
        "COMPLETED" => "complete".to_owned(),
        "CANCELLED" | "CANCELED" => "cancelled".to_owned(),
        "DRAFT" | "SENT" | "VOID" | "DECLINED" => word.to_ascii_lowercase(),
        other => other.to_owned(),
    }
}

fn resource(order: &Record, worker: &Record) -> Value {
    let field = |name: &str| worker.fields.get(name).cloned().unwrap_or_default();
    let moment = |name: &str| order.fields.get(name).filter(|value| !value.is_null());
    let visits: Vec<Value> = moment("started_at")
        .map(|at| json!({ "checked_in_on": at, "checked_out_on": moment("completed_at") }))
        .into_iter()
        .collect();
    json!({
        "id": worker.id(), "first_name": field("first_name"), "last_name": field("last_name"),
        "email": field("email"), "phone_numbers": [], "check_in_out": visits,
        "address": { "state": field("region"), "country": country(worker.text("country")) },
    })
}

fn country(two_letters: Option<&str>) -> Option<&str> {
    match two_letters {
        Some("US") => Some("USA"),
        Some("CA") => Some("CAN"),
        Some(_) | None => two_letters,
    }
}

fn pricing(order: &Record) -> Value {
    let (budget, rate) = (order.fields.get("budget_amount"), order.fields.get("rate_amount"));
    match order.text("pricing") {
        Some("hourly" | "per_hour") => json!({ "type": "per_hour", "per_hour_price": rate }),
        Some("per_unit") => json!({ "type": "per_unit", "per_unit_price": rate }),
        Some("blended_per_hour") => json!({ "type": "blended_per_hour", "initial_per_hour_price": rate }),
        Some("internal") => json!({ "type": "internal" }),
        Some(_) | None => json!({ "type": "flat", "flat_price": budget }),
    }
}

/// What the buyer pays: the worker's pay, and a tenth of it to WorkMarket.
fn payment(order: &Record) -> Value {
    let written = order.fields.get("final_pay").map(|pay| match pay {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            pay.to_string()
        }
    });
    let Some(Ok(pay)) = written.as_deref().map(Cents::from_dollars) else { return Value::Null };
    let fee = pay.get() / 10;
    let dollars = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
    json!({
        "total_cost": dollars(pay.get().saturating_add(fee)), "buyer_fee": dollars(fee),
        "paid_on": order.fields.get("completed_at"),
    })
}
