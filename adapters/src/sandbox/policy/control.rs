//! Orders for what an underwriter or a contractor would do.

use axum::Router;

use super::world::PolicyWorld;
use super::{applying, behaviour, categories, certificates, invoices, policies};
use crate::sandbox::control;
use crate::sandbox::desk::Desk;
use crate::sandbox::routes::{on_post, on_post_to};

pub(super) fn routes() -> Router<Desk<PolicyWorld>> {
    control::routes()
        .route("/sandbox/policies/{id}/expire", on_post_to(policies::expire))
        .route("/sandbox/policies/{id}/cancel", on_post_to(policies::cancel))
        .route("/sandbox/policies/{id}/reactivate", on_post_to(policies::reactivate))
        .route("/sandbox/certificates/{id}/process", on_post_to(certificates::process))
        .route("/sandbox/certificates/{id}/verdict", on_post_to(certificates::decide))
        .route("/sandbox/sessions/{id}/step", on_post_to(applying::step))
        .route("/sandbox/invoices/{id}/charge", on_post_to(invoices::charge))
        .route("/sandbox/category_codes", on_post(categories::add))
        .route("/sandbox/contractors/behaviour", on_post(behaviour::set))
}
