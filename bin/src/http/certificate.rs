//! A certificate of insurance that a person hands in for a work order, as one file of a form.

use super::body::UnreadBody;
use super::path::ApiPath;
use super::people::{admitted, execute};
use super::{Shared, problem};
use crate::engine::DocumentError;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use covertrail_domain::coverage::Command;
use covertrail_domain::id::WorkOrderId;
use std::sync::Arc;

/// `POST /v1/work-orders/{work_order}/certificates`: `multipart/form-data` with a PDF in the field `certificate`.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    ApiPath(work_order): ApiPath<WorkOrderId>,
    headers: HeaderMap,
    body: UnreadBody,
) -> Response {
    let asked = match admitted(&shared, &headers, work_order, body).await {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let pdf = match file(&headers, asked.body.clone()).await {
        Ok(pdf) => pdf,
        Err((status, why)) => return problem(status, &why),
    };
    match shared.engine.documents.keep(&pdf).await {
        Ok(document) => {
            // the form around it is another each time it is sent
            let said = document.to_string();
            let command = Command::SubmitCertificate { document };
            execute(&shared, asked, ("certificates", said.as_bytes()), command, None).await
        }
        Err(error @ (DocumentError::NotPdf | DocumentError::TooLarge(_))) => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string())
        }
        Err(
            error
            @ (DocumentError::Folder(_) | DocumentError::Changed { .. } | DocumentError::NotKept { .. }),
        ) => {
            tracing::error!(%error, "a certificate could not be kept");
            problem(StatusCode::SERVICE_UNAVAILABLE, "the certificate could not be kept; send it again")
        }
    }
}

/// The bytes in the form's field `certificate`, or the status and the words that refuse it. 1099Policy takes a PDF that says
/// so by its name and its type; what it would refuse is refused here at once.
async fn file(headers: &HeaderMap, body: Bytes) -> Result<Bytes, (StatusCode, String)> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_form = kind.get(..19).is_some_and(|kind| kind.eq_ignore_ascii_case("multipart/form-data"));
    if body.is_empty() {
        return Err((StatusCode::BAD_REQUEST, "the body is missing; it takes a form with a PDF".to_owned()));
    }
    if !is_form {
        let why = "Content-Type: must be multipart/form-data, with a PDF in the field `certificate`";
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, why.to_owned()));
    }
    let mut request = Request::new(Body::from(body));
    request.headers_mut().extend(headers.get(CONTENT_TYPE).map(|form| (CONTENT_TYPE, form.clone())));
    // the body has been read, up to its own limit
    DefaultBodyLimit::disable().apply(&mut request);
    let broken = |why: String| (StatusCode::BAD_REQUEST, format!("the form cannot be read: {why}"));
    let wrong = |why: &str| (StatusCode::UNPROCESSABLE_ENTITY, why.to_owned());
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|error| broken(error.body_text()))?;
    let field = form.next_field().await.map_err(|error| broken(error.body_text()))?;
    let field = field.filter(|field| field.name() == Some("certificate"));
    let field = field.ok_or_else(|| wrong("certificate: must be the form's first field"))?;
    if !field.file_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".pdf")) {
        return Err(wrong("certificate: the file's name must end in .pdf"));
    }
    if field.content_type() != Some("application/pdf") {
        return Err(wrong("certificate: the file's Content-Type must be application/pdf"));
    }
    field.bytes().await.map_err(|error| broken(error.body_text()))
}
