//! Connections on which nobody reads are closed: what is kept for them would never be let go.

use axum::serve::Listener;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;

/// How long a peer may read nothing of what waits for them.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// A listener whose connections fail when nothing could be written for that long.
pub(super) struct Patient {
    pub(super) listener: TcpListener,
    pub(super) patience: Duration,
}

impl Listener for Patient {
    type Io = Pin<Box<TimeoutStream<TcpStream>>>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, peer) = Listener::accept(&mut self.listener).await;
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.patience));
        (Box::pin(stream), peer)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::{Body, Bytes};
    use axum::routing::get;
    use futures_util::stream;
    use std::convert::Infallible;
    use std::sync::{Arc, Mutex, PoisonError};
    use tokio::io::AsyncWriteExt as _;
    use tokio::sync::oneshot;

    /// Tells when it is let go.
    struct Kept(Option<oneshot::Sender<()>>);

    impl Drop for Kept {
        fn drop(&mut self) {
            let _ = self.0.take().map(|told| told.send(()));
        }
    }

    #[tokio::test]
    async fn what_is_kept_for_who_never_reads_is_let_go() {
        let (told, let_go) = oneshot::channel();
        let kept = Arc::new(Mutex::new(Some(Kept(Some(told)))));
        let endless = move || async move {
            let kept = kept.lock().unwrap_or_else(PoisonError::into_inner).take();
            Body::from_stream(stream::unfold(kept, |kept| async move {
                Some((Ok::<_, Infallible>(Bytes::from_static(&[b'.'; 4096])), kept))
            }))
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = Patient { listener, patience: Duration::from_millis(200) };
        let router = Router::new().route("/", get(endless));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut peer = TcpStream::connect(address).await.unwrap();
        peer.write_all(b"GET / HTTP/1.1\r\nhost: covertrail\r\n\r\n").await.unwrap();
        tokio::time::timeout(Duration::from_mins(1), let_go).await.expect("it is let go").unwrap();
        drop(peer);
    }
}
