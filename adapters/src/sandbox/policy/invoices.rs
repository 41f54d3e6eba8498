//! Invoices: what was really paid, and the premium that follows from it.

use serde::Serialize;
use serde_json::Value;

use super::quotes::{Quote, read_parties};
use super::world::PolicyWorld;
use crate::sandbox::answer::{Answer, Outcome};
use crate::sandbox::form::{Form, INVALID_INPUT};
use crate::sandbox::shelf::Kept;

const LEAST_PAY_CENTS: i64 = 100;
/// A rate is cents for each of these many cents of pay.
const RATED_PAY_CENTS: i64 = 10_000;

#[derive(Serialize)]
pub(super) struct Invoice {
    id: String,
    object: &'static str,
    created: i64,
    contractor: String,
    job: String,
    gross_pay: i64,
    paycycle_startdate: i64,
    paycycle_enddate: i64,
    premium_due: i64,
}

impl Kept for Invoice {
    fn id(&self) -> &str {
        &self.id
    }

    fn group(&self) -> String {
        self.job.clone()
    }
}

pub(super) fn create(world: &mut PolicyWorld, now: i64, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let (contractor, job) = read_parties(&mut form, world);
    let gross_pay = form.at_least("gross_pay", LEAST_PAY_CENTS);
    let paycycle_startdate = form.whole("paycycle_startdate");
    let paycycle_enddate = form.whole("paycycle_enddate");
    if form.has("paycycle_enddate") && paycycle_enddate < paycycle_startdate {
        let text = "must not come before paycycle_startdate";
        form.refuse("paycycle_enddate", INVALID_INPUT, text);
    }
    form.done()?;
    let rate = world.quotes.of_group(&job).next().map_or(0, quoted_rate);
    let invoice = Invoice {
        id: world.ids.next("in_"),
        object: "invoice",
        created: now,
        contractor,
        job,
        gross_pay,
        paycycle_startdate,
        paycycle_enddate,
        premium_due: gross_pay.saturating_mul(rate) / RATED_PAY_CENTS,
    };
    let answer = Answer::created(&invoice);
    world.invoices.put(invoice);
    Ok(answer)
}

fn quoted_rate(quote: &Quote) -> i64 {
    quote.net_rate
}
