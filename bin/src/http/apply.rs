//! The contractor's way to the open application session.

use super::path::ApiPath;
use super::query::Parameters;
use super::{Shared, problem};
use crate::clock;
use crate::links::LinkCheck;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use covertrail_adapters::link::WebLink;
use covertrail_domain::coverage::{self, Path as Way};
use covertrail_domain::id::WorkOrderId;
use std::sync::Arc;

/// `GET /apply/{work_order}?key=…`: without its key a work order is as good as unknown. A key that is too old
/// is answered 410.
pub(super) async fn apply(
    State(shared): State<Arc<Shared>>,
    work_order: Result<ApiPath<WorkOrderId>, Response>,
    parameters: Parameters,
) -> Response {
    if !shared.engine.is_caught_up() {
        return problem(StatusCode::SERVICE_UNAVAILABLE, "the event log is still being read; try again");
    }
    let key = parameters.get("key").unwrap_or_default();
    let mut checked = LinkCheck::Unknown;
    let found = work_order.ok().map(|ApiPath(work_order)| work_order).filter(|work_order| {
        checked = shared.links.check(work_order, key, clock::now());
        checked == LinkCheck::Valid
    });
    if checked == LinkCheck::Expired {
        let why = format!(
            "this link is older than {} days; get a new one from the company that gave you the work",
            shared.links.days()
        );
        return problem(StatusCode::GONE, &why);
    }
    let found = found.and_then(|work_order| shared.engine.look(&work_order, way)).flatten();
    match found {
        Some(Ok(session)) => (
            [("cache-control", "no-store"), ("referrer-policy", "no-referrer")],
            Redirect::to(session.as_str()),
        )
            .into_response(),
        Some(Err(why)) => problem(StatusCode::CONFLICT, why),
        None => problem(StatusCode::NOT_FOUND, "no such work order is known here"),
    }
}

/// Where the contractor applies, or why there is nothing to apply for.
fn way(state: &coverage::State) -> Option<Result<WebLink, &'static str>> {
    let coverage = state.coverage()?;
    if !coverage.is_open() {
        return Some(Err("the work order is over; there is nothing to apply for"));
    }
    Some(match &coverage.path {
        Way::Applying { url, .. } => WebLink::parse(url)
            .map_err(|_| "the application's address is none that anybody may be sent to; say so where you were assigned"),
        Way::Assigned | Way::Enrolled { .. } | Way::Scoped(_) | Way::Quoted { .. } => {
            Err("the application is not open yet; try again in a minute")
        }
        Way::Declined { .. } | Way::Ineligible { .. } => {
            Err("cover was declined; whoever assigned the work is told")
        }
        Way::Applied { .. } | Way::Unassignable { .. } | Way::Bound { .. } => {
            Err("the application is done; there is nothing more to do")
        }
    })
}
