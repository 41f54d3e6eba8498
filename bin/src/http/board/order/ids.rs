//! The ids of everything that belongs to a work order, at both vendors, to be copied.

use super::super::list::encoded;
use super::super::words::{copyable, plain};
use covertrail_domain::time::Timestamp;
use covertrail_projections::{Rows, Story, row_as_json, tables::OBJECTS};
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize)]
struct Object {
    kind: String,
    id: String,
    is_current: bool,
}

/// The ids, those that count now first.
pub(super) fn ids(story: &Story, at: Timestamp) -> Markup {
    let Some(coverage) = story.state.coverage() else { return html! {} };
    let rows = match OBJECTS.rows {
        Rows::OfStory(rows) => rows(story, at),
        Rows::OfDelivery(_) | Rows::OfLog(_) | Rows::OfBoard { .. } => Vec::new(),
    };
    let mut objects: Vec<Object> =
        rows.iter().filter_map(|row| serde_json::from_str(&row_as_json(&OBJECTS, row)).ok()).collect();
    objects.sort_by_key(|object| !object.is_current);
    html! {
        table.list.ids {
            thead { tr { th scope="col" { "Vendor" } th scope="col" { "What" } th scope="col" { "Id" } } }
            tbody {
                tr { td { "WorkMarket" } td { "Work order" } td { (copyable(coverage.work_order.as_str())) } }
                tr { td { "WorkMarket" } td { "Worker" } td { (copyable(coverage.worker.as_str())) } }
                @for object in &objects { tr class=[(!object.is_current).then_some("former")] {
                    td { "1099Policy" }
                    td {
                        @if object.kind == "contractor" { a href={ "/contractors/" (encoded(&object.id)) } { "Contractor" } } @else { (plain(&object.kind)) }
                        @if !object.is_current { span.hint { " (former)" } }
                    }
                    td { (copyable(&object.id)) }
                } }
            }
        }
    }
}
