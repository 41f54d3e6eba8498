//! What strangers, clients and people do to a server to hold up everybody else.
//!
//! Each attacker begins again as soon as it is cut off, until the measurement is over.

use crate::program::Program;
use eventstore::{Client, ClientSettings, StreamPosition, SubscribeToAllOptions, SubscriptionFilter};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{sleep, timeout};

/// The pause before an attacker who was cut off or refused begins again.
const PAUSE: Duration = Duration::from_millis(100);
/// Between two bytes of those who send slowly.
const DRIP: Duration = Duration::from_secs(1);

/// What is done to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attack {
    /// Nothing.
    None,
    /// So many connections that stall, in ten different ways.
    Stalled(usize),
    /// So many subscriptions through the gateway, filtered by the patterns that cost most.
    Patterns(usize),
    /// So many people who ask about the past, each as often as they get an answer.
    Questions(usize),
}

/// An attack that goes on until it is dropped, on a thread of its own.
pub struct Attackers {
    runtime: Option<Runtime>,
    /// How often an attacker got through: connected, subscribed or was answered.
    attempts: Arc<AtomicU64>,
}

impl Attackers {
    /// Begins an attack on a program.
    pub fn begin(attack: Attack, program: &Program) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let attempts = Arc::new(AtomicU64::new(0));
        let address = program.address;
        match attack {
            Attack::None => {}
            Attack::Stalled(connections) => {
                for number in 0..connections {
                    runtime.spawn(stall(
                        address,
                        Stall::ALL[number % Stall::ALL.len()],
                        Arc::clone(&attempts),
                    ));
                }
            }
            Attack::Patterns(subscriptions) => {
                let gateway = program.gateway;
                for number in 0..subscriptions {
                    runtime.spawn(subscribe(gateway, worst_pattern(number), Arc::clone(&attempts)));
                }
            }
            Attack::Questions(people) => {
                for number in 0..people {
                    runtime.spawn(ask(address, Program::token(number), Arc::clone(&attempts)));
                }
            }
        }
        Self { runtime: Some(runtime), attempts }
    }

    /// How often an attacker got through so far.
    pub fn attempts(&self) -> u64 {
        self.attempts.load(Ordering::Relaxed)
    }
}

impl Drop for Attackers {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// How a connection is held open.
#[derive(Debug, Clone, Copy)]
enum Stall {
    Silent,
    HalfRequestLine,
    HalfHeader,
    NoBody,
    HalfBody,
    HalfChunk,
    HeaderByteByByte,
    BodyByteByByte,
    NeverReads,
    KeptAlive,
}

impl Stall {
    const ALL: [Self; 10] = [
        Self::Silent,
        Self::HalfRequestLine,
        Self::HalfHeader,
        Self::NoBody,
        Self::HalfBody,
        Self::HalfChunk,
        Self::HeaderByteByByte,
        Self::BodyByteByByte,
        Self::NeverReads,
        Self::KeptAlive,
    ];

