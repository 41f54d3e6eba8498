//! What 1099Policy has on file: policies and certificates.

use super::answer::{lines, list, shown};
use crate::http::fields::{Fields, Malformed};
use crate::http::{capped, plain, value};
use covertrail_domain::cover::Lines;
use covertrail_domain::id::{CertificateId, PolicyId, QuoteId};
use covertrail_domain::time::{Timestamp, Window};
use serde_json::Value;
use serde_json::value::RawValue;

/// A contractor's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyOnFile {
    /// The policy.
    pub id: PolicyId,
    /// Whether it is in force.
    pub status: PolicyStatus,
    /// The lines it covers, where the vendor names them; none where its dates leave no time.
    pub lines: Option<Lines>,
    /// The time it covers, where the vendor names both ends; none where it was canceled from its start.
    pub window: Option<Window>,
    /// The quote that it was applied for with.
    pub quote: Option<QuoteId>,
    /// When it was canceled, where the vendor says.
    pub canceled: Option<Timestamp>,
}

/// Whether a policy is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyStatus {
    /// It is.
    Active,
    /// It was ended early.
    Canceled,
    /// It has run out.
    Expired,
    /// A word of the vendor's that is not known here.
    Other(String),
}

/// A certificate of insurance that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate.
    pub id: CertificateId,
    /// What the vendor makes of it.
    pub status: CertificateStatus,
    /// The lines it shows cover for, where the vendor names them.
    pub lines: Option<Lines>,
    /// The time it shows cover for, where the vendor names both ends.
    pub window: Option<Window>,
    /// The requirements that it does not meet, in the vendor's words.
    pub failed_rules: Vec<String>,
}

/// What the vendor makes of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateStatus {
    /// It is still being looked at.
    Pending,
    /// It shows the cover required (`approved`, or `validated` in the guide).
    Approved,
    /// A person has to look at it.
    Flagged,
    /// It does not show the cover required.
    Denied,
    /// The document could not be read (`error`).
    Failed,
    /// A word of the vendor's that is not known here.
    Other(String),
}

pub(super) fn policies(body: &[u8]) -> Result<Vec<PolicyOnFile>, Malformed> {
    list(body)?.into_iter().map(|one| policy(one.get().as_bytes())).collect()
}

pub(super) fn policy(body: &[u8]) -> Result<PolicyOnFile, Malformed> {
    let mut fields = Fields::open(body)?;
    let id = fields.required("id", value::id(PolicyId::parse));
    let status = fields.required("status", value::filled).map(|status| match normal(&status).as_str() {
        "active" => PolicyStatus::Active,
        "cancelled" | "canceled" => PolicyStatus::Canceled,
        "expired" => PolicyStatus::Expired,
        _ => PolicyStatus::Other(shown(&status)),
    });
    let window = window(&mut fields, "expiration_date");
    let lines = dated_lines(&mut fields, "expiration_date", window);
    let quote = fields.optional("quote", value::id(QuoteId::parse));
    let canceled = canceled(&mut fields);
    let policy = || Some(PolicyOnFile { id: id?, status: status?, lines, window, quote, canceled });
    fields.finish(policy())
}

pub(super) fn certificate(body: &[u8]) -> Result<Certificate, Malformed> {
    let mut fields = Fields::open(body)?;
    let id = fields.required("id", value::id(CertificateId::parse));
    let status = fields.required("status", value::filled).map(|status| match normal(&status).as_str() {
        "pending" | "processing" => CertificateStatus::Pending,
        "approved" | "validated" => CertificateStatus::Approved,
        "flagged" => CertificateStatus::Flagged,
        "denied" => CertificateStatus::Denied,
        "error" => CertificateStatus::Failed,
        _ => CertificateStatus::Other(shown(&status)),
    });
    let lines = fields.optional("coverage_type", lines).flatten();
    let window = window(&mut fields, "expiration_date");
    let failed_rules = fields.optional("failed_rules", rules).unwrap_or_default();
    let certificate = || Some(Certificate { id: id?, status: status?, lines, window, failed_rules });
    fields.finish(certificate())
}

fn normal(status: &str) -> String {
    status.to_ascii_lowercase()
}

fn rules(value: &RawValue) -> Result<Vec<String>, &'static str> {
    let rules: Vec<Value> = serde_json::from_str(value.get()).map_err(|_| "not a list")?;
    Ok(rules.iter().map(|rule| capped(&plain(rule))).collect())
}

/// The time between both dates; nothing where the vendor gives only one, or where there is no time between
/// them, as for a policy that was canceled from its start.
pub(super) fn window(fields: &mut Fields<'_>, end: &'static str) -> Option<Window> {
    let start = fields.optional("effective_date", value::timestamp)?;
    let end = fields.optional(end, value::timestamp)?;
    Window::new(start, end)
}

/// The lines that are named. Dates that are left out are filled in from what was quoted: those that leave no time
/// must not be, so nothing is covered then.
pub(super) fn dated_lines(
    fields: &mut Fields<'_>,
    end: &'static str,
    window: Option<Window>,
) -> Option<Lines> {
    let lines = fields.optional("coverage_type", lines).flatten();
    let dated = fields.raw("effective_date").is_some() || fields.raw(end).is_some();
    if dated && window.is_none() { Some(Lines::NONE) } else { lines }
}

/// When something was canceled, in either spelling.
pub(super) fn canceled(fields: &mut Fields<'_>) -> Option<Timestamp> {
    let spelt = if fields.raw("cancelled_at").is_some() { "cancelled_at" } else { "canceled_at" };
    fields.optional(spelt, value::timestamp)
}
