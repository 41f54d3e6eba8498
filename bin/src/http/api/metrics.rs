//! `GET /metrics`: the figures that are watched, in the text form of Prometheus.

use super::super::ages::Ages;
use super::{Shared, troubled};
use crate::clock;
use crate::logging;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use covertrail_adapters::front::LimitSnapshot;
use covertrail_adapters::store::Position;
use covertrail_domain::coverage::Badge;
use covertrail_projections::{Cell, Reader, ViewsError, Where, tables};
use serde_json::Value;
use std::fmt::Write as _;
use std::sync::Arc;

/// `GET /metrics`
pub(super) async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let head = match shared.models.store().head().await {
        Ok(head) => head.map_or(0, Position::get),
        Err(error) => return troubled(&error.into()),
    };
    let reached = shared.models.hub().progress().position;
    let stuck = shared.stuck();
    match shared.models.read(move |reader| reader.snapshot(|reader| figures(reader, &stuck))).await {
        Ok(mut told) => {
            gauge(
                &mut told,
                "log_position",
                "The position of the log's newest event.",
                [(String::new(), head)],
            );
            let lag = [(String::new(), head.saturating_sub(reached))];
            gauge(&mut told, "projection_lag", "How many events the read models are behind the log.", lag);
            subscribers(&mut told, &shared.subscribers.list().await);
            limits(&mut told, &shared);
            let refused = shared.gateway.iter().map(|watch| (String::new(), watch.refused()));
            let means = "Calls of the gateway without a right name and password.";
            counter(&mut told, "gateway_refused_total", means, refused);
            let (requests, steps) = (&shared.requests, shared.engine.steps());
            requests.tell(
                &mut told,
                "request_seconds",
                "Requests until their answer began.",
                ["route", "outcome"],
            );
            steps.tell(&mut told, "step_seconds", "Steps at 1099Policy.", ["step", "outcome"]);
            let dropped = [(String::new(), logging::dropped_lines())];
            counter(&mut told, "log_lines_dropped_total", "Log lines that could not be written.", dropped);
            let refused = shared.refusals.totals();
            let refused = refused.map(|(kind, total)| (format!("{{kind=\"{}\"}}", kind.as_str()), total));
            counter(&mut told, "refused_total", "Requests that were refused, by what was refused.", refused);
            ([("content-type", "text/plain; version=0.0.4")], told).into_response()
        }
        Err(trouble) => troubled(&trouble),
    }
}

