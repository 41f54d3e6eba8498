//! What an assignment pays: one of five pricings, each with a price of its own.

use crate::http::fields::Fields;
use crate::http::value;
use crate::workmarket::Wage;

pub(super) fn read(fields: &mut Fields<'_>) -> Option<Wage> {
    let pricing = fields.required("pricing.type", |pricing| {
        Pricing::parse(&value::text(pricing)?)
            .ok_or("none of flat, per_hour, per_unit, blended_per_hour and internal")
    })?;
    match pricing {
        Pricing::Flat => fields.required("pricing.flat_price", value::dollars).map(Wage::FlatFee),
        Pricing::PerHour => fields.required("pricing.per_hour_price", value::dollars).map(Wage::Hourly),
        Pricing::PerUnit => fields.required("pricing.per_unit_price", value::dollars).map(Wage::Unit),
        Pricing::Blended => {
            fields.required("pricing.initial_per_hour_price", value::dollars).map(Wage::Blended)
        }
        Pricing::Internal => Some(Wage::Internal),
    }
}

enum Pricing {
    Flat,
    PerHour,
    PerUnit,
    Blended,
    Internal,
}

impl Pricing {
    fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().replace(['-', ' '], "_").as_str() {
            "flat" => Some(Self::Flat),
            "per_hour" => Some(Self::PerHour),
            "per_unit" => Some(Self::PerUnit),
            "blended_per_hour" => Some(Self::Blended),
            "internal" => Some(Self::Internal),
            _ => None,
        }
    }
}
