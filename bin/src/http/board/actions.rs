//! What people do from the board: each on a page of its own that says what will happen, asks why, and is the confirmation.

use super::forms::{self, Sent};
use super::list::encoded;
use super::page::{self, Place};
use super::read;
use super::rows::Review;
use super::session::Viewer;
use super::words::{icon, plain};
use super::{Failed, reviews, time};
use crate::clock;
use crate::commands::until::micros;
use crate::engine::{DocumentError, ExecuteError};
use crate::http::Shared;
use crate::http::people::{self, ReviewAsked, Verdict};
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Query as Parameters, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use covertrail_adapters::store::Position;
use covertrail_domain::cover::Line;
use covertrail_domain::coverage::{Command, Coverage};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use covertrail_projections::tables::REVIEWS;
use covertrail_projections::{Query, Where};
use maud::{Markup, html};
use std::sync::Arc;
use std::time::Duration;

/// How long somebody waits to see what they did on the lists.
const PATIENCE: Duration = Duration::from_secs(3);
const DAY: i64 = 86_400;

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Retry,
    Review,
    Waive,
    Certificate,
}

impl Action {
    fn parse(text: &str) -> Result<Self, Failed> {
        let all = [Self::Retry, Self::Review, Self::Waive, Self::Certificate];
        all.into_iter()
            .find(|action| action.as_str() == text)
            .ok_or(Failed::NotFound("There is no page at this address."))
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Review => "review",
            Self::Waive => "waive",
            Self::Certificate => "certificate",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Retry => "Try the blocked steps again",
            Self::Review => "Decide on a certificate",
            Self::Waive => "Make an exception",
            Self::Certificate => "Hand in a certificate",
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Retry => {
                "Covertrail asks 1099Policy again at once. Do this when what was refused has been put right there."
            }
            Self::Review => {
                "Your decision binds: an approved certificate makes cover for every work order that it fits."
            }
            Self::Waive => {
                "The work order counts as compliant by exception until then. It does not become insured, and its gaps stay."
            }
            Self::Certificate => {
                "Covertrail uploads it to 1099Policy, which reads and judges it. It makes no cover before that."
            }
        }
    }

    const fn button(self) -> &'static str {
        match self {
            Self::Retry => "Try again",
            Self::Review => "Record the decision",
            Self::Waive => "Make the exception",
            Self::Certificate => "Hand it in",
        }
    }
}

/// Leads to what can be done with a work order.
pub(super) fn offered(id: &WorkOrderId, coverage: &Coverage) -> Markup {
    let offered = [
        (Action::Retry, !coverage.blocked.is_empty(), "Retry…"),
        (Action::Review, coverage.certificates_to_review().next().is_some(), "Review certificate…"),
        (Action::Certificate, coverage.is_open(), "Hand in certificate…"),
        (Action::Waive, coverage.is_open(), "Waive…"),
    ];
    html! {
        @if offered.iter().any(|(_, is_offered, _)| *is_offered) {
            p.acts { @for (action, _, name) in offered.iter().filter(|(_, is_offered, _)| *is_offered) {
                a.button href={ "/work-orders/" (encoded(id.as_str())) "/" (action.as_str()) } { (name) }
            } }
        }
    }
}

/// `GET /work-orders/{work_order}/{action}`
pub(super) async fn ask(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    Path((work_order, action)): Path<(String, String)>,
    Parameters(pairs): super::list::Pairs,
) -> Result<Markup, Failed> {
    let (action, id) = (Action::parse(&action)?, admitted(&viewer, &work_order)?);
    let asked = |name: &str| {
        pairs.iter().find(|(of, _)| of == name).map_or(String::new(), |(_, value)| value.clone())
    };
    let sent = Filled { certificate: asked("certificate"), decision: asked("decision"), ..Filled::default() };
    form(&shared, &viewer, action, &id, &sent, None).await
}

/// What a form is filled with, so that a mistake does not cost what was written.
#[derive(Default)]
struct Filled {
    certificate: String,
    decision: String,
    reason: String,
    start: String,
    end: String,
    until: String,
}

