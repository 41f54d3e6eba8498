//! Integrations: what came in and what became of it, what is tried again, what is blocked, and what was seen to work.

use super::feeds::{self, Feed};
use super::list::encoded;
use super::overview::counted;
use super::page::{self, Place};
use super::read::{self, MANY};
use super::rows::{Blocked, Count, Delivery, Item};
use super::session::Viewer;
use super::words::{icon, number, outside, plain, some};
use super::{Failed, live, time};
use crate::clock;
use crate::http::Shared;
use crate::http::query::Parameters;
use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use covertrail_domain::id::WorkOrderId;
use covertrail_domain::time::Timestamp;
use covertrail_projections::tables::{BLOCKED, CHECKLIST, DELIVERIES};
use covertrail_projections::{Query, Reader, ViewsError, Where};
use maud::{Markup, html};
use std::sync::Arc;

/// How many deliveries a page has.
const PAGE: usize = 50;
/// What can become of a delivery.
const FATES: [&str; 7] = ["received", "waiting", "applied", "nothing_new", "refused", "ignored", "malformed"];

struct Found {
    deliveries: Vec<Delivery>,
    fates: Vec<Count>,
    blocked: Vec<Blocked>,
    checklist: Vec<Item>,
    heard: Vec<Feed>,
}

/// Which deliveries are asked for.
#[derive(Clone, Default)]
struct Asked {
    state: Option<String>,
    before: Option<i64>,
}

/// `GET /integrations`
pub(super) async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    Parameters(pairs): Parameters,
    address: Uri,
) -> Result<Markup, Failed> {
    let mut asked = Asked::default();
    for (name, value) in pairs {
        match name.as_str() {
            "state" if value.is_empty() || FATES.contains(&value.as_str()) => {
                asked.state = Some(value).filter(|state| !state.is_empty());
            }
            "state" => return Err(Failed::Asked(format!("There is no state called {value}."))),
            "before" => {
                let position = value.parse().ok().filter(|position| *position > 0);
                asked.before =
                    Some(position.ok_or(Failed::Asked("before: takes a position of the log".to_owned()))?);
            }
            _ => return Err(Failed::Asked(format!("There is no filter called {name}."))),
        }
    }
    let of = asked.clone();
    let (found, seen) = read::page(&shared, move |reader| found(reader, &of)).await?;
    let (now, retrying) = (clock::now(), shared.engine.retrying());
    Ok(page::page(
        &viewer,
        Place::Integrations,
        "Integrations",
        &html! {
            div.head { h1 { "Integrations" } p.hint { a href="/reference" { "API reference" } } (live::state(now)) }
            (live::kept_up("integrations", &address.to_string(), &seen, &html! {
                (health(&found, &retrying, now))
                section aria-labelledby="blocked" { h2 id="blocked" { "Blocked steps" } (blocked(&found.blocked, &viewer)) }
                section aria-labelledby="checklist" { h2 id="checklist" { "Going live" } (checklist(&found.checklist)) }
                section aria-labelledby="deliveries" { h2 id="deliveries" { "Deliveries" } (deliveries(&found, &asked, now)) }
            }))
        },
    ))
}

fn found(reader: &Reader, asked: &Asked) -> Result<Found, ViewsError> {
    let mut wheres = Vec::new();
    wheres.extend(asked.state.as_deref().map(|state| Where::Is("state", state.into())));
    wheres.extend(asked.before.map(|before| Where::UpTo("position", before.saturating_sub(1).into())));
    let newest = Query { wheres, order: &["position"], descending: true, limit: PAGE, ..Query::default() };
    let soonest = Query { order: &["work_starts"], limit: MANY, ..Query::default() };
    Ok(Found {
        deliveries: read::rows(reader, &DELIVERIES, &newest)?,
        fates: read::counts(reader, &DELIVERIES, "state")?,
        blocked: read::rows(reader, &BLOCKED, &soonest)?,
        checklist: read::all(reader, &CHECKLIST)?,
        heard: feeds::all(reader)?,
    })
}

fn health(found: &Found, retrying: &[(WorkOrderId, Timestamp)], now: Timestamp) -> Markup {
    let oldest = retrying.iter().map(|(_, since)| *since).min();
    html! {
        dl.facts.wide {
            @for feed in &found.heard { div { dt { (feed.vendor) " last heard" } dd { (feed.told(now)) } } }
            div { dt { "Calls to 1099Policy" } dd {
                @match oldest {
                    None => span { (icon("done")) " none fails now" },
                    Some(since) => span.trouble { (icon("refused")) " " (some(i64::try_from(retrying.len()).unwrap_or(i64::MAX), "is tried again", "are tried again")) ", since " (time::ago(since, now)) },
                }
            } }
            div { dt { "Deliveries that wait" } dd { a href="/integrations?state=waiting#deliveries" { (number(counted(&found.fates, "waiting"))) } } }
            div { dt { "Refused" } dd { a href="/integrations?state=refused#deliveries" { (number(counted(&found.fates, "refused"))) } } }
        }
        @if !retrying.is_empty() {
            p.hint { "Tried again: " @for (place, (id, since)) in retrying.iter().take(20).enumerate() { @if place > 0 { ", " } a href={ "/work-orders/" (encoded(id.as_str())) } { (id) } " since " (time::ago(*since, now)) } }
        }
    }
}

