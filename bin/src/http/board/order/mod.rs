//! One work order: whether it is insured and why, and everything that led there, now or as of any moment.

mod chain;
mod command;
mod history;
mod ids;
mod lanes;
mod moments;
mod past;
mod stages;

pub(super) use history::pretty;
use past::{Past, UnreadableLine, past};

use super::list::encoded;
use super::page::{self, Place};
use super::session::Viewer;
use super::words::{badge, icon, outside, outside_lines, plain};
use super::{Failed, actions, read, time};
use crate::clock;
use crate::http::Shared;
use crate::http::path::PagePath;
use crate::http::query::Parameters;
use crate::show;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use covertrail_domain::coverage::{self, Coverage, Path as Way};
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use covertrail_projections::Story;
use maud::{Markup, html};
use moments::Moments;
use std::sync::Arc;

/// The names of the page's parameters.
pub(super) const PARAMETERS: [&str; 5] = ["as_of", "known_at", "known", "history", "done"];

/// `GET /work-orders/{work_order}`
pub(super) async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    work_order: Result<PagePath<WorkOrderId>, Response>,
    Parameters(pairs): Parameters,
) -> Result<Markup, Failed> {
    let unknown =
        || Failed::NotFound("No work order of this number is known. Was it ever assigned in WorkMarket?");
    let PagePath(id) = work_order.map_err(|_| unknown())?;
    // before all else, so that what comes meanwhile is told
    let seen = shared.models.read(|reader| read::seen(reader)).await;
    let seen = seen.map_err(|trouble| Failed::from(&trouble))?;
    let (past, unreadable) = past(&shared, &id).await?;
    if past.is_empty() {
        return Err(unknown());
    }
    let moments = Moments::of(&pairs, &past, clock::now()).map_err(Failed::Asked)?;
    let question = moments.question;
    let story = shared.models.story(&id, question).await.map_err(|trouble| Failed::from(&trouble))?;
    let shown = Shown {
        shared: &shared,
        viewer: &viewer,
        id: &id,
        past: &past,
        unreadable: &unreadable,
        moments: &moments,
    };
    let body = html! {
        div.above {
            p.crumb { a href="/board" { "Board" } }
            @if moments.is_now() {
                // a change is told and not forced on whoever reads
                div hx-ext="sse" sse-connect={ "/live?work_order=" (encoded(id.as_str())) "&since=" (seen) } {
                    p.news id="changed" sse-swap="changed" {}
                }
            }
        }
        @if let Some(done) = pairs.iter().find_map(|(name, value)| actions::done(value).filter(|_| name == "done")) {
            p.notice.good role="status" { (icon("done")) (done) }
        }
        @match &story {
            Some(story) => @if let Some(coverage) = story.state.coverage() { (shown.page(story, coverage)) },
            None => {
                div.head { h1 { (id) } }
                p.notice { "At that moment, by what was known then, nothing was known of this work order." }
                (moments.forms(&id, &past))
            },
        }
    };
    Ok(page::page(&viewer, Place::Board, id.as_str(), &body))
}

struct Shown<'a> {
    shared: &'a Shared,
    viewer: &'a Viewer,
    id: &'a WorkOrderId,
    past: &'a [Past],
    unreadable: &'a [UnreadableLine],
    moments: &'a Moments,
}

impl Shown<'_> {
    fn page(&self, story: &Story, coverage: &Coverage) -> Markup {
        let at = self.moments.question.judged_at();
        html! {
            div.head { h1 { (self.id) " " span.title { (outside(super::words::title(&coverage.terms.title, self.id.as_str()))) } } }
            @if !self.moments.is_now() { (self.moments.told(self.id)) }
            (answer(story, at, self.moments.is_now()))
            (stages::stages(story, coverage))
            @if self.moments.is_now() { (self.doing(&story.state, coverage)) }
            section aria-labelledby="lanes" { h2 id="lanes" { "Cover against the work" } (lanes::lanes(coverage, at)) }
            section aria-labelledby="when" { h2 id="when" { "Another moment" } (self.moments.forms(self.id, self.past)) }
            div.pair {
                section aria-labelledby="ids" { h2 id="ids" { "Ids at both vendors" } (ids::ids(story, at)) }
                section aria-labelledby="known" { h2 id="known" { "All that is known" } (self.known(story)) }
            }
            (history::history(self.past, self.unreadable, self.moments, self.id, self.viewer))
        }
    }

    /// What waits for a person, and what a person can do.
    fn doing(&self, state: &coverage::State, coverage: &Coverage) -> Markup {
        let role = self.viewer.role();
        let applies = matches!(coverage.path, Way::Applying { .. }) && coverage.is_open();
        let link = self
            .shared
            .links
            .of_open(self.id, state, clock::now())
            .filter(|_| applies && (role.may_act() || role.may_audit()));
        html! {
            @for blocked in &coverage.blocked {
                p.notice.bad { (icon("refused")) strong { (plain(blocked.step.as_str())) " is blocked: " } (outside(&blocked.reason)) }
            }
            @if let Some(link) = link {
                p.notice { "It is the contractor’s turn. " a href=(link) rel="noreferrer" { "Open the application" } " or copy its link: " (super::words::copyable(link.as_str())) }
            }
            @if role.may_act() { (actions::offered(self.id, coverage)) }
        }
    }

    fn known(&self, story: &Story) -> Markup {
        let facts = show::picture(self.id.as_str(), &story.state, self.moments.question.judged_at());
        let opens = |name: &str| name == "path" && !self.viewer.role().may_audit();
        html! {
            details {
                summary { "Everything, as the rules see it" }
                dl.facts.long { @for fact in facts.0.iter().filter(|fact| !fact.value.is_nothing() && !opens(fact.name)) {
                    div { dt { (plain(fact.name)) } dd { (time::sentence(&fact.value.inline())) } }
                } }
            }
            @if let Some(coverage) = story.state.coverage() {
                dl.facts {
                    div { dt { "Worker" } dd { (coverage.worker) } }
                    @if let Some(client) = &coverage.terms.client { div { dt { "Client" } dd { (client) } } }
                    div { dt { "Category" } dd { (outside(&coverage.terms.category)) } }
                    div { dt { "Required lines" } dd { (plain(&coverage.terms.required.to_string())) } }
                    div { dt { "Schedule" } dd { (time::span(coverage.terms.window)) } }
                    div { dt { "Attempt at cover" } dd { (coverage.round.get()) } }
                    @if let Some(waiver) = &coverage.waiver { div { dt { "Exception" } dd { "until " (time::at(waiver.until)) ", by " (outside(waiver.by.as_str())) ": " (outside_lines(&waiver.reason)) } } }
                }
            }
        }
    }
}

/// Whether it is insured, and the sentence that says why.
fn answer(story: &Story, at: Timestamp, is_now: bool) -> Markup {
    let standing = story.state.standing(at);
    html! {
        div class={ "answer " (super::words::tone(standing.badge)) } {
            (badge(standing.badge))
            p.why { (time::sentence(&standing.reason)) }
            p.hint {
                @if standing.rests_on.is_empty() { "Nothing in force to rest on." }
                @else { "Rests on " @for (place, evidence) in standing.rests_on.iter().enumerate() { @if place > 0 { ", " } (evidence) } "." }
                @if let Some(changes) = standing.changes_at { " By the passing of time alone this changes " @if is_now { (time::ago(changes, at)) ", " } (time::at(changes)) "." }
            }
        }
    }
}
