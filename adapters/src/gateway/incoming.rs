//! Connections: HTTP/2 and nothing else, with or without TLS, within limits.
//!
//! Each acknowledges what it read at once: the Rust client sends a call in two small writes without `TCP_NODELAY`, so the
//! second waits for the first one's acknowledgement, which the kernel would hold back for 40 ms. That was the price of
//! every append.

use std::convert::Infallible;
use std::error::Error as _;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::door::{Door, GatewayLimits};
use super::stopped;
use super::tls::GatewayTls;
use crate::front::{ConnectionRules, Connections, OpenConnection, raise_open_files};

/// A client that says nothing for so long is asked whether it is there, and how long it may take to answer.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
const KEEP_ALIVE_ANSWERED: Duration = Duration::from_secs(20);
/// How long a connection may take to be secured and to make its first call.
const FIRST_CALL: Duration = Duration::from_secs(10);
/// How long a connection may be open without a call.
const IDLE: Duration = Duration::from_mins(10);
/// Of how many open files one may be a connection: most are for webhooks and the program itself.
const FILES_PER_CONNECTION: u64 = 8;
/// How much more than of one call a client may send of all calls of a connection before it is read.
const CONNECTION_WINDOWS: u32 = 4;
/// How much of an answer waits for a client's window, in bytes.
const SEND_BUFFER_BYTES: usize = 64 << 10;

/// The table of the gateway's connections.
pub(super) fn connections(limits: &GatewayLimits) -> Arc<Connections> {
    Connections::new(rules(limits, raise_open_files()))
}

/// The rules of its connections, where the process may have so many open files.
pub(super) fn rules(limits: &GatewayLimits, open_files: u64) -> ConnectionRules {
    ConnectionRules {
        port: "gateway",
        total: limits.connections.min(open_files / FILES_PER_CONNECTION),
        per_peer: limits.connections_per_peer,
        open_files,
        head: FIRST_CALL,
        idle: IDLE,
        ..ConnectionRules::default()
    }
}

/// Serves every connection that comes until the server stops; then calls end, and their connections.
pub(super) async fn serve(
    listener: TcpListener,
    tls: Option<&GatewayTls>,
    door: &Door,
    mut stop: watch::Receiver<bool>,
) {
    let connections = Arc::clone(&door.watch.connections);
    let acceptor = tls.map(|tls| TlsAcceptor::from(Arc::clone(&tls.0)));
    // dropped with this: then they all end at once
    let mut serving = JoinSet::new();
    let stop_each = stop.clone();
    let mut stopping = pin!(stopped(&mut stop));
    loop {
        tokio::select! {
            (stream, _, connection) = connections.accept(&listener) => {
                let (door, acceptor, stop) = (door.clone(), acceptor.clone(), stop_each.clone());
                serving.spawn(async move {
                    let connection = Arc::new(connection);
                    tokio::select! {
                        () = serve_one(stream, acceptor, door, Arc::clone(&connection), stop) => {}
                        () = connection.closed() => {}
                    }
                });
            }
            Some(_) = serving.join_next() => {}
            () = &mut stopping => break,
        }
    }
    drop(listener);
    while serving.join_next().await.is_some() {}
}

async fn serve_one(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    door: Door,
    connection: Arc<OpenConnection>,
    stop: watch::Receiver<bool>,
) {
    // a failure costs time only
    let _ = stream.set_nodelay(true);
    let stream = Prompt { stream, connection: Arc::clone(&connection) };
    match acceptor {
        Some(acceptor) => match acceptor.accept(stream).await {
            Ok(stream) => speak(stream, door, connection, stop).await,
            Err(error) => {
                tracing::debug!(peer = %connection.peer(), %error, "a client of the gateway spoke no TLS");
            }
        },
        None => speak(stream, door, connection, stop).await,
    }
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    door: Door,
    connection: Arc<OpenConnection>,
    mut stop: watch::Receiver<bool>,
) {
    let (peer, watch) = (connection.peer(), Arc::clone(&door.watch));
    let limits = watch.limits;
    let resets = usize::try_from(limits.resets).unwrap_or(usize::MAX);
    let service = service_fn(move |request| {
        let (door, connection) = (door.clone(), Arc::clone(&connection));
        async move { Ok::<_, Infallible>(door.call(request, connection).await) }
    });
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE_ANSWERED)
        .max_concurrent_streams(limits.streams)
        .initial_stream_window_size(limits.window)
        .initial_connection_window_size(limits.window.saturating_mul(CONNECTION_WINDOWS))
        .max_header_list_size(limits.header)
        .max_send_buf_size(SEND_BUFFER_BYTES)
        .max_pending_accept_reset_streams(resets)
        .max_local_error_reset_streams(resets);
    let mut speaking = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = &mut speaking => ended,
        () = stopped(&mut stop) => {
            speaking.as_mut().graceful_shutdown();
            speaking.await
        }
    };
    if let Err(error) = ended {
        if takes_back_too_much(&error) {
            watch.resets.turn_away();
        }
        tracing::debug!(%peer, %error, "a connection of the gateway broke off");
    }
}

/// Whether a connection was closed because its client took back call after call, as in a rapid reset.
fn takes_back_too_much(error: &hyper::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<h2::Error>());
    cause.and_then(h2::Error::reason) == Some(h2::Reason::ENHANCE_YOUR_CALM)
}

/// A connection that acknowledges what it read at once and tells when its peer does not read.
struct Prompt {
    stream: TcpStream,
    connection: Arc<OpenConnection>,
}

impl Prompt {
    fn written(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_pending() {
            self.connection.write_blocked();
        } else {
            self.connection.wrote();
        }
        Poll::Ready(ready!(written))
    }
}

impl AsyncRead for Prompt {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        #[cfg(target_os = "linux")]
        if read.is_ready() {
            // the kernel forgets it again and again; a failure costs time only
            let _ = self.stream.set_quickack(true);
        }
        read
    }
}

impl AsyncWrite for Prompt {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
