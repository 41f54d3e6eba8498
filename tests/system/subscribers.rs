//! Webhooks of ours: receivers that fail, are slow and restart, and a program that is killed meanwhile.

use crate::stories::Story;
use crate::world::{Ended, PATIENCE, Plan, Program, REVIEWER_TOKEN, World, now};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use covertrail_adapters::store::{Embedded, EventStore as _, StreamName};
use covertrail_adapters::webhook::verify::{Scheme, Verifier};
use covertrail_domain::time::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// One for each subscriber of a test.
const SECRETS: [&str; 3] =
    [SECRET, "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1u", "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1v"];
const ADMIN_TOKEN: &str = "tok_admin_51d2e84b067f3a9c";

type Refuses = Box<dyn FnMut(&Value) -> Option<StatusCode> + Send>;

/// Somebody who is told, on a runtime of their own that can be stopped with all its connections.
struct Receiver {
    address: SocketAddr,
    /// Keeps the port from everybody else while nobody listens.
    _port: TcpSocket,
    heard: Arc<Heard>,
    runtime: Mutex<Option<Runtime>>,
}

struct Heard {
    /// The id and the event of each that was taken, in the order of their coming.
    took: Mutex<Vec<(String, Value)>>,
    refuses: Mutex<Refuses>,
    slow: Duration,
}

impl Receiver {
    fn begin(slow: Duration, refuses: impl FnMut(&Value) -> Option<StatusCode> + Send + 'static) -> Self {
        let heard = Heard { took: Mutex::default(), refuses: Mutex::new(Box::new(refuses)), slow };
        let port = bound((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = port.local_addr().unwrap();
        let receiver = Self { address, _port: port, heard: Arc::new(heard), runtime: Mutex::default() };
        receiver.start();
        receiver
    }

    fn start(&self) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let (address, heard) = (self.address, Arc::clone(&self.heard));
        let runtime = runtime.unwrap();
        runtime.spawn(async move {
            let mut listener = listening(address);
            // until the one before it has let go
            while listener.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
                listener = listening(address);
            }
            let router = axum::Router::new().route("/hook", axum::routing::post(hear)).with_state(heard);
            axum::serve(listener.unwrap(), router).await
        });
        *self.runtime.lock().unwrap() = Some(runtime);
    }

    fn stop(&self) {
        if let Some(runtime) = self.runtime.lock().unwrap().take() {
            runtime.shutdown_background();
        }
    }

    fn took(&self) -> Vec<(String, Value)> {
        self.heard.took.lock().unwrap().clone()
    }

    fn refuse(&self, refuses: impl FnMut(&Value) -> Option<StatusCode> + Send + 'static) {
        *self.heard.refuses.lock().unwrap() = Box::new(refuses);
    }