fn figures(reader: &Reader, stuck: &[Where<'_>]) -> Result<String, ViewsError> {
    let mut told = String::new();
    let standings = reader.tally(&tables::BOARD, "urgency")?;
    let many = |badge: Badge| {
        let urgency = Cell::Number(badge.urgency().into());
        standings.iter().find(|(found, _)| *found == urgency).map_or(0, |(_, many)| *many)
    };
    let standings = Badge::ALL.map(|badge| (format!("{{standing=\"{badge}\"}}"), many(badge)));
    gauge(&mut told, "work_orders", "Work orders, by how they stand.", standings);
    let deliveries = reader.tally(&tables::DELIVERIES, "state")?;
    let deliveries = deliveries.into_iter().filter_map(|(state, many)| match state {
        Cell::Text(state) => Some((format!("{{state=\"{state}\"}}"), many)),
        Cell::Nothing | Cell::Number(_) => None,
    });
    gauge(&mut told, "deliveries", "Deliveries, by what became of them.", deliveries);
    let steps = reader.tally(&tables::BLOCKED, "step")?;
    let steps = steps.iter().map(|(_, many)| many).sum();
    gauge(&mut told, "blocked_steps", "Steps that wait for a person.", [(String::new(), steps)]);
    let reviews = reader.tally(&tables::REVIEWS, "waits_for")?;
    let reviews = reviews.iter().map(|(_, many)| many).sum();
    gauge(&mut told, "reviews", "Certificates that wait for a person.", [(String::new(), reviews)]);
    let stuck = [(String::new(), reader.count(&tables::CERTIFICATES, stuck)?)];
    let means = "Certificates of open work that 1099Policy has had for too long without a word.";
    gauge(&mut told, "certificates_stuck", means, stuck);
    ages(&mut told, &Ages::read(reader, clock::now())?);
    Ok(told)
}

fn ages(told: &mut String, ages: &Ages) {
    let of_all = |figure| [(String::new(), figure)];
    gauge(told, "gap_seconds", "How long work that goes on has been without cover.", of_all(ages.gaps));
    let bound = ages.time_to_bind.map(|time| (String::new(), time));
    gauge(told, "time_to_bind_seconds", "From assigned to active, on the newest day's average.", bound);
    gauge(
        told,
        "review_age_seconds",
        "How long the oldest certificate waits for a person.",
        of_all(ages.review),
    );
    gauge(
        told,
        "webhook_lag_seconds",
        "How long the oldest delivery waits to be dealt with.",
        of_all(ages.webhook),
    );
    let feeds = ages.feeds.iter().map(|(feed, age)| (format!("{{source=\"{feed}\"}}"), *age));
    gauge(told, "feed_age_seconds", "How long a vendor has been silent.", feeds);
}

fn subscribers(told: &mut String, all: &[Value]) {
    for (name, field, means) in [
        ("subscriber_waiting", "waiting", "Events that a subscriber has not taken yet."),
        ("subscriber_lag_seconds", "lag_seconds", "How long the oldest of them waits."),
        ("subscriber_dead_letters", "dead", "Events that were given up."),
    ] {
        let figures = all.iter().filter_map(|one| {
            let (name, figure) = (one.get("name")?.as_str()?, one.get(field)?.as_u64()?);
            Some((format!("{{subscriber=\"{name}\"}}"), figure))
        });
        gauge(told, name, means, figures);
    }
}

/// Each limit: how much there is, how much there may be, and how often there was too much.
fn limits(text: &mut String, shared: &Shared) {
    let mut all = shared.connections.limits();
    all.extend(shared.gateway.iter().flat_map(|watch| watch.limits()));
    let all: Vec<LimitSnapshot> = all.iter().map(|limit| limit.snapshot()).collect();
    let figures = |figure: fn(&LimitSnapshot) -> u64| {
        all.iter()
            .map(move |limit| (format!("{{limit=\"{}\"}}", limit.name), figure(limit)))
            .collect::<Vec<_>>()
    };
    gauge(text, "limit_current", "How much of a limit is in use.", figures(|limit| limit.current));
    gauge(text, "limit_maximum", "How much there may be.", figures(|limit| limit.maximum));
    gauge(
        text,
        "limit_is_reached",
        "Whether it is reached now.",
        figures(|limit| u64::from(limit.is_reached)),
    );
    counter(text, "limit_reached_total", "How many times it was reached.", figures(|limit| limit.reached));
    let means = "How much was closed or refused because of it.";
    counter(text, "limit_turned_away_total", means, figures(|limit| limit.turned_away));
}

fn counter(text: &mut String, name: &str, means: &str, figures: impl IntoIterator<Item = (String, u64)>) {
    samples(text, name, means, "counter", figures);
}

fn gauge(text: &mut String, name: &str, means: &str, figures: impl IntoIterator<Item = (String, u64)>) {
    samples(text, name, means, "gauge", figures);
}

fn samples(
    text: &mut String,
    name: &str,
    means: &str,
    kind: &str,
    figures: impl IntoIterator<Item = (String, u64)>,
) {
    // writing to a string cannot fail
    let _ = writeln!(text, "# HELP covertrail_{name} {means}\n# TYPE covertrail_{name} {kind}");
    for (labels, figure) in figures {
        let _ = writeln!(text, "covertrail_{name}{labels} {figure}");
    }
}
