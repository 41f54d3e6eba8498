//! What forms send: their fields, and a file where there is one, with the key that only our own pages know.

use super::Failed;
use super::session::Viewer;
use crate::engine::MAX_DOCUMENT_BYTES;
use crate::http::body::UnreadBody;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;

/// The largest form, in bytes: the largest certificate and a little.
const MOST: usize = MAX_DOCUMENT_BYTES + 8192;

/// A form that was sent.
#[derive(Debug, Default)]
pub(super) struct Sent {
    fields: Vec<(String, String)>,
    pub(super) file: Option<Bytes>,
}

impl Sent {
    /// A field's value; empty where it was not sent.
    pub(super) fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value.trim())
    }

    /// All values of a field, such as ticked boxes.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        self.fields.iter().filter(|(of, _)| of == name).map(|(_, value)| value.clone()).collect()
    }
}

/// Reads a form of one of this viewer's pages.
pub(super) async fn read(
    viewer: &Viewer,
    headers: &HeaderMap,
    mut unread: UnreadBody,
) -> Result<Sent, Failed> {
    let bytes = unread.read(MOST).await.map_err(|_| {
        Failed::Asked("The form could not be read. A certificate may have at most 15 MB.".to_owned())
    })?;
    let is_multipart = headers
        .get(CONTENT_TYPE)
        .and_then(|form| form.to_str().ok())
        .is_some_and(|form| form.starts_with("multipart/form-data"));
    let sent = if is_multipart {
        parts(headers, bytes).await.ok_or_else(|| Failed::Asked("The form could not be read.".to_owned()))?
    } else {
        Sent { fields: url::form_urlencoded::parse(&bytes).into_owned().collect(), file: None }
    };
    if viewer.sent(sent.field("key")) {
        Ok(sent)
    } else {
        Err(Failed::Asked("The page was an old one, so nothing was done. Load it again.".to_owned()))
    }
}

async fn parts(headers: &HeaderMap, bytes: Bytes) -> Option<Sent> {
    let mut request = Request::new(Body::from(bytes));
    request.headers_mut().extend(headers.get(CONTENT_TYPE).map(|form| (CONTENT_TYPE, form.clone())));
    // the body has been read, up to its own limit
    DefaultBodyLimit::disable().apply(&mut request);
    let mut form = Multipart::from_request(request, &()).await.ok()?;
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await.ok()? {
        let name = field.name()?.to_owned();
        if field.file_name().is_some() {
            sent.file = Some(field.bytes().await.ok()?);
        } else {
            sent.fields.push((name, field.text().await.ok()?));
        }
    }
    Some(sent)
}
