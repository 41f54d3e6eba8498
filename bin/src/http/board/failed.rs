//! Pages that cannot be shown, with what to do about it.

use super::page;
use super::words::outside;
use crate::engine::with_causes;
use crate::views::Trouble;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::html;

/// Why a page cannot be shown.
#[derive(Debug)]
pub(super) enum Failed {
    /// There is nothing of that name.
    NotFound(&'static str),
    /// What was asked for makes no sense.
    Asked(String),
    /// The address does not take the method.
    Method,
    /// What was sent is in a form that is not read.
    Form(&'static str),
    /// What was sent is larger than is taken.
    TooLarge(&'static str),
    /// They may not do that.
    Forbidden(&'static str),
    /// They have as many costly questions as one person may.
    TooMany,
    /// The read models are still being folded.
    NotYet,
    /// It cannot be read now; the log says why.
    Trouble,
}

impl From<&Trouble> for Failed {
    fn from(trouble: &Trouble) -> Self {
        tracing::error!(error = with_causes(trouble), "a page could not be read");
        Self::Trouble
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        self.into()
    }
}

impl From<Failed> for Response {
    fn from(failed: Failed) -> Self {
        let may_pass = matches!(failed, Failed::NotYet | Failed::TooMany | Failed::Trouble);
        let (status, title, why) = match failed {
            Failed::NotFound(why) => (StatusCode::NOT_FOUND, "Nothing here", why.to_owned()),
            Failed::Asked(why) => (StatusCode::BAD_REQUEST, "That cannot be read", why),
            Failed::Method => {
                let why = "This address does not take that method.";
                (StatusCode::METHOD_NOT_ALLOWED, "That cannot be done here", why.to_owned())
            }
            Failed::Form(why) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "That cannot be read", why.to_owned()),
            Failed::TooLarge(why) => (StatusCode::PAYLOAD_TOO_LARGE, "Too large", why.to_owned()),
            Failed::Forbidden(why) => (StatusCode::FORBIDDEN, "Not allowed", why.to_owned()),
            Failed::TooMany => {
                let why = "One person may have few downloads at once. Wait until one of yours has ended.";
                (StatusCode::TOO_MANY_REQUESTS, "Too many at once", why.to_owned())
            }
            Failed::NotYet => {
                let why = "The event log is being read. This takes seconds, or minutes after an update.";
                (StatusCode::SERVICE_UNAVAILABLE, "One moment", why.to_owned())
            }
            Failed::Trouble => {
                let why =
                    "It could not be read just now. Try again; if it stays so, the program's log says why.";
                (StatusCode::SERVICE_UNAVAILABLE, "Out of order", why.to_owned())
            }
        };
        let body = html! {
            p { (outside(&why)) }
            p.acts { @if may_pass { a.button.main href="" { "Try again" } } a.button href="/" { "Back to the overview" } }
        };
        let mut answer = (status, page::bare(title, &body)).into_response();
        if status == StatusCode::TOO_MANY_REQUESTS {
            answer.headers_mut().insert("retry-after", HeaderValue::from_static("5"));
        }
        answer
    }
}
