//! Which path leads where.

use axum::Router;
use axum::extract::{Multipart, State};
use axum::routing::{get, post};

use super::certificates::Upload;
use super::world::PolicyWorld;
use super::{
    BASE_PATH, assignments, certificates, contractors, control, invoices, jobs, page, policies, quotes,
    sessions,
};
use crate::sandbox::answer::{Outcome, Refusal};
use crate::sandbox::desk::Desk;
use crate::sandbox::routes::{self, on_get, on_list, on_post, on_post_to};

type Office = Desk<PolicyWorld>;

pub(super) fn router(desk: Office) -> Router {
    Router::new()
        .nest(BASE_PATH, routes::api(api(), &desk))
        .merge(control::routes())
        .route("/apply/{session}", get(page::show))
        .route("/apply/{session}/complete", post(page::complete))
        .route("/apply/{session}/abandon", post(page::abandon))
        .fallback(routes::not_found)
        .method_not_allowed_fallback(routes::method_not_allowed)
        .with_state(desk)
}

fn api() -> Router<Office> {
    Router::new()
        .route("/contractors", on_post(contractors::create).merge(on_list(contractors::list)))
        .route("/contractors/{id}", on_get(contractors::find))
        .route("/contractors/{id}/policies", on_get(policies::of_contractor))
        .route("/jobs", on_post(jobs::create))
        .route("/jobs/{id}", on_get(jobs::find))
        .route("/quotes", on_post(quotes::create))
        .route("/quotes/{id}", on_get(quotes::find))
        .route("/policies", on_list(policies::list))
        .route("/policies/{id}", on_get(policies::find))
        .route("/apply/sessions", on_post(sessions::create))
        .route("/apply/sessions/{id}", on_get(sessions::find))
        .route("/apply/sessions/{id}/expire", on_post_to(sessions::expire))
        .route("/assignments", on_post(assignments::create))
        .route("/assignments/cancel", on_post(assignments::cancel))
        .route("/assignments/{id}", on_get(assignments::find))
        .route("/invoices", on_post(invoices::create))
        .route("/files/certificates", post(upload))
        .route("/files/certificates/{id}", on_get(certificates::find))
}

async fn upload(
    State(desk): State<Office>,
    parts: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Outcome {
    let parts = parts.map_err(|problem| Refusal::bad("bad_request", problem.body_text()))?;
    let upload = Upload::read(parts).await?;
    desk.act(|world, now| certificates::create(world, now, upload))
}
