//! The contractor that has an email address already, found among those that the vendor lists.

use super::answer::list;
use super::error::Error;
use super::request::NewContractor;
use crate::http::fields::{Fields, Malformed};
use crate::http::value;
use covertrail_domain::id::{ContractorId, WorkerId};

/// A contractor on file, as far as it is needed to know whose it is.
struct OnFile {
    id: ContractorId,
    email: Option<String>,
    worker: Option<WorkerId>,
}

/// The one contractor with the worker's address. Whose it is must be beyond doubt: another's cover is none.
pub(super) fn with_email_of(new: &NewContractor<'_>, body: &[u8]) -> Result<ContractorId, Error> {
    let read = |one: &serde_json::value::RawValue| on_file(one.get().as_bytes());
    let listed: Result<Vec<_>, _> = list(body).and_then(|all| all.into_iter().map(read).collect());
    let listed = listed.map_err(|malformed| Error::unread(&malformed))?;
    // a vendor that does not know the filter lists everybody
    let has_it = |one: &OnFile| one.email.as_ref().is_some_and(|email| email.eq_ignore_ascii_case(new.email));
    let mut found = listed.into_iter().filter(has_it);
    match (found.next(), found.next()) {
        (Some(one), None) if one.worker.as_ref().is_none_or(|worker| worker == new.worker) => Ok(one.id),
        (Some(_), None) => Err(taken("the contractor who has it is another worker's")),
        (Some(_), Some(_)) => Err(taken("more than one contractor has it")),
        (None, _) => Err(taken("no contractor who has it is shown to us")),
    }
}

fn taken(why: &str) -> Error {
    let message =
        format!("the worker's email address is taken and {why}: give the worker another in WorkMarket");
    Error::Refused { code: "duplicate_email".to_owned(), message }
}

/// The address stands at the top, or in `contact` where the guide puts it.
fn on_file(body: &[u8]) -> Result<OnFile, Malformed> {
    let mut fields = Fields::open(body)?;
    let id = fields.required("id", value::id(ContractorId::parse));
    let at_the_top = fields.raw("email").and_then(|email| value::text(email).ok());
    let within = |object: &str, field: &str| {
        let object = Fields::open(fields.raw(object)?.get().as_bytes()).ok()?;
        value::text(object.raw(field)?).ok()
    };
    let email = at_the_top.or_else(|| within("contact", "email"));
    let worker = within("custom_metadata", "workmarket_worker_id");
    let worker = worker.and_then(|worker| WorkerId::parse(&worker).ok());
    fields.finish(id.map(|id| OnFile { id, email, worker }))
}
