//! A work order as WorkMarket tells it, parsed once: either all of it is usable, or every field that is
//! not is named.

use super::region;
use super::worker::Worker;
use crate::http::fields::{Fields, Malformed};
use crate::http::value;
use covertrail_domain::id::{ClientId, WorkOrderId, WorkerId};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// A piece of work, who does it, when, and for how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkOrder {
    /// The work order.
    pub id: WorkOrderId,
    /// How far it has come.
    pub status: Status,
    /// What people call it.
    pub title: String,
    /// The scope of it.
    pub description: String,
    /// The kind of work, in WorkMarket's words.
    pub category: String,
    /// Who it is done for.
    pub client: Option<ClientId>,
    /// Who does it, once somebody is assigned.
    pub worker: Option<WorkerId>,
    /// What is paid for it, as estimated.
    pub wage: Wage,
    /// The state it is done in, two capital letters where it is one of the US.
    pub region: Option<String>,
    /// The country it is done in, in two letters.
    pub country: Option<String>,
    /// When it is planned.
    pub window: Window,
    /// When it was begun.
    pub started_at: Option<Timestamp>,
    /// When it was done.
    pub ended_at: Option<Timestamp>,
    /// What was paid in the end.
    pub final_pay: Option<Cents>,
    /// How long was worked, in hundredths of an hour.
    pub hours_worked_hundredths: Option<i64>,
    /// When it was paid.
    pub paid_on: Option<Timestamp>,
}

/// How far a work order has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It is being written.
    Draft,
    /// It is offered to workers.
    Sent,
    /// Every worker it was offered to said no.
    Declined,
    /// A worker has taken it.
    Assigned,
    /// The worker has begun.
    InProgress,
    /// The work is done, whether it is paid yet or not.
    Completed,
    /// It will not be done.
    Canceled,
    /// A word of WorkMarket's that is not known here, as it was sent.
    Other(String),
}

/// What is paid for a work order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wage {
    /// For all of it (`budget_amount`).
    FlatFee(Cents),
    /// For each hour (`rate_amount`).
    Hourly(Cents),
    /// For each piece.
    Unit(Cents),
    /// For each of the first hours; those after them are paid otherwise.
    Blended(Cents),
    /// Nothing: an employee does it, who is insured as one.
    Internal,
}

impl WorkOrder {
    /// The state whose rules the cover follows: where the work is done, or where the worker lives when the
    /// work order does not say (guide 4.2).
    pub fn insured_region<'a>(&'a self, worker: &'a Worker) -> Option<&'a str> {
        self.region.as_deref().or(worker.region.as_deref())
    }

    /// The same for a work order as long as it stands as it does: what is read of it, hashed.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::digest(format!("{self:?}"));
        digest.iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
            // writing to a string cannot fail
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl Status {
    /// A word for it; of one that is not known here, WorkMarket's own.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Draft => "draft",
            Self::Sent => "sent",
            Self::Declined => "declined",
            Self::Assigned => "assigned",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
            Self::Other(word) => word,
        }
    }

    /// Reads WorkMarket's word for it, in any case and with or without separators.
    pub fn parse(text: &str) -> Self {
        let letters: String =
            text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        match letters.as_str() {
            "draft" => Self::Draft,
            "sent" => Self::Sent,
            "declined" => Self::Declined,
            "assigned" | "active" => Self::Assigned,
            "inprogress" => Self::InProgress,
            "completed" | "complete" | "paymentpending" | "paid" => Self::Completed,
            "canceled" | "cancelled" | "void" | "voided" => Self::Canceled,
            _ => Self::Other(text.to_owned()),
        }
    }
}

pub(super) fn read(body: &[u8]) -> Result<WorkOrder, Malformed> {
    let mut fields = Fields::open(body)?;
    let id = fields.required("id", value::id(WorkOrderId::parse));
    let status = fields.required("status", value::filled).map(|text| Status::parse(&text));
    let title = fields.required("title", value::filled);
    let description = fields.required("description", value::filled);
    let category = fields.required("category", value::filled);
    let client = fields.optional("client_id", value::id(ClientId::parse));
    let worker = fields.optional("worker_id", value::id(WorkerId::parse));
    let wage = wage(&mut fields);
    let (region, country) = region::read(&mut fields);
    let window = window(&mut fields);
    let started_at = fields.optional("started_at", value::timestamp);
    let ended_at = fields.optional("completed_at", value::timestamp);
    let final_pay = fields.optional("final_pay", value::dollars);
    let work_order = || {
        Some(WorkOrder {
            id: id?,
            status: status?,
            title: title?,
            description: description?,
            category: category?,
            client,
            worker,
            wage: wage?,
            region,
            country,
            window: window?,
            started_at,
            ended_at,
            final_pay,
            hours_worked_hundredths: None,
            paid_on: None,
        })
    };
    fields.finish(work_order())
}

/// The amount that the pricing calls for; without a pricing, the one that is there.
fn wage(fields: &mut Fields<'_>) -> Option<Wage> {
    let hourly = match fields.raw("pricing") {
        None => fields.raw("budget_amount").is_none() && fields.raw("rate_amount").is_some(),
        Some(_) => fields.required("pricing", |pricing| {
            match value::text(pricing)?.to_ascii_lowercase().as_str() {
                "flat" | "flatfee" | "flat_fee" => Ok(false),
                "hourly" | "per_hour" => Ok(true),
                _ => Err("neither flat nor hourly"),
            }
        })?,
    };
    if hourly {
        fields.required("rate_amount", value::dollars).map(Wage::Hourly)
    } else {
        fields.required("budget_amount", value::dollars).map(Wage::FlatFee)
    }
}

fn window(fields: &mut Fields<'_>) -> Option<Window> {
    let start = fields.required("start", value::timestamp);
    let end = fields.required("end", value::timestamp);
    let (start, end) = start.zip(end)?;
    Window::new(start, end).or_else(|| fields.refuse("end", "not after the start"))
}
