//! What is asked of 1099Policy, and the JSON of it as the guide's sections 4.1 to 4.7 write it.

use bytes::Bytes;
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::id::{ContractorId, JobId, QuoteId, WorkOrderId, WorkerId};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use serde_json::{Value, json};
use url::Url;

/// A worker to be known to 1099Policy as a contractor (guide 4.1). It holds personal data, so it has no
/// `Debug`.
pub struct NewContractor<'a> {
    /// The worker in WorkMarket, kept there for reconciliation.
    pub worker: &'a WorkerId,
    /// The given name.
    pub first_name: &'a str,
    /// The family name.
    pub last_name: &'a str,
    /// The address that no other contractor may have; a proxy where the worker has none.
    pub email: &'a str,
    /// The country of residence in two letters.
    pub country: Option<&'a str>,
    /// The state of residence.
    pub region: Option<&'a str>,
}

/// The scope and pay to be insured (guide 4.2).
#[derive(Debug)]
pub struct NewJob<'a> {
    /// What people call the work.
    pub name: &'a str,
    /// The scope of it.
    pub description: &'a str,
    /// The vendor's id of the client the work is done for.
    pub entity: &'a str,
    /// The vendor's code of the kind of work.
    pub category_code: &'a str,
    /// The pay, in whole or by the hour.
    pub wage: Cents,
    /// What the pay is paid for.
    pub wage_type: WageType,
    /// The state the work is done in.
    pub region: Option<&'a str>,
    /// The work order that it is for.
    pub work_order: &'a WorkOrderId,
}

/// What a wage is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WageType {
    /// The whole job.
    FlatFee,
    /// Each hour.
    Hourly,
}

/// The cover to be priced (guide 4.3).
#[derive(Debug)]
pub struct NewQuote<'a> {
    /// Who is to be insured.
    pub contractor: &'a ContractorId,
    /// For what.
    pub job: &'a JobId,
    /// On which lines.
    pub lines: Lines,
    /// From when until when.
    pub window: Window,
    /// The work order that it is for.
    pub work_order: &'a WorkOrderId,
}

/// An insurance application for the contractor to fill in (guide 4.4).
#[derive(Debug)]
pub struct NewSession<'a> {
    /// The quote that is applied for.
    pub quote: &'a QuoteId,
    /// Where the contractor goes when done.
    pub success_url: &'a Url,
    /// Where the contractor goes when giving up.
    pub cancel_url: &'a Url,
    /// The work order that it is for.
    pub work_order: &'a WorkOrderId,
}

/// Cover to be tied to a work order's period (guide 4.5).
#[derive(Debug)]
pub struct NewAssignment<'a> {
    /// Who is insured.
    pub contractor: &'a ContractorId,
    /// For what.
    pub job: &'a JobId,
    /// From when until when.
    pub window: Window,
    /// On which lines.
    pub lines: Lines,
    /// The work order that it is for.
    pub work_order: &'a WorkOrderId,
}

/// A contractor's own certificate of insurance, to be checked (guide 4.6).
#[derive(Debug)]
pub struct NewCertificate<'a> {
    /// Whose it is.
    pub contractor: &'a ContractorId,
    /// The work order it was handed in for.
    pub work_order: &'a WorkOrderId,
    /// The document's file name, which has to end in `.pdf`.
    pub file_name: &'a str,
    /// The PDF.
    pub bytes: Bytes,
}

/// What a job was paid in the end (guide 4.7).
#[derive(Debug)]
pub struct NewInvoice<'a> {
    /// Who was paid.
    pub contractor: &'a ContractorId,
    /// For what.
    pub job: &'a JobId,
    /// How much, before deductions.
    pub gross_pay: Cents,
    /// The first moment paid for.
    pub paid_from: Timestamp,
    /// The last moment paid for.
    pub paid_until: Timestamp,
}

impl WageType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::FlatFee => "flatfee",
            Self::Hourly => "hourly",
        }
    }
}

impl NewContractor<'_> {
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({
            "contact": { "first_name": self.first_name, "last_name": self.last_name, "email": self.email },
            "custom_metadata": { "workmarket_worker_id": self.worker.as_str() },
        });
        let address = given([("country", self.country), ("region", self.region)]);
        if let (Some(body), false) = (body.as_object_mut(), address.is_empty()) {
            body.insert("address".to_owned(), address.into());
        }
        body
    }
}

impl NewJob<'_> {
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({
            "name": self.name,
            "description": self.description,
            "entity": self.entity,
            "category_code": self.category_code,
            "wage": self.wage.get(),
            "wage_type": self.wage_type.as_str(),
            "custom_metadata": for_work_order(self.work_order),
        });
        if let Some(body) = body.as_object_mut() {
            body.extend(given([("region", self.region)]));
        }
        body
    }
}

impl NewQuote<'_> {
    pub(crate) fn body(&self) -> Value {
        cover(self.contractor, self.job, self.lines, self.window, self.work_order)
    }
}

impl NewSession<'_> {
    pub(crate) fn body(&self) -> Value {
        json!({
            "quote": self.quote.as_str(),
            "success_url": self.success_url.as_str(),
            "cancel_url": self.cancel_url.as_str(),
            "custom_metadata": for_work_order(self.work_order),
        })
    }
}

impl NewAssignment<'_> {
    pub(crate) fn body(&self) -> Value {
        cover(self.contractor, self.job, self.lines, self.window, self.work_order)
    }
}

impl NewInvoice<'_> {
    pub(crate) fn body(&self) -> Value {
        json!({
            "contractor": self.contractor.as_str(),
            "job": self.job.as_str(),
            "gross_pay": self.gross_pay.get(),
            "paycycle_startdate": self.paid_from.unix(),
            "paycycle_enddate": self.paid_until.unix(),
        })
    }
}

/// A quote and an assignment are asked for in the same words.
fn cover(
    contractor: &ContractorId,
    job: &JobId,
    lines: Lines,
    window: Window,
    work_order: &WorkOrderId,
) -> Value {
    json!({
        "contractor": contractor.as_str(),
        "job": job.as_str(),
        "coverage_type": lines.iter().map(Line::as_str).collect::<Vec<_>>(),
        "effective_date": window.start().unix(),
        "end_date": window.end().unix(),
        "custom_metadata": for_work_order(work_order),
    })
}

fn for_work_order(work_order: &WorkOrderId) -> Value {
    json!({ "work_order_id": work_order.as_str() })
}

fn given<const N: usize>(fields: [(&str, Option<&str>); N]) -> serde_json::Map<String, Value> {
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}
