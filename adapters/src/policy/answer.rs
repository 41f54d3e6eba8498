//! What 1099Policy answers, read field by field in either of its forms. Unknown fields are left alone; what we go on
//! by has to be there and readable.

use crate::http::fields::{Fields, Malformed};
use crate::http::{capped, plain, value};
use covertrail_domain::cover::{Line, Lines};
use covertrail_domain::id;
use covertrail_domain::time::Window;
use serde_json::value::RawValue;

/// The id of what was made.
pub(super) fn created<T>(body: &[u8], parse: fn(&str) -> Result<T, id::InvalidId>) -> Result<T, Malformed> {
    let mut fields = Fields::open(body)?;
    let id = fields.required("id", value::id(parse));
    fields.finish(id)
}

/// The objects of a list, which the vendor sends bare; within `data`, as others do, it would be one too.
pub(super) fn list(body: &[u8]) -> Result<Vec<&RawValue>, Malformed> {
    if let Ok(bare) = serde_json::from_slice(body) {
        return Ok(bare);
    }
    let not_a_list = || Malformed::new("answer", "not a list");
    let wrapped = Fields::open(body).map_err(|_| not_a_list())?;
    let data = wrapped.raw("data").ok_or_else(not_a_list)?;
    serde_json::from_str(data.get()).map_err(|_| Malformed::new("data", "not a list"))
}

/// The vendor's reason, if it answers that the contractor is not eligible: `eligible` is a flag beside
/// `eligible_message`, or an object of `result` and `message`.
pub(super) fn ineligible(fields: &mut Fields<'_>) -> Option<String> {
    let beside = fields.optional("eligible_message", value::text);
    let (eligible, within) = fields.optional("eligible", |eligible| {
        if let Ok(flag) = value::flag(eligible) {
            return Ok((flag, None));
        }
        let unclear = "neither a flag nor an object with a result";
        let mut object = Fields::open(eligible.get().as_bytes()).map_err(|_| unclear)?;
        let message = object.optional("message", value::text);
        let result = object.required("result", value::flag);
        object.finish(result).map(|flag| (flag, message)).map_err(|_| unclear)
    })?;
    (!eligible).then(|| shown(&within.or(beside).unwrap_or_else(|| "not eligible".to_owned())))
}

pub(super) fn shown(message: &str) -> String {
    capped(&plain(&message.into()))
}

/// The time that the answer names, with what was asked for where it does not.
pub(super) fn window_or(fields: &mut Fields<'_>, asked: Window) -> Option<Window> {
    let start = fields.optional("effective_date", value::timestamp).unwrap_or(asked.start());
    let end = fields.optional("end_date", value::timestamp).unwrap_or(asked.end());
    Window::new(start, end).or_else(|| fields.refuse("end_date", "not after effective_date"))
}

/// The lines that are known here, if any is named; a line we do not know is none that anybody required.
pub(super) fn lines(value: &RawValue) -> Result<Option<Lines>, &'static str> {
    let names = value::texts(value)?;
    let known = |name: &String| Line::parse(&name.trim().to_ascii_lowercase());
    Ok((!names.is_empty()).then(|| names.iter().filter_map(known).collect()))
}
