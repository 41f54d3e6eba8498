//! Which path leads where.

use axum::Router;
use axum::extract::{Multipart, State};
use axum::routing::{MethodRouter, get, post};

use super::assignments::{self, Assignment};
use super::contractors::{self, Contractor};
use super::endpoints::Endpoint;
use super::entities::Entity;
use super::invoices::Invoice;
use super::jobs::Job;
use super::object::Terms;
use super::quotes::Quote;
use super::sessions::{self, Session};
use super::upload::Upload;
use super::world::PolicyWorld;
use super::{BASE_PATH, categories, certificates, control, crud, documents, events, page, policies};
use crate::sandbox::answer::{Outcome, Refusal};
use crate::sandbox::desk::Desk;
use crate::sandbox::routes::{self, on_delete, on_get, on_list, on_post, on_post_to, on_put};

type Office = Desk<PolicyWorld>;

pub(super) fn router(desk: Office) -> Router {
    Router::new()
        .nest(BASE_PATH, routes::api(api(), &desk))
        .merge(control::routes())
        .route("/apply/{session}", get(page::show))
        .route("/apply/{session}/complete", post(page::complete))
        .route("/apply/{session}/abandon", post(page::abandon))
        .route("/documents/{policy}/{name}", get(documents::show))
        .fallback(routes::not_found)
        .method_not_allowed_fallback(routes::method_not_allowed)
        .with_state(desk)
}

fn api() -> Router<Office> {
    Router::new()
        .route("/contractors", on_post(crud::create::<Contractor>).merge(on_list(contractors::list)))
        .route("/contractors/{id}", one::<Contractor>().merge(on_delete(crud::delete::<Contractor>)))
        .route("/contractors/{id}/policies", on_get(policies::of_contractor))
        .route("/entities", all::<Entity>())
        .route("/entities/{id}", one::<Entity>().merge(on_delete(crud::delete::<Entity>)))
        .route("/jobs", all::<Job>())
        .route("/jobs/{id}", one::<Job>().merge(on_delete(crud::delete::<Job>)))
        .route("/category_codes", on_list(categories::list))
        .route("/category_codes/{code}", on_get(categories::find))
        .route("/quotes", all::<Quote>())
        .route("/quotes/{id}", one::<Quote>())
        .route("/policies", on_list(policies::list))
        .route("/policies/{id}", on_get(policies::find))
        .route("/apply/sessions", all::<Session>())
        .route("/apply/sessions/{id}", one::<Session>())
        .route("/apply/sessions/{id}/expire", on_post_to(sessions::expire))
        .route("/assignments", all::<Assignment>())
        .route("/assignments/cancel", on_post(assignments::cancel))
        .route("/assignments/{id}", one::<Assignment>().merge(on_delete(crud::delete::<Assignment>)))
        .route("/invoices", all::<Invoice>())
        .route("/invoices/{id}", one::<Invoice>().merge(on_delete(crud::delete::<Invoice>)))
        .route("/files/certificates", post(upload).merge(on_list(certificates::list)))
        .route("/files/certificates/{id}", on_get(certificates::find))
        .route("/webhook_endpoints", all::<Endpoint>())
        .route("/webhook_endpoints/{id}", one::<Endpoint>().merge(on_delete(crud::delete::<Endpoint>)))
        .route("/events", on_list(events::list))
        .route("/events/{id}", on_get(events::find))
}

fn all<T: Terms>() -> MethodRouter<Office> {
    on_post(crud::create::<T>).merge(on_list(crud::list::<T>))
}

fn one<T: Terms>() -> MethodRouter<Office> {
    on_get(crud::find::<T>).merge(on_put(crud::update::<T>))
}

async fn upload(
    State(desk): State<Office>,
    parts: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Outcome {
    let parts = parts.map_err(|problem| Refusal::bad("bad_request", problem.body_text()))?;
    let upload = Upload::read(parts).await?;
    desk.attend(|world, now| certificates::create(world, now, upload))
}
