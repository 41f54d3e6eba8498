//! Contractors: what stands and falls with each.

use super::list::encoded;
use super::page::{self, Place};
use super::read::{self, MANY};
use super::rows::{Contractor, Covered, Order, Review};
use super::session::Viewer;
use super::words::{badge_named, copyable, number, plain};
use super::{Failed, live, time};
use crate::clock;
use crate::http::Shared;
use crate::http::path::PagePath;
use crate::http::query::{Parameters, words};
use axum::Extension;
use axum::extract::State;
use axum::http::Uri;
use covertrail_domain::coverage::Badge;
use covertrail_domain::id::ContractorId;
use covertrail_domain::time::{Timestamp, Window};
use covertrail_projections::tables::{BOARD, CONTRACTORS, COVER, REVIEWS};
use covertrail_projections::{Query, Where};
use maud::{Markup, html};
use std::sync::Arc;

/// How many are listed; a search finds the others.
const LISTED: usize = 200;

/// `GET /contractors`
pub(super) async fn all(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    parameters: Parameters,
    address: Uri,
) -> Result<Markup, Failed> {
    let text = words(parameters.get("text").unwrap_or_default());
    let text = text.map_err(|why| Failed::Asked(format!("text: {why}")))?;
    let asked = text.clone();
    let (found, seen): (Vec<Contractor>, _) = read::page(&shared, move |reader| {
        let says = Where::Says(&["contractor", "worker"], &asked);
        let wheres = if asked.is_empty() { Vec::new() } else { vec![says] };
        read::rows(
            reader,
            &CONTRACTORS,
            &Query { wheres, order: &["urgency"], limit: LISTED, ..Query::default() },
        )
    })
    .await?;
    Ok(page::page(
        &viewer,
        Place::Contractors,
        "Contractors",
        &html! {
            div.head { h1 { "Contractors" } p.hint { "the worst first" } (live::state(clock::now())) }
            form.search role="search" method="get" action="/contractors" {
                label.visually-hidden for="search" { "Search contractors" }
                input id="search" type="search" name="text" value=(text) placeholder="Search by 1099Policy’s or WorkMarket’s id";
                button.button type="submit" { "Search" }
            }
            (live::kept_up("contractors", &address.to_string(), &seen, &html! {
                @if found.is_empty() {
                    (page::empty("No contractor is known by that.", &html! { "One is created with their first work order. " a href="/contractors" { "All contractors" } }))
                } @else { (table(&found)) }
                @if found.len() == LISTED { p.hint { "These are the first " (LISTED) "; search to find others." } }
            }))
        },
    ))
}

fn table(found: &[Contractor]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Contractors" { table.list {
            thead { tr {
                th scope="col" { "Worst standing" } th scope="col" { "Contractor" } th scope="col" { "Worker" }
                th.number scope="col" { "Work orders" } th.number scope="col" { "Open" } th.number scope="col" { "Blocked steps" } th.number scope="col" { "Worked uninsured" }
            } }
            tbody { @for each in found { tr {
                td { (badge_named(&each.standing)) }
                td { a.row href={ "/contractors/" (encoded(&each.contractor)) } { (each.contractor) } }
                td data-of="Worker" { (each.worker.as_deref().unwrap_or("–")) }
                td.number data-of="Work orders" { (number(each.work_orders)) } td.number data-of="Open" { (number(each.open)) }
                td.number data-of="Blocked steps" { (number(each.blocked_steps)) }
                td.number data-of="Worked uninsured" { (uninsured(each, "–")) }
            } } }
        } }
    }
}

/// How long they worked uninsured in work that is over, and whether they do now.
fn uninsured(contractor: &Contractor, never: &str) -> Markup {
    let is_now = contractor.standing == Badge::UninsuredWorking.as_str();
    html! {
        @match (contractor.uninsured_seconds, is_now) {
            (0, false) => (never),
            (0, true) => "now",
            (seconds, false) => (time::length(seconds)),
            (seconds, true) => { (time::length(seconds)) " and now" },
        }
    }
}

struct Found {
    contractor: Contractor,
    orders: Vec<Order>,
    cover: Vec<Covered>,
    reviews: Vec<Review>,
}

