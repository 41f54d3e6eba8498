//! The board over HTTP: its first view among many work orders, what it weighs, and how long a webhook takes to an open page.
//!
//! `cargo bench --manifest-path tests/benches/Cargo.toml --bench board [-- --quick]`

use covertrail::config::{Config, Role, Sha256Hex, Token};
use covertrail::generate::{Plan, generate};
use covertrail::{assemble, clock, http};
use covertrail_adapters::store::{Embedded, EventStore};
use covertrail_benches::disk::Directory;
use covertrail_benches::engine::{WEBHOOK_SECRET, config, secrets};
use covertrail_benches::story::Story;
use covertrail_benches::table::{Table, milliseconds};
use covertrail_benches::vendor::Signer;
use covertrail_benches::{Effort, machine};
use covertrail_domain::id::PersonId;
use covertrail_domain::time::Timestamp;
use sha2::{Digest as _, Sha256};
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const TOKEN: &str = "a-token-of-the-measurement";

fn main() {
    let effort = Effort::asked();
    println!("the board: shown, weighed, live\n{}\n", machine::describe());
    let runtime = Runtime::new().expect("a runtime");
    views(&runtime, effort);
    webhooks(&runtime, effort);
}

fn settings(directory: &Directory) -> Config {
    let mut config = config(directory.path());
    config.store.path = directory.path().join("log.sqlite");
    let sha256 = Sha256Hex(Sha256::digest(TOKEN.as_bytes()).into());
    config.access.push(Token { name: PersonId::parse("clerk").expect("an id"), role: Role::Viewer, sha256 });
    config
}

/// A whole page, as a browser asks for it that is signed in.
fn views(runtime: &Runtime, effort: Effort) {
    let directory = Directory::new("board");
    let config = settings(&directory);
    let work_orders = effort.pick(2_000, 100_000);
    let address = runtime.block_on(async {
        let store: Arc<dyn EventStore> = Arc::new(Embedded::open(&config.store.path).expect("a log"));
        let plan = Plan { work_orders, seed: 1, until: clock::now() };
        generate(&store, &plan, |_| ()).await.expect("a log");
        serve(&config, store, false).await
    });
    let mut browser = Browser::signed_in(address);
    let mut table = Table::new(&[&format!("{work_orders} work orders, one browser"), "kB", "p50", "p99"]);
    for (name, path) in [
        ("board, first view", "/board"),
        ("board, one standing", "/board?standing=needs-review"),
        ("board, words that few have", "/board?text=WO-9999"),
        ("overview", "/"),
        ("contractors", "/contractors"),
        ("integrations", "/integrations"),
    ] {
        let (mut taken, mut weight) = (Vec::new(), 0);
        for _ in 0..effort.pick(20, 400) {
            let start = Instant::now();
            weight = browser.get(path, "").len();
            taken.push(start.elapsed().as_secs_f64() * 1e6);
        }
        table.row([name.to_owned(), (weight / 1_000).to_string(), at(&mut taken, 50), at(&mut taken, 99)]);
    }
    table.print();
    let page = String::from_utf8(browser.get("/board", "")).expect("a page");
    let assets = page.split('"').filter(|part| part.ends_with(".js") || part.ends_with(".css"));
    let sent: usize = assets.map(|path| browser.get(path, "accept-encoding: gzip\r\n").len()).sum();
    println!("script and style, compressed: {sent} bytes\n");
}