async fn form(
    shared: &Shared,
    viewer: &Viewer,
    action: Action,
    id: &WorkOrderId,
    filled: &Filled,
    wrong: Option<&str>,
) -> Result<Markup, Failed> {
    let look = shared
        .engine
        .look(id, |state| state.coverage().map(|coverage| (coverage.stage(), coverage.terms.title.clone())));
    let Some((stage, title)) = look.flatten() else {
        return Err(Failed::NotFound("No work order of this number is known."));
    };
    let waiting = if action == Action::Review { waiting(shared, id).await? } else { Vec::new() };
    let revision = shared.engine.revision(id).unwrap_or_default();
    let path = format!("/work-orders/{}", encoded(id.as_str()));
    Ok(page::page(
        viewer,
        Place::Board,
        action.title(),
        &html! {
            p.crumb { a href="/board" { "Board" } " › " a href=(path) { (id) } }
            div.head { h1 { (action.title()) } }
            p.lead { (id) " " span.title { (super::words::title(&title, id.as_str())) } ", " (super::words::stage(stage).to_lowercase()) "." }
            p { (action.meaning()) }
            @if let Some(wrong) = wrong { p.notice.bad role="alert" { (icon("refused")) (wrong) } }
            @if action == Action::Review && waiting.is_empty() {
                (page::empty("No certificate of this work order waits for a person.", &html! { a href=(path) { "Back to the work order" } }))
            } @else {
                form.act method="post" action={ (path) "/" (action.as_str()) } enctype=[(action == Action::Certificate).then_some("multipart/form-data")] {
                    input type="hidden" name="key" value=(viewer.form_key);
                    input type="hidden" name="revision" value=(revision);
                    @match action {
                        Action::Retry => {},
                        Action::Review => (review_fields(&waiting, filled)),
                        Action::Waive => (waive_fields(filled)),
                        Action::Certificate => { label for="file" { "The certificate, a PDF of at most 15 MB" } input id="file" type="file" name="certificate" accept="application/pdf,.pdf" required; },
                    }
                    @if matches!(action, Action::Review | Action::Waive) {
                        label for="reason" { "Why?" }
                        textarea id="reason" name="reason" rows="3" required maxlength="2000" aria-describedby="reason-hint" { (filled.reason) }
                        p.hint id="reason-hint" { "An auditor reads this beside your name." }
                    }
                    p.hint { "It is recorded as done by " strong { (viewer.who.name) } " and cannot be taken back." }
                    p.acts { button.button.main type="submit" { (action.button()) } " " a.button href=(path) { "Leave it" } }
                }
            }
        },
    ))
}

fn review_fields(waiting: &[Review], filled: &Filled) -> Markup {
    let chosen = waiting.iter().find(|review| review.certificate == filled.certificate).or(waiting.first());
    let known = |of: Option<Timestamp>| of.map(time::civil).unwrap_or_default();
    let or = |written: &str, known: String| if written.is_empty() { known } else { written.to_owned() };
    html! {
        @if let Some(review) = chosen {
            input type="hidden" name="certificate" value=(review.certificate);
            div.review { div.certificate { (reviews::printed(review)) }
                div.rules { h2 { @if review.waits_for == "dates" { "Its dates are missing" } @else { "Failed rules" } }
                    p { (review.rules.as_deref().unwrap_or("1099Policy approved it without reading from when to when it covers.")) } } }
            fieldset {
                legend { "Decision" }
                @for (value, name) in [("approve", "Approve it"), ("deny", "Deny it")] {
                    label.choice { input type="radio" name="decision" value=(value) required checked[filled.decision == value]; (name) }
                }
            }
            fieldset {
                legend { "What it covers, when approved" }
                p.hint { "Filled with what 1099Policy has read. Days in UTC; on its last day it covers no more." }
                div.choices { @for line in Line::ALL {
                    label.choice { input type="checkbox" name="lines" value=(line.as_str()) checked[review.lines.as_deref().is_some_and(|lines| lines.split(", ").any(|read| read == line.as_str()))]; (plain(line.as_str())) }
                } }
                div.dates {
                    label for="start" { "From" } input id="start" type="date" name="start" value=(or(&filled.start, known(review.starts)));
                    label for="end" { "Until" } input id="end" type="date" name="end" value=(or(&filled.end, known(review.ends)));
                }
            }
        }
    }
}

