//! Connections as the server takes them. Each acknowledges what it read at once: the Rust client sends a call
//! in two small writes without `TCP_NODELAY`, so the second waits for the first one's acknowledgement, which the
//! kernel would hold back for 40 ms. That was the price of every append.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Stream, stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tonic::transport::server::Connected;

/// The pause after a connection could not be taken because there are too many.
const PAUSE: Duration = Duration::from_millis(100);

/// Every connection that comes.
pub(super) fn incoming(listener: TcpListener) -> impl Stream<Item = io::Result<Prompt>> {
    stream::unfold(listener, |listener| async move {
        loop {
            match listener.accept().await {
                Ok((connection, _)) => {
                    // a failure costs time only
                    let _ = connection.set_nodelay(true);
                    return Some((Ok(Prompt(connection)), listener));
                }
                Err(error) => {
                    tracing::warn!(%error, "the gateway could not take a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    })
}

/// A connection that acknowledges what it read at once.
pub(super) struct Prompt(TcpStream);

impl Connected for Prompt {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

impl AsyncRead for Prompt {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.0).poll_read(context, buffer);
        #[cfg(target_os = "linux")]
        if read.is_ready() {
            // the kernel forgets it again and again; a failure costs time only
            let _ = self.0.set_quickack(true);
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
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
