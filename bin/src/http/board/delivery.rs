//! One delivery: the bytes that came, and what became of them.

use super::integrations::{fate, vendor};
use super::list::encoded;
use super::order::pretty;
use super::page::{self, Place};
use super::session::Viewer;
use super::words::{outside, outside_lines};
use super::{Failed, time};
use crate::http::Shared;
use crate::http::path::PagePath;
use axum::Extension;
use axum::extract::State;
use covertrail_adapters::store::Recorded;
use covertrail_adapters::webhook::delivery::{DeliveryName, Record};
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /deliveries/{delivery}`
pub(super) async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    PagePath(name): PagePath<DeliveryName>,
) -> Result<Markup, Failed> {
    let mut records = Vec::new();
    let take = |recorded: &Recorded<'_>| {
        records.push((recorded.recorded_at, Record::from_json(recorded.kind, recorded.data)));
    };
    let read = shared.models.events_of(&name.stream(), take).await;
    read.map_err(|trouble| Failed::from(&trouble))?;
    let Some((_, Ok(Record::Received(delivery)))) = records.first() else {
        return Err(Failed::NotFound("No delivery is kept under this name."));
    };
    Ok(page::page(
        &viewer,
        Place::Integrations,
        "Delivery",
        &html! {
            p.crumb { a href="/integrations#deliveries" { "Integrations" } }
            div.head { h1 { (outside(&delivery.event)) " " span.title { "from " (vendor(delivery.source.as_str())) } } }
            p { (super::words::copyable(&name.to_string())) }
            ol.history {
                @for (at, record) in &records { li { div.told { (became(record.as_ref().ok())) p.hint { (time::recorded(*at)) } } } }
            }
            h2 { "What came" }
            @if viewer.role().may_audit() {
                pre tabindex="0" { code { @match serde_json::from_slice(&delivery.body) { Ok(json) => (outside_lines(&pretty(&json))), Err(_) => (outside_lines(&String::from_utf8_lossy(&delivery.body))) } } }
            } @else {
                p.notice { "What came names people. Auditors and administrators may read it." }
            }
        },
    ))
}

fn became(record: Option<&Record>) -> Markup {
    html! {
        @match record {
            Some(Record::Received(_)) => p.line { (fate("received")) " stored, and the vendor was answered" },
            Some(Record::Waiting(waiting)) => p.line { (fate("waiting")) " " (outside(&waiting.reason)) },
            Some(Record::Handled(handled)) => p.line {
                (fate(handled.outcome.as_str())) " " (outside(handled.reason.as_deref().unwrap_or("")))
                @for id in &handled.work_orders { " " a href={ "/work-orders/" (encoded(id.as_str())) } { (id) } }
            },
            None => p { "cannot be read by this version" },
        }
    }
}
