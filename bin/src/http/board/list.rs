//! The board: one row for each work order, the worst first, each with the sentence that says why.

use super::filters::{Filters, PAGE, Sort};
use super::page::{self, Place};
use super::read;
use super::rows::Order;
use super::session::Viewer;
use super::words::{badge_named, icon, number, plain, stage, stage_of, standing};
use super::{Failed, live, time};
use crate::clock;
use crate::http::Shared;
use crate::http::query::Parameters;
use crate::views::Words;
use axum::Extension;
use axum::extract::State;
use covertrail_domain::coverage::{Badge, Stage};
use covertrail_domain::time::{Timestamp, Window};
use covertrail_projections::tables::BOARD;
use covertrail_projections::{Query, Reader, ViewsError};
use maud::{Markup, html};
use serde_json::Value;
use std::sync::Arc;

/// What a page of the board shows.
struct Found {
    orders: Vec<Order>,
    next: Option<String>,
    counts: Vec<(Badge, i64)>,
}

/// `GET /board`
pub(super) async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    Parameters(pairs): Parameters,
) -> Result<Markup, Failed> {
    let filters = Filters::of(&pairs).map_err(Failed::Asked)?;
    let (asked, models) = (filters.clone(), Arc::clone(&shared.models));
    let (found, seen) = read::page(&shared, move |reader| found(reader, &asked, models.words())).await?;
    let now = clock::now();
    Ok(page::page(
        &viewer,
        Place::Board,
        "Board",
        &html! {
            div.head {
                h1 { "Board" }
                (live::state(now))
            }
            (search(&filters))
            (chips(&filters, &found.counts))
            div.above {
                // of fixed height, so that nothing moves when it speaks
                p.news id="news" {}
                p.tools { a href={ "/board.csv?" (filters.address()) } download="" { "Download as CSV" } }
            }
            (live_rows(&filters, &found, &seen, now))
        },
    ))
}

fn found(reader: &Reader, filters: &Filters, words: &Words) -> Result<Found, ViewsError> {
    let mut rows: Vec<Value> = Vec::new();
    let among = filters.among(words, reader)?;
    for query in filters.queries(among.as_deref()) {
        let limit = query.limit.saturating_sub(rows.len());
        rows.extend(read::rows::<Value>(reader, &BOARD, &Query { limit, ..query })?);
    }
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| filters.place(row));
    let counted = read::counts(reader, &BOARD, "urgency")?;
    let count = |badge: Badge| {
        let place = badge.urgency().to_string();
        counted.iter().find(|counted| counted.what == place).map_or(0, |counted| counted.count)
    };
    Ok(Found {
        orders: rows.into_iter().filter_map(|row| serde_json::from_value(row).ok()).collect(),
        next,
        counts: Badge::ALL.map(|badge| (badge, count(badge))).into(),
    })
}

fn search(filters: &Filters) -> Markup {
    html! {
        form.search role="search" method="get" action="/board" {
            label.visually-hidden for="search" { "Search work orders" }
            input id="search" type="search" name="text" value=(filters.text) placeholder="Search id, title, client, worker, contractor";
            label.visually-hidden for="stage" { "Stage" }
            select id="stage" name="stage" {
                option value="" { "Every stage" }
                @for each in Stage::ALL {
                    option value=(each.as_str()) selected[filters.stage == Some(each)] { (stage(each)) }
                }
            }
            @for (name, value) in filters.ids().into_iter().chain([
                ("standing", filters.standing.map(Badge::as_str)),
                ("blocked", filters.blocked.then_some("true")),
            ]) { @if let Some(value) = value { input type="hidden" name=(name) value=(value); } }
            button.button type="submit" { "Search" }
        }
    }
}

fn chips(filters: &Filters, counts: &[(Badge, i64)]) -> Markup {
    let all = counts.iter().map(|(_, count)| count).sum();
    html! {
        nav.chips aria-label="Filter by standing" {
            a href={ "/board?" (filters.with("standing", "")) } aria-current=[filters.standing.is_none().then_some("true")] {
                "All " span.count { (number(all)) }
            }
            @for (badge, count) in counts.iter().filter(|(badge, count)| *count > 0 || filters.standing == Some(*badge)) {
                a class=(super::words::tone(*badge)) href={ "/board?" (filters.with("standing", badge.as_str())) }
                    aria-current=[(filters.standing == Some(*badge)).then_some("true")] {
                    (icon(badge.as_str())) (standing(*badge)) " " span.count { (number(*count)) }
                }
            }
            @for (name, value) in [
                ("stage", filters.stage.map(|of| stage(of).to_owned())),
                ("contractor", filters.contractor.as_ref().map(ToString::to_string)),
                ("worker", filters.worker.as_ref().map(ToString::to_string)),
                ("client", filters.client.as_ref().map(ToString::to_string)),
                ("blocked", filters.blocked.then(|| "steps".to_owned())),
                ("text", Some(filters.text.clone()).filter(|text| !text.is_empty())),
            ] {
                @if let Some(value) = value {
                    a.remove href={ "/board?" (filters.with(name, "")) } { (plain(name)) ": " (value) span aria-hidden="true" { " ×" } span.visually-hidden { " (remove this filter)" } }
                }
            }
        }
    }
}

