//! What is told to open pages: rows of the board that changed, and that something changed at all.
//!
//! A page says which rows it shows and which change it has seen last, so that none is missed between the page and this,
//! or while the line was broken.

use super::filters::Filters;
use super::list::row;
use super::rows::Order;
use super::session::Viewer;
use super::words::{badge_of, standing};
use super::{Failed, read, time, words};
use crate::clock;
use crate::http::Shared;
use crate::http::api::sse::{self, Gone, Speaker};
use crate::http::query::Parameters;
use crate::views::{Frame, ReadModels};
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use covertrail_adapters::visible::visible;
use covertrail_domain::id::{InvalidId, WorkOrderId};
use covertrail_domain::time::Timestamp;
use covertrail_projections::tables::BOARD;
use covertrail_projections::{Journal, Reader, ViewsError};
use maud::{Markup, html};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// How many changes are read at once.
const PAGE: usize = 256;
/// How long changes are gathered for pages that ask for themselves anew.
const TOGETHER: Duration = Duration::from_millis(400);

/// The names of the parameters of [`rows`].
pub(super) fn parameters() -> impl Iterator<Item = &'static str> {
    super::filters::NAMES.into_iter().chain(["rows", "since"])
}

/// `GET /board/live`: the board's parameters, the rows that the page shows, and the change it has seen last.
pub(super) async fn rows(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    headers: HeaderMap,
    Parameters(pairs): Parameters,
) -> Result<Response, Failed> {
    let (ours, asked): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(name, _)| name == "rows" || name == "since");
    let ours = |name: &str| ours.iter().find(|(of, _)| of == name).map(|(_, value)| value.clone());
    let filters = Filters::of(&asked).map_err(Failed::Asked)?;
    let rows = ours("rows").unwrap_or_default();
    let ids = rows.split(',').filter(|id| !id.is_empty()).map(WorkOrderId::parse);
    let shown: Result<HashSet<WorkOrderId>, InvalidId> = ids.collect();
    let shown = shown.map_err(|error| Failed::Asked(format!("rows: {error}")))?;
    let shown = shown.iter().map(ToString::to_string).collect();
    let epoch =
        shared.models.read(|reader| reader.epoch()).await.map_err(|trouble| Failed::from(&trouble))?;
    let since = ours("since");
    let told = Told { models: Arc::clone(&shared.models), filters, shown, epoch };
    let since = sse::resumes_from(&headers, since.as_ref());
    Ok(sse::answer(&shared.models, viewer.ended(), |speaker| told.tell(speaker, since)))
}

struct Told {
    models: Arc<ReadModels>,
    filters: Filters,
    shown: HashSet<String>,
    epoch: String,
}

impl Told {
    async fn tell(self, speaker: Speaker, since: Option<String>) -> Result<(), Gone> {
        let place = since.as_deref().and_then(|since| since.split_once('-'));
        let place =
            place.filter(|(epoch, _)| *epoch == self.epoch).and_then(|(_, number)| number.parse().ok());
        let Some(mut after) = place else { return self.begin_anew(&speaker).await };
        speaker.say(":\n\n".to_owned()).await?;
        loop {
            let mut coming = self.models.hub().changes();
            loop {
                let read = self
                    .models
                    .read(move |reader| reader.changes_after(after, PAGE))
                    .await
                    .map_err(|_| Gone)?;
                let Journal::Entries(entries) = read else { return self.begin_anew(&speaker).await };
                if entries.is_empty() {
                    break;
                }
                let frames: Vec<Frame> = entries.into_iter().map(Frame::from).collect();
                self.changed(&speaker, &frames, &mut after).await?;
            }
            loop {
                let come = speaker.hear(&mut coming).await?;
                for frames in &come.all {
                    self.changed(&speaker, frames, &mut after).await?;
                }
                if come.and_more {
                    break;
                }
            }
        }
    }

    async fn begin_anew(&self, speaker: &Speaker) -> Result<(), Gone> {
        self.say(speaker, "rows", 0, &news("Much has changed", &self.filters)).await
    }

    async fn changed(&self, speaker: &Speaker, frames: &[Frame], after: &mut u64) -> Result<(), Gone> {
        let (mut told, mut said, mut moved) = (Vec::new(), None, false);
        let now = clock::now();
        for Frame { entry, rows, .. } in frames.iter().filter(|frame| frame.entry.table == BOARD.name) {
            let Some(subject) = &entry.subject else { return self.begin_anew(speaker).await };
            if entry.sequence <= *after {
                continue;
            }
            *after = entry.sequence;
            let Some(changed) = rows.first() else { continue };
            let keeps = self.filters.keeps(changed);
            if !self.shown.contains(subject) {
                moved |= keeps;
                continue;
            }
            let Ok(order) = serde_json::from_value::<Order>(changed.clone()) else { continue };
            let word = badge_of(&order.standing).map_or("", standing);
            said = Some(format!("{}: {word}. {}", order.work_order, visible(&order.reason)));
            told.push(row(&order, now, !keeps));
        }
        if told.is_empty() && !moved {
            return Ok(());
        }
        // a row of a table is only one inside a template
        let markup = html! {
            @for row in &told { template { (swapped(row)) } }
            @if let Some(said) = said { p.said role="status" aria-live="polite" id="said" hx-swap-oob="true" { (said) } }
            @if moved { (news("More work orders fit now", &self.filters)) }
        };
        self.say(speaker, "rows", *after, &markup).await
    }

