//! What was paid for an assignment in the end.

use crate::http::fields::Fields;
use crate::http::value;
use covertrail_domain::money::Cents;
use covertrail_domain::time::Timestamp;

/// What is known of the payment.
pub(super) struct Payment {
    /// What the worker gets: the buyer's cost without the fee. Only once it was approved: until then it is an estimate.
    pub(super) pay: Option<Cents>,
    pub(super) hours_worked_hundredths: Option<i64>,
    pub(super) paid_on: Option<Timestamp>,
}

pub(super) fn read(fields: &mut Fields<'_>, status: Option<&str>) -> Payment {
    let cost = fields.optional("payment.total_cost", value::dollars);
    let fee = fields.optional("payment.buyer_fee", value::dollars);
    let hours = fields.optional("payment.hours_worked", value::dollars);
    let paid_on = fields.optional("payment.paid_on", value::timestamp);
    let pay = cost.filter(|_| status.is_some_and(is_approved)).and_then(|cost| {
        match cost.get().checked_sub(fee.map_or(0, Cents::get)) {
            Some(pay) if pay >= 0 => Some(Cents::new(pay)),
            Some(_) | None => fields.refuse("payment.buyer_fee", "more than the total cost"),
        }
    });
    Payment { pay, hours_worked_hundredths: hours.map(Cents::get), paid_on }
}

/// Whether the client has agreed to what is to be paid.
fn is_approved(status: &str) -> bool {
    ["paymentpending", "paid"].iter().any(|known| status.eq_ignore_ascii_case(known))
}
