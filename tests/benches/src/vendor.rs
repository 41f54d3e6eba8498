//! A vendor that sends signed deliveries over HTTP/1.1, on connections that it keeps.

use crate::story::Story;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use covertrail_domain::coverage::Command;
use covertrail_domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

/// Where the deliveries go.
pub const PATH: &str = "/webhooks/1099policy";

/// The vendor, on one thread of its own.
pub struct Vendor {
    runtime: Runtime,
    signer: Arc<Signer>,
    random: u64,
}

impl Vendor {
    /// One who signs with this secret.
    pub fn new(secret: &str) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { runtime, signer: Arc::new(Signer::new(secret)), random: 0x5eed }
    }

    /// Deliveries that are sent when their time has come, however the server does: a delivery's latency counts
    /// from then, so that a server that stops is not asked less. In microseconds.
    pub fn open_loop(
        &mut self,
        server: SocketAddr,
        connections: usize,
        a_second: f64,
        time: Duration,
    ) -> Vec<u64> {
        let (due, waiting) = mpsc::unbounded_channel();
        let mut random = self.random;
        let clock = std::thread::spawn(move || {
            let start = Instant::now();
            let mut at = Duration::ZERO;
            while at < time {
                std::thread::sleep((start + at).saturating_duration_since(Instant::now()));
                if due.send(start + at).is_err() {
                    break;
                }
                at += pause(&mut random, a_second);
            }
            random
        });
        let waiting = Arc::new(Mutex::new(waiting));
        let latencies = self.runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for _ in 0..connections {
                let (waiting, signer) = (Arc::clone(&waiting), Arc::clone(&self.signer));
                tasks.spawn(async move {
                    let mut connection = Connection::open(server).await;
                    let mut latencies = Vec::new();
                    while let Some(due) = next(&waiting).await {
                        connection.deliver(&signer.request()).await;
                        latencies.push(u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX));
                    }
                    latencies
                });
            }
            tasks.join_all().await.concat()
        });
        self.random = clock.join().expect("a clock");
        latencies
    }

    /// Deliveries sent on every connection as soon as the one before is answered; how many a second there were.
    pub fn closed_loop(&self, server: SocketAddr, connections: usize, time: Duration) -> f64 {
        self.runtime.block_on(async {
            let start = Instant::now();
            let mut tasks = JoinSet::new();
            for _ in 0..connections {
                let signer = Arc::clone(&self.signer);
                tasks.spawn(async move {
                    let mut connection = Connection::open(server).await;
                    let mut answered = 0_u32;
                    while start.elapsed() < time {
                        connection.deliver(&signer.request()).await;
                        answered += 1;
                    }
                    answered
                });
            }
            let answered: u32 = tasks.join_all().await.iter().sum();
            f64::from(answered) / start.elapsed().as_secs_f64()
        })
    }
}

async fn next(waiting: &Mutex<mpsc::UnboundedReceiver<Instant>>) -> Option<Instant> {
    waiting.lock().await.recv().await
}

/// The time to the next of arrivals that know nothing of each other (exponential, by xorshift).
fn pause(random: &mut u64, a_second: f64) -> Duration {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    let part = (*random >> 11) as f64 / (1_u64 << 53) as f64;
    Duration::from_secs_f64(-(1.0 - part).ln() / a_second)
}

/// Makes deliveries, each another one.
pub struct Signer {
    key: Hmac<Sha256>,
    next: AtomicU64,
}

impl Signer {
    /// One who signs with this secret.
    pub fn new(secret: &str) -> Self {
        let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("a secret");
        let key = Hmac::new_from_slice(&key).expect("a key");
        Self { key, next: AtomicU64::new(1) }
    }

    /// A work order's policy is in force until a moment.
    pub fn policy_active(&self, story: &Story, until: Timestamp) -> Vec<u8> {
        let Some((Command::RecordPolicy { policy, quote, contractor, .. }, _)) = story.command(5) else {
            panic!("the story has a policy")
        };
        let (quote, contractor) = (quote.expect("a quote"), contractor.expect("a contractor"));
        let until = until.unix();
        let object = format!(
            r#"{{"id":"{policy}","object":"policy","status":"active","quote":"{quote}","contractor":"{contractor}","coverage_type":["general"],"effective_date":1761997200,"expiration_date":{until}}}"#
        );
        self.delivery(|_| object)
    }

    fn request(&self) -> Vec<u8> {
        self.delivery(object)
    }

    /// A signed delivery about a policy.
    fn delivery(&self, object: impl FnOnce(u64) -> String) -> Vec<u8> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (sent, object) = (covertrail::clock::now().unix(), object(number));
        let body = format!(
            r#"{{"id":"ev_{number:016x}","object":"event","type":"policy.active","created":{sent},"data":{{"object":{object}}}}}"#
        );
        let signed = format!("msg_{number}.{sent}.{body}");
        let signature = STANDARD.encode(self.key.clone().chain_update(signed).finalize().into_bytes());
        format!(
            "POST {PATH} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
             user-agent: 1099Policy/1.0\r\nwebhook-id: msg_{number}\r\nwebhook-timestamp: {sent}\r\n\
             webhook-signature: v1,{signature}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }
}

fn object(number: u64) -> String {
    format!(
        r#"{{"id":"pl_{number:016x}","object":"policy","status":"active","quote":"qt_{number:016x}","contractor":"cn_{number:016x}","coverage_type":["general"],"effective_date":1761997200,"expiration_date":1793533200,"carrier":"Example Mutual","policy_number":"GL-{number:010}","is_active":true}}"#
    )
}

/// A connection to the server that is kept.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Opens it.
    pub async fn open(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).await.expect("the server listens");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, buffer: Vec::with_capacity(4096) }
    }

    /// Sends a request and reads the answer to its end; one that is not 200 ends the measurement.
    pub async fn deliver(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.expect("the server listens");
        self.buffer.clear();
        while !is_whole(&self.buffer) {
            let read = self.stream.read_buf(&mut self.buffer).await.expect("the server answers");
            assert_ne!(read, 0, "the server hung up");
        }
        assert!(self.buffer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&self.buffer));
    }
}

fn is_whole(answer: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(answer) else { return false };
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.and_then(|length| length.parse().ok()) == Some(body.len())
}
