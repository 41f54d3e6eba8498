//! An assignment as the employer API tells it, read as a work order and its worker.

use super::{payment, pricing};
use crate::http::fields::{Fields, Malformed};
use crate::http::value;
use crate::workmarket::{Status, WorkOrder, Worker, region};
use covertrail_domain::id::{ClientId, WorkOrderId, WorkerId};
use covertrail_domain::time::{Timestamp, Window};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::time::Duration;

pub(super) fn read(
    response: &RawValue,
    default_length: Duration,
) -> Result<(WorkOrder, Option<Worker>), Malformed> {
    let mut fields = Fields::open_deep(response.get().as_bytes())?;
    let id = fields.required("id", value::id(WorkOrderId::parse));
    let word = fields.required("status", value::filled);
    let status = word.as_deref().map(Status::parse);
    let title = fields.required("title", value::filled);
    let description = fields.required("description", value::filled);
    let category = fields.required("industry", value::filled);
    let client = fields.optional("client", value::id(ClientId::parse));
    let wage = pricing::read(&mut fields);
    let region = place(&mut fields, "location.state").map(region::state);
    let country = place(&mut fields, "location.country").map(region::country);
    let window = window(&mut fields, default_length);
    let (started_at, checked_out) = attendance(&mut fields);
    let payment = payment::read(&mut fields, word.as_deref());
    let is_somebody_on_it = is_somebody_on_it(&fields);
    let worker = if is_somebody_on_it { worker(&mut fields) } else { None };
    let work_order = || {
        let status = status?;
        Some(WorkOrder {
            id: id?,
            title: title?,
            description: description?,
            category: category?,
            client,
            worker: worker.as_ref().map(|worker| worker.id.clone()),
            wage: wage?,
            region,
            country,
            window: window?,
            started_at,
            ended_at: checked_out.filter(|_| status == Status::Completed),
            final_pay: payment.pay,
            hours_worked_hundredths: payment.hours_worked_hundredths,
            paid_on: payment.paid_on,
            status,
        })
    };
    let work_order = work_order();
    fields.finish(work_order).map(|work_order| (work_order, worker))
}

/// Nobody is there as `null`, as an empty object, or not at all.
fn is_somebody_on_it(fields: &Fields<'_>) -> bool {
    fields.raw("active_resource").is_some_and(|resource| {
        let members: Option<BTreeMap<String, &RawValue>> = serde_json::from_str(resource.get()).ok();
        members.is_none_or(|members| members.values().any(|value| value.get() != "null"))
    })
}

fn worker(fields: &mut Fields<'_>) -> Option<Worker> {
    let id = fields.required("active_resource.id", value::id(WorkerId::parse));
    let first_name = fields.required("active_resource.first_name", value::filled);
    let last_name = fields.required("active_resource.last_name", value::filled);
    let email = fields.optional("active_resource.email", value::text).filter(|email| !email.is_empty());
    let region = place(fields, "active_resource.address.state").map(region::state);
    let country = place(fields, "active_resource.address.country").map(region::country);
    Some(Worker { id: id?, first_name: first_name?, last_name: last_name?, email, country, region })
}

fn place(fields: &mut Fields<'_>, field: &'static str) -> Option<String> {
    fields.optional(field, value::text).filter(|text| !text.is_empty())
}

/// The window, by its newer names or its older ones; work whose end is not said is taken to last as configured.
fn window(fields: &mut Fields<'_>, default_length: Duration) -> Option<Window> {
    let start_name = present(fields, ["assignment_window_start", "scheduled_start"]);
    let end_name = present(fields, ["assignment_window_end", "scheduled_end"]);
    let start = fields.required(start_name, value::timestamp);
    let given = fields.raw(end_name).is_some();
    let end = fields.optional(end_name, value::timestamp);
    let start = start?;
    let end =
        if given { end? } else { start.plus(i64::try_from(default_length.as_secs()).unwrap_or(i64::MAX)) };
    Window::new(start, end).or_else(|| fields.refuse(end_name, "not after the start"))
}

fn present(fields: &Fields<'_>, [newer, older]: [&'static str; 2]) -> &'static str {
    if fields.raw(newer).is_none() && fields.raw(older).is_some() { older } else { newer }
}

/// When the worker first checked in, and last checked out.
fn attendance(fields: &mut Fields<'_>) -> (Option<Timestamp>, Option<Timestamp>) {
    let visits = fields.optional("active_resource.check_in_out", |visits| {
        serde_json::from_str::<Vec<&RawValue>>(visits.get()).map_err(|_| "not a list")
    });
    let (mut first_in, mut last_out) = (None, None);
    for visit in visits.unwrap_or_default() {
        let Ok(mut visit) = Fields::open(visit.get().as_bytes()) else {
            fields.refuse::<()>("active_resource.check_in_out", "not a list of objects");
            break;
        };
        let (came, left) = (
            visit.optional("checked_in_on", value::timestamp),
            visit.optional("checked_out_on", value::timestamp),
        );
        if visit.finish(Some(())).is_err() {
            fields.refuse::<()>("active_resource.check_in_out", "not a date");
        }
        first_in = [first_in, came].into_iter().flatten().min();
        last_out = last_out.max(left);
    }
    (first_in, last_out)
}
