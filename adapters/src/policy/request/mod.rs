//! What is asked of 1099Policy, whichever of its two wire forms it is then written in.

mod guide;
mod reference;

use super::wire::Wire;
use bytes::Bytes;
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::id::{ContractorId, JobId, QuoteId, WorkOrderId, WorkerId};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use serde_json::{Map, Value, json};
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
    /// Each piece.
    Unit,
    /// More than one of these.
    Blended,
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
            Self::Unit => "unit",
            Self::Blended => "blended",
        }
    }
}

impl NewContractor<'_> {
    pub(in crate::policy) fn written(&self, wire: Wire) -> Value {
        match wire {
            Wire::Guide => guide::contractor(self),
            Wire::Reference(_) => reference::contractor(self),
        }
    }
}

impl NewJob<'_> {
    pub(in crate::policy) fn written(&self, wire: Wire) -> Value {
        match wire {
            Wire::Guide => guide::job(self),
            Wire::Reference(_) => reference::job(self),
        }
    }

    /// What both forms say alike.
    fn common(&self) -> Value {
        json!({
            "name": self.name,
            "description": self.description,
            "entity": self.entity,
            "category_code": self.category_code,
            "wage": self.wage.get(),
            "wage_type": self.wage_type.as_str(),
            "custom_metadata": for_work_order(self.work_order),
        })
    }
}

impl NewQuote<'_> {
    pub(in crate::policy) fn written(&self, wire: Wire) -> Value {
        let cover = cover(self.contractor, self.job, self.lines, self.window);
        told_of(wire, cover, self.work_order)
    }
}

impl NewSession<'_> {
    pub(in crate::policy) fn written(&self, wire: Wire) -> Value {
        let session = json!({
            "quote": self.quote.as_str(),
            "success_url": self.success_url.as_str(),
            "cancel_url": self.cancel_url.as_str(),
        });
        told_of(wire, session, self.work_order)
    }
}

impl NewAssignment<'_> {
    pub(in crate::policy) fn written(&self, wire: Wire) -> Value {
        let cover = cover(self.contractor, self.job, self.lines, self.window);
        told_of(wire, cover, self.work_order)
    }
}

impl NewInvoice<'_> {
    pub(in crate::policy) fn written(&self) -> Value {
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
fn cover(contractor: &ContractorId, job: &JobId, lines: Lines, window: Window) -> Value {
    json!({
        "contractor": contractor.as_str(),
        "job": job.as_str(),
        "coverage_type": lines.iter().map(Line::as_str).collect::<Vec<_>>(),
        "effective_date": window.start().unix(),
        "end_date": window.end().unix(),
    })
}

/// Quotes, sessions and assignments differ in this alone: only the guide has them carry the work order.
fn told_of(wire: Wire, body: Value, work_order: &WorkOrderId) -> Value {
    match wire {
        Wire::Guide => with(body, "custom_metadata", for_work_order(work_order)),
        Wire::Reference(_) => body,
    }
}

fn for_work_order(work_order: &WorkOrderId) -> Value {
    json!({ "work_order_id": work_order.as_str() })
}

/// Those of the fields that are known.
fn given<const N: usize>(fields: [(&str, Option<&str>); N]) -> Map<String, Value> {
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}

/// An address goes only where something of it is known.
fn with_address(body: Value, address: Map<String, Value>) -> Value {
    if address.is_empty() { body } else { with(body, "address", address.into()) }
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    if let Some(body) = body.as_object_mut() {
        body.insert(field.to_owned(), value);
    }
    body
}

/// The guide's form, which the tables of its sections 4.1 to 4.3 are compared with.
#[cfg(test)]
mod in_the_guides_form {
    use super::{NewContractor, NewJob, NewQuote, Value, Wire};

    impl NewContractor<'_> {
        pub(crate) fn body(&self) -> Value {
            self.written(Wire::Guide)
        }
    }

    impl NewJob<'_> {
        pub(crate) fn body(&self) -> Value {
            self.written(Wire::Guide)
        }
    }

    impl NewQuote<'_> {
        pub(crate) fn body(&self) -> Value {
            self.written(Wire::Guide)
        }
    }
}
