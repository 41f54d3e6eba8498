//! `GET /metrics`: the figures that are watched, in the text form of Prometheus.

use super::super::ages::Ages;
use super::{Shared, troubled};
use crate::clock;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use covertrail_adapters::front::LimitSnapshot;
use covertrail_adapters::gateway::GatewayWatch;
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
            if let Some(watch) = &shared.gateway {
                gateway(&mut told, watch);
            }
            let (requests, steps) = (&shared.requests, shared.engine.steps());
            requests.tell(
                &mut told,
                "request_seconds",
                "Requests until their answer began.",
                ["route", "outcome"],
            );
            steps.tell(&mut told, "step_seconds", "Steps at 1099Policy.", ["step", "outcome"]);
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

fn gateway(text: &mut String, watch: &GatewayWatch) {
    let limits: Vec<_> = watch.limits().iter().map(|limit| limit.snapshot()).collect();
    let each = |figure: fn(&LimitSnapshot) -> u64| {
        limits.iter().map(move |limit| (format!("{{limit=\"{}\"}}", limit.name), figure(limit)))
    };
    gauge(
        text,
        "gateway_limit_used",
        "How much of each of the gateway's limits is used.",
        each(|limit| limit.current),
    );
    gauge(text, "gateway_limit_maximum", "How much of it there may be.", each(|limit| limit.maximum));
    let means = "What was closed or refused because a limit was reached.";
    gauge(text, "gateway_limit_turned_away", means, each(|limit| limit.turned_away));
    let means = "Calls of the gateway without a right name and password.";
    gauge(text, "gateway_refused", means, [(String::new(), watch.refused())]);
}

fn gauge(told: &mut String, name: &str, means: &str, figures: impl IntoIterator<Item = (String, u64)>) {
    // writing to a string cannot fail
    let _ = writeln!(told, "# HELP covertrail_{name} {means}\n# TYPE covertrail_{name} gauge");
    for (labels, figure) in figures {
        let _ = writeln!(told, "covertrail_{name}{labels} {figure}");
    }
}
