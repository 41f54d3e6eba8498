//! Receivers over real HTTP that fail, are slow and come back; followers that are stopped at any moment.

use super::{Keys, Replay, Running, Subscribers, Unanswered};
use crate::clock;
use crate::config::{Config, Subscriber};
use crate::generate::{Plan, generate};
use crate::subscribers::record::True;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::post;
use covertrail_adapters::schema;
use covertrail_adapters::store::{Category, Embedded, EventStore, Expected, NewEvent, StreamName};
use covertrail_adapters::webhook::verify::{Scheme, Verifier};
use covertrail_domain::coverage::Event;
use covertrail_domain::id::PersonId;
use covertrail_domain::money::Cents;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PATIENCE: Duration = Duration::from_mins(1);

type Refuses = Box<dyn FnMut(&Value) -> Option<StatusCode> + Send>;

/// A receiver: what it took, and which attempts it refuses.
struct Receiver {
    took: Mutex<Vec<(String, Value)>>,
    refuses: Mutex<Refuses>,
    address: std::net::SocketAddr,
}

impl Receiver {
    async fn begin(refuses: impl FnMut(&Value) -> Option<StatusCode> + Send + 'static) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let receiver =
            Arc::new(Self { took: Mutex::default(), refuses: Mutex::new(Box::new(refuses)), address });
        let router = Router::new().route("/hook", post(receive)).with_state(Arc::clone(&receiver));
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    fn took(&self) -> Vec<(String, Value)> {
        self.took.lock().unwrap().clone()
    }

    fn refuse(&self, refuses: impl FnMut(&Value) -> Option<StatusCode> + Send + 'static) {
        *self.refuses.lock().unwrap() = Box::new(refuses);
    }
}

async fn receive(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let verifier = Verifier::new("tried", Scheme::StandardWebhooks, &[SECRET.to_owned()]).unwrap();
    verifier.verify(|name| headers.get(name).map(HeaderValue::as_bytes), &body, clock::now()).unwrap();
    let event: Value = serde_json::from_slice(&body).unwrap();
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    assert_eq!(event["id"], id, "one id for the event and for the webhook");
    assert_eq!(event["specversion"], "1.0");
    assert!(event["data"].get("url").is_none(), "nothing that opens doors: {event}");
    let refused = (receiver.refuses.lock().unwrap())(&event);
    if refused.is_none() {
        receiver.took.lock().unwrap().push((id, event));
    }
    refused.unwrap_or(StatusCode::NO_CONTENT)
}

/// A log, and who is told of it.
struct World {
    store: Arc<dyn EventStore>,
    settings: Vec<Subscriber>,
    turns: Option<Duration>,
    _folder: TempDir,
}

impl World {
    /// Subscribers to everything from the start, with the lines of configuration that each has beside that.
    async fn begin(work_orders: u64, subscribers: &[(&str, &Receiver, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn EventStore> = Arc::new(Embedded::open(folder.path().join("log.sqlite")).unwrap());
        let mut text = String::new();
        for (name, receiver, more) in subscribers {
            let url = format!("http://{}/hook", receiver.address);
            let _ = write!(
                text,
                "[[subscribers]]\nname = {name:?}\nurl = {url:?}\nfrom = \"start\"\nfirst_pause_seconds = 1\n{more}\n"
            );
        }
        let settings = Config::parse(&text).unwrap().subscribers;
        let world = Self { store, settings, turns: None, _folder: folder };
        let plan = Plan { work_orders, seed: 3, until: clock::now() };
        generate(&world.store, &plan, |_| ()).await.unwrap();
        world
    }

    async fn record(&self, work_order: &str, event: &Event) {
        let schema::Stored { kind, data } = schema::encode(event);
        let (id, kind, recorded_at) = (uuid::Uuid::new_v4(), kind.to_owned(), clock::now_micros());
        let event = NewEvent { id, kind, data, metadata: b"{}".to_vec(), recorded_at };
        let stream = StreamName::parse(&format!("coverage-{work_order}")).unwrap();
        self.store.append(&stream, Expected::Any, vec![event]).await.unwrap();
    }

    fn start(&self) -> (Subscribers, Running) {
        let keys = Keys::new(&[SECRET.to_owned()]).unwrap();
        let all = self.settings.iter().map(|settings| (settings.clone(), keys.clone()));
        let subscribers = Subscribers::new(all, &self.store, self.turns).unwrap();
        let running = subscribers.start();
        (subscribers, running)
    }

    /// The ids of the coverage events, by work order and in order.
    async fn told(&self) -> BTreeMap<String, Vec<String>> {
        let category = Category::parse("coverage").unwrap();
        let (mut told, mut after) = (BTreeMap::<_, Vec<_>>::new(), None);
        loop {
            let page = self.store.read_all(after, Some(&category), 512).await.unwrap();
            for recorded in &page {
                let work_order = recorded.stream.split_once('-').unwrap().1.to_owned();
                told.entry(work_order).or_default().push(recorded.id.to_string());
                after = Some(recorded.position);
            }
            if page.is_empty() {
                return told;
            }
        }
    }
}

/// What was taken, each event where it came first.
fn first_taken(took: &[(String, Value)]) -> BTreeMap<String, Vec<String>> {
    let (mut seen, mut first) = (HashSet::new(), BTreeMap::<_, Vec<_>>::new());
    for (id, event) in took {
        if seen.insert(id) {
            first.entry(event["subject"].as_str().unwrap().to_owned()).or_default().push(id.clone());
        }
    }
    first
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("it never came to be: {what}"));
}

fn seed() -> u64 {
    let seed = rand::random();
    println!("seed {seed}");
    seed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_order_is_kept_by_a_receiver_that_fails_and_a_follower_that_is_cut_off() {
    let seed = seed();
    let mut random = StdRng::seed_from_u64(seed);
    let mut luck = StdRng::seed_from_u64(seed ^ 1);
    let receiver =
        Receiver::begin(move |_| luck.random_bool(0.05).then_some(StatusCode::SERVICE_UNAVAILABLE)).await;
    let world = World::begin(20, &[("tried", &receiver, "events = \"*\"")]).await;
    for _ in 0..5 {
        let before = receiver.took().len();
        let (_subscribers, running) = world.start();
        let wanted = before + random.random_range(1..20);
        // all may have been taken before
        let taking = until("some are taken", async || receiver.took().len() >= wanted);
        let _ = tokio::time::timeout(Duration::from_secs(2), taking).await;
        // as a crash: nothing is written down any more
        drop(running);
    }
    let (subscribers, running) = world.start();
    until("all is taken", async || subscribers.list().await[0]["state"] == "up to date").await;
    assert_eq!(first_taken(&receiver.took()), world.told().await);
    running.shut_down(PATIENCE).await;
    // what was written down at a proper end is not told again
    let before = receiver.took().len();
    let (subscribers, _running) = world.start();
    world.record("WO-3", &Event::PaySettled { pay: Cents::new(1) }).await;
    until("it is taken too", async || first_taken(&receiver.took()) == world.told().await).await;
    until("it is up to date", async || subscribers.list().await[0]["state"] == "up to date").await;
    let ids: Vec<_> = receiver.took().into_iter().map(|(id, _)| id).collect();
    let (old, new) = ids.split_at(before);
    assert!(new.iter().all(|id| !old.contains(id)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_takes_nothing_holds_back_nobody_and_what_it_gave_up_is_told_again_when_asked() {
    let good = Receiver::begin(|_| None).await;
    let bad = Receiver::begin(|event| (event["subject"] == "WO-0").then_some(StatusCode::FOUND)).await;
    let gives_up = "events = \"*\"\ngive_up_after_seconds = 1";
    let world = World::begin(3, &[("good", &good, "events = \"*\""), ("bad", &bad, gives_up)]).await;
    let mut told = world.told().await;
    let (subscribers, running) = world.start();
    until("the good one has all", async || first_taken(&good.took()) == told).await;
    let of_first = told.remove("WO-0").unwrap().len();
    until("the other gives up", async || subscribers.list().await[1]["dead"] == of_first).await;
    assert_eq!(first_taken(&bad.took()), told, "the other work orders went on");
    let one = subscribers.one(&name("bad")).await.unwrap();
    assert_eq!(one["dead_letters"][0]["work_order"], "WO-0");
    assert_eq!(one["last_failure"], "it answered 302 Found");
    assert_eq!(subscribers.one(&name("nobody")).await, Err(Unanswered::Unknown));
    // dead letters outlive the process
    running.shut_down(PATIENCE).await;
    let (subscribers, _running) = world.start();
    assert_eq!(subscribers.list().await[1]["dead"], of_first);
    bad.refuse(|_| None);
    let ana = PersonId::parse("ana").unwrap();
    subscribers.replay(&name("bad"), Replay::Dead(True), ana.clone()).await.unwrap();
    until("the dead are taken", async || subscribers.list().await[1]["dead"] == 0).await;
    let told = world.told().await;
    assert_eq!(first_taken(&bad.took()), told);
    // everything again, from a position on
    bad.took.lock().unwrap().clear();
    subscribers.replay(&name("bad"), Replay::From(1), ana).await.unwrap();
    until("all is taken again", async || first_taken(&bad.took()) == told).await;
    assert_eq!(subscribers.list().await[0]["waiting"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_down_is_tried_again_and_again_without_filling_the_log() {
    let (counter, tries) = tokio::sync::watch::channel(0_u32);
    let down = Receiver::begin(move |_| {
        counter.send_modify(|count| *count += 1);
        Some(StatusCode::SERVICE_UNAVAILABLE)
    })
    .await;
    let world = World::begin(1, &[("down", &down, "events = \"*\"\nlongest_pause_seconds = 1")]).await;
    let (_subscribers, _running) = world.start();
    // some twenty seconds of it
    until("it was tried often", async || *tries.borrow() >= 25).await;
    let stream = StreamName::parse("subscriber-down").unwrap();
    let kept = world.store.read_stream(&stream, 0, 512).await.unwrap();
    let kinds: Vec<_> = kept.iter().map(|recorded| recorded.kind.to_owned()).collect();
    assert!(kinds.len() <= 2, "{kinds:?}");
}

#[tokio::test]
async fn what_a_receiver_refuses_for_good_is_a_dead_letter_at_once() {
    let receiver = Receiver::begin(|event| (event["subject"] == "WO-1").then_some(StatusCode::GONE)).await;
    let world = World::begin(3, &[("tried", &receiver, "events = \"*\"")]).await;
    let (subscribers, running) = world.start();
    let told = world.told().await;
    let (refused, all): (usize, usize) = (told["WO-1"].len(), told.values().map(Vec::len).sum());
    until("the others were told", async || receiver.took().len() == all - refused).await;
    until("all of one are dead", async || subscribers.list().await[0]["dead"] == refused).await;
    let one = subscribers.one(&name("tried")).await.unwrap();
    assert_eq!(one["dead_letters"][0]["reason"], "it answered 410 Gone");
    assert_eq!(one["dead_letters"][0]["failures"], 1);
    running.shut_down(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_nodes_tell_a_subscriber_everything_once_and_one_follows_another_that_dies() {
    let receiver = Receiver::begin(|_| None).await;
    let mut world = World::begin(20, &[("tried", &receiver, "events = \"*\"")]).await;
    // as long as nobody needs to wait for its end
    world.turns = Some(Duration::from_hours(1));
    let nodes = [world.start(), world.start(), world.start()];
    let told = world.told().await;
    let all = told.values().map(Vec::len).sum();
    until("everything was told", async || receiver.took().len() >= all).await;
    let states = || async {
        let mut states = Vec::new();
        for (subscribers, _) in &nodes {
            states.push(subscribers.one(&name("tried")).await.unwrap()["state"].as_str().unwrap().to_owned());
        }
        states
    };
    until("the others know", async || {
        states().await.iter().filter(|state| *state == "told by another node").count() == 2
    })
    .await;
    assert_eq!(receiver.took().len(), all, "and once");
    assert_eq!(first_taken(&receiver.took()), told);
    for (_, running) in nodes {
        running.shut_down(PATIENCE).await;
    }
    // the turn of a node that is there no longer ends by itself
    world.turns = Some(Duration::from_millis(300));
    let took = receiver.took().len();
    world.record("WO-0", &Event::PaySettled { pay: Cents::new(1) }).await;
    let (_first, dies) = world.start();
    until("it was told", async || receiver.took().len() > took).await;
    drop(dies);
    let (_second, follows) = world.start();
    world.record("WO-0", &Event::PaySettled { pay: Cents::new(2) }).await;
    let newest = world.told().await["WO-0"].last().cloned().unwrap();
    until("another follows", async || receiver.took().iter().any(|(id, _)| *id == newest)).await;
    follows.shut_down(PATIENCE).await;
}

fn name(text: &str) -> crate::config::SubscriberName {
    crate::config::SubscriberName::parse(text).unwrap()
}
