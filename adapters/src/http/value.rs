//! Single values as either vendor writes them. A reason for refusing one never repeats it.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use covertrail_domain::id::InvalidId;
use covertrail_domain::money::Cents;
use covertrail_domain::time::Timestamp;
use serde_json::value::RawValue;

type Read<T> = Result<T, &'static str>;

/// A text, without the white space around it.
pub(crate) fn text(value: &RawValue) -> Read<String> {
    let text: String = serde_json::from_str(value.get()).map_err(|_| "not a text")?;
    Ok(text.trim().to_owned())
}

/// A text with something in it.
pub(crate) fn filled(value: &RawValue) -> Read<String> {
    text(value).and_then(|text| if text.is_empty() { Err("empty") } else { Ok(text) })
}

/// An id, written as a text or as a whole number.
pub(crate) fn id<T>(parse: fn(&str) -> Result<T, InvalidId>) -> impl Fn(&RawValue) -> Read<T> {
    move |value| {
        let written = match whole(value.get()) {
            Some(_) => value.get().to_owned(),
            None => text(value)?,
        };
        parse(&written).map_err(|why| match why {
            InvalidId::Empty | InvalidId::TooShort { .. } => "an id is empty",
            InvalidId::TooLong { .. } => "an id is longer than 128 bytes",
            InvalidId::Character { .. } => {
                "an id has other characters than ASCII letters, digits and _ - . ~ :"
            }
            InvalidId::Dots => "an id is `.` or `..`",
        })
    }
}

/// Yes or no.
pub(crate) fn flag(value: &RawValue) -> Read<bool> {
    serde_json::from_str(value.get()).map_err(|_| "neither true nor false")
}

/// An amount in dollars that is not negative, as a number or a text, by its decimal digits alone.
pub(crate) fn dollars(value: &RawValue) -> Read<Cents> {
    let written = text_or_number(value)?;
    let cents = Cents::from_dollars(&written).map_err(|_| "not a decimal amount such as 325.00")?;
    if cents < Cents::new(0) { Err("a negative amount") } else { Ok(cents) }
}

/// A moment: Unix seconds, or ISO 8601 with its zone. A part of a second is dropped.
pub(crate) fn timestamp(value: &RawValue) -> Read<Timestamp> {
    let written = text_or_number(value)?;
    if let Some(seconds) = whole(&written) {
        let moment = Timestamp::from_unix(seconds);
        return if moment.unix() == seconds { Ok(moment) } else { Err("a date beyond the year 9999") };
    }
    DateTime::parse_from_rfc3339(&written)
        .or_else(|_| DateTime::parse_from_str(&written, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .or_else(|_| DateTime::parse_from_str(&written, "%Y-%m-%dT%H:%M%z"))
        .map(|moment| Timestamp::from_unix(moment.timestamp()))
        .map_err(|_| if is_zoneless(&written) { "a date without a zone" } else { "not a date" })
}

/// The texts of a list, or the one text that stands alone.
pub(crate) fn texts(value: &RawValue) -> Read<Vec<String>> {
    serde_json::from_str(value.get())
        .or_else(|_| text(value).map(|one| vec![one]))
        .map_err(|_| "not a list of texts")
}

/// A number or a text, as it is written.
pub(crate) fn text_or_number(value: &RawValue) -> Read<String> {
    match value.get() {
        number if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => Ok(number.to_owned()),
        _ => text(value).map_err(|_| "neither a number nor a text"),
    }
}

fn whole(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let only_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    // What is too large for 64 bits is out of every range that is asked for.
    only_digits.then(|| text.parse().unwrap_or(i64::MAX))
}

fn is_zoneless(text: &str) -> bool {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
        .into_iter()
        .any(|format| NaiveDateTime::parse_from_str(text, format).is_ok())
        || NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}
