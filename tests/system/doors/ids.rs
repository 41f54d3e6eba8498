//! No id, path or query parameter from outside opens anything that it does not name.
//!
//! The walk takes the router's own list of routes, so that a route that is added later is in it by itself.

use crate::world::{Order, Plan, World};
use covertrail::config::Role;
use covertrail::http::{self, Door, Route};
use inotify::{Inotify, WatchMask};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long an answer may take, on a busy machine: far more than it should.
const SOON: Duration = Duration::from_secs(20);
/// The largest answer to a hostile request, in bytes.
const MOST: usize = 1 << 20;
const CANARY: &str = "%PDF-1.7 the canary sings";
const A_DOCUMENT: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn token(role: Role) -> String {
    format!("the-token-of-the-{}-0123456789", role.as_str())
}

/// A program with a work order, and a token for each role.
pub(super) async fn world_with_roles() -> Arc<World> {
    let more = Role::ALL.iter().fold(String::new(), |mut more, role| {
        let hash = Sha256::digest(token(*role)).iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        let name = role.as_str();
        write!(more, "[[access]]\nname = \"{name}\"\nrole = \"{name}\"\nsha256 = \"{hash}\"\n").unwrap();
        more
    });
    let world = World::begin(Plan { more, contractors_apply: false, ..Plan::default() }).await;
    Order::assigned(&world, "12345").await.event("assigned").await;
    world
}

/// Files beside the documents' folder, a link to one in it and a FIFO in it; who opens one of them is seen.
struct Canaries {
    file: PathBuf,
    seen: Inotify,
}

impl Canaries {
    fn place(world: &World) -> Self {
        let (file, documents) = (world.path("canary.pdf"), world.path("documents"));
        std::fs::write(&file, CANARY).unwrap();
        std::fs::create_dir_all(&documents).unwrap();
        std::os::unix::fs::symlink(&file, documents.join("link")).unwrap();
        let pipe = documents.join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let seen = Inotify::init().unwrap();
        for path in [&file, &pipe, &world.path("covertrail.toml")] {
            seen.watches().add(path, WatchMask::OPEN | WatchMask::ACCESS).unwrap();
        }
        Self { file, seen }
    }

    /// Whether one of them was opened since the last look.
    fn were_opened(&mut self) -> bool {
        let mut buffer = [0; 4_096];
        self.seen.read_events(&mut buffer).is_ok_and(|events| events.count() > 0)
    }
}

/// Values as they stand in an address, percent-encoded where they have to be.
fn hostile(canary: &Path) -> Vec<String> {
    let canary = canary.to_str().unwrap();
    let encoded = canary.replace('/', "%2F");
    let mut values: Vec<String> = [
        "",
        "%20",
        ".",
        "..",
        "%2e%2e",
        "%2E",
        "..%2Fcanary.pdf",
        "..%2f..%2fcanary.pdf",
        "%2e%2e%2fcanary.pdf",
        "..%252Fcanary.pdf",
        "%252e%252e%252fcanary.pdf",
        "..%5Ccanary.pdf",
        "..%2Fcovertrail.sqlite-wal",
        "..%2Fcovertrail.sqlite",
        "..%2Fcovertrail.toml",
        "link",
        "pipe",
        "%2Fetc%2Fpasswd",
        "%2Fproc%2Fself%2Fenviron",
        "%2Fdev%2Fzero",
        "%2Fdev%2Fstdin",
        "%2Fproc%2Fself%2Ffd%2F0",
        "file:%2F%2F%2Fetc%2Fpasswd",
        "%00",
        "12345%00",
        "12345%0d%0aset-cookie:%20a=b",
        "%0a",
        "%1b%5B31m",
        "%7f",
        "%c2%85",
        "%ff",
        "%c0%ae%c0%ae%c0%af",
        "%ed%a0%80",
        "%",
        "%zz",
        "%2",
        "%E2%80%AE12345",
        "%E2%80%A8",
        "%EF%BB%BF",
        "%EF%BC%8E%EF%BC%8E%EF%BC%8F",
        "'%20OR%201=1--",
        "%22;DROP%20TABLE%20board;--",
        "%25",
        "_",
        "*",
        "$all",
        "$ce-coverage",
        "-1",
        "0",
        "NaN",
        "1e999",
        "99999999999999999999999999",
        "-9223372036854775809",
        "9999-99-99",
        "null",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        "http:%2F%2F169.254.169.254%2F",
        "javascript:alert(1)",
        "12345-",
        "%F0%9F%92%A9",
        "W10",
        "WzEsMl0",
        "[1,2]",
        "%7B%22from%22:1%7D",
    ]
    .map(str::to_owned)
    .into();
    values.extend([encoded.clone(), encoded.replace('%', "%25"), format!("file:%2F%2F{encoded}")]);
    values.extend([129, 8_193, 60_000].map(|length| "a".repeat(length)));
    values.push("%2e%2e%2f".repeat(2_000) + "etc%2fpasswd");
    values.push("[".repeat(20_000));
    values
}