    /// What is sent at once.
    fn beginning(self) -> Vec<u8> {
        const POST: &str = "POST /webhooks/1099policy HTTP/1.1\r\nhost: covertrail\r\n";
        // a stranger can guess everything but the signature
        let signed = || {
            let sent = covertrail::clock::now().unix();
            format!(
                "{POST}webhook-id: msg_1\r\nwebhook-timestamp: {sent}\r\nwebhook-signature: v1,c3RyYW5nZXI=\r\n"
            )
        };
        match self {
            Self::Silent => Vec::new(),
            Self::HalfRequestLine => b"POST /webhooks/10".to_vec(),
            Self::HalfHeader | Self::HeaderByteByByte => format!("{POST}webhook-id: msg").into_bytes(),
            Self::NoBody => format!("{}content-length: 1048576\r\n\r\n", signed()).into_bytes(),
            Self::HalfBody | Self::BodyByteByByte => {
                let mut half = format!("{}content-length: 1048576\r\n\r\n", signed()).into_bytes();
                half.resize(half.len() + (1 << 18), b' ');
                half
            }
            Self::HalfChunk => {
                format!("{}transfer-encoding: chunked\r\n\r\n10000\r\n{{\"id\":", signed()).into_bytes()
            }
            Self::NeverReads => b"GET /v1/openapi.json HTTP/1.1\r\nhost: covertrail\r\n\r\n".repeat(64),
            Self::KeptAlive => b"GET /livez HTTP/1.1\r\nhost: covertrail\r\n\r\n".to_vec(),
        }
    }
}

async fn stall(server: SocketAddr, way: Stall, attempts: Arc<AtomicU64>) {
    loop {
        if let Ok(mut stream) = TcpStream::connect(server).await {
            attempts.fetch_add(1, Ordering::Relaxed);
            // an error means that the server has cut it off
            let _ = held_open(&mut stream, way).await;
        }
        sleep(PAUSE).await;
    }
}

async fn held_open(stream: &mut TcpStream, way: Stall) -> std::io::Result<()> {
    stream.write_all(&way.beginning()).await?;
    match way {
        Stall::HeaderByteByByte | Stall::BodyByteByByte => loop {
            sleep(DRIP).await;
            stream.write_all(b"x").await?;
        },
        Stall::NeverReads => loop {
            sleep(DRIP).await;
            stream.writable().await?;
            stream.try_write(b"G")?;
        },
        Stall::Silent
        | Stall::HalfRequestLine
        | Stall::HalfHeader
        | Stall::NoBody
        | Stall::HalfBody
        | Stall::HalfChunk
        | Stall::KeptAlive => {
            let mut answer = [0; 4096];
            while stream.read(&mut answer).await? > 0 {}
            Ok(())
        }
    }
}

/// The patterns that cost most: alternatives that match the same text under look-arounds, and the longest that are taken.
fn worst_pattern(number: usize) -> String {
    match number % 4 {
        0 => r"^(?:(?=.)[\w-]|(?=.)[\w-]){19}!".to_owned(),
        1 => r"^(?=(([\w-]+)+)+!)".to_owned(),
        2 => format!("^(?:{})$", r"[\w-]{0,40}".repeat(360)),
        _ => format!("^(?!{}).*!", "(?:a|b|ab)*".repeat(300)),
    }
}

async fn subscribe(gateway: SocketAddr, pattern: String, attempts: Arc<AtomicU64>) {
    let url = format!("esdb://{gateway}?tls=false");
    let options = SubscribeToAllOptions::default()
        .position(StreamPosition::Start)
        .filter(SubscriptionFilter::on_stream_name().regex(pattern));
    loop {
        let settings: ClientSettings = url.parse().expect("a connection string");
        if let Ok(client) = Client::new(settings) {
            attempts.fetch_add(1, Ordering::Relaxed);
            let mut subscription = client.subscribe_to_all(&options).await;
            while subscription.next().await.is_ok() {}
        }
        sleep(PAUSE).await;
    }
}

/// Asks about the past on one connection after the other; each answer is read to its end.
async fn ask(server: SocketAddr, token: String, attempts: Arc<AtomicU64>) {
    let mut questions = ["work-orders", "contractors", "gaps"].iter().cycle();
    loop {
        let list = questions.next().expect("they go round");
        let as_of = covertrail::clock::now().to_string().replace(' ', "+");
        let request = format!(
            "GET /v1/{list}?as_of={as_of}&known_at={as_of}&limit=1000 HTTP/1.1\r\nhost: covertrail\r\n\
             authorization: Bearer {token}\r\nconnection: close\r\n\r\n"
        );
        let answered = timeout(Duration::from_mins(1), async {
            let mut stream = TcpStream::connect(server).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await
        });
        match answered.await {
            Ok(Ok(bytes)) if bytes > 1024 => {
                attempts.fetch_add(1, Ordering::Relaxed);
            }
            Ok(_) | Err(_) => sleep(PAUSE).await,
        }
    }
}
