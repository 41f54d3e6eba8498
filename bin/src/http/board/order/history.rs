//! The history: compact, a line for each event; or in full, with causes, calls, and what is stored.

use super::super::session::Viewer;
use super::super::time;
use super::super::words::{self, icon, plain};
use super::chain::chain;
use super::moments::Moments;
use super::past::{Past, UnreadableLine, What};
use crate::show::{self, Facts};
use covertrail_adapters::schema::{Actor, Source};
use covertrail_domain::coverage::Event;
use covertrail_domain::id::WorkOrderId;
use maud::{Markup, html};
use serde_json::Value;

/// The history as it was known, the newest first.
pub(super) fn history(
    past: &[Past],
    unreadable: &[UnreadableLine],
    moments: &Moments,
    id: &WorkOrderId,
    viewer: &Viewer,
) -> Markup {
    let known: Vec<&Past> = past.iter().filter(|past| moments.knows(past)).collect();
    let path = format!("/work-orders/{}", super::super::list::encoded(id.as_str()));
    html! {
        section aria-labelledby="history" {
            div.head {
                h2 id="history" { "History" }
                nav.switch aria-label="How much of the history" {
                    @for (full, name) in [(false, "Compact"), (true, "Full")] {
                        a href={ (path) (moments.parameters(full)) "#history" } aria-current=[(full == moments.is_full).then_some("true")] { (name) }
                    }
                }
            }
            @for line in unreadable { (cannot_be_read(line)) }
            ol.history.full[moments.is_full] reversed {
                @for each in known.iter().rev() { (entry(each, &known, moments.is_full, viewer)) }
            }
        }
    }
}

/// The place of the line and what is wrong with it, without what stands in it.
fn cannot_be_read(line: &UnreadableLine) -> Markup {
    html! {
        p.notice.bad {
            (icon("refused")) strong { "A line of the log cannot be read" } ": " code { (line.stream) } ", revision "
            (line.revision) ", position " (line.position) ", recorded " (time::recorded(line.recorded_at)) ". " (line.why)
        }
    }
}

fn entry(past: &Past, all: &[&Past], full: bool, viewer: &Viewer) -> Markup {
    let envelope = &past.envelope;
    let picture = match &past.what {
        What::Refused(_) => "refused",
        What::Happened(_) if envelope.actor == Actor::Covertrail && envelope.source == Source::Command => {
            "flow"
        }
        What::Happened(_) => envelope.source.as_str(),
    };
    let happened_then = envelope.occurred_at.unix() != past.recorded_at.div_euclid(1_000_000);
    html! {
        li id={ "e" (past.position) } {
            span.source { (icon(picture)) }
            div.told {
                p.line { strong { (name(&past.what)) } " " span.details { (time::sentence(&details(&past.what, viewer).inline())) } }
                p.hint {
                    "by " (words::outside(&show::actor(&envelope.actor))) " · recorded " (time::recorded(past.recorded_at))
                    @if happened_then { " · happened " (time::at(envelope.occurred_at)) }
                }
                @if let (Some(reason), true) = (&envelope.reason, says_no_reason(&past.what)) { p { q { (words::outside_lines(reason)) } } }
                @if full {
                    (chain(past, all))
                    details { summary { "What is stored: " code { (past.kind) } } (raw(past, viewer)) }
                }
            }
        }
    }
}

/// Exceptions and decisions have theirs among what happened.
fn says_no_reason(what: &What) -> bool {
    match what {
        What::Refused(_) => true,
        What::Happened(event) => !matches!(**event, Event::Waived { .. } | Event::CertificateReviewed { .. }),
    }
}

/// What it is called.
pub(super) fn name(what: &What) -> String {
    match what {
        What::Happened(event) => words::event(event.name()),
        What::Refused(refusal) => format!("Refused: {}", plain(&refusal.asked).to_lowercase()),
    }
}

fn details(what: &What, viewer: &Viewer) -> Facts {
    let may_open = viewer.role().may_audit();
    match what {
        What::Refused(refusal) => Facts(vec![
            show::fact("about", refusal.about.as_deref()),
            show::fact("because", refusal.reason.as_str()),
        ]),
        What::Happened(event) => {
            let Facts(mut facts) = show::details(event);
            // whoever has the link opens the contractor's application
            facts.retain(|fact| may_open || fact.name != "link");
            Facts(facts)
        }
    }
}

fn raw(past: &Past, viewer: &Viewer) -> Markup {
    let opens =
        matches!(&past.what, What::Happened(event) if matches!(**event, Event::ApplicationOpened { .. }));
    let mut data: Value = serde_json::from_slice(&past.data).unwrap_or_default();
    if let (true, false, Value::Object(members)) = (opens, viewer.role().may_audit(), &mut data) {
        members.remove("url");
    }
    let metadata: Value = serde_json::from_slice(&past.metadata).unwrap_or_default();
    html! {
        p.hint { "position " (past.position) ", revision " (past.revision) }
        pre tabindex="0" { code { (words::outside_lines(&pretty(&data))) "\n" (words::outside_lines(&pretty(&metadata))) } }
    }
}

/// JSON for reading.
pub(in crate::http::board) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
