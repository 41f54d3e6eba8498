//! Work orders and workers as WorkMarket keeps them.

use axum::http::StatusCode;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::Hooks;
use super::employer::Account;
use crate::sandbox::answer::{Answer, Outcome, Refusal};
use crate::sandbox::courier::Message;
use crate::sandbox::desk::{Effect, World};
use crate::sandbox::form::{Form, INVALID_INPUT};
use crate::sandbox::ids::Ids;
use crate::sandbox::shelf::{Kept, Shelf};

pub(super) struct Market {
    pub ids: Ids,
    pub account: Account,
    hooks: Hooks,
    pub work_orders: Shelf<Record>,
    pub workers: Shelf<Record>,
    effects: Vec<Effect<Never>>,
}

/// WorkMarket does nothing by itself.
pub(super) enum Never {}

/// A work order or a worker, every field as it was set.
#[derive(Clone)]
pub(super) struct Record {
    id: String,
    pub fields: Map<String, Value>,
    /// When it was last changed, in Unix seconds.
    pub modified: i64,
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields.serialize(serializer)
    }
}

impl Record {
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.as_str()
    }

    pub(super) fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.fields.insert(field.to_owned(), value.into());
    }
}

impl Kept for Record {
    fn id(&self) -> &str {
        &self.id
    }

    fn group(&self) -> String {
        self.id.clone()
    }
}

/// What a work order answers for fields that were never set.
const EMPTY_FIELDS: [&str; 14] = [
    "title",
    "description",
    "category",
    "client_id",
    "worker_id",
    "pricing",
    "budget_amount",
    "rate_amount",
    "region",
    "start",
    "end",
    "started_at",
    "completed_at",
    "final_pay",
];

/// How a work order may be paid; the rate is for an hour, a piece, or each of the first hours.
const PRICINGS: [&str; 6] = ["flat", "hourly", "per_hour", "per_unit", "blended_per_hour", "internal"];

pub(super) fn find_work_order(market: &Market, id: &str) -> Outcome {
    let found = market.work_orders.get(id);
    found.map(Answer::ok).ok_or_else(|| missing("there is no such work order"))
}

pub(super) fn find_worker(market: &Market, id: &str) -> Outcome {
    let found = market.workers.get(id);
    found.map(Answer::ok).ok_or_else(|| missing("there is no such worker"))
}

/// Control: a new work order, or a direct edit of one, which WorkMarket tells nobody about.
pub(super) fn put_work_order(market: &mut Market, now: i64, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let id = form.text_if_sent("id");
    if form.has("pricing") {
        form.one_of("pricing", &PRICINGS);
    }
    for amount in ["budget_amount", "rate_amount", "final_pay"] {
        check_amount(&mut form, body, amount);
    }
    for moment in ["start", "end", "started_at", "completed_at"] {
        check_moment(&mut form, body, moment);
    }
    let worker = form.text_if_sent("worker_id");
    check_worker(market, &mut form, worker.as_deref());
    let status = form.text_if_sent("status").unwrap_or_else(|| "SENT".to_owned());
    form.done()?;
    let mut record = market.record(now, id, "wo_", body);
    record.set("status", status);
    record.fields.entry("country").or_insert_with(|| Value::from("US"));
    for field in EMPTY_FIELDS {
        record.fields.entry(field).or_insert(Value::Null);
    }
    let answer = Answer::created(&record);
    market.work_orders.put(record);
    Ok(answer)
}

/// Control: a new worker, or a direct edit of one.
pub(super) fn put_worker(market: &mut Market, now: i64, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let id = form.text_if_sent("id");
    form.text("first_name");
    form.text("last_name");
    form.text_if_sent("email");
    form.done()?;
    let mut record = market.record(now, id, "wk_", body);
    for field in ["email", "country", "region"] {
        record.fields.entry(field).or_insert(Value::Null);
    }
    let answer = Answer::created(&record);
    market.workers.put(record);
    Ok(answer)
}

pub(super) fn check_worker(market: &Market, form: &mut Form<'_>, worker: Option<&str>) {
    if worker.is_some_and(|id| market.workers.get(id).is_none()) {
        form.refuse("worker_id", INVALID_INPUT, "there is no such worker");
    }
}

/// Dollars, as text such as `325.00` or as a number.
pub(super) fn check_amount(form: &mut Form<'_>, body: &Value, field: &str) {
    let good = match body.get(field) {
        None | Some(Value::Null | Value::Number(_)) => true,
        Some(Value::String(text)) => {
            text.chars().all(|letter| letter.is_ascii_digit() || letter == '.') && text.parse::<f64>().is_ok()
        }
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => false,
    };
    if !good {
        form.refuse(field, INVALID_INPUT, "must be an amount in dollars, such as \"325.00\"");
    }
}

/// Unix seconds, or ISO 8601.
pub(super) fn check_moment(form: &mut Form<'_>, body: &Value, field: &str) {
    let good = match body.get(field) {
        None | Some(Value::Null) => true,
        Some(Value::Number(number)) => number.is_i64(),
        Some(Value::String(text)) => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => false,
    };
    if !good {
        form.refuse(field, INVALID_INPUT, "must be Unix seconds or an ISO 8601 time");
    }
}

pub(super) fn missing(message: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "not_found", message)
}

impl Market {
    pub(super) fn new(seed: u64, hooks: Hooks, account: Account) -> Self {
        Self {
            ids: Ids::from_seed(seed),
            account,
            hooks,
            work_orders: Shelf::new(),
            workers: Shelf::new(),
            effects: Vec::new(),
        }
    }

    fn record(&mut self, now: i64, id: Option<String>, prefix: &'static str, body: &Value) -> Record {
        let id = id.unwrap_or_else(|| self.ids.next(prefix));
        let mut fields = body.as_object().cloned().unwrap_or_default();
        fields.insert("id".to_owned(), Value::String(id.clone()));
        fields.remove("webhook");
        Record { id, fields, modified: now }
    }

    /// Queues the webhook of an event; it carries ids only, as the template that customers set up does.
    pub(super) fn tell(&mut self, now: i64, event: &str, work_order: &Record) {
        let id = self.ids.next("we_");
        let (segment, body) = self.hooks.told(&id, event, work_order, now);
        self.effects.push(Effect::Tell(Message {
            lane: work_order.id.clone(),
            id,
            kind: event.to_owned(),
            path: format!("/{segment}"),
            body,
        }));
    }
}

impl World for Market {
    type Chore = Never;

    fn take_effects(&mut self) -> Vec<Effect<Never>> {
        std::mem::take(&mut self.effects)
    }

    fn perform(&mut self, chore: Never, _: i64) {
        match chore {}
    }

    fn objects(&self) -> Vec<(&'static str, usize, Value)> {
        vec![
            ("workorders", self.work_orders.len(), self.work_orders.to_json()),
            ("workers", self.workers.len(), self.workers.to_json()),
        ]
    }
}