/// `GET /contractors/{contractor}`
pub(super) async fn one(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    PagePath(contractor): PagePath<ContractorId>,
    address: Uri,
) -> Result<Markup, Failed> {
    let id = contractor.clone();
    let (found, seen) = read::page(&shared, move |reader| {
        let of = |order: &'static [&'static str], limit| Query {
            wheres: vec![Where::Is("contractor", id.as_str().into())],
            order,
            limit,
            ..Query::default()
        };
        let Some(contractor) = read::rows(reader, &CONTRACTORS, &of(&[], 1))?.pop() else { return Ok(None) };
        let orders = read::rows(reader, &BOARD, &of(&["urgency"], LISTED))?;
        let cover = read::rows(reader, &COVER, &of(&["ends"], MANY))?;
        let reviews = read::rows(reader, &REVIEWS, &of(&["since"], LISTED))?;
        Ok(Some(Found { contractor, orders, cover, reviews }))
    })
    .await?;
    let found = found.ok_or(Failed::NotFound("No contractor is known by this id."))?;
    let now = clock::now();
    Ok(page::page(
        &viewer,
        Place::Contractors,
        contractor.as_str(),
        &html! {
            p.crumb { a href="/contractors" { "Contractors" } }
            div.head { h1 { "Contractor " (contractor) } (badge_named(&found.contractor.standing)) (live::state(now)) }
            (live::kept_up("contractor", &address.to_string(), &seen, &html! {
            dl.facts {
                div { dt { "At 1099Policy" } dd { (copyable(contractor.as_str())) } }
                div { dt { "At WorkMarket" } dd { @match &found.contractor.worker { Some(worker) => (copyable(worker)), None => "–" } } }
                div { dt { "Work orders" } dd { a href={ "/board?contractor=" (encoded(contractor.as_str())) } { (number(found.contractor.work_orders)) ", of which " (number(found.contractor.open)) " open" } } }
                div { dt { "Worked uninsured" } dd { (uninsured(&found.contractor, "never")) } }
            }
            @if !found.reviews.is_empty() {
                p.notice.warn { a href="/reviews" { (super::words::some(i64::try_from(found.reviews.len()).unwrap_or(0), "certificate waits", "certificates wait")) " for a person" } }
            }
            section aria-labelledby="cover" {
                h2 id="cover" { "Policies and certificates" }
                @if found.cover.is_empty() { (page::empty("Nothing covers this contractor yet.", &html! { "Cover begins when a policy is active or a certificate is approved." })) }
                @else { (cover(&found.cover, now)) }
            }
            section aria-labelledby="orders" {
                h2 id="orders" { "Work orders" }
                div.scroll tabindex="0" role="region" aria-label="Their work orders" { table.list {
                    thead { tr { th scope="col" { "Standing" } th scope="col" { "Work order" } th scope="col" { "Why" } th scope="col" { "Work" } } }
                    tbody { @for order in &found.orders { tr {
                        td { (badge_named(&order.standing)) }
                        td { a.row href={ "/work-orders/" (encoded(&order.work_order)) } { (order.work_order) } }
                        td.sentence { (time::sentence(&order.reason)) @if order.uninsured_seconds.is_some_and(|seconds| seconds > 0) { span.hint { " Worked " (time::length(order.uninsured_seconds.unwrap_or(0))) " uninsured." } } }
                        td.when { @match order.starts.zip(order.ends).and_then(|(starts, ends)| Window::new(starts, ends)) { Some(window) => (time::span(window)), None => "–" } }
                    } } }
                } }
            }
            }))
        },
    ))
}

/// What covers them, each policy, assignment and certificate once.
fn cover(cover: &[Covered], now: Timestamp) -> Markup {
    let mut seen = std::collections::BTreeMap::<_, Vec<&Covered>>::new();
    for each in cover {
        seen.entry((each.evidence.as_str(), each.id.as_str())).or_default().push(each);
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label="What covers them" { table.list {
            thead { tr { th scope="col" { "Evidence" } th scope="col" { "Id" } th scope="col" { "Lines" } th scope="col" { "Covers" } th scope="col" { "Ends" } } }
            tbody { @for ((evidence, id), windows) in &seen {
                @let lines: std::collections::BTreeSet<&str> = windows.iter().map(|each| each.line.as_str()).collect();
                @let starts = windows.iter().filter_map(|each| each.starts).min();
                @let ends = windows.iter().filter_map(|each| each.ends).max();
                tr {
                    td { (plain(evidence)) }
                    td.wide { (copyable(id)) }
                    td { (plain(&lines.into_iter().collect::<Vec<_>>().join(", "))) }
                    td { @match starts.zip(ends).and_then(|(starts, ends)| Window::new(starts, ends)) { Some(window) => (time::span(window)), None => "–" } }
                    td data-of="Ends" { @match ends { Some(at) => (time::ago(at, now)), None => "–" } }
                }
            } }
        } }
    }
}