/// What a path's parameter usually is.
fn usual(parameter: &str) -> &'static str {
    match parameter {
        "work_order" => "12345",
        "event" => "assigned",
        "list" => "board",
        "name" => "nobody",
        "contractor" => "cn_1",
        "action" => "retry",
        "delivery" => "policy-0123456789abcdef0123456789abcdef",
        "document" => A_DOCUMENT,
        "asset" => "board.css",
        other => panic!("say what {{{other}}} usually is"),
    }
}

/// The parameters of a route's path.
fn path_parameters(route: &Route) -> Vec<&str> {
    route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect()
}

/// A route's path, with a value in one of its parameters.
fn path_with(route: &Route, parameter: &str, value: &str) -> String {
    path_parameters(route).iter().fold(route.path.clone(), |path, name| {
        path.replace(&format!("{{{name}}}"), if *name == parameter { value } else { usual(name) })
    })
}

/// Who asks: the line of the request that says so.
#[derive(Clone)]
struct Caller(String);

async fn callers(world: &World, door: Door) -> Vec<Caller> {
    let bearer = |token: &str| Caller(format!("authorization: Bearer {token}\r\n"));
    let mut callers = vec![Caller(String::new())];
    match door {
        Door::Token(_) => callers.extend(Role::ALL.map(|role| bearer(&token(role)))),
        Door::Session | Door::SignIn => {
            for role in Role::ALL {
                callers.push(signed_in(world, role).await);
            }
        }
        Door::Vendor => callers.push(bearer(&world.plan.lock().unwrap().secrets.workmarket_webhook)),
        Door::LinkHolder | Door::Anybody => {}
    }
    callers.push(if matches!(door, Door::Token(_)) {
        signed_in(world, Role::Admin).await
    } else {
        bearer(&token(Role::Admin))
    });
    callers
}

/// The cookie of a reviewer who is signed in.
pub(super) async fn signed_in_cookie(world: &World) -> String {
    let Caller(lines) = signed_in(world, Role::Reviewer).await;
    lines.lines().find_map(|line| line.strip_prefix("cookie: ")).unwrap().to_owned()
}

async fn signed_in(world: &World, role: Role) -> Caller {
    let form = format!("token={}", token(role));
    let request = format!(
        "POST /sign-in HTTP/1.1\r\nhost: covertrail\r\nsec-fetch-site: same-origin\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    let answer = ask(&world.url(""), request.as_bytes()).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let set = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie is set");
    let cookie = set.split(';').next().unwrap();
    Caller(format!("cookie: {cookie}\r\nsec-fetch-site: same-origin\r\n"))
}

/// Sends bytes and answers with what comes back, up to a little more than is allowed; of a stream that goes on, its begin.
async fn ask(url: &str, request: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await?;
    // a refusal may come before all of it is sent
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let mut buffer = vec![0; 16_384];
    loop {
        let read = match stream.read(&mut buffer).await {
            Ok(read) => read,
            Err(_) if !answer.is_empty() => 0,
            Err(error) => return Err(error),
        };
        answer.extend_from_slice(&buffer[..read]);
        let is_stream = answer.windows(17).take(4_096).any(|part| part == b"text/event-stream");
        if read == 0
            || answer.len() > 2 * MOST
            || (is_stream && answer.windows(4).any(|part| part == b"\r\n\r\n"))
        {
            return Ok(answer);
        }
    }
}

