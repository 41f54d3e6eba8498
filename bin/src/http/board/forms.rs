//! What forms send: their fields, and a file where there is one, with the key that only our own pages know.

use super::Failed;
use super::session::Viewer;
use crate::engine::MAX_DOCUMENT_BYTES;
use crate::http::body::{UnreadBody, Untaken};
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Form, FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::de::DeserializeOwned;

/// The largest form, in bytes: the largest certificate and a little.
const MOST: usize = MAX_DOCUMENT_BYTES + 8192;

/// A form in the plain encoding, read into a type of its own; what cannot be read is answered with a page.
pub(super) struct PageForm<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for PageForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match Form::from_request(request, state).await {
            Ok(Form(form)) => Ok(Self(form)),
            Err(refused) => Err(match refused.status() {
                StatusCode::UNSUPPORTED_MEDIA_TYPE => NO_FORM,
                StatusCode::PAYLOAD_TOO_LARGE => Failed::TooLarge("The form is too large."),
                _ => Failed::Asked("The form could not be read.".to_owned()),
            }
            .into()),
        }
    }
}

const NO_FORM: Failed = Failed::Form("This address takes what a form sends.");

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
    let bytes = unread.read(MOST).await.map_err(|untaken| match untaken {
        Untaken::TooLarge => Failed::TooLarge("The form is too large. A certificate may have at most 15 MB."),
        Untaken::Broken => Failed::Asked("The form could not be read to its end.".to_owned()),
    })?;
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !["multipart/form-data", "application/x-www-form-urlencoded"].contains(&kind.as_str()) {
        return Err(NO_FORM);
    }
    let sent = if kind == "multipart/form-data" {
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
