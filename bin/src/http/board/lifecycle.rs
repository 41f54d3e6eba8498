//! The lifecycle: the machine that was found by searching the rules, with how many work orders stand at each stage.

use super::overview::counted;
use super::page::{self, Place};
use super::rows::Count;
use super::session::Viewer;
use super::words::{event, number, stage};
use super::{Failed, live, read};
use crate::clock;
use crate::http::Shared;
use axum::Extension;
use axum::extract::State;
use covertrail_domain::coverage::{Machine, Stage};
use covertrail_projections::tables::BOARD;
use maud::{Markup, PreEscaped, html};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// Found once: the search takes a moment.
static MACHINE: LazyLock<Machine> = LazyLock::new(Machine::found);

/// `GET /lifecycle`
pub(super) async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
) -> Result<Markup, Failed> {
    let ((counts, picture), seen): ((Vec<Count>, String), _) = read::page(&shared, |reader| {
        let counts = read::counts(reader, &BOARD, "stage")?;
        let picture = MACHINE.to_live_svg(|stage| {
            let link = format!("/board?stage={}", stage.as_str());
            (link, number(counted(&counts, stage.as_str())))
        });
        Ok((counts, picture))
    })
    .await?;
    Ok(page::page(
        &viewer,
        Place::Lifecycle,
        "Lifecycle",
        &html! {
            div.head { h1 { "Lifecycle" } p.hint { "drawn from the rules: " (number(i64::try_from(MACHINE.states).unwrap_or(i64::MAX))) " states were tried" } (live::state(clock::now())) }
            (live::kept_up("machine", "/lifecycle", &seen, &html! {
                ul.cards.stages-now { @for each in Stage::ALL { li { a class="card none" href={ "/board?stage=" (each.as_str()) } {
                    span.of { (stage(each)) } span.figure { (number(counted(&counts, each.as_str()))) }
                } } } }
                div.scroll.machine tabindex="0" role="region" aria-label="State diagram" { (PreEscaped(picture)) }
            }))
            section aria-labelledby="changes" {
                h2 id="changes" { "Every change of stage" }
                details { summary { "As a table" } div.scroll tabindex="0" role="region" aria-label="Changes of stage" { table.list {
                    thead { tr { th scope="col" { "From" } th scope="col" { "To" } th scope="col" { "By" } } }
                    tbody { @for ((from, to), events) in changes() { tr {
                        td { @match from { Some(from) => (stage(from)), None => "Nothing yet" } } td { (stage(to)) } td.sentence { (events.join(", ")) }
                    } } }
                } } }
            }
        },
    ))
}

fn changes() -> BTreeMap<(Option<Stage>, Stage), Vec<String>> {
    let mut changes: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for edge in &MACHINE.edges {
        changes.entry((edge.from, edge.to)).or_default().push(event(edge.event));
    }
    changes
}