fn nothing(filters: &Filters) -> Markup {
    if filters.narrows() {
        page::empty(
            "No work order fits.",
            &html! { "Search for less, or " a href="/board" { "look at all of them" } "." },
        )
    } else {
        page::empty(
            "No work order is known yet.",
            &html! {
                "They come with WorkMarket's webhooks. " a href="/integrations" { "See what has come in" } "."
            },
        )
    }
}

fn live_rows(filters: &Filters, found: &Found, seen: &str, now: Timestamp) -> Markup {
    let ids: Vec<&str> = found.orders.iter().map(|order| order.work_order.as_str()).collect();
    let rows: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("rows", &ids.join(","))
        .append_pair("since", seen)
        .finish();
    html! {
        div hx-ext="sse" sse-connect={ "/board/live?" (filters.address()) "&" (rows) } sse-swap="rows" hx-swap="none" {
            @if found.orders.is_empty() { (nothing(filters)) } @else { (table(filters, &found.orders, now)) }
        }
        @if found.next.is_some() || filters.after.is_some() {
            nav.pages aria-label="More rows" {
                @if filters.after.is_some() { a.button href={ "/board?" (filters.address()) } { "Back to the first" } }
                @if let Some(next) = &found.next { a.button href={ "/board?" (filters.with("after", next)) } rel="next" { "Next " (PAGE) } }
            }
        }
    }
}

fn table(filters: &Filters, orders: &[Order], now: Timestamp) -> Markup {
    html! {
        table.board role="table" aria-label="Work orders" {
            thead role="rowgroup" {
                tr role="row" {
                    (heading(filters, Sort::Standing, "Standing"))
                    (heading(filters, Sort::WorkOrder, "Work order"))
                    th.stage role="columnheader" scope="col" { "Stage" }
                    th.whom role="columnheader" scope="col" { "Worker, client" }
                    (heading(filters, Sort::Starts, "Work"))
                    (heading(filters, Sort::Changes, "Changes"))
                }
            }
            tbody role="rowgroup" { @for order in orders { (row(order, now, false)) } }
        }
    }
}

fn heading(filters: &Filters, sort: Sort, name: &str) -> Markup {
    let is_on = filters.sort == sort;
    let turned = if is_on && !filters.descending { "-" } else { "" };
    let order = if filters.descending { "descending" } else { "ascending" };
    html! {
        th class=(sort.as_str()) role="columnheader" scope="col" aria-sort=[is_on.then_some(order)] {
            a href={ "/board?" (filters.with("sort", &format!("{turned}{}", sort.as_str()))) } {
                (name) @if is_on { span aria-hidden="true" { @if filters.descending { " ↓" } @else { " ↑" } } }
            }
        }
    }
}

/// The row of a work order. One that changed is put in the place of the one before, and one that the filters would leave
/// out by now stays until the page is asked for anew.
pub(super) fn row(order: &Order, now: Timestamp, gone: bool) -> Markup {
    let window = order.starts.zip(order.ends).and_then(|(starts, ends)| Window::new(starts, ends));
    let id = &order.work_order;
    html! {
        tr role="row" id={ "row-" (id) } data-revision=(order.revision) class=[gone.then_some("gone")] {
            td.standing role="cell" { (badge_named(&order.standing)) }
            td.what role="cell" {
                a.row id={ "open-" (id) } href={ "/work-orders/" (encoded(id)) } { span.id { (id) } " " span.title { (super::words::outside(super::words::title(&order.title, id))) } }
                p.reason { (time::sentence(&order.reason)) @if gone { " No longer among what you asked for." } }
            }
            td.stage role="cell" {
                (stage_of(&order.stage).map_or("", stage))
                @if order.blocked_steps > 0 { span.blocked { (icon("refused")) (super::words::some(order.blocked_steps, "step blocked", "steps blocked")) } }
                @else if let Some(step) = &order.next_step { span.next { "Next: " (plain(step).to_lowercase()) } }
            }
            td.whom role="cell" {
                @match &order.contractor {
                    Some(contractor) => a href={ "/contractors/" (encoded(contractor)) } { (order.worker) },
                    None => span { (order.worker) },
                }
                @if let Some(client) = &order.client { span.client { (client) } }
            }
            td.starts role="cell" { @match window { Some(window) => (time::span(window)), None => "–" } }
            td.changes role="cell" { @match order.changes_at { Some(at) => (time::ago(at, now)), None => "–" } }
        }
    }
}

/// A part of a path.
pub(super) fn encoded(part: &str) -> String {
    // a space is %20 in a path
    url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>().replace('+', "%20")
}
