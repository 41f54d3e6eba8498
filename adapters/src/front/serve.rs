//! The HTTP server of every port but the gateway's: HTTP/1.1 only, on connections that the table admits.

use super::connections::{Connections, OpenConnection};
use super::io::CountedStream;
use super::peers::Peer;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Request, Response};
use hyper::body::{Body as _, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Duration, interval};
use tower_service::Service as _;

/// The largest head of a request, and what is kept of an answer that is not read yet, in bytes.
const BUFFER: usize = 16 << 10;
/// Between two looks at what is overdue while the last connections end.
const LOOK: Duration = Duration::from_millis(250);

/// Serves the router until `stop` resolves; then no connection is taken, and requests under way are finished. Every
/// request has its [`Peer`] and its `Arc<OpenConnection>` as extensions. Dropping the future closes all connections.
pub async fn serve(
    listener: TcpListener,
    connections: Arc<Connections>,
    router: Router,
    stop: impl Future<Output = ()> + Send,
) {
    let (stopping, is_stopping) = watch::channel(false);
    let mut open = JoinSet::new();
    tokio::pin!(stop);
    loop {
        let (stream, connection) = tokio::select! {
            (stream, _, connection) = connections.accept(&listener) => (stream, connection),
            () = &mut stop => break,
        };
        open.spawn(drive(stream, Arc::new(connection), router.clone(), is_stopping.clone()));
        // those that have ended need not be kept
        while open.try_join_next().is_some() {}
    }
    drop(listener);
    stopping.send_replace(true);
    let mut looks = interval(LOOK);
    while !open.is_empty() {
        tokio::select! {
            _ = open.join_next() => {}
            _ = looks.tick() => connections.close_overdue(),
        }
    }
}

/// Serves one connection to its end, or until the table closes it.
async fn drive(
    stream: TcpStream,
    connection: Arc<OpenConnection>,
    router: Router,
    mut is_stopping: watch::Receiver<bool>,
) {
    // a failure costs time only
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(CountedStream::new(stream, Arc::clone(&connection)));
    let of_service = Arc::clone(&connection);
    let service = service_fn(move |request| answer(router.clone(), Arc::clone(&of_service), request));
    let http = http1::Builder::new().max_buf_size(BUFFER).serve_connection(io, service);
    tokio::pin!(http);
    let closed = connection.closed();
    tokio::pin!(closed);
    let mut is_ending = false;
    loop {
        tokio::select! {
            biased;
            () = &mut closed => return,
            // a failure is the peer's
            _ = &mut http => return,
            // a sender that is gone stops it too
            _ = is_stopping.wait_for(|stopping| *stopping), if !is_ending => {
                is_ending = true;
                http.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn answer(
    mut router: Router,
    connection: Arc<OpenConnection>,
    request: Request<Incoming>,
) -> Result<Response<AnswerBody>, Infallible> {
    let request_under_way = RequestUnderWay::begin(Arc::clone(&connection));
    let (mut parts, body) = request.into_parts();
    let networks = &connection.rules().proxies;
    parts.extensions.insert(Peer::of_request(networks, connection.peer(), &parts.headers));
    parts.extensions.insert(Arc::clone(&connection));
    let body = if body.is_end_stream() {
        Body::empty()
    } else {
        Body::new(RequestBody { body, connection: Arc::clone(&connection), has_ended: false })
    };
    let answer = router.call(Request::from_parts(parts, body)).await?;
    let (mut parts, body) = answer.into_parts();
    if connection.is_unread() {
        parts.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(Response::from_parts(parts, AnswerBody { body, _request: request_under_way }))
}

/// A request from its head to the end of its answer.
struct RequestUnderWay(Arc<OpenConnection>);

impl RequestUnderWay {
    fn begin(connection: Arc<OpenConnection>) -> Self {
        connection.begin_request();
        Self(connection)
    }
}

impl Drop for RequestUnderWay {
    fn drop(&mut self) {
        self.0.end_request();
    }
}

/// A request's body, whose bytes count in the budget as they come.
struct RequestBody {
    body: Incoming,
    connection: Arc<OpenConnection>,
    has_ended: bool,
}

impl hyper::body::Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_pending() {
            self.connection.await_body();
        }
        let frame = ready!(polled);
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.connection.hold(u64::try_from(data.len()).unwrap_or(u64::MAX));
        }
        if frame.is_none() || self.body.is_end_stream() {
            self.has_ended = true;
            self.connection.end_body();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if !self.has_ended {
            self.connection.end_body();
            self.connection.leave_unread();
        }
    }
}

/// An answer's body; the request is over when it is.
struct AnswerBody {
    body: Body,
    _request: RequestUnderWay,
}

impl hyper::body::Body for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