    fn section(&self, name: &str, more: &str) -> String {
        let url = format!("http://{}/hook", self.address);
        format!("\n[[subscribers]]\nname = {name:?}\nurl = {url:?}\nfirst_pause_seconds = 1\n{more}\n")
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop();
    }
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

fn listening(address: SocketAddr) -> io::Result<TcpListener> {
    bound(address)?.listen(1024)
}

async fn hear(State(heard): State<Arc<Heard>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let verifier = Verifier::new("tried", Scheme::StandardWebhooks, SECRETS).unwrap();
    let header = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    if verifier.verify(header, &body, Timestamp::from_unix(now())).is_err() {
        return StatusCode::UNAUTHORIZED;
    }
    tokio::time::sleep(heard.slow).await;
    let event: Value = serde_json::from_slice(&body).unwrap();
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let refused = (heard.refuses.lock().unwrap())(&event);
    if refused.is_none() {
        heard.took.lock().unwrap().push((id, event));
    }
    refused.unwrap_or(StatusCode::OK)
}

fn plan(sections: &[String], variables: &[&'static str]) -> Plan {
    let mut plan = Plan { patience: 3, ..Plan::default() };
    let hash = Sha256::digest(ADMIN_TOKEN).iter().fold(String::new(), |mut hash, byte| {
        write!(hash, "{byte:02x}").unwrap();
        hash
    });
    plan.more = format!(
        "{}\n[[access]]\nname = \"ada\"\nrole = \"admin\"\nsha256 = \"{hash}\"\n",
        sections.join("\n")
    );
    plan.secrets.more =
        variables.iter().zip(SECRETS).map(|(name, secret)| (*name, secret.to_owned())).collect();
    plan
}

/// The ids of what was taken, each where it came first, by work order; fails where an id means two things.
fn first_taken(took: &[(String, Value)]) -> BTreeMap<String, Vec<String>> {
    let (mut seen, mut first) = (HashMap::new(), BTreeMap::<_, Vec<_>>::new());
    for (id, event) in took {
        assert_eq!(event["id"].as_str(), Some(id.as_str()));
        match seen.insert(id, event) {
            Some(before) => assert_eq!(before, event, "what comes again is what came before"),
            None => first.entry(event["subject"].as_str().unwrap().to_owned()).or_default().push(id.clone()),
        }
    }
    first
}

async fn recorded(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut log = world.log.lock().await;
    log.catch_up().await;
    let ids = |told: &crate::world::Told| told.events.iter().map(|event| event.id.clone()).collect();
    log.orders.iter().map(|(work_order, told)| (work_order.clone(), ids(told))).collect()
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE * 3, waiting).await;
    waited.unwrap_or_else(|_| panic!("it never came to be: {what}"));
}

async fn ask(world: &World, token: &str, arguments: &[&str]) -> Ended {
    let server = world.url("");
    let arguments = [&["subscribers"], arguments, &["--server", &server]].concat();
    Program::run(&arguments, &[("COVERTRAIL_TOKEN", token.to_owned())]).await
}

async fn stands(world: &World, name: &str) -> Value {
    let ended = ask(world, REVIEWER_TOKEN, &["show", name, "--json"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    serde_json::from_str(&ended.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_order_is_kept_through_kills_failures_and_restarts_of_the_receiver() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut luck = StdRng::seed_from_u64(seed);
    let receiver = Receiver::begin(Duration::from_millis(5), move |_| {
        luck.random_bool(0.1).then_some(StatusCode::INTERNAL_SERVER_ERROR)
    });
    let section = receiver.section("pay-roll", "events = \"*\"\nfrom = \"start\"");
    let world = World::begin(plan(&[section], &["COVERTRAIL_SUBSCRIBER_PAY_ROLL_SECRET"])).await;
    let mut playing = JoinSet::new();
    for number in 0..8 {
        let world = Arc::clone(&world);
        playing.spawn(async move {
            let story = Story::ALL[number % Story::ALL.len()];
            story.play(&world, &format!("WO-{number}")).await;
        });
    }
    let mut random = StdRng::seed_from_u64(seed ^ 1);
    for kill in 0..6 {
        // some are taken in each life, so that there is something to tell twice
        let more = receiver.took().len() + random.random_range(1..6);
        until("some are taken", async || receiver.took().len() >= more || playing.is_empty()).await;
        world.kill().await;
        if kill % 2 == 0 {
            receiver.stop();
            receiver.start();
        }
        world.spawn();
        world.find().await;
    }
    while let Some(played) = playing.join_next().await {
        played.unwrap();
    }
    world.settles().await;
    let told = recorded(&world).await;
    until("all is taken", async || first_taken(&receiver.took()) == told).await;
    let (took, events) = (receiver.took().len(), told.values().map(Vec::len).sum::<usize>());
    println!("{events} events were taken in {took} webhooks");
    assert!(!world.printed().contains(SECRET), "no secret is logged");
    assert!(!world.printed().contains("/hook"), "no address is logged");
    world.log.lock().await.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_are_listed_and_told_again_by_an_admin_and_a_silent_receiver_holds_back_nobody() {
    let moody = Receiver::begin(Duration::ZERO, |_| Some(StatusCode::BAD_GATEWAY));
    let silent = Receiver::begin(Duration::from_hours(1), |_| None);
    let good = Receiver::begin(Duration::ZERO, |_| None);
    let sections = [
        moody.section("moody", "events = [\"coverage.assigned\"]\ngive_up_after_seconds = 1"),
        silent.section("silent", "events = \"*\""),
        good.section("good", "events = [\"coverage.assigned.v1\", \"coverage.quoted\"]"),
    ];
    let variables = [
        "COVERTRAIL_SUBSCRIBER_MOODY_SECRET",
        "COVERTRAIL_SUBSCRIBER_SILENT_SECRET",
        "COVERTRAIL_SUBSCRIBER_GOOD_SECRET",
    ];
    let world = World::begin(plan(&sections, &variables)).await;
    Story::StraightThrough.play(&world, "12345").await;
    until("the good one has what it wants", async || good.took().len() == 2).await;
    let kinds: Vec<_> = good.took().iter().map(|(_, event)| event["type"].clone()).collect();
    assert_eq!(kinds, ["coverage.assigned.v1", "coverage.quoted.v1"]);
    until("it is given up", async || stands(&world, "moody").await["dead"] == 1).await;
    let letter = stands(&world, "moody").await["dead_letters"][0].clone();
    assert_eq!(
        (letter["work_order"].as_str(), letter["reason"].as_str()),
        (Some("12345"), Some("it answered 502 Bad Gateway"),)
    );
    let listed = ask(&world, REVIEWER_TOKEN, &[]).await;
    for told in ["moody", "silent", "good", "up to date", "502 Bad Gateway"] {
        assert!(listed.stdout.contains(told), "{listed:?}");
    }
    assert!(!listed.stdout.contains("/hook"), "an address may open doors: {listed:?}");
    // a restart forgets nothing
    world.kill().await;
    world.start().await;
    assert_eq!(stands(&world, "moody").await["dead"], 1);
    moody.refuse(|_| None);
    let refused = ask(&world, REVIEWER_TOKEN, &["replay", "moody", "--dead"]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("wants the role admin"), "{refused:?}");
    let unknown = ask(&world, ADMIN_TOKEN, &["replay", "nobody", "--dead"]).await;
    assert!(unknown.stderr.contains("there is no such subscriber"), "{unknown:?}");
    let replayed = ask(&world, ADMIN_TOKEN, &["replay", "moody", "--dead"]).await;
    assert_eq!(replayed.code, Some(0), "{replayed:?}");
    until("it is taken", async || stands(&world, "moody").await["dead"] == 0).await;
    assert_eq!(moody.took().len(), 1);
    // what came since the last note before the kill came again by itself
    until("it is up to date", async || stands(&world, "good").await["state"] == "up to date").await;
    let before = good.took().len();
    let again = ask(&world, ADMIN_TOKEN, &["replay", "good", "--from", "1"]).await;
    assert_eq!(again.code, Some(0), "{again:?}");
    until("both are taken again", async || good.took().len() == before + 2).await;
    let ids: Vec<_> = good.took().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids[..2], ids[before..], "with the ids that they had");
    // who asked is in the log
    let log = Embedded::open_read_only(world.path("covertrail.sqlite")).unwrap();
    let stream = StreamName::parse("subscriber-moody").unwrap();
    let page = log.read_stream(&stream, 0, 100).await.unwrap();
    let asked = page.iter().find(|recorded| recorded.kind == "subscriber.replay_asked.v1").unwrap();
    let metadata: Value = serde_json::from_slice(asked.metadata).unwrap();
    assert_eq!(metadata["actor"], "person:ada");
}

#[tokio::test]
async fn a_subscriber_without_a_secret_or_with_an_event_nobody_knows_keeps_the_program_from_starting() {
    let receiver = Receiver::begin(Duration::ZERO, |_| None);
    let starts = async |more: &str, secret: Option<&str>| {
        let mut plan = plan(&[receiver.section("payroll", more)], &[]);
        plan.secrets.more = secret
            .map(|secret| ("COVERTRAIL_SUBSCRIBER_PAYROLL_SECRET", secret.to_owned()))
            .into_iter()
            .collect();
        let environment = plan.secrets.environment();
        let world = World::without_program(plan).await;
        let config = world.configure();
        Program::run(&["serve", "--config", config.to_str().unwrap()], &environment).await
    };
    let wrong = [
        ("events = \"*\"", None, "COVERTRAIL_SUBSCRIBER_PAYROLL_SECRET is not set"),
        ("events = \"*\"", Some("whsec_tooshort"), "COVERTRAIL_SUBSCRIBER_PAYROLL_SECRET is too short"),
        ("events = [\"coverage.lost\"]", Some(SECRET), "coverage.coverage_activated"),
    ];
    for (more, secret, told) in wrong {
        let ended = starts(more, secret).await;
        assert_eq!(ended.code, Some(3), "{ended:?}");
        assert!(ended.stderr.contains(told), "{ended:?}");
        assert!(!ended.stderr.contains("tooshort"), "{ended:?}");
    }
}
