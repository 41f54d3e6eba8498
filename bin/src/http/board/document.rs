//! A certificate as it was handed in.

use super::Failed;
use super::session::Viewer;
use crate::engine::DocumentError;
use crate::http::Shared;
use crate::http::path::PagePath;
use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use covertrail_domain::id::DocumentId;
use futures_util::stream;
use std::io;
use std::sync::Arc;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

/// How much of a document is in memory at once for each reader, in bytes.
const CHUNK: usize = 1 << 16;

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
    let opened = match shared.engine.documents.open(&id).await {
        Ok(opened) => opened,
        Err(DocumentError::NotKept { .. }) => return Err(missing),
        Err(error) => {
            tracing::error!(%error, "a document cannot be read");
            return Err(missing);
        }
    };
    let headers = [
        ("content-type", "application/pdf".to_owned()),
        ("content-disposition", "attachment; filename=\"certificate.pdf\"".to_owned()),
        ("content-length", opened.bytes.to_string()),
    ];
    Ok((headers, streamed(opened.file, opened.bytes, ())).into_response())
}

/// So many bytes of a file, piece by piece, as fast as the client takes them; `held` is held until then.
pub(super) fn streamed(file: std::fs::File, bytes: u64, held: impl Send + 'static) -> Body {
    let rest = (File::from_std(file).take(bytes), held);
    Body::from_stream(stream::try_unfold(rest, |(mut rest, held)| async move {
        let mut chunk = Vec::with_capacity(CHUNK);
        let read = (&mut rest).take(u64::try_from(CHUNK).unwrap_or(1)).read_to_end(&mut chunk).await?;
        Ok::<_, io::Error>((read > 0).then(|| (Bytes::from(chunk), (rest, held))))
    }))
}
