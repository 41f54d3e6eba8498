use super::*;
use crate::front::ConnectionRules;
use axum::body::to_bytes;
use axum::extract::Request as Asked;
use axum::routing::{get, post};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long anything may take here.
const PATIENCE: Duration = Duration::from_mins(1);

struct Served {
    address: SocketAddr,
    connections: Arc<Connections>,
    stop: Option<oneshot::Sender<()>>,
    serving: tokio::task::JoinHandle<()>,
}

async fn serving(rules: ConnectionRules) -> Served {
    let endless = || async {
        Body::from_stream(futures_util::stream::repeat_with(|| {
            Ok::<_, Infallible>(Bytes::from_static(&[b'.'; 4096]))
        }))
    };
    let whole = |request: Asked| async move {
        to_bytes(request.into_body(), usize::MAX).await.map_or(0, |body| body.len()).to_string()
    };
    let router = Router::new()
        .route("/", get(|| async { "ok" }))
        .route("/endless", get(endless))
        .route("/whole", post(whole))
        .route("/refused", post(|| async { axum::http::StatusCode::UNAUTHORIZED }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Connections::new(rules);
    let (stop, stopped) = oneshot::channel();
    let serving = serve(listener, Arc::clone(&connections), router, async {
        // a dropped sender stops it too
        let _ = stopped.await;
    });
    Served { address, connections, stop: Some(stop), serving: tokio::spawn(serving) }
}

/// Rules whose times are so short that a test can wait for them.
fn hasty() -> ConnectionRules {
    let short = Duration::from_millis(300);
    ConnectionRules {
        head: short,
        idle: short,
        body: short,
        body_start: short,
        write: short,
        ..ConnectionRules::default()
    }
}

impl Served {
    async fn connect(&self, sent: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        stream
    }

    /// All that is answered, until the connection is closed.
    async fn answer(&self, sent: &[u8]) -> String {
        rest(self.connect(sent).await).await
    }

    async fn empties(&self) {
        let empty = async {
            while self.connections.limits()[0].current() > 0 {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, empty).await.expect("all connections are closed");
    }
}

async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // a reset ends it too
    let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the connection is closed");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn whatever_stalls_is_closed() {
    let served = serving(hasty()).await;
    for stalling in [
        "",
        "GET",
        "GET / HTTP/1.1\r\nhost: a\r\nx-",
        "POST /whole HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nfive.",
        "POST /whole HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfiv",
        "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HT",
    ] {
        served.answer(stalling.as_bytes()).await;
    }
    served.empties().await;
}

#[tokio::test]
async fn what_is_kept_for_a_peer_that_never_reads_is_let_go() {
    let served = serving(hasty()).await;
    let peer = served.connect(b"GET /endless HTTP/1.1\r\nhost: a\r\n\r\n").await;
    served.empties().await;
    drop(peer);
}

#[tokio::test]
async fn http_2_is_not_spoken_even_by_prior_knowledge() {
    let served = serving(ConnectionRules::default()).await;
    let answer = served.answer(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
    assert_eq!(answer, "");
    let upgrade = "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade, http2-settings, close\r\nupgrade: h2c\r\n\
                   http2-settings: AAMAAABkAAQAAP__\r\n\r\n";
    assert!(served.answer(upgrade.as_bytes()).await.starts_with("HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn a_refusal_is_seen_by_a_peer_that_is_still_sending_and_its_body_is_not_asked_for() {
    let served = serving(ConnectionRules::default()).await;
    let head = "POST /refused HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 1000000\r\n\r\n";
    let answer = served.answer(head.as_bytes()).await;
    assert!(
        answer.starts_with("HTTP/1.1 401 Unauthorized") && answer.contains("connection: close"),
        "{answer}"
    );
    let mut whole = b"POST /refused HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n".to_vec();
    whole.resize(whole.len() + 1_000_000, b'x');
    assert!(served.answer(&whole).await.starts_with("HTTP/1.1 401"));
    let wanted = "POST /whole HTTP/1.1\r\nhost: a\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n";
    let mut stream = served.connect(wanted.as_bytes()).await;
    let mut interim = [0; 25];
    timeout(PATIENCE, stream.read_exact(&mut interim)).await.unwrap().unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"four").await.unwrap();
    assert!(rest(stream).await.ends_with("\r\n\r\n4"));
}

#[tokio::test]
async fn a_flood_of_stalled_peers_keeps_nobody_out() {
    let served = serving(ConnectionRules { total: 8, per_peer: 4, ..ConnectionRules::default() }).await;
    let mut stalled = Vec::new();
    for _ in 0..40 {
        stalled.push(served.connect(b"POST /whole HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nx").await);
    }
    let answer = served.answer(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
    assert!(answer.ends_with("\r\n\r\nok"), "{answer}");
    assert!(served.connections.limits()[1].is_reached());
    drop(stalled);
    served.empties().await;
}

#[tokio::test]
async fn a_full_budget_closes_stalled_bodies_and_takes_one_that_comes_whole() {
    let served = serving(ConnectionRules { body_budget: 100_000, ..ConnectionRules::default() }).await;
    let sized = |length: usize| {
        format!("POST /whole HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n")
    };
    let mut stalled = Vec::new();
    for _ in 0..20 {
        let mut part = sized(20_000).into_bytes();
        part.resize(part.len() + 10_000, b'x');
        stalled.push(served.connect(&part).await);
    }
    // half of what they sent has no room
    let closed = async {
        while served.connections.limits()[3].snapshot().turned_away < 10 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, closed).await.expect("the slowest are closed");
    let mut whole = sized(30_000).into_bytes();
    whole.resize(whole.len() + 30_000, b'x');
    assert!(served.answer(&whole).await.ends_with("\r\n\r\n30000"));
    assert!(served.connections.limits()[3].current() <= 100_000);
}

#[tokio::test]
async fn a_stop_finishes_what_is_under_way_and_closes_the_rest() {
    let mut served = serving(ConnectionRules::default()).await;
    let idle = served.connect(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let head = "POST /whole HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n";
    let mut busy = served.connect(head.as_bytes()).await;
    let mut interim = [0; 25];
    timeout(PATIENCE, busy.read_exact(&mut interim)).await.unwrap().unwrap();
    timeout(PATIENCE, idle.readable()).await.unwrap().unwrap();
    served.stop.take().unwrap().send(()).unwrap();
    assert!(rest(idle).await.ends_with("ok"));
    busy.write_all(b"four").await.unwrap();
    assert!(rest(busy).await.ends_with("\r\n\r\n4"));
    timeout(PATIENCE, served.serving).await.unwrap().unwrap();
}
