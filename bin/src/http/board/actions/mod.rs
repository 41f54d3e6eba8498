//! What people do from the board: each on a page of its own that says what will happen, asks why, and is the confirmation.

mod action;
mod command;
mod form;

pub(super) use action::{Action, done};

use super::Failed;
use super::forms;
use super::list::encoded;
use super::session::Viewer;
use crate::http::Shared;
use crate::http::body::UnreadBody;
use crate::http::path::PagePaths;
use crate::http::query::Parameters;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use command::{command, perform};
use covertrail_adapters::store::Position;
use covertrail_domain::coverage::Coverage;
use covertrail_domain::id::WorkOrderId;
use form::{Filled, form};
use maud::{Markup, html};
use std::sync::Arc;
use std::time::Duration;

/// How long somebody waits to see what they did on the lists.
const PATIENCE: Duration = Duration::from_secs(3);

/// Leads to what can be done with a work order.
pub(super) fn offered(id: &WorkOrderId, coverage: &Coverage) -> Markup {
    let offered = [
        (Action::Retry, !coverage.blocked.is_empty(), "Retry…"),
        (Action::Review, coverage.certificates_to_review().next().is_some(), "Review certificate…"),
        (Action::Certificate, coverage.is_open(), "Hand in certificate…"),
        (Action::Waive, coverage.is_open(), "Waive…"),
    ];
    html! {
        @if offered.iter().any(|(_, is_offered, _)| *is_offered) {
            p.acts { @for (action, _, name) in offered.iter().filter(|(_, is_offered, _)| *is_offered) {
                a.button href={ "/work-orders/" (encoded(id.as_str())) "/" (action.as_str()) } { (name) }
            } }
        }
    }
}

/// `GET /work-orders/{work_order}/{action}`
pub(super) async fn ask(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    PagePaths(id, action): PagePaths<WorkOrderId, Action>,
    parameters: Parameters,
) -> Result<Markup, Failed> {
    admitted(&viewer)?;
    let asked = |name: &str| parameters.get(name).unwrap_or_default().to_owned();
    let sent = Filled { certificate: asked("certificate"), decision: asked("decision"), ..Filled::default() };
    form(&shared, &viewer, action, &id, &sent, None).await
}

fn admitted(viewer: &Viewer) -> Result<(), Failed> {
    if viewer.role().may_act() {
        Ok(())
    } else {
        Err(Failed::Forbidden("You may read, and not act. Reviewers and administrators may."))
    }
}

/// `POST /work-orders/{work_order}/{action}`
pub(super) async fn act(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    PagePaths(id, action): PagePaths<WorkOrderId, Action>,
    headers: HeaderMap,
    body: UnreadBody,
) -> Result<Response, Failed> {
    admitted(&viewer)?;
    let sent = forms::read(&viewer, &headers, body).await?;
    if !shared.engine.is_caught_up() {
        return Err(Failed::NotYet);
    }
    let done = match command(&shared, &viewer, action, &id, &sent).await {
        Ok(command) => perform(&shared, &viewer, &id, &command, &sent).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => {
            if let Ok(Some(head)) = shared.engine.store.head().await.map(|head| head.map(Position::get)) {
                // lists that are late are live
                let _ = shared.models.hub().reaches(head, PATIENCE).await;
            }
            Ok(Redirect::to(&format!("/work-orders/{}?done={}", encoded(id.as_str()), action.as_str()))
                .into_response())
        }
        Err(why) => {
            let filled = Filled {
                certificate: sent.field("certificate").to_owned(),
                decision: sent.field("decision").to_owned(),
                reason: sent.field("reason").to_owned(),
                start: sent.field("start").to_owned(),
                end: sent.field("end").to_owned(),
                until: sent.field("until").to_owned(),
            };
            let page = form(&shared, &viewer, action, &id, &filled, Some(&why)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}