fn waive_fields(filled: &Filled) -> Markup {
    let tomorrow = time::civil(clock::now().plus(DAY));
    html! {
        label for="until" { "Until (its beginning, in UTC)" }
        input id="until" type="date" name="until" min=(tomorrow) required value=(filled.until);
    }
}

async fn waiting(shared: &Shared, id: &WorkOrderId) -> Result<Vec<Review>, Failed> {
    let id = id.clone();
    read::page(shared, move |reader| {
        let of = Where::Is("work_order", id.as_str().into());
        read::rows(reader, &REVIEWS, &Query { wheres: vec![of], limit: read::MANY, ..Query::default() })
    })
    .await
}

fn admitted(viewer: &Viewer, work_order: &str) -> Result<WorkOrderId, Failed> {
    if !viewer.role().may_act() {
        return Err(Failed::Forbidden("You may read, and not act. Reviewers and administrators may."));
    }
    WorkOrderId::parse(work_order).map_err(|_| Failed::NotFound("No work order has such a number."))
}

/// `POST /work-orders/{work_order}/{action}`
pub(super) async fn act(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    Path((work_order, action)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failed> {
    // read before anything is refused, since one who is still sending does not hear a refusal
    let sent = forms::read(&viewer, &headers, body).await?;
    let (action, id) = (Action::parse(&action)?, admitted(&viewer, &work_order)?);
    if !shared.engine.is_caught_up() {
        return Err(Failed::NotYet);
    }
    let done = match command(&shared, &viewer, action, &id, &sent).await {
        Ok(command) => perform(&shared, &viewer, &id, &command).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => {
            if let Ok(Some(head)) = shared.engine.store.head().await.map(|head| head.map(Position::get)) {
                // lists that are late are live
                let _ = shared.models.hub().reaches(head, PATIENCE).await;
            }
            Ok(Redirect::to(&format!("/work-orders/{}?done={}", encoded(id.as_str()), action.as_str()))
                .into_response())
        }
        Err(why) => {
            let filled = Filled {
                certificate: sent.field("certificate").to_owned(),
                decision: sent.field("decision").to_owned(),
                reason: sent.field("reason").to_owned(),
                start: sent.field("start").to_owned(),
                end: sent.field("end").to_owned(),
                until: sent.field("until").to_owned(),
            };
            let page = form(&shared, &viewer, action, &id, &filled, Some(&why)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn command(
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
    let (person, now) = (viewer.who.name.clone(), clock::now());
    match action {
        Action::Retry => Ok(Command::Retry { by: person }),
        Action::Waive => {
            let until = day(sent.field("until"))?.ok_or("Until when? Choose a day.")?;
            Ok(Command::Waive {
                by: person,
                reason: people::said(sent.field("reason").to_owned())?,
                until,
                at: now,
            })
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
            let (certificate, reason) =
                (sent.field("certificate").to_owned(), sent.field("reason").to_owned());
            ReviewAsked { certificate, decision, reason, lines, start, end }.command(person, now)
        }
        Action::Certificate => {
            let pdf = sent.file.as_ref().ok_or("Choose a file.")?;
            let document = shared.engine.documents.keep(pdf).await.map_err(|error| match error {
                DocumentError::NotPdf | DocumentError::TooLarge(_) => error.to_string(),
                DocumentError::Folder { .. } => {
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

async fn perform(
    shared: &Shared,
    viewer: &Viewer,
    id: &WorkOrderId,
    command: &Command,
) -> Result<(), String> {
    let causation = format!("person-{}-{}", viewer.who.name, uuid::Uuid::new_v4());
    match people::perform(&shared.engine, &viewer.who.name, id, causation, command).await {
        Ok(_) => Ok(()),
        Err(ExecuteError::Rejected(rejection)) => Err(format!("The rules refuse it: {rejection}.")),
        Err(error) => {
            tracing::error!(work_order = %id, %error, "a person's command could not be executed");
            Err("It could not be recorded just now. Try again.".to_owned())
        }
    }
}

/// What was just done, for whoever did it.
pub(super) fn done(action: &str) -> Option<&'static str> {
    Some(match Action::parse(action).ok()? {
        Action::Retry => "The blocked steps are tried again.",
        Action::Review => "Your decision is recorded.",
        Action::Waive => "The exception is recorded.",
        Action::Certificate => "The certificate is on its way to 1099Policy.",
    })
}
