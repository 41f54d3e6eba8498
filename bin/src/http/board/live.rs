//! What is told to open pages: rows of the board that changed, and that something changed at all.
//!
//! A page says which rows it shows and which change it has seen last, so that none is missed between the page and this,
//! or while the line was broken.

use super::filters::Filters;
use super::list::{Pairs, row};
use super::rows::Order;
use super::words::{badge_of, standing};
use super::{Failed, words};
use crate::clock;
use crate::http::Shared;
use crate::http::api::sse::{self, Gone, Speaker};
use crate::views::{Frame, ReadModels};
use axum::extract::{Query as Parameters, State};
use axum::http::HeaderMap;
use axum::response::Response;
use covertrail_projections::Journal;
use covertrail_projections::tables::BOARD;
use maud::{Markup, html};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;

/// How many changes are read at once.
const PAGE: usize = 256;
/// How long changes are gathered for pages that ask for themselves anew.
const TOGETHER: Duration = Duration::from_millis(400);

/// `GET /board/live`: the board's parameters, the rows that the page shows, and the change it has seen last.
pub(super) async fn rows(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Parameters(pairs): Pairs,
) -> Result<Response, Failed> {
    let (ours, asked): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(name, _)| name == "rows" || name == "since");
    let ours = |name: &str| ours.iter().find(|(of, _)| of == name).map(|(_, value)| value.clone());
    let filters = Filters::of(&asked).map_err(Failed::Asked)?;
    let shown = ours("rows").unwrap_or_default().split(',').map(str::to_owned).collect();
    let epoch =
        shared.models.read(|reader| reader.epoch()).await.map_err(|trouble| Failed::from(&trouble))?;
    let since = ours("since");
    let told = Told { models: Arc::clone(&shared.models), filters, shown, epoch };
    let since = sse::resumes_from(&headers, since.as_ref());
    Ok(sse::answer(&shared.models, |speaker| told.tell(speaker, since)))
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
                match speaker.wait(coming.recv()).await? {
                    Ok(frames) => self.changed(&speaker, &frames, &mut after).await?,
                    Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return Err(Gone),
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
        for Frame { entry, rows } in frames.iter().filter(|frame| frame.entry.table == BOARD.name) {
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
            said = Some(format!("{}: {word}. {}", order.work_order, order.reason));
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

/// `GET /live`: says that the read models changed; pages of figures then ask for themselves anew. With `work_order`, only of
/// changes of that one.
pub(super) async fn changes(State(shared): State<Arc<Shared>>, Parameters(pairs): Pairs) -> Response {
    let only = pairs.into_iter().find_map(|(name, value)| (name == "work_order").then_some(value));
    let said = only.as_deref().map_or_else(|| "{}".to_owned(), |work_order| has_changed(work_order).0);
    let models = Arc::clone(&shared.models);
    sse::answer(&shared.models, |speaker| async move {
        let mut coming = models.hub().changes();
        speaker.say(":\n\n".to_owned()).await?;
        loop {
            let is_ours = match speaker.wait(coming.recv()).await? {
                Ok(frames) => only.is_none() || frames.iter().any(|frame| frame.entry.subject == only),
                Err(RecvError::Lagged(_)) => true,
                Err(RecvError::Closed) => return Err(Gone),
            };
            if is_ours {
                // what comes together is told once, after the last of it
                tokio::time::sleep(TOGETHER).await;
                coming = coming.resubscribe();
                speaker.say(sse::event("changed", None, &said)).await?;
            }
        }
    })
}

/// Told on a work order's page: whoever reads it is not interrupted.
fn has_changed(work_order: &str) -> Markup {
    html! {
        (words::icon("polling")) "This work order has changed. "
        a href={ "/work-orders/" (super::list::encoded(work_order)) } { "Show how it stands now" }
    }
}
