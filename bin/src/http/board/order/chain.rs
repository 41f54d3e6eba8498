//! The causal chain of an event: what came before it, the command, the event, the call that it made due, its answer.

use super::super::list::encoded;
use super::super::words::{icon, plain};
use super::command::command;
use super::history::name;
use super::past::{Past, What};
use covertrail_adapters::schema::Source;
use maud::{Markup, html};

/// The chain, from the cause to the answer.
pub(super) fn chain(past: &Past, all: &[&Past]) -> Markup {
    let answer = past.due.as_ref().and_then(|(_, key)| {
        all.iter().find(|other| other.position > past.position && other.envelope.causation == *key)
    });
    html! {
        ol.chain aria-label="Cause and effect" {
            li { (cause(past, all)) }
            li { span.kind { "command" } (asked(past)) }
            li.this { span.kind { @if matches!(past.what, What::Refused(_)) { "refusal" } @else { "event" } } (name(&past.what)) }
            @if let Some((step, key)) = &past.due {
                li { span.kind { (icon("api")) "call" } (plain(step)) " " code { (key) } }
                @if let Some(answer) = answer { li { span.kind { "answer" } a href={ "#e" (answer.position) } { (name(&answer.what)) } " after " (passed(past, answer)) } }
            }
        }
    }
}

fn asked(past: &Past) -> String {
    match &past.what {
        What::Happened(event) => command(event).to_owned(),
        What::Refused(refusal) => plain(&refusal.asked).to_lowercase(),
    }
}

fn cause(past: &Past, all: &[&Past]) -> Markup {
    let causation = past.envelope.causation.as_str();
    match past.envelope.source {
        Source::Webhook | Source::Polling => {
            let (picture, kind) = if past.envelope.source == Source::Webhook {
                ("webhook", "webhook")
            } else {
                ("polling", "polling")
            };
            html! {
                span.kind { (icon(picture)) (kind) }
                @match causation.strip_prefix("delivery-") {
                    Some(delivery) => a href={ "/deliveries/" (encoded(delivery)) } { code { (delivery) } },
                    None => code { (causation) },
                }
            }
        }
        Source::Api => {
            let called = all.iter().rev().find(|other| {
                other.position < past.position && other.due.as_ref().is_some_and(|(_, key)| key == causation)
            });
            html! {
                span.kind { (icon("api")) "answer to" } code { (causation) }
                @if let Some(called) = called { " made due by " a href={ "#e" (called.position) } { (name(&called.what)) } }
            }
        }
        Source::Clock => html! { span.kind { (icon("clock")) "time" } "a moment passed" },
        Source::Command => html! {
            @match causation.strip_prefix("coverage-") {
                // what a policy or certificate of another work order brought to this one too
                Some(other) => { span.kind { (icon("flow")) "work order" } a href={ "/work-orders/" (encoded(other)) } { (other) } },
                None => { span.kind { (icon("command")) "person" } code { (causation) } },
            }
        },
    }
}

/// The time between two records.
fn passed(from: &Past, to: &Past) -> String {
    let millis = to.recorded_at.saturating_sub(from.recorded_at) / 1_000;
    if millis < 10_000 { format!("{millis} ms") } else { super::super::time::length(millis / 1_000) }
}
