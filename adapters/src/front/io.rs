//! A connection's bytes, with what they tell about its progress.

use super::connections::OpenConnection;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How much of what a stranger still sends after a refusal is discarded, in bytes.
const DISCARDED: usize = 8 << 20;
/// The same of somebody who is known, whose file may just be too large.
const DISCARDED_OF_KNOWN: usize = 32 << 20;

/// A stream whose reads and writes are counted in the table of connections.
pub(super) struct CountedStream {
    stream: TcpStream,
    connection: Arc<OpenConnection>,
    /// Whether our own side is closed.
    is_shut: bool,
    discarded: usize,
}

impl CountedStream {
    pub(super) fn new(stream: TcpStream, connection: Arc<OpenConnection>) -> Self {
        Self { stream, connection, is_shut: false, discarded: 0 }
    }

    fn counted(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) if *bytes > 0 => self.connection.wrote(),
            Poll::Ready(_) => {}
            Poll::Pending => self.connection.write_blocked(),
        }
        written
    }

    /// Discards what the peer still sends, until it ends, fails or has sent too much: a socket that is closed with
    /// bytes unread resets the connection, and the answer would be lost with it.
    fn discard(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let most = if self.connection.is_known() { DISCARDED_OF_KNOWN } else { DISCARDED };
        self.connection.linger();
        let mut room = [0_u8; 8 << 10];
        while self.discarded < most {
            let mut buffer = ReadBuf::new(&mut room);
            match ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {
                    self.discarded = self.discarded.saturating_add(buffer.filled().len());
                }
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for CountedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.connection.read();
        }
        read
    }
}

impl AsyncWrite for CountedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.counted(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.counted(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.is_shut {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
            self.is_shut = true;
        }
        if self.connection.is_unread() { self.discard(context) } else { Poll::Ready(Ok(())) }
    }
}
