//! A network that fails: between a client and a server it cuts connections, holds bytes back, and closes one
//! half of a connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What the network does now and then.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// Both directions end at once.
    Cut,
    /// One direction ends, the other goes on.
    HalfClose,
    /// What was read goes on a little later.
    Delay(u64),
    None,
}

struct Shared {
    lose_answer: AtomicBool,
    wild: AtomicBool,
    cuts: AtomicU64,
    connections: AtomicU64,
}

/// A running proxy; its connections end with it.
pub(super) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    pub(super) async fn begin(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            lose_answer: AtomicBool::new(false),
            wild: AtomicBool::new(false),
            cuts: AtomicU64::new(0),
            connections: AtomicU64::new(0),
        });
        let accepting = tokio::spawn(accept(listener, server, Arc::clone(&shared)));
        Self { address, shared, accepting }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next bytes that the server sends cut the connection instead of going through.
    pub(super) fn lose_the_next_answer(&self) {
        self.shared.lose_answer.store(true, Ordering::SeqCst);
    }

    /// From now on connections fail in every way, at moments drawn from their numbers.
    pub(super) fn go_wild(&self, wild: bool) {
        self.shared.wild.store(wild, Ordering::SeqCst);
    }

    /// How many connections were cut or half-closed.
    pub(super) fn cuts(&self) -> u64 {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, shared: Arc<Shared>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let Ok(server) = TcpStream::connect(server).await else { continue };
        for connection in [&client, &server] {
            connection.set_nodelay(true).unwrap();
        }
        let number = shared.connections.fetch_add(1, Ordering::SeqCst);
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let cut = Arc::new(Notify::new());
        for (from, to, answers) in [(from_client, to_server, false), (from_server, to_client, true)] {
            let way = Way { answers, cut: Arc::clone(&cut), shared: Arc::clone(&shared) };
            let dice = StdRng::seed_from_u64(number * 2 + u64::from(answers));
            tokio::spawn(way.carry(from, to, dice));
        }
    }
}

/// One direction of a connection.
struct Way {
    answers: bool,
    cut: Arc<Notify>,
    shared: Arc<Shared>,
}

impl Way {
    async fn carry(self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut dice: StdRng) {
        let mut buffer = [0; 16 << 10];
        loop {
            let read = tokio::select! {
                read = from.read(&mut buffer) => read,
                () = self.cut.notified() => return,
            };
            #[cfg(target_os = "linux")]
            from.as_ref().set_quickack(true).unwrap();
            let Ok(count @ 1..) = read else { return };
            match self.fault(&mut dice) {
                Fault::Cut => {
                    self.cut.notify_one();
                    return;
                }
                Fault::HalfClose => return,
                Fault::Delay(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
                Fault::None => {}
            }
            if to.write_all(&buffer[..count]).await.is_err() {
                return;
            }
        }
    }

    fn fault(&self, dice: &mut StdRng) -> Fault {
        if self.answers && self.shared.lose_answer.swap(false, Ordering::SeqCst) {
            self.shared.cuts.fetch_add(1, Ordering::SeqCst);
            return Fault::Cut;
        }
        if !self.shared.wild.load(Ordering::SeqCst) {
            return Fault::None;
        }
        let fault = match dice.random_range(0..60) {
            0 => Fault::Cut,
            1 => Fault::HalfClose,
            2..6 => Fault::Delay(dice.random_range(1..20)),
            _ => Fault::None,
        };
        if matches!(fault, Fault::Cut | Fault::HalfClose) {
            self.shared.cuts.fetch_add(1, Ordering::SeqCst);
        }
        fault
    }
}
