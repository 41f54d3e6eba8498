//! Expiring and gaps: what ends in the next days, and where the work is not covered.

use super::calendar::{self, DAYS, calendar, midnight};
use super::list::encoded;
use super::page::{self, Place};
use super::read::{self, MANY};
use super::rows::{Covered, Gap};
use super::session::Viewer;
use super::words::plain;
use super::{Failed, live, time};
use crate::clock;
use crate::http::Shared;
use axum::Extension;
use axum::extract::State;
use covertrail_domain::time::{Timestamp, Window};
use covertrail_projections::tables::{COVER, GAPS};
use covertrail_projections::{Query, Where};
use maud::{Markup, html};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many rows of each are shown.
const SHOWN: usize = 500;

/// `GET /expiring`
pub(super) async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
) -> Result<Markup, Failed> {
    let now = clock::now();
    let (first, last) = (midnight(now), midnight(now).plus(DAYS * 86_400));
    let ((cover, gaps), seen): ((Vec<Covered>, Vec<Gap>), _) = read::page(&shared, move |reader| {
        let ends =
            |wheres: Vec<Where<'static>>, order| Query { wheres, order, limit: MANY, ..Query::default() };
        let open = || Where::Is("open", true.into());
        let expiring = vec![
            Where::From("ends", first.into()),
            Where::UpTo("ends", last.into()),
            Where::Is("required", true.into()),
            Where::Is("is_over", false.into()),
            open(),
        ];
        let uncovered = vec![Where::UpTo("starts", last.into()), Where::From("ends", first.into()), open()];
        let cover = read::rows(reader, &COVER, &ends(expiring, &["ends"]))?;
        Ok((cover, read::rows(reader, &GAPS, &ends(uncovered, &["starts"]))?))
    })
    .await?;
    let within =
        |at: Option<Timestamp>, from: Timestamp, to: Timestamp| at.is_some_and(|at| from <= at && at < to);
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let ends = |from, to| {
        let cover = cover.iter().filter(|each| within(each.ends, from, to));
        // gaps that have begun belong to today
        let gaps = gaps.iter().filter(|gap| within(gap.starts.map(|at| at.max(first)), from, to));
        [count(cover.count()), count(gaps.count())]
    };
    Ok(page::page(
        &viewer,
        Place::Expiring,
        "Expiring and gaps",
        &html! {
            div.head { h1 { "Expiring and gaps" } p.hint { "the next " (DAYS) " days, by days in UTC" } (live::state(now)) }
            (live::kept_up("days", "/expiring", &seen, &html! {
            (calendar(first, ends))
            section aria-labelledby="gaps" {
                h2 id="gaps" { "Gaps of open work" }
                @if gaps.is_empty() { (page::empty("No open work lacks cover in these days.", &html! { "Work that has not been quoted yet is on " a href="/board?standing=arranging" { "the board, as arranging" } "." })) }
                @else { (uncovered(&gaps, first, now)) }
            }
            section aria-labelledby="ends" {
                h2 id="ends" { "Cover that ends" }
                @if cover.is_empty() { (page::empty("No cover of open work ends in these days.", &html! { a href="/board" { "Back to the board" } })) }
                @else { (ending(&cover, now)) }
            }
            }))
        },
    ))
}

fn uncovered(gaps: &[Gap], first: Timestamp, now: Timestamp) -> Markup {
    let mut marked = BTreeSet::new();
    html! {
        div.scroll tabindex="0" role="region" aria-label="Gaps, line by line" { table.list {
            thead { tr { th scope="col" { "Work order" } th scope="col" { "Line" } th scope="col" { "Without cover" } th scope="col" { "Begins" } th.number scope="col" { "Length" } } }
            tbody { @for gap in gaps.iter().take(SHOWN) {
                @let day = gap.starts.map(|at| time::civil(calendar::midnight(at.max(first)))).unwrap_or_default();
                tr id=[marked.insert(day.clone()).then(|| format!("gap-{day}"))] {
                    td { a.row href={ "/work-orders/" (encoded(&gap.work_order)) } { (gap.work_order) } }
                    td { (plain(&gap.line)) }
                    td { @match gap.starts.zip(gap.ends).and_then(|(starts, ends)| Window::new(starts, ends)) { Some(window) => (time::span(window)), None => "–" } }
                    td data-of="Begins" { @match gap.starts { Some(at) => (time::ago(at, now)), None => "–" } }
                    td.number data-of="Length" { (time::length(gap.seconds)) }
                }
            } }
        } }
        @if gaps.len() > SHOWN { p.hint { "These are the first " (SHOWN) " of " (gaps.len()) "." } }
    }
}

fn ending(cover: &[Covered], now: Timestamp) -> Markup {
    let mut marked = BTreeSet::new();
    html! {
        div.scroll tabindex="0" role="region" aria-label="Cover that ends, line by line" { table.list {
            thead { tr { th scope="col" { "Work order" } th scope="col" { "Line" } th scope="col" { "By" } th scope="col" { "Cover ends" } th scope="col" { "Work ends" } } }
            tbody { @for each in cover.iter().take(SHOWN) {
                @let day = each.ends.map(|at| time::civil(calendar::midnight(at))).unwrap_or_default();
                tr id=[marked.insert(day.clone()).then(|| format!("expires-{day}"))] {
                    td { a.row href={ "/work-orders/" (encoded(&each.work_order)) } { (each.work_order) } }
                    td { (plain(&each.line)) }
                    td.wide { (plain(&each.evidence)) " " code { (each.id) } @if let Some(contractor) = &each.contractor { " of " a href={ "/contractors/" (encoded(contractor)) } { (contractor) } } }
                    td.when data-of="Cover ends" { @match each.ends { Some(at) => { (time::at(at)) ", " (time::ago(at, now)) }, None => "–" } }
                    td.when data-of="Work ends" { @match each.work_ends { Some(at) => (time::at(at)), None => "–" } }
                }
            } }
        } }
        @if cover.len() > SHOWN { p.hint { "These are the first " (SHOWN) " of " (cover.len()) "." } }
    }
}