fn blocked(found: &[Blocked], viewer: &Viewer) -> Markup {
    if found.is_empty() {
        return page::empty(
            "No step waits for a person.",
            &html! { "When 1099Policy refuses a call for good, it is shown here with its words." },
        );
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label="Steps that are blocked" { table.list {
            thead { tr { th scope="col" { "Work order" } th scope="col" { "Step" } th scope="col" { "Why" } th scope="col" { "Work starts" } @if viewer.role().may_act() { th scope="col" { span.visually-hidden { "What to do" } } } } }
            tbody { @for each in found { tr {
                td { a.row href={ "/work-orders/" (encoded(&each.work_order)) } { (each.work_order) } }
                td { (plain(&each.step)) }
                td.sentence { (outside(&each.reason)) @if each.failure == "unsettled" { span.hint { " Whether it was done at 1099Policy is not known." } } }
                td.when data-of="Work starts" { @match each.work_starts { Some(at) => (time::at(at)), None => "–" } }
                @if viewer.role().may_act() { td { a.button href={ "/work-orders/" (encoded(&each.work_order)) "/retry" } aria-label={ "Retry " (each.step) " of " (each.work_order) } { "Retry…" } } }
            } } }
        } }
    }
}

fn deliveries(found: &Found, asked: &Asked, now: Timestamp) -> Markup {
    let any_says_why = found.deliveries.iter().any(|delivery| delivery.reason.is_some());
    html! {
        nav.chips aria-label="Filter by what became of it" {
            a href="/integrations#deliveries" aria-current=[asked.state.is_none().then_some("true")] { "All" }
            @for fate in FATES {
                @let count = counted(&found.fates, fate);
                @if count > 0 || asked.state.as_deref() == Some(fate) {
                    a href={ "/integrations?state=" (fate) "#deliveries" } aria-current=[(asked.state.as_deref() == Some(fate)).then_some("true")] { (plain(fate)) " " span.count { (number(count)) } }
                }
            }
        }
        @if found.deliveries.is_empty() { (page::empty("No delivery came.", &html! { "Point both vendors’ webhooks here; " code { "covertrail templates" } " writes what WorkMarket needs." })) }
        @else {
            div.scroll tabindex="0" role="region" aria-label="What came in" { table.list {
                thead { tr { th scope="col" { "What became of it" } th scope="col" { "From" } th scope="col" { "Event" } th scope="col" { "Work orders" } @if any_says_why { th scope="col" { "Why" } } th scope="col" { "Received" } } }
                tbody { @for each in &found.deliveries { tr {
                    td { (fate(&each.state)) }
                    td { (vendor(&each.source)) }
                    td { a.row href={ "/deliveries/" (encoded(&each.delivery)) } { (each.event) } }
                    td { @for (place, id) in each.work_orders.iter().enumerate() { @if place > 0 { ", " } a href={ "/work-orders/" (encoded(id)) } { (id) } } }
                    @if any_says_why { td.sentence { (outside(each.reason.as_deref().unwrap_or(""))) } }
                    td.when { @match each.received { Some(at) => { (time::at(at)) ", " (time::ago(at, now)) }, None => "–" } }
                } } }
            } }
            @if found.deliveries.len() == PAGE { @if let Some(last) = found.deliveries.last() {
                nav.pages aria-label="More deliveries" { a.button rel="next" href={ "/integrations?before=" (last.position) @if let Some(state) = &asked.state { "&state=" (state) } "#deliveries" } { "Older" } }
            } }
        }
    }
}

/// What became of a delivery: icon, words and colour.
pub(super) fn fate(state: &str) -> Markup {
    let (tone, picture) = match state {
        "applied" => ("good", "done"),
        "waiting" | "received" => ("info", "clock"),
        "refused" | "malformed" => ("bad", "refused"),
        _ => ("calm", "exempt"),
    };
    html! { span class={ "badge " (tone) } { (icon(picture)) (plain(state)) } }
}

/// A vendor by the name of its deliveries.
pub(super) fn vendor(source: &str) -> &str {
    if source == "workmarket" { "WorkMarket" } else { "1099Policy" }
}

fn checklist(items: &[Item]) -> Markup {
    let done = items.iter().filter(|item| item.done).count();
    html! {
        p.hint { "The guide’s testing checklist: " (done) " of " (items.len()) " seen to work here." }
        ul.checklist { @for item in items {
            li class=[item.done.then_some("done")] {
                (icon(if item.done { "done" } else { "arranging" }))
                span { span.visually-hidden { @if item.done { "Seen: " } @else { "Not seen yet: " } } (item.wanted) @if item.optional { span.hint { " (optional)" } } }
                @if let Some(stream) = &item.stream { (seen(stream)) }
            }
        } }
    }
}

fn seen(stream: &str) -> Markup {
    html! {
        @match stream.split_once('-') {
            Some(("coverage", id)) => a href={ "/work-orders/" (encoded(id)) } { "seen on " (id) },
            Some(("delivery", id)) => a href={ "/deliveries/" (encoded(id)) } { "the first one" },
            Some(_) | None => code { (stream) },
        }
    }
}