/// From before a signed webhook is sent until the row that it changes is told to an open page.
fn webhooks(runtime: &Runtime, effort: Effort) {
    let directory = Directory::new("board-live");
    let config = settings(&directory);
    let stories: Vec<Story> = (0..effort.pick(10, 200)).map(Story::straight).collect();
    let address = runtime.block_on(async {
        let store: Arc<dyn EventStore> = Arc::new(Embedded::open(&config.store.path).expect("a log"));
        let engine = assemble::engine(&config, &secrets(), Arc::clone(&store)).expect("an engine");
        for story in &stories {
            for (command, cause) in (0..5).filter_map(|step| story.command(step)) {
                engine.execute(&story.work_order, &command, &cause).await.expect("it happens");
            }
        }
        serve(&config, store, true).await
    });
    let mut browser = Browser::signed_in(address);
    let page = String::from_utf8(browser.get("/board?sort=work-order", "")).expect("a page");
    let since =
        page.split("since=").nth(1).and_then(|rest| rest.split('"').next()).expect("the page is live");
    let rows: Vec<&str> = stories.iter().map(|story| story.work_order.as_str()).collect();
    let mut open = browser.follow(&format!("/board/live?rows={}&since={since}", rows.join(",")));
    let (mut vendor, signer) =
        (TcpStream::connect(address).expect("the server listens"), Signer::new(WEBHOOK_SECRET));
    let mut taken = Vec::new();
    for story in &stories {
        let request = signer.policy_active(story, Timestamp::from_unix(1_793_533_200));
        let start = Instant::now();
        vendor.write_all(&request).expect("the server listens");
        let row = format!("id=\"row-{}\"", story.work_order);
        let mut line = String::new();
        while !line.contains(&row) {
            line.clear();
            assert!(open.read_line(&mut line).expect("the page is live") > 0, "the line ended");
        }
        taken.push(start.elapsed().as_secs_f64() * 1e6);
        let mut answer = [0; 4096];
        assert!(vendor.read(&mut answer).expect("an answer") > 0 && answer.starts_with(b"HTTP/1.1 200"));
    }
    let mut table = Table::new(&["webhook to changed row, one after another", "p50", "p99", "worst"]);
    table.row([
        format!("{} work orders", stories.len()),
        at(&mut taken, 50),
        at(&mut taken, 99),
        at(&mut taken, 100),
    ]);
    table.print();
}

async fn serve(config: &Config, store: Arc<dyn EventStore>, acts: bool) -> SocketAddr {
    let engine = assemble::engine(config, &secrets(), store).expect("an engine");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let shared = assemble::shared(config, &secrets(), Arc::clone(&engine), address).expect("its parts");
    let models = Arc::clone(&shared.models);
    tokio::spawn(Arc::clone(&models).follow_always());
    tokio::spawn(http::serve(listener, shared, std::future::pending()));
    if acts {
        let mut running = engine.start();
        tokio::spawn(async move { panic!("the engine stopped: {}", running.stopped().await) });
    }
    while !models.hub().progress().is_caught_up {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    address
}

/// One connection of a browser that is signed in.
struct Browser {
    address: SocketAddr,
    stream: BufReader<TcpStream>,
    cookie: String,
}

impl Browser {
    fn signed_in(address: SocketAddr) -> Self {
        let mut stream = connection(address);
        let form = format!("token={TOKEN}");
        let request = format!(
            "POST /sign-in HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{form}",
            form.len()
        );
        stream.get_mut().write_all(request.as_bytes()).expect("the server listens");
        let (head, _) = answer(&mut stream);
        let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a session");
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Self { address, stream, cookie }
    }

    fn get(&mut self, path: &str, headers: &str) -> Vec<u8> {
        let request = self.request(path, headers);
        self.stream.get_mut().write_all(request.as_bytes()).expect("the server listens");
        let (head, body) = answer(&mut self.stream);
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
        body
    }

    fn request(&self, path: &str, headers: &str) -> String {
        format!("GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\n{headers}\r\n", self.address, self.cookie)
    }

    /// Lines as they come, on a connection of their own.
    fn follow(&self, path: &str) -> BufReader<TcpStream> {
        let mut stream = connection(self.address);
        stream.get_mut().write_all(self.request(path, "").as_bytes()).expect("the server listens");
        stream
    }
}

fn connection(address: SocketAddr) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("a socket");
    stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a socket");
    BufReader::new(stream)
}

fn answer(stream: &mut BufReader<TcpStream>) -> (String, Vec<u8>) {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(stream.read_line(&mut head).expect("an answer") > 0, "the server hung up");
    }
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).expect("the whole answer");
    (head, body)
}

fn at(taken: &mut [f64], share: usize) -> String {
    taken.sort_by(f64::total_cmp);
    milliseconds(taken[(taken.len() * share / 100).min(taken.len() - 1)])
}