    async fn say(&self, speaker: &Speaker, name: &str, after: u64, markup: &Markup) -> Result<(), Gone> {
        let data = markup.0.replace('\n', "&#10;").replace('\r', "&#13;");
        speaker.say(sse::event(name, Some(&format!("{}-{after}", self.epoch)), &data)).await
    }
}

/// The row, put in the place of the one with its id.
fn swapped(row: &Markup) -> Markup {
    maud::PreEscaped(row.0.replacen("<tr ", "<tr hx-swap-oob=\"true\" ", 1))
}

fn news(what: &str, filters: &Filters) -> Markup {
    html! {
        p.news id="news" hx-swap-oob="true" {
            (words::icon("polling")) (what) ". " a href={ "/board?" (filters.address()) } { "Show them" }
        }
    }
}

/// Whether the page is live, as the script has it; without one, of when it is.
pub(super) fn state(now: Timestamp) -> Markup {
    html! { p.live id="live" { span.dot {} span id="live-word" { "As of " (time::at(now)) } } }
}

/// A part of a page that is asked for anew when something changed, and becomes what comes.
pub(super) fn kept_up(id: &str, address: &str, seen: &str, part: &Markup) -> Markup {
    html! {
        div hx-ext="sse" sse-connect={ "/live?since=" (seen) } {
            div id=(id) data-becomes="" hx-get=(address) hx-select={ "#" (id) } hx-swap="outerHTML" hx-trigger="sse:changed" { (part) }
        }
    }
}

/// `GET /live`: says that the read models changed since the change that the page has seen last; it then asks for itself
/// anew. With `work_order`, only of changes of that one.
pub(super) async fn changes(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    headers: HeaderMap,
    parameters: Parameters,
) -> Result<Response, Failed> {
    let only = parameters.get("work_order").map(WorkOrderId::parse).transpose();
    let only = only.map_err(|error| Failed::Asked(format!("work_order: {error}")))?;
    let only = only.map(|work_order| work_order.to_string());
    let since = sse::resumes_from(&headers, parameters.get("since").map(str::to_owned).as_ref());
    let said = only.as_deref().map_or_else(|| "{}".to_owned(), |work_order| has_changed(work_order).0);
    let models = Arc::clone(&shared.models);
    Ok(sse::answer(&shared.models, viewer.ended(), |speaker| async move {
        let mut coming = models.hub().changes();
        let subject = only.clone();
        let mut is_news = match since {
            Some(since) => {
                let read = models.read(move |reader| has_news(reader, &since, subject.as_deref()));
                read.await.map_err(|_| Gone)?
            }
            None => false,
        };
        speaker.say(":\n\n".to_owned()).await?;
        loop {
            if is_news {
                let seen = models.read(|reader| read::seen(reader)).await.map_err(|_| Gone)?;
                speaker.say(sse::event("changed", Some(&seen), &said)).await?;
            }
            let come = speaker.hear(&mut coming).await?;
            let is_ours = |frame: &Frame| only.is_none() || frame.entry.subject == only;
            is_news = come.and_more || come.all.iter().any(|frames| frames.iter().any(is_ours));
            if is_news {
                // what comes together is told once, after the last of it
                tokio::time::sleep(TOGETHER).await;
                coming = coming.resubscribe();
            }
        }
    }))
}

/// Whether something changed since, or of one work order.
fn has_news(reader: &Reader, since: &str, only: Option<&str>) -> Result<bool, ViewsError> {
    let Some(only) = only else { return Ok(read::seen(reader)? != since) };
    let of_this_file =
        since.split_once('-').filter(|(epoch, _)| reader.epoch().is_ok_and(|ours| ours == *epoch));
    let Some(mut after) = of_this_file.and_then(|(_, number)| number.parse().ok()) else { return Ok(true) };
    loop {
        let Journal::Entries(entries) = reader.changes_after(after, PAGE)? else { return Ok(true) };
        let Some(last) = entries.last() else { return Ok(false) };
        after = last.sequence;
        if entries.iter().any(|entry| entry.subject.as_deref() == Some(only)) {
            return Ok(true);
        }
    }
}

/// Told on a work order's page: whoever reads it is not interrupted.
fn has_changed(work_order: &str) -> Markup {
    html! {
        (words::icon("polling")) "This work order has changed. "
        a href={ "/work-orders/" (super::list::encoded(work_order)) } { "Show how it stands now" }
    }
}
