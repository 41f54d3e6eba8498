//! The page of an action: what will happen, what has to be known for it, and why it is done.

use super::super::list::encoded;
use super::super::page::{self, Place};
use super::super::read;
use super::super::rows::Review;
use super::super::session::Viewer;
use super::super::words::{self, icon, plain};
use super::super::{Failed, reviews, time};
use super::action::Action;
use crate::clock;
use crate::http::Shared;
use covertrail_domain::cover::Line;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use covertrail_projections::tables::REVIEWS;
use covertrail_projections::{Query, Where};
use maud::{Markup, html};
use std::collections::HashSet;

const DAY: i64 = 86_400;

/// What a form is filled with, so that a mistake does not cost what was written.
#[derive(Default)]
pub(super) struct Filled {
    pub(super) certificate: String,
    pub(super) decision: String,
    pub(super) reason: String,
    pub(super) start: String,
    pub(super) end: String,
    pub(super) until: String,
}

pub(super) async fn form(
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
    let own = reviews::own_certificates(shared, viewer, &waiting).await?;
    let revision = shared.engine.revision(id).unwrap_or_default();
    let path = format!("/work-orders/{}", encoded(id.as_str()));
    Ok(page::page(
        viewer,
        Place::Board,
        action.title(),
        &html! {
            p.crumb { a href="/board" { "Board" } " › " a href=(path) { (id) } }
            div.head { h1 { (action.title()) } }
            p.lead { (id) " " span.title { (words::outside(words::title(&title, id.as_str()))) } ", " (words::stage(stage).to_lowercase()) "." }
            p { (action.meaning()) }
            @if let Some(wrong) = wrong { p.notice.bad role="alert" { (icon("refused")) (words::outside(wrong)) } }
            @if action == Action::Review && waiting.is_empty() {
                (page::empty("No certificate of this work order waits for a person.", &html! { a href=(path) { "Back to the work order" } }))
            } @else {
                form.act method="post" action={ (path) "/" (action.as_str()) } enctype=[(action == Action::Certificate).then_some("multipart/form-data")] {
                    input type="hidden" name="key" value=(viewer.form_key);
                    input type="hidden" name="revision" value=(revision);
                    @match action {
                        Action::Retry => {},
                        Action::Review => (review_fields(&waiting, &own, filled)),
                        Action::Waive => (waive_fields(filled)),
                        Action::Certificate => { label for="file" { "The certificate, a PDF of at most 15 MB" } input id="file" type="file" name="certificate" accept="application/pdf,.pdf" required; },
                    }
                    label for="reason" { "Why?" }
                    textarea id="reason" name="reason" rows="3" required maxlength="2000" aria-describedby="reason-hint" { (filled.reason) }
                    p.hint id="reason-hint" { "An auditor reads this beside your name." }
                    p.hint { "It is recorded as done by " strong { (words::outside(viewer.who.name.as_str())) } " and cannot be taken back." }
                    p.acts { button.button.main type="submit" { (action.button()) } " " a.button href=(path) { "Leave it" } }
                }
            }
        },
    ))
}

fn review_fields(waiting: &[Review], own: &HashSet<String>, filled: &Filled) -> Markup {
    let chosen = waiting.iter().find(|review| review.certificate == filled.certificate).or(waiting.first());
    let known = |of: Option<Timestamp>| of.map(time::civil).unwrap_or_default();
    let or = |written: &str, known: String| if written.is_empty() { known } else { written.to_owned() };
    html! {
        @if let Some(review) = chosen {
            @let is_own = own.contains(&review.certificate);
            input type="hidden" name="certificate" value=(review.certificate);
            div.review { div.certificate { (reviews::printed(review)) }
                div.rules { h2 { @if review.waits_for == "dates" { "Its dates are missing" } @else { "Failed rules" } }
                    p { (review.rules.as_deref().unwrap_or("1099Policy approved it without reading from when to when it covers.")) } } }
            fieldset {
                legend { "Decision" }
                @for (value, name) in [("approve", "Approve it"), ("deny", "Deny it")] {
                    label.choice { input type="radio" name="decision" value=(value) required checked[filled.decision == value && !(is_own && value == "approve")] disabled[is_own && value == "approve"]; (name) }
                }
                @if is_own { p.hint { (reviews::HANDED_IN_BY_YOU) } }
            }
            fieldset {
                legend { "What it covers, when approved" }
                p.hint { "Filled with what 1099Policy has read. Days in UTC; on its last day it covers no more." }
                div.choices { @for line in Line::ALL {
                    label.choice { input type="checkbox" name="lines" value=(line.as_str()) checked[review.lines.as_deref().is_some_and(|lines| lines.iter().any(|read| read == line.as_str()))]; (plain(line.as_str())) }
                } }
                div.dates {
                    span { label for="start" { "From" } " " input id="start" type="date" name="start" value=(or(&filled.start, known(review.starts))); }
                    span { label for="end" { "Until" } " " input id="end" type="date" name="end" value=(or(&filled.end, known(review.ends))); }
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
    let (waiting, _) = read::page(shared, move |reader| {
        let of = Where::Is("work_order", id.as_str().into());
        read::rows(reader, &REVIEWS, &Query { wheres: vec![of], limit: read::MANY, ..Query::default() })
    })
    .await?;
    Ok(waiting)
}