fn request(route: &Route, address: &str, caller: &Caller) -> Vec<u8> {
    let (method, Caller(who)) = (&route.method, caller);
    let (kind, body) = match (route.method.as_str(), route.door) {
        ("POST", Door::Session | Door::SignIn) => {
            ("application/x-www-form-urlencoded", "reason=because&key=a&token=a")
        }
        ("POST", _) => ("application/json", "{}"),
        _ => ("text/plain", ""),
    };
    let length = body.len();
    format!(
        "{method} {address} HTTP/1.1\r\nhost: covertrail\r\nconnection: close\r\n{who}content-type: {kind}\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Asks, and says what is wrong with the answer.
async fn fault(
    url: &str,
    route: &Route,
    address: &str,
    caller: &Caller,
    secrets: &[String],
) -> Option<String> {
    let shown = format!("{} {}", route.method, address.get(..120).unwrap_or(address));
    let asked = tokio::time::timeout(SOON, ask(url, &request(route, address, caller))).await;
    let answer = match asked {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => return Some(format!("{shown}: {error}")),
        Err(_) => return Some(format!("{shown}: no answer")),
    };
    let text = String::from_utf8_lossy(&answer);
    let status: u16 = text.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default();
    if !(200..500).contains(&status) {
        return Some(format!("{shown}: {status}"));
    }
    if answer.len() > MOST {
        return Some(format!("{shown}: {} bytes and more", answer.len()));
    }
    let told = [CANARY, "root:x:0", "SQLite format 3", "[mapping.categories]"]
        .into_iter()
        .chain(secrets.iter().map(String::as_str));
    told.into_iter()
        .find(|secret| text.contains(secret))
        .map(|secret| format!("{shown}: {status} with {secret:?}"))
}

/// Every address of a route with a hostile value in each of its parameters.
fn addresses(route: &Route, values: &[String]) -> Vec<String> {
    let mut addresses = Vec::new();
    for parameter in path_parameters(route) {
        addresses.extend(values.iter().map(|value| path_with(route, parameter, value)));
    }
    let path = path_with(route, "", "");
    for parameter in route.parameters.iter().copied().chain(["nothing_of_this_name"]) {
        addresses.extend(values.iter().map(|value| format!("{path}?{parameter}={value}")));
    }
    addresses.push(format!("{path}?%ff=%ff&&&==&%00"));
    addresses
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_values_in_every_parameter_of_every_route_open_nothing_for_anybody() {
    let world = world_with_roles().await;
    let mut canaries = Canaries::place(&world);
    let values = hostile(&canaries.file);
    let secrets: Vec<String> =
        world.plan.lock().unwrap().secrets.environment().into_iter().map(|(_, secret)| secret).collect();
    let (url, routes) = (world.url(""), http::routes());
    assert!(routes.len() > 40, "{}", routes.len());
    let mut asked = 0;
    for route in &routes {
        let addresses = addresses(route, &values);
        for caller in callers(&world, route.door).await {
            for address in &addresses {
                // at once, since what is wrongly opened may have no end
                let fault = fault(&url, route, address, &caller, &secrets).await;
                assert_eq!(fault, None);
                let shown = address.get(..120).unwrap_or(address);
                assert!(!canaries.were_opened(), "{} {shown} opened what it should not", route.method);
            }
            asked += addresses.len();
        }
    }
    assert!(asked > 10_000, "{asked}");
    let printed = world.printed();
    assert!(!printed.contains("panicked"), "{printed}");
    // the walk sees an opening where there is one
    assert_eq!(std::fs::read_to_string(&canaries.file).unwrap(), CANARY);
    assert!(canaries.were_opened());
}

#[tokio::test]
async fn what_a_document_is_not_called_is_not_found() {
    let world = world_with_roles().await;
    let mut canaries = Canaries::place(&world);
    let reviewer = signed_in(&world, Role::Reviewer).await;
    let route = http::routes().into_iter().find(|route| route.path == "/documents/{document}").unwrap();
    for name in hostile(&canaries.file)
        .iter()
        .filter(|name| name.len() < 10_000 && !["", ".", ".."].contains(&name.as_str()))
    {
        let address = path_with(&route, "document", name);
        let answer = ask(&world.url(""), &request(&route, &address, &reviewer)).await.unwrap();
        let status = String::from_utf8_lossy(&answer).get(9..12).unwrap_or_default().to_owned();
        assert!(["404", "400"].contains(&status.as_str()), "{address}: {status}");
    }
    assert!(!canaries.were_opened());
    assert_eq!(world.get("/livez").await.unwrap().status, 200);
}
