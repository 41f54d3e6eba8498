//! Bodies of requests: read by handlers, once the headers have shown what they can, and up to a limit.
//!
//! A handler that refuses a request leaves its body unread: the front closes the connection after the answer.

use super::Shared;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::Extensions;
use covertrail_adapters::front::OpenConnection;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

/// How much room is made for a body before any of it has come, at most, in bytes.
const FIRST_ROOM: usize = 16 << 10;

/// Why a body was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Untaken {
    /// It has more bytes than the limit.
    TooLarge,
    /// It ended early.
    Broken,
}

/// The body of a request, not yet read, and the connection that it comes on.
pub(super) struct UnreadBody {
    body: Body,
    connection: Option<Arc<OpenConnection>>,
}

#[cfg(test)]
impl From<Body> for UnreadBody {
    fn from(body: Body) -> Self {
        Self { body, connection: None }
    }
}

impl FromRequest<Arc<Shared>> for UnreadBody {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &Arc<Shared>) -> Result<Self, Infallible> {
        let connection = request.extensions().get().cloned();
        Ok(Self { body: request.into_body(), connection })
    }
}

impl UnreadBody {
    /// The request is authenticated: from now on its body counts as an upload of somebody known.
    pub(super) fn authenticate(&self) {
        if let Some(connection) = &self.connection {
            connection.authenticate();
        }
    }

    /// The whole body, of at most so many bytes. One that says itself that it is larger is not read at all.
    pub(super) async fn read(&mut self, limit: usize) -> Result<Bytes, Untaken> {
        let expected = usize::try_from(self.body.size_hint().lower()).unwrap_or(usize::MAX);
        if expected > limit {
            return Err(Untaken::TooLarge);
        }
        let mut kept = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            let length = kept.len().saturating_add(chunk.len());
            if length > limit {
                return Err(Untaken::TooLarge);
            }
            if kept.is_empty() && self.body.is_end_stream() {
                return Ok(chunk);
            }
            make_room(&mut kept, length, if expected > 0 { expected } else { limit });
            kept.extend_from_slice(&chunk);
        }
        Ok(kept.into())
    }

    /// The next bytes that come; nothing at the end.
    async fn chunk(&mut self) -> Result<Option<Bytes>, Untaken> {
        loop {
            match poll_fn(|context| Pin::new(&mut self.body).poll_frame(context)).await {
                None => return Ok(None),
                Some(Err(_)) => return Err(Untaken::Broken),
                Some(Ok(frame)) => {
                    // trailers are of no concern
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
            }
        }
    }
}

/// The request is authenticated by its headers.
pub(super) fn authenticate(extensions: &Extensions) {
    if let Some(connection) = extensions.get::<Arc<OpenConnection>>() {
        connection.authenticate();
    }
}

/// Makes room for so many bytes: twice what there is, and no more than there will be.
fn make_room(kept: &mut Vec<u8>, length: usize, most: usize) {
    if kept.capacity() < length {
        let room = kept.capacity().saturating_mul(2).max(FIRST_ROOM).min(most).max(length);
        kept.reserve_exact(room.saturating_sub(kept.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    fn body(body: Body) -> UnreadBody {
        body.into()
    }

    fn chunks(chunks: &'static [&'static str]) -> UnreadBody {
        body(Body::from_stream(stream::iter(chunks.iter().map(|chunk| Ok::<_, Infallible>(*chunk)))))
    }

    #[tokio::test]
    async fn a_body_is_taken_up_to_its_limit_and_not_beyond() {
        assert_eq!(body(Body::from("12345")).read(5).await.unwrap(), "12345");
        assert_eq!(body(Body::from("123456")).read(5).await, Err(Untaken::TooLarge));
        assert_eq!(chunks(&["12", "345"]).read(5).await.unwrap(), "12345");
        assert_eq!(chunks(&["12", "3456"]).read(5).await, Err(Untaken::TooLarge));
        assert_eq!(body(Body::empty()).read(5).await.unwrap(), "");
    }
}
