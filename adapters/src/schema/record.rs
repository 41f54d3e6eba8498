//! The values that are objects in JSON.

use super::form::{Value, form, record, value};
use super::malformed::Fault;
use super::scalar::Text;
use covertrail_domain::cover::Lines;
use covertrail_domain::coverage::{BindOn, Cover, Decision, Evidence, Post, Quote, Terms, Wage, Waiver};
use covertrail_domain::id::{
    AssignmentId, CertificateId, ClientId, ContractorId, JobId, PersonId, PolicyId, QuoteId,
};
use covertrail_domain::money::Cents;
use covertrail_domain::time::{Timestamp, Window};
use std::marker::PhantomData;

record! { Terms as StoredTerms {
    title: String, description: String, category: String, client: Option<ClientId>, wage: Wage,
    region: Option<String>, window: Window, required: Lines as "required_lines", bind_on: BindOn
} }
record! { Post as StoredPost { contractor: ContractorId, job: JobId } }
record! { Quote as StoredQuote { id: QuoteId, cover: Cover } }
record! { Waiver as StoredWaiver { by: PersonId, reason: String, until: Timestamp as "ends_at" } }

form! { Span { start: Timestamp, end: Timestamp } }
form! { CoverSpan { lines: Lines, start: Timestamp, end: Timestamp } }
form! { Amount {
    flat_fee: Option<Cents> as "flat_fee_cents", hourly: Option<Cents> as "hourly_cents",
    unit: Option<Cents> as "unit_cents", blended: Option<Cents> as "blended_cents"
} }
form! { Subject {
    policy: Option<PolicyId>, assignment: Option<AssignmentId>, certificate: Option<CertificateId>
} }
form! { Decided { outcome: String, cover: Option<Cover> } }

impl Value for Window {
    type Form<'a> = Span<'a>;

    fn form(&self) -> Span<'_> {
        Span { start: self.start().unix(), end: self.end().unix(), life: PhantomData }
    }

    fn read(form: Span<'_>) -> Result<Self, Fault> {
        let Span { start, end, life: _ } = form;
        Self::new(value!(start)?, value!(end)?)
            .ok_or_else(|| Fault::new("is not after the start").within("end"))
    }
}

impl Value for Cover {
    type Form<'a> = CoverSpan<'a>;

    fn form(&self) -> CoverSpan<'_> {
        let Span { start, end, life } = self.window.form();
        CoverSpan { lines: self.lines.form(), start, end, life }
    }

    fn read(form: CoverSpan<'_>) -> Result<Self, Fault> {
        let CoverSpan { lines, start, end, life } = form;
        Ok(Self { lines: Lines::read(lines)?, window: Window::read(Span { start, end, life })? })
    }
}

impl Value for Wage {
    type Form<'a> = Amount<'a>;

    fn form(&self) -> Amount<'_> {
        let mut form = Amount { flat_fee: None, hourly: None, unit: None, blended: None, life: PhantomData };
        match self {
            Self::FlatFee(cents) => form.flat_fee = Some(cents.get()),
            Self::Hourly(cents) => form.hourly = Some(cents.get()),
            Self::Unit(cents) => form.unit = Some(cents.get()),
            Self::Blended(cents) => form.blended = Some(cents.get()),
        }
        form
    }

    fn read(form: Amount<'_>) -> Result<Self, Fault> {
        let amount = |cents: Option<i64>, paid: fn(Cents) -> Self| cents.map(|cents| paid(Cents::new(cents)));
        let mut amounts = [
            amount(form.flat_fee, Self::FlatFee),
            amount(form.hourly, Self::Hourly),
            amount(form.unit, Self::Unit),
            amount(form.blended, Self::Blended),
        ]
        .into_iter()
        .flatten();
        match (amounts.next(), amounts.next()) {
            (Some(wage), None) => Ok(wage),
            (Some(_) | None, Some(_) | None) => Err(Fault::new(
                "is not one of `flat_fee_cents`, `hourly_cents`, `unit_cents` and `blended_cents`",
            )),
        }
    }
}

impl Value for Evidence {
    type Form<'a> = Subject<'a>;

    fn form(&self) -> Subject<'_> {
        let mut form = Subject { policy: None, assignment: None, certificate: None, life: PhantomData };
        match self {
            Self::Policy(id) => form.policy = Some(id.form()),
            Self::Assignment(id) => form.assignment = Some(id.form()),
            Self::Certificate(id) => form.certificate = Some(id.form()),
        }
        form
    }

    fn read(form: Subject<'_>) -> Result<Self, Fault> {
        let Subject { policy, assignment, certificate, life: _ } = form;
        match (value!(policy)?, value!(assignment)?, value!(certificate)?) {
            (Some(id), None, None) => Ok(Self::Policy(id)),
            (None, Some(id), None) => Ok(Self::Assignment(id)),
            (None, None, Some(id)) => Ok(Self::Certificate(id)),
            _ => Err(Fault::new("is not one of `policy`, `assignment` and `certificate`")),
        }
    }
}

impl Value for Decision {
    type Form<'a> = Decided<'a>;

    fn form(&self) -> Decided<'_> {
        let (outcome, cover) = match self {
            Self::Approved(cover) => ("approved", Some(cover.form())),
            Self::Denied => ("denied", None),
        };
        Decided { outcome: Text::from(outcome), cover, life: PhantomData }
    }

    fn read(form: Decided<'_>) -> Result<Self, Fault> {
        let Decided { outcome, cover, life: _ } = form;
        match (&*outcome.0, value!(cover)?) {
            ("approved", Some(cover)) => Ok(Self::Approved(cover)),
            ("denied", None) => Ok(Self::Denied),
            ("approved", None) => Err(Fault::new("is missing for an approval").within("cover")),
            ("denied", Some(_)) => Err(Fault::new("has no place in a denial").within("cover")),
            _ => Err(Fault::new("is neither `approved` nor `denied`").within("outcome")),
        }
    }
}
