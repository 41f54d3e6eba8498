//! Invoices: what was really paid, and the premium that follows from it.

use serde::Serialize;
use serde_json::Value;

use super::cover::read_parties;
use super::crud;
use super::object::{Object, Terms};
use super::telling::Happening;
use super::world::PolicyWorld;
use crate::sandbox::answer::{Outcome, Refusal, as_json};
use crate::sandbox::form::Form;
use crate::sandbox::shelf::Shelf;

const LEAST_PAY_CENTS: i64 = 100;
/// A rate is cents for each of these many cents of pay.
const RATED_PAY_CENTS: i64 = 10_000;

#[derive(Clone, Serialize)]
pub(super) struct Invoice {
    pub contractor: String,
    job: String,
    gross_pay: i64,
    paycycle_startdate: i64,
    paycycle_enddate: i64,
    premium_due: i64,
    paid: bool,
}

impl Terms for Invoice {
    const OBJECT: &'static str = "invoice";
    const PREFIX: &'static str = "in_";

    fn shelf(world: &PolicyWorld) -> &Shelf<Object<Self>> {
        &world.invoices
    }

    fn shelf_mut(world: &mut PolicyWorld) -> &mut Shelf<Object<Self>> {
        &mut world.invoices
    }

    fn read(form: &mut Form<'_>, world: &PolicyWorld, _: i64, _: Option<&Object<Self>>) -> Self {
        let (contractor, job) = read_parties(form, world);
        let gross_pay = form.at_least("gross_pay", LEAST_PAY_CENTS);
        let paycycle_startdate = form.whole("paycycle_startdate");
        let paycycle_enddate = form.whole("paycycle_enddate");
        if form.has("paycycle_enddate") && paycycle_enddate < paycycle_startdate {
            let text = "must not come before paycycle_startdate";
            form.refuse("paycycle_enddate", "invalid_paycycle_enddate", text);
        }
        let rate = world.quotes.of_group(&job).next().map_or(0, |quote| quote.net_rate);
        Self {
            contractor,
            job,
            gross_pay,
            paycycle_startdate,
            paycycle_enddate,
            premium_due: gross_pay.saturating_mul(rate) / RATED_PAY_CENTS,
            paid: false,
        }
    }

    fn group(&self) -> String {
        self.job.clone()
    }

    fn contractor(object: &Object<Self>) -> Option<&str> {
        Some(&object.contractor)
    }

    /// Work is invoiced after it was done, so a policy that has ended since does as well.
    fn check(&self, world: &PolicyWorld, _: Option<&Object<Self>>) -> Result<(), Refusal> {
        let ever_insured = world.policies.of_group(&self.contractor).next().is_some();
        if world.settings.invoice_needs_policy && !ever_insured {
            return Err(Refusal::bad("no_active_policy", "the contractor has no policy"));
        }
        Ok(())
    }

    fn may_change(object: &Object<Self>, _: &PolicyWorld) -> Result<(), Refusal> {
        if object.paid {
            return Err(Refusal::bad("invoice_already_paid", "the invoice is paid"));
        }
        Ok(())
    }

    fn may_go(object: &Object<Self>, world: &PolicyWorld, _: i64) -> Result<(), Refusal> {
        Self::may_change(object, world)
    }
}

/// Control: the card is charged for the premium, or refuses.
pub(super) fn charge(world: &mut PolicyWorld, now: i64, id: &str, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let succeeds = form.one_of("result", &["succeeded", "failed"]) == "succeeded";
    form.done()?;
    Invoice::may_change(crud::get(world, id)?, world)?;
    if let Some(invoice) = world.invoices.get_mut(id) {
        invoice.paid = succeeds;
        let invoice = invoice.clone();
        let happening = if succeeds { Happening::CardCharged } else { Happening::CardRefused };
        world.tell(now, happening, &invoice.contractor, as_json(&invoice));
    }
    crud::find::<Invoice>(world, id)
}
