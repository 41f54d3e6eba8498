//! From a body to a [`Notice`].

use super::{Assignment, Kind, Notice, Policy, References, Texts};
use crate::webhook::field::{Malformed, Object, json};
use covertrail_domain::{
    cover::{Line, Lines},
    id::{
        AssignmentId, CertificateId, ContractorId, InvoiceId, JobId, PolicyId, QuoteId, SessionId,
        WorkOrderId,
    },
};
use serde_json::Value;

/// The event that the reference lists beside `policy.active`, for media liability alone.
const MEDIA_ACTIVE: &str = "policy.active.media";

pub(super) fn notice(body: &[u8]) -> Result<Notice, Malformed> {
    let body = json(body)?;
    let envelope = Object::new("", &body)?;
    let missing = |name| move || envelope.malformed(name, "missing");
    let kind = envelope.text("type")?.ok_or_else(missing("type"))?;
    let bare = bare(Kind::parse(kind));
    let told = || {
        let id = envelope.id("id", |id| Ok(id.to_owned()))?;
        let created = envelope.time("created")?;
        let data = subject(envelope.get("data").ok_or_else(missing("data"))?)?;
        told(Notice { id, created, ..bare.clone() }, data, kind == MEDIA_ACTIVE)
    };
    match bare.kind {
        Kind::CategoryAdded | Kind::Unknown(_) => Ok(told().unwrap_or(bare)),
        Kind::Policy(_)
        | Kind::Application(_)
        | Kind::Assignment(_)
        | Kind::Certificate(_)
        | Kind::Charge(_) => told(),
    }
}

fn bare(kind: Kind) -> Notice {
    Notice {
        id: None,
        kind,
        created: None,
        refs: References::default(),
        lines: None,
        unknown_lines: Texts::default(),
        effective: None,
        expires: None,
        canceled: None,
        reasons: Texts::default(),
    }
}

/// The object an event is about: `data` itself, or `data.object` where that is an object and no mere name.
fn subject(data: &Value) -> Result<Object<'_>, Malformed> {
    match data.get("object") {
        Some(object) if object.is_object() => Object::new("data.object", object),
        Some(_) | None => Object::new("data", data),
    }
}

fn told(bare: Notice, data: Object<'_>, media: bool) -> Result<Notice, Malformed> {
    let either = |one, other| if data.get(one).is_some() { one } else { other };
    let (lines, unknown_lines) = lines(data)?;
    let notice = Notice {
        refs: references(&bare.kind, data)?,
        // Said of media alone, it must not be taken for all that was quoted.
        lines: lines.or_else(|| media.then(|| Lines::from_iter([Line::Media]))),
        unknown_lines,
        effective: data.time("effective_date")?,
        expires: data.time(either("expiration_date", "end_date"))?,
        canceled: data.time(either("cancelled_at", "canceled_at"))?,
        reasons: reasons(data),
        ..bare
    };
    Ok(if in_force_at_no_time(&notice) { Notice { lines: Some(Lines::NONE), ..notice } } else { notice })
}

/// Dates of cover that are said, but are only half there or leave no time between them, must not be read as dates
/// that are left out: those are filled in from what was quoted.
fn in_force_at_no_time(notice: &Notice) -> bool {
    let dated = notice.effective.is_some() || notice.expires.is_some();
    match notice.kind {
        Kind::Policy(Policy::Active) | Kind::Assignment(Assignment::Active) => {
            dated && notice.window().is_none()
        }
        Kind::Policy(_)
        | Kind::Application(_)
        | Kind::Assignment(_)
        | Kind::Certificate(_)
        | Kind::Charge(_)
        | Kind::CategoryAdded
        | Kind::Unknown(_) => false,
    }
}

fn references(kind: &Kind, data: Object<'_>) -> Result<References, Malformed> {
    let own = |member| {
        let is_own = kind.subject() == Some(member) && data.get("id").is_some();
        if is_own { "id" } else { member }
    };
    let work_order = match data.get("custom_metadata").filter(|metadata| metadata.is_object()) {
        Some(metadata) => {
            let metadata = Object::new("custom_metadata", metadata)?;
            let id = metadata.id("work_order_id", WorkOrderId::parse);
            id.map_err(|error| data.malformed(&error.field, &error.reason))?
        }
        None => None,
    };
    Ok(References {
        work_order,
        contractor: data.id("contractor", ContractorId::parse)?,
        job: data.id("job", JobId::parse)?,
        quote: data.id("quote", QuoteId::parse)?,
        session: data.id(own("session"), SessionId::parse)?,
        policy: data.id(own("policy"), PolicyId::parse)?,
        assignment: data.id(own("assignment"), AssignmentId::parse)?,
        certificate: data.id(own("certificate"), CertificateId::parse)?,
        invoice: data.id(own("invoice"), InvoiceId::parse)?,
    })
}

fn lines(data: Object<'_>) -> Result<(Option<Lines>, Texts), Malformed> {
    let Some(value) = data.get("coverage_type") else { return Ok((None, Texts::default())) };
    let names: Option<Vec<&str>> = match value {
        Value::Array(names) => names.iter().map(Value::as_str).collect(),
        Value::String(name) if name.is_empty() => Some(Vec::new()),
        Value::String(name) => Some(vec![name]),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    };
    let names = names.ok_or_else(|| data.malformed("coverage_type", "not a list of lines of coverage"))?;
    let known = |name: &&str| Line::parse(&name.trim().to_ascii_lowercase());
    let unknown = names.iter().filter(|name| known(name).is_none());
    let lines = (!names.is_empty()).then(|| names.iter().filter_map(known).collect());
    Ok((lines, Texts::new(unknown)))
}

/// Words for people, so whatever stands there is taken as it is: a text, or a list of texts or objects.
fn reasons(data: Object<'_>) -> Texts {
    let said =
        ["failed_rules", "messages", "message", "reason"].into_iter().filter_map(|name| data.get(name));
    let each = said.flat_map(|value| match value {
        Value::Array(reasons) => reasons.as_slice(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            std::slice::from_ref(value)
        }
    });
    Texts::new(each.map(|reason| reason.as_str().map_or_else(|| reason.to_string(), str::to_owned)))
}
