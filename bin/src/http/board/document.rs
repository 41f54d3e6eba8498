//! A certificate as it was handed in.

use super::Failed;
use super::session::Viewer;
use crate::http::Shared;
use crate::http::path::PagePath;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use covertrail_domain::id::DocumentId;
use std::sync::Arc;

/// `GET /documents/{document}`: always saved and never shown here, since it is somebody else's file.
pub(super) async fn download(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    document: Result<PagePath<DocumentId>, Response>,
) -> Result<Response, Failed> {
    let role = viewer.role();
    if !role.may_act() && !role.may_audit() {
        return Err(Failed::Forbidden("Certificates name people. Reviewers and auditors may read them."));
    }
    let missing = Failed::NotFound("No document is kept under this name.");
    let Ok(PagePath(id)) = document else { return Err(missing) };
    let Ok(bytes) = shared.engine.documents.read(&id).await else { return Err(missing) };
    let headers = [
        ("content-type", "application/pdf"),
        ("content-disposition", "attachment; filename=\"certificate.pdf\""),
    ];
    Ok((headers, bytes).into_response())
}
