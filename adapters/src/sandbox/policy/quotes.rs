//! Quotes: what cover for a job would cost, and whether the vendor would write it.

use serde::Serialize;
use serde_json::{Value, json};

use super::cover::{Cover, DAY, Silence, rate, rate_of};
use super::object::{Object, Terms};
use super::sessions::Session;
use super::world::PolicyWorld;
use crate::sandbox::answer::Refusal;
use crate::sandbox::form::{Form, INVALID_INPUT};
use crate::sandbox::shelf::Shelf;

/// States whose workers' compensation comes from a state fund alone.
const STATE_FUND_ONLY: [&str; 4] = ["ND", "OH", "WA", "WY"];

#[derive(Clone, Serialize)]
pub(super) struct Quote {
    #[serde(flatten)]
    pub cover: Cover,
    pub eligible: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    eligible_message: Option<&'static str>,
    /// Cents per $100 of pay, as the other rates.
    pub net_rate: i64,
    gl_net_rate: Option<i64>,
    wc_net_rate: Option<i64>,
    #[serde(rename = "quote_json")]
    details: Value,
}

impl Terms for Quote {
    const OBJECT: &'static str = "quote";
    const PREFIX: &'static str = "qt_";

    fn shelf(world: &PolicyWorld) -> &Shelf<Object<Self>> {
        &world.quotes
    }

    fn shelf_mut(world: &mut PolicyWorld) -> &mut Shelf<Object<Self>> {
        &mut world.quotes
    }

    fn read(form: &mut Form<'_>, world: &PolicyWorld, now: i64, before: Option<&Object<Self>>) -> Self {
        let silence = Silence {
            lines: None,
            effective_date: before.map_or(now.saturating_add(DAY), |before| before.cover.effective_date),
            end_date: before.map(|before| before.cover.end_date),
        };
        let cover = Cover::read(form, world, silence);
        let is_new = before.is_none_or(|before| before.cover.effective_date != cover.effective_date);
        if is_new && cover.effective_date < now.saturating_sub(world.settings.effective_tolerance_seconds) {
            form.refuse("effective_date", "effective_date_invalid", "lies in the past");
        }
        if cover.has("workers-comp")
            && let Some(region) = world.region_of(&cover)
            && STATE_FUND_ONLY.contains(&region.to_uppercase().as_str())
        {
            let text = format!("workers-comp is not offered in {region}");
            form.refuse("coverage_type", INVALID_INPUT, text);
        }
        let eligible = !world.quotes_declined(&cover.contractor, &form.object("custom_metadata"));
        Self::priced(cover, eligible)
    }

    fn group(&self) -> String {
        self.cover.job.clone()
    }

    fn contractor(object: &Object<Self>) -> Option<&str> {
        Some(&object.cover.contractor)
    }

    fn check(&self, world: &PolicyWorld, before: Option<&Object<Self>>) -> Result<(), Refusal> {
        let parties = |quote: &Self| (quote.cover.contractor.clone(), quote.cover.job.clone());
        if before.is_some_and(|before| parties(before) != parties(self)) {
            return Err(another("the contractor and the job of a quote stay"));
        }
        if world.policy_on_file(&self.cover).is_some() {
            return Err(Refusal::bad(
                "contractor_has_matching_policy",
                "Contractor already has a matching policy on file",
            ));
        }
        Ok(())
    }

    fn may_change(object: &Object<Self>, world: &PolicyWorld) -> Result<(), Refusal> {
        if world.sessions.of_group(&object.id).any(|session| Session::is_complete(session)) {
            return Err(another("the quote has been applied for"));
        }
        Ok(())
    }
}

impl Quote {
    fn priced(cover: Cover, eligible: bool) -> Self {
        let price = |line: &str| cover.has(line).then(|| rate_of(line)).flatten();
        let prices: Vec<Value> = cover
            .coverage_type
            .iter()
            .map(|line| json!({"coverage_type": line, "net_rate": rate_of(line)}))
            .collect();
        Self {
            eligible,
            eligible_message: (!eligible).then_some("This contractor or job is not eligible for coverage."),
            net_rate: rate(&cover.coverage_type),
            gl_net_rate: price("general"),
            wc_net_rate: price("workers-comp"),
            details: json!({ "coverage": prices }),
            cover,
        }
    }
}

fn another(reason: &str) -> Refusal {
    Refusal::bad("cant_update_create_new_quote", format!("{reason}; create a new quote"))
}

impl PolicyWorld {
    /// Where the work is: the job's region, or else the contractor's.
    fn region_of(&self, cover: &Cover) -> Option<String> {
        let of_job = self.jobs.get(&cover.job).and_then(|job| job.region.clone());
        of_job.or_else(|| self.contractors.get(&cover.contractor)?.region.clone())
    }
}
