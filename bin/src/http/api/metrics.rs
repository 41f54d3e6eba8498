//! `GET /metrics`: the figures that are watched, in the text form of Prometheus.

use super::{Shared, troubled};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use covertrail_adapters::store::Position;
use covertrail_domain::coverage::Badge;
use covertrail_projections::{Cell, Reader, ViewsError, tables};
use std::fmt::Write as _;
use std::sync::Arc;

/// `GET /metrics`
pub(super) async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let head = match shared.models.store().head().await {
        Ok(head) => head.map_or(0, Position::get),
        Err(error) => return troubled(&error.into()),
    };
    let reached = shared.models.hub().progress().position;
    match shared.models.read(|reader| reader.snapshot(figures)).await {
        Ok(mut told) => {
            gauge(
                &mut told,
                "log_position",
                "The position of the log's newest event.",
                [(String::new(), head)],
            );
            let lag = [(String::new(), head.saturating_sub(reached))];
            gauge(&mut told, "projection_lag", "How many events the read models are behind the log.", lag);
            ([("content-type", "text/plain; version=0.0.4")], told).into_response()
        }
        Err(trouble) => troubled(&trouble),
    }
}

fn figures(reader: &Reader) -> Result<String, ViewsError> {
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
    Ok(told)
}

fn gauge(told: &mut String, name: &str, means: &str, figures: impl IntoIterator<Item = (String, u64)>) {
    // writing to a string cannot fail
    let _ = writeln!(told, "# HELP covertrail_{name} {means}\n# TYPE covertrail_{name} gauge");
    for (labels, figure) in figures {
        let _ = writeln!(told, "covertrail_{name}{labels} {figure}");
    }
}
