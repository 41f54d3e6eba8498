//! From what a form sends to a command, and its execution.

use super::super::forms::Sent;
use super::super::session::Viewer;
use super::action::Action;
use crate::clock;
use crate::commands::until::micros;
use crate::engine::{DocumentError, ExecuteError};
use crate::http::Shared;
use crate::http::people::{self, PerformError, ReviewAsked, Verdict};
use crate::http::reason::reason;
use covertrail_domain::coverage::Command;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;

/// The command that a form asks for, or what is wrong with it.
pub(super) async fn command(
    shared: &Shared,
    viewer: &Viewer,
    action: Action,
    id: &WorkOrderId,
    sent: &Sent,
) -> Result<Command, String> {
    let seen = sent.field("revision").parse().ok();
    if seen.is_none() || seen != shared.engine.revision(id) {
        return Err("The work order has changed since you opened this page. Look at it again, then decide."
            .to_owned());
    }
    let reason = reason(sent.field("reason"))?;
    let (person, now) = (viewer.who.name.clone(), clock::now());
    match action {
        Action::Retry => Ok(Command::Retry { by: person }),
        Action::Waive => {
            let until = day(sent.field("until"))?.ok_or("Until when? Choose a day.")?;
            Ok(Command::Waive { by: person, reason, until, at: now })
        }
        Action::Review => {
            let decision = match sent.field("decision") {
                "approve" => Verdict::Approve,
                "deny" => Verdict::Deny,
                _ => return Err("Approve or deny it.".to_owned()),
            };
            let [start, end] =
                [day(sent.field("start"))?, day(sent.field("end"))?].map(|day| day.map(Timestamp::unix));
            let lines = sent.all("lines");
            let lines = (!lines.is_empty()).then_some(lines);
            let certificate = sent.field("certificate").to_owned();
            ReviewAsked { certificate, decision, reason, lines, start, end }.command(person, now)
        }
        Action::Certificate => {
            let pdf = sent.file.as_ref().ok_or("Choose a file.")?;
            let document = shared.engine.documents.keep(pdf).await.map_err(|error| match error {
                DocumentError::NotPdf | DocumentError::TooLarge(_) => error.to_string(),
                DocumentError::Folder(_) | DocumentError::Changed { .. } | DocumentError::NotKept { .. } => {
                    tracing::error!(%error, "a certificate could not be kept");
                    "It could not be kept just now. Hand it in again.".to_owned()
                }
            })?;
            Ok(Command::SubmitCertificate { document })
        }
    }
}

fn day(text: &str) -> Result<Option<Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let micros = micros(text).map_err(|_| format!("{text} is no day."))?;
    Ok(Some(Timestamp::from_unix(micros.div_euclid(1_000_000))))
}

/// Has it executed, under the name of whoever asked and with their reason.
pub(super) async fn perform(
    shared: &Shared,
    viewer: &Viewer,
    id: &WorkOrderId,
    command: &Command,
    sent: &Sent,
) -> Result<(), String> {
    let causation = format!("person-{}-{}", viewer.who.name, uuid::Uuid::new_v4());
    let reason = Some(sent.field("reason").to_owned());
    match people::perform(shared, &viewer.who.name, id, causation, reason, command).await {
        Ok(_) => Ok(()),
        Err(PerformError::FourEyes) => {
            Err("You handed this certificate in, so somebody else must approve it.".to_owned())
        }
        Err(PerformError::Execute(ExecuteError::Rejected(rejection))) => {
            Err(format!("The rules refuse it: {rejection}."))
        }
        Err(error) => {
            tracing::error!(work_order = %id, %error, "a person's command could not be executed");
            Err("It could not be recorded just now. Try again.".to_owned())
        }
    }
}
